/** Lines on logarithmic axes, as SVG: panels beside one another, with one legend below. */

export interface Series {
  name: string
  points: { x: number; y: number }[]
}

export interface Panel {
  title: string
  series: Series[]
  /** How a tick of the y axis is written. */
  unit(value: number): string
}

const COLOURS = [
  '#0072b2',
  '#d55e00',
  '#009e73',
  '#cc79a7',
  '#e69f00',
  '#56b4e9',
  '#000000',
  '#7f3c8d',
  '#80ba5a',
  '#a5673f',
]
/** How a series is drawn. */
interface Look {
  colour: string | undefined
  dashes: string
}

const [WIDTH, HEIGHT, LEFT, TOP, GAP] = [250, 220, 62, 34, 40]
const ROW = 16

/** Zero has no logarithm: it stands a decade before the first. */
const logOf = (value: number, first: number) => Math.log10(value > 0 ? value : first / 10)

/** @param below what the x axis counts */
export function plot(title: string, below: string, panels: Panel[]): string {
  const names = [...new Set(panels.flatMap(({ series }) => series.map(({ name }) => name)))]
  const legendTop = TOP + HEIGHT + 52
  const width = panels.length * (LEFT + WIDTH + GAP)
  const height = legendTop + Math.ceil(names.length / 2) * ROW + 6
  const look = (name: string) => {
    const place = names.indexOf(name)
    const dashes = place < COLOURS.length ? '' : ' stroke-dasharray="5 3"'
    return { colour: COLOURS[place % COLOURS.length], dashes }
  }
  const legend = names.map((name, index) => {
    const [x, y] = [LEFT + (index % 2) * (width / 2), legendTop + Math.floor(index / 2) * ROW]
    const { colour, dashes } = look(name)
    return `<path d="M${x} ${y - 4}h22" stroke="${colour}" stroke-width="2"${dashes}/><text x="${x + 28}" y="${y}">${escaped(name)}</text>`
  })
  const drawn = panels.map((panel, index) => {
    return `<g transform="translate(${index * (LEFT + WIDTH + GAP) + LEFT} ${TOP})">${draw(panel, below, look)}</g>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11" fill="#222">
<title>${escaped(title)}</title><rect width="${width}" height="${height}" fill="#fff"/>
${[...drawn, ...legend].join('\n')}
</svg>
`
}

function draw({ title, series, unit }: Panel, below: string, look: (name: string) => Look): string {
  const all = series.flatMap(({ points }) => points)
  const xs = [...new Set(all.map(({ x }) => x))].sort((one, other) => one - other)
  const first = xs.find((x) => x > 0) ?? 1
  const [fromX, toX] = [logOf(xs[0] ?? 1, first), logOf(xs.at(-1) ?? 10, first)]
  const ys = all.map(({ y }) => Math.log10(y))
  const [fromY, toY] = [
    Math.floor(Math.min(...ys)),
    Math.max(Math.ceil(Math.max(...ys)), Math.floor(Math.min(...ys)) + 1),
  ]
  const px = (x: number) => (((logOf(x, first) - fromX) / Math.max(toX - fromX, 1)) * WIDTH).toFixed(1)
  const py = (log: number) => (HEIGHT - ((log - fromY) / (toY - fromY)) * HEIGHT).toFixed(1)
  const rows = Array.from({ length: toY - fromY + 1 }, (_, index) => fromY + index)
  return [
    `<text y="-14" font-size="12" font-weight="bold">${escaped(title)}</text>`,
    ...rows.map(
      (log) =>
        `<path d="M0 ${py(log)}h${WIDTH}" stroke="#ddd"/><text x="-6" y="${Number(py(log)) + 4}" text-anchor="end">${unit(10 ** log)}</text>`,
    ),
    ...xs.map(
      (x) =>
        `<path d="M${px(x)} ${HEIGHT}v4" stroke="#888"/><text x="${px(x)}" y="${HEIGHT + 16}" text-anchor="middle">${short(x)}</text>`,
    ),
    `<text x="${WIDTH / 2}" y="${HEIGHT + 32}" text-anchor="middle" fill="#555">${escaped(below)}</text>`,
    ...series.map(({ name, points }) => {
      const line = points.map(({ x, y }, index) => `${index === 0 ? 'M' : 'L'}${px(x)} ${py(Math.log10(y))}`).join('')
      const dots = points.map(({ x, y }) => `<circle cx="${px(x)}" cy="${py(Math.log10(y))}" r="2.5"/>`).join('')
      const { colour, dashes } = look(name)
      return `<g stroke="${colour}" fill="${colour}"><path d="${line}" fill="none" stroke-width="1.8"${dashes}/>${dots}</g>`
    }),
  ].join('\n')
}

function short(value: number): string {
  if (value >= 1e6) return `${value / 1e6}M`
  return value >= 1000 ? `${value / 1000}k` : String(value)
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
