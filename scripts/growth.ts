/**
 * How time, memory and the longest pause grow with a cloud, the worlds, the rules and the journal: `npm run bench:growth`.
 *
 * `--quick` small sizes; `--only services,faults`; `--check` fails where what clients do grows faster than what comes back, or
 * holds the event loop up for long; `--docs` draws docs/growth/*.svg and writes the tables into docs/performance.md.
 */

import { fork } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { writeBetween } from './bench/documents.ts'
import { duration, machine, table, thousands } from './bench/numbers.ts'
import { DIMENSIONS } from './growth/dimensions.ts'
import { plot } from './growth/plot.ts'
import type { Answered, Grown, Point, Times } from './growth/point.ts'
import { BLOCK_TARGET_MS, blocking, exponent, fineAt, growing } from './growth/verdict.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    /** For each question at each size. */
    milliseconds: { type: 'string', default: '600' },
    check: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
  },
})
const say = (text: string) => process.stderr.write(`${text}\n`)
const only = values.only.split(',').filter((word) => word !== '')
const unknown = only.find((word) => !DIMENSIONS.some(({ name }) => name === word))
if (unknown !== undefined) {
  say(`growth: --only knows no "${unknown}": ${DIMENSIONS.map(({ name }) => name).join(', ')}`)
  process.exit(2)
}
const budget = values.quick ? 100 : Number(values.milliseconds)
if (!(budget > 0)) {
  say(`growth: --milliseconds wants a number above 0, and "${values.milliseconds}" is none`)
  process.exit(2)
}

const all: Grown[] = []
for (const { name, what, sizes } of DIMENSIONS.filter(({ name }) => only.length === 0 || only.includes(name))) {
  const grown: Grown = { name, what, points: [], failed: new Map() }
  for (const size of values.quick ? sizes.slice(0, 4) : sizes) {
    try {
      const point = await measured(name, size)
      grown.points.push(point)
      say(`${thousands(size)} ${what}: ${point.answered.map(({ name, ms }) => `${name} ${duration(ms)}`).join('; ')}`)
    } catch (error) {
      grown.failed.set(size, (error as Error).message)
      say(`growth: ${thousands(size)} ${what}: ${(error as Error).message}`)
    }
  }
  all.push(grown)
}

const text = [`${machine()}; ${budget} ms for each.`, ...all.map(section)].join('\n\n')
if (values.json) process.stdout.write(`${JSON.stringify({ machine: machine(), all }, null, 2)}\n`)
else process.stdout.write(`${text}\n`)
if (values.docs) {
  mkdirSync('docs/growth', { recursive: true })
  for (const grown of all) writeFileSync(`docs/growth/${grown.name}.svg`, drawn(grown))
  writeBetween('docs/performance.md', 'growth', text)
}
const wrong = all.flatMap((grown) => [
  ...growing(grown).map((name) => `${grown.name}: "${name}" grows faster than what comes back`),
  ...blocking(grown).map(
    ({ name, size, blockMs }) => `${thousands(size)} ${grown.what}: "${name}" holds all up for ${duration(blockMs)}`,
  ),
  ...[...grown.failed].map(([size, why]) => `${thousands(size)} ${grown.what}: ${why}`),
])
for (const each of wrong) say(`growth: ${each}`)
if (values.check && wrong.length > 0) process.exitCode = 1

/** Its times as Node runs it; what it allocates in another process, with room for all that is made between two collections. */
async function measured(name: string, size: number): Promise<Point> {
  const { madeMs, held, questions } = await asked<Times>(name, size, 'times', [])
  const room = ['--min-semi-space-size=64', '--max-semi-space-size=64']
  const allocated = await asked<number[]>(name, size, 'memory', room)
  const answered = questions.map((question, index) => ({ ...question, allocated: allocated[index] ?? Number.NaN }))
  return { size, madeMs, held, answered }
}

/** Each in a process of its own. */
function asked<What>(name: string, size: number, what: 'times' | 'memory', flags: string[]): Promise<What> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('growth/subject.ts', import.meta.url), [name, String(size), String(budget), what], {
      execArgv: ['--expose-gc', '--max-old-space-size=8192', ...flags],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let stderr = ''
    child.stderr?.on('data', (piece) => {
      stderr += String(piece)
    })
    child.once('message', (measures) => resolve(measures as What))
    child.once('close', (code) => {
      reject(new Error(/^\w*Error: .*/m.exec(stderr)?.[0] ?? `it ended with ${code}: ${stderr.trim().slice(-300)}`))
    })
  })
}

function section(grown: Grown): string {
  const { name, what, points, failed } = grown
  const [fine, last] = [fineAt(points), points.at(-1)]
  const pauseAt = (point: Point | undefined, name: string) =>
    duration(point?.answered.find((other) => other.name === name)?.blockMs ?? Number.NaN)
  const rows = (points[0]?.answered ?? []).map((answered) => {
    const each = points.map((point) =>
      duration(point.answered.find((other) => other.name === answered.name)?.ms ?? Number.NaN),
    )
    const steep = (of: (answered: Answered) => number) => exponent(points, answered.name, of).toFixed(1)
    const steepness = [steep(({ ms }) => ms), steep(({ bytes }) => bytes)]
    return [answered.name, ...each, ...steepness, pauseAt(fine, answered.name), pauseAt(last, answered.name)]
  })
  const held = ['memory that is held', ...points.map((point) => `${(point.held / 1e6).toFixed(0)} MB`), '', '', '', '']
  const made = ['to make it', ...points.map(({ madeMs }) => duration(madeMs)), '', '', '', '']
  const pauses = [fine, last].map((point) => `longest pause at ${thousands(point?.size ?? 0)}`)
  const head = [what, ...points.map(({ size }) => thousands(size)), 'time grows by', 'the answer by', ...pauses]
  return [
    `### ${name[0]?.toUpperCase()}${name.slice(1)}`,
    `![time and memory of a request by how many ${name === 'journal' ? 'entries' : name} there are](growth/${name}.svg)`,
    table([head, ...rows, held, made]).trim(),
    `What grows by 0 does not, by 1 as their number. Pauses are to be below ${BLOCK_TARGET_MS} ms up to 10,000.`,
    ...[...failed].map(([size, why]) => `${thousands(size)} could not be made: ${why}`),
  ].join('\n\n')
}

function drawn({ name, what, points }: Grown): string {
  const names = points[0]?.answered.map((answered) => answered.name) ?? []
  const series = (of: (answered: Answered) => number) =>
    names.map((each) => ({
      name: each,
      points: points.flatMap(({ size, answered }) => {
        const found = answered.find((other) => other.name === each)
        return found ? [{ x: size, y: of(found) }] : []
      }),
    }))
  const bytes = (value: number) =>
    value >= 1e6 ? `${value / 1e6} MB` : value >= 1000 ? `${value / 1000} kB` : `${value} B`
  return plot(`novasim by the number of ${name === 'journal' ? 'entries' : name}`, what, [
    { title: 'time of a request', series: series(({ ms }) => ms), unit: duration },
    { title: 'allocated for a request', series: series(({ allocated }) => allocated), unit: bytes },
    {
      title: 'memory that is held',
      series: [{ name: 'the whole process', points: points.map(({ size, held }) => ({ x: size, y: held })) }],
      unit: bytes,
    },
  ])
}
