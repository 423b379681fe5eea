/** What changes from one recording to the next, ids, times and addresses, called by names in their place. */

/** Each kind of name, and whether its value may stand in the file: ids and times may, what lets one in may not. */
const KINDS = {
  uuid: true,
  id: true,
  'host-id': true,
  reservation: true,
  time: true,
  audit: false,
  token: false,
} as const

export type Kind = keyof typeof KINDS

/** Services that are known by their type. An address of any other is called `<service-TYPE>`. */
const SERVICES =
  'compute|identity|placement|image|network|volume|volumev2|volumev3|block-storage|object-store|orchestration|service'

const NUMBERED = `(?:uuid|UUID|id|host-id|reservation|time|audit|token)-[1-9]\\d*`
const ADDRESS = `(?:${SERVICES})(?:-[a-z0-9][a-z0-9-]*)?`
/** A name, and in front of it the `<` by which a text that only looks like one is told apart. */
const NAME = new RegExp(`<(<*)(${NUMBERED}|${ADDRESS}|request|secret|length)>`, 'g')

export const UUID = '[\\da-f]{8}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{4}-[\\da-f]{12}'
const DATE = '\\d{4}-\\d\\d-\\d\\d'
const CLOCK = '\\d\\d(?::|%3[Aa])\\d\\d(?:(?::|%3[Aa])\\d\\d(?:\\.\\d+)?)?'
const ZONE = 'Z|(?:[+-]|%2[Bb])\\d\\d(?::|%3[Aa])?\\d\\d'
const HTTP_DATE = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT'

/** Everything that has a name of its own, in the order in which it is tried. */
const VALUES = new RegExp(
  [
    `(?<![\\w-])req-${UUID}(?![\\w-])`,
    `(?<![\\da-zA-Z])(?:${UUID}|${UUID.replaceAll('a-f', 'A-F')})(?![\\da-zA-Z])`,
    '(?<![\\da-zA-Z])[\\da-f]{56}(?![\\da-zA-Z])',
    '(?<![\\da-zA-Z])[\\da-f]{32}(?![\\da-zA-Z])',
    `(?<!\\d)${DATE}[T ]${CLOCK}(?:${ZONE})?(?![\\d])`,
    HTTP_DATE,
    '(?<![\\w-])r-[\\da-z]{8}(?![\\w-])',
  ].join('|'),
  'g',
)

/** How many values are remembered. One that was forgotten and comes again gets another name; memory stays flat. */
const REMEMBERED = 50_000

export interface Namer {
  /** The text with names in the place of values. `times` is false where times are constants, as the dates of versions are. */
  name(text: string, options?: { times?: boolean }): string
  /** The name of a value whose kind its place tells. */
  of(kind: Kind, value: string): string
  /** The values of the names that are new since the last call, in the order in which they came. */
  fresh(): Record<string, string>
}

export function createNamer(): Namer {
  const known = new Map<string, string>()
  const counts: Partial<Record<Kind, number>> = {}
  let fresh: Record<string, string> = {}

  const next = (kind: Kind, value: string): string => {
    const number = (counts[kind] ?? 0) + 1
    counts[kind] = number
    const name = `${kind}-${number}`
    if (KINDS[kind]) fresh[name] = value
    return name
  }
  const of = (kind: Kind, value: string): string => {
    // A time is named anew wherever it stands: whether two are the same second is chance, and would change all that follow.
    if (kind === 'time') return next(kind, value)
    const key = `${kind} ${value}`
    const name = known.get(key) ?? next(kind, value)
    known.delete(key)
    known.set(key, name)
    if (known.size > REMEMBERED) known.delete(known.keys().next().value ?? '')
    return name
  }
  const nameOf = (value: string, times: boolean): string => {
    if (value.startsWith('req-')) return '<request>'
    if (value.startsWith('r-')) return known.has(`reservation ${value}`) ? `<${of('reservation', value)}>` : value
    if (value.length === 56) return `<${of('host-id', value)}>`
    if (value.length === 32 && !value.includes(':')) return `<${of('id', value)}>`
    if (value.length === 36 && value[8] === '-') {
      const lower = value.toLowerCase()
      const name = of('uuid', lower)
      return `<${value === lower ? name : name.toUpperCase()}>`
    }
    return times && isMovable(value) ? `<${of('time', value)}>` : value
  }
  return {
    name: (text, { times = true } = {}) =>
      text.length < 10 ? text : text.replace(VALUES, (value) => nameOf(value, times)),
    of,
    fresh() {
      const taken = fresh
      fresh = {}
      return taken
    },
  }
}

/** A text that only looks like a name is written with one more `<`. */
export function escapeNames(text: string): string {
  return text.includes('<') ? text.replace(NAME, '<$&') : text
}

/** Every name in a text, and the value in its place. What only looks like one loses the `<` that says so. */
export function fillNames(text: string, fill: (name: string) => string): string {
  if (!text.includes('<')) return text
  return text.replace(NAME, (whole, more: string, name: string) => (more === '' ? fill(name) : whole.slice(1)))
}

/** A text taken apart: what stands as it is, and names, in turn; the first and the last are texts. */
export function partsOf(text: string): string[] {
  const parts = ['']
  let from = 0
  const add = (piece: string) => parts.push(`${parts.pop()}${piece}`)
  for (const match of text.matchAll(NAME)) {
    add(text.slice(from, match.index))
    if (match[1] === '') parts.push(match[2] ?? '', '')
    else add(match[0].slice(1))
    from = match.index + match[0].length
  }
  add(text.slice(from))
  return parts
}

/** What a name stands for: `uuid` of `uuid-3` and of `UUID-3`. Undefined for an address. */
export function kindOf(name: string): Kind | 'request' | 'secret' | 'length' | undefined {
  if (name === 'request' || name === 'secret' || name === 'length') return name
  const match = new RegExp(`^(?:${NUMBERED})$`).exec(name)
  return match ? (name.slice(0, name.lastIndexOf('-')).toLowerCase() as Kind) : undefined
}

/** Whether a name may have a value in a `let` line. */
export function isName(name: string): boolean {
  const kind = kindOf(name)
  return kind !== undefined && kind in KINDS
}

/** What a value of a kind looks like, for one that nobody has seen yet. */
export function patternOf(name: string): string {
  switch (kindOf(name)) {
    case 'uuid':
      return `(?:${UUID}|${UUID.replaceAll('a-f', 'A-F')})`
    case 'id':
      return '[\\da-f]{32}'
    case 'host-id':
      return '[\\da-f]{56}'
    case 'reservation':
      return 'r-[\\da-z]{8}'
    case 'time':
      return `(?:${DATE}[T ]${CLOCK}(?:${ZONE})?|${HTTP_DATE})`
    case 'request':
      return `req-${UUID}`
    case 'length':
      return '\\d+'
    case 'audit':
    case 'token':
      return '[^\\s"/?&]+'
    case 'secret':
    case undefined:
      return '[\\s\\S]*?'
  }
}

/** The same moment so many milliseconds later, written as it was. What is no time stays as it is. */
export function moveTime(text: string, byMs: number): string {
  if (/^[A-Z]/.test(text)) {
    const at = Date.parse(text)
    return Number.isNaN(at) ? text : new Date(at + byMs).toUTCString()
  }
  const local = text.replace(/%3a/gi, ':')
  const match = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::(\d\d))?/.exec(local)
  if (!match) return text
  const moved = new Date(Date.parse(`${match[1]}T${match[2]}:${match[3] ?? '00'}Z`) + byMs).toISOString()
  const digits = [...moved.slice(0, 19).replace(/\D/g, '')]
  // Digit for digit, so that what stands between them, and the fraction and the zone after them, stay as they were.
  let left = match[3] === undefined ? 12 : 14
  return text.replace(/%3[Aa]|\d/g, (piece) => (piece.length > 1 || left-- <= 0 ? piece : (digits.shift() ?? piece)))
}

/** A written moment in milliseconds since 1970; one that names no zone is UTC. NaN when it is none. */
export function momentOf(text: string): number {
  if (/^[A-Z]/.test(text)) return Date.parse(text)
  const plain = text.replace(/%3a/gi, ':').replace(/%2b/gi, '+')
  return Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(plain) ? plain.replace(' ', 'T') : `${plain.replace(' ', 'T')}Z`)
}

/** The year 9999 means never. */
function isMovable(value: string): boolean {
  return !value.startsWith('9')
}
