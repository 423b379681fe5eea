/** Patterns with stars: for texts, where one stands for anything, and for paths, where it stays within its segment. */

/** Whether a text is one that a pattern means. */
export type Pattern = (text: string) => boolean

export function hasStar(pattern: string): boolean {
  return pattern.includes('*')
}

/** A text with `*` for any characters. @param fold whether upper and lower case are the same, as MySQL has it for hosts */
export function textPattern(pattern: string, fold = false): Pattern {
  const wanted = fold ? pattern.toLowerCase() : pattern
  const matches = hasStar(wanted) ? starred(wanted.split('*')) : (text: string) => text === wanted
  return fold ? (text) => matches(text.toLowerCase()) : matches
}

/** `/os-services/*`: a star is anything within a segment, `**` any number of whole segments. A slash at the end is no matter. */
export function pathPattern(pattern: string): Pattern {
  if (!hasStar(pattern)) {
    const wanted = withoutEnd(pattern)
    return (path) => path === wanted || withoutEnd(path) === wanted
  }
  const fixed = pattern.slice(0, pattern.indexOf('*')).replace(/\/$/, '')
  const parts = withoutEnd(pattern)
    .replace(/^\//, '')
    .split('/')
    .map((part) => (part === '**' ? undefined : textPattern(part)))
  return (path) => path.startsWith(fixed) && matchSegments(parts, withoutEnd(path).split('/').slice(1))
}

/** What stands between the stars has to come in this order: the first piece in front, the last at the end. Linear but for `indexOf`. */
function starred(pieces: string[]): Pattern {
  const [first = ''] = pieces
  const last = pieces.at(-1) ?? ''
  const between = pieces.slice(1, -1)
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
    let from = first.length
    const end = text.length - last.length
    for (const piece of between) {
      const at = text.indexOf(piece, from)
      if (at < 0 || at + piece.length > end) return false
      from = at + piece.length
    }
    return true
  }
}

/** Greedy: when a segment does not fit, the last `**` takes one more. No more than segments times parts. */
function matchSegments(parts: (Pattern | undefined)[], segments: string[]): boolean {
  let [part, segment] = [0, 0]
  let [open, resume] = [-1, 0]
  while (segment < segments.length) {
    const wanted = parts[part]
    if (part < parts.length && wanted === undefined) {
      ;[open, resume] = [part, segment]
      part++
    } else if (wanted?.(segments[segment] ?? '')) {
      part++
      segment++
    } else if (open >= 0) {
      part = open + 1
      segment = ++resume
    } else return false
  }
  while (part < parts.length && parts[part] === undefined) part++
  return part === parts.length
}

export function withoutEnd(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

/**
 * What the paths that a pattern means have in common: how many segments, and the first of them, each or a star.
 *
 * Of a path: all that patterns which mean it may have in common.
 */
export function shapeOf(pattern: string): string {
  const segments = withoutEnd(pattern).replace(/^\//, '').split('/')
  const [first = ''] = segments
  return `${segments.includes('**') ? '*' : segments.length} ${hasStar(first) ? '*' : first}`
}

export function shapesOf(path: string): string[] {
  const trimmed = withoutEnd(path)
  const end = trimmed.indexOf('/', 1)
  const first = trimmed.slice(1, end < 0 ? undefined : end)
  let count = 0
  for (let at = 0; at >= 0; at = trimmed.indexOf('/', at + 1)) count++
  return [`${count} ${first}`, `* ${first}`, `${count} *`, '* *']
}
