/** Changes of a text: of its bytes, of its tokens and, where it is JSON or YAML, of its structure. */

import fc from 'fast-check'
import { ODD_VALUE } from '../conformance/generators/values.ts'

/** How a text is written out again when its structure was changed. */
export interface Form {
  parse(text: string): unknown
  write(value: unknown): string
}

export interface Change {
  kind: (typeof KINDS)[number]
  /** Where, and what from where: the remainder decides, so every number means something. */
  at: number
  from: number
  value: unknown
}

const STRUCTURAL = ['set', 'set', 'drop', 'rename', 'wrap', 'graft', 'graft', 'double', 'key', 'grow'] as const
const TEXTUAL = ['byte', 'cut', 'end', 'repeat', 'token', 'token', 'untoken', 'swap'] as const
const KINDS = [...STRUCTURAL, ...TEXTUAL] as const

/** Values that something may stumble over, beside the odd ones: too large, too long, too deep, or JavaScript's own. */
const HARD_VALUE: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    ...[Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, -0, 1e308, -1e308, 5e-324, 4294967296, 1e9, 86_400_000_000],
    ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', '*', '**', '../../etc/passwd', '{host1}', '{', '%s'],
    ...[
      '0001-01-01T00:00:00Z',
      '9999-12-31T23:59:59Z',
      '2026-02-30T00:00:00Z',
      '-1s',
      '1e9d',
      '0ms',
      '99999999h',
      '1ms',
    ],
    ...['host1', 'host2', 'nova-compute', 'admin', 'default', 'all', '(a+)+$', '[', '\\', 'bytes=0-1', 'compute 2.1'],
    ...['200', '1-', '-1', '2.1-2.104', '1_000', '0x10', '0o17', '１', '\u{1f600}'.repeat(100), '\uffff', '\ufeff'],
  ),
  fc.integer({ min: 1, max: 20_000 }).map((length) => 'x'.repeat(length)),
  fc.integer({ min: 1, max: 400 }).map((depth) => deep(depth)),
  fc.integer({ min: 1, max: 400 }).map((length) => Array(length).fill('host1')),
  fc.constantFrom('__proto__', 'constructor', 'prototype').map((key) => own(key, { polluted: true })),
)

export const CHANGE: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom(...KINDS),
  at: fc.nat(65_535),
  from: fc.nat(65_535),
  value: fc.oneof({ weight: 3, arbitrary: ODD_VALUE }, { weight: 2, arbitrary: HARD_VALUE }),
})

/** One that leaves the structure alone. */
export const TEXT_CHANGE: fc.Arbitrary<Change> = fc
  .tuple(CHANGE, fc.constantFrom(...TEXTUAL))
  .map(([change, kind]) => ({ ...change, kind }))

/** @param words what tokens are taken from, beside the text itself */
export function changed(text: string, changes: readonly Change[], words: readonly string[], form?: Form): string {
  const structural = changes.filter(({ kind }) => isStructural(kind))
  const textual = changes.filter(({ kind }) => !isStructural(kind))
  let now = form && structural.length > 0 ? restructured(text, structural, words, form) : text
  for (const change of textual) now = respelled(now, change, words)
  return now.slice(0, LONGEST)
}

/** The words of texts: what their tokens are made of. */
export function wordsOf(texts: readonly string[]): string[] {
  return [...new Set(texts.flatMap((text) => text.match(/[\w@.:/-]{2,40}/g) ?? []))].slice(0, 5000)
}

function isStructural(kind: Change['kind']): boolean {
  return (STRUCTURAL as readonly string[]).includes(kind)
}

function restructured(
  text: string,
  changes: readonly Change[],
  words: readonly string[],
  { parse, write }: Form,
): string {
  let holder: { root: unknown }
  try {
    holder = { root: structuredClone(parse(text)) }
  } catch {
    return text
  }
  for (const change of changes) restructure(holder, change, words)
  try {
    return write(holder.root)
  } catch {
    // YAML and JSON have no words for it.
    return text
  }
}

type Parent = Record<string, unknown> | unknown[]

function restructure(
  holder: { root: unknown },
  { kind, at, from, value: given }: Change,
  words: readonly string[],
): void {
  // What is put in may be changed after.
  const value = structuredClone(given)
  const places = placesIn(holder)
  // What is grafted onto itself doubles each time.
  if (places.length > MOST_PLACES) return
  const place = places[at % places.length]
  if (!place) return
  const [parent, key] = place
  const here = Reflect.get(parent, key)
  const put = (each: unknown) => define(parent, key, each)
  switch (kind) {
    case 'set':
      put(value)
      break
    case 'drop':
      if (Array.isArray(parent)) parent.splice(Number(key), 1)
      else Reflect.deleteProperty(parent, key)
      break
    case 'rename':
      if (Array.isArray(parent)) parent.unshift(here)
      else {
        Reflect.deleteProperty(parent, key)
        define(parent, typeof value === 'string' && from % 2 === 0 ? value : (words[from % words.length] ?? 'x'), here)
      }
      break
    case 'wrap':
      put(from % 2 === 0 ? [here] : own(words[from % words.length] ?? 'x', here))
      break
    case 'graft': {
      const other = places[from % places.length]
      if (other) put(structuredClone(Reflect.get(other[0], other[1])))
      break
    }
    case 'double':
      if (Array.isArray(here)) here.push(...structuredClone(here))
      else if (Array.isArray(parent)) parent.push(structuredClone(here))
      else define(parent, `${key}${from % 10}`, structuredClone(here))
      break
    case 'key':
      if (isParent(here)) define(here, Array.isArray(here) ? here.length : (words[from % words.length] ?? 'x'), value)
      else put(value)
      break
    case 'grow':
      if (typeof here === 'number') put(here * 10 ** (from % 20) * (from % 2 === 0 ? 1 : -1))
      else if (typeof here === 'string') put(here.repeat(from % 50).slice(0, LONGEST))
      else if (Array.isArray(here)) put(here.slice(from % (here.length + 1)))
      else put(null)
  }
}

const MOST_PLACES = 4000

/** How many characters a text may grow to. */
const LONGEST = 200_000

/** Every place in a value, the outermost first. */
function placesIn(holder: { root: unknown }): [Parent, string][] {
  const places: [Parent, string][] = [[holder as Parent, 'root']]
  // The list grows while it is gone through.
  for (const [parent, key] of places) {
    if (places.length > MOST_PLACES) break
    const here: unknown = Reflect.get(parent, key)
    if (isParent(here)) for (const each of Object.keys(here)) places.push([here, each])
  }
  return places
}

function respelled(text: string, { kind, at, from, value }: Change, words: readonly string[]): string {
  const tokens = () => text.match(/\w+|\s+|[^\w\s]/g) ?? []
  const middle = text.length === 0 ? 0 : at % text.length
  const odd = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  switch (kind) {
    case 'byte':
      return text.slice(0, middle) + ODD_BYTES[from % ODD_BYTES.length] + text.slice(middle + (from % 2))
    case 'cut':
      return text.slice(0, middle) + text.slice(middle + 1 + (from % 40))
    case 'end':
      return text.slice(0, middle)
    case 'repeat': {
      const piece = text.slice(middle, middle + 1 + (from % 60))
      return text.slice(0, middle) + piece.repeat(2 + (from % 30)) + text.slice(middle)
    }
    case 'token':
    case 'untoken':
    case 'swap': {
      const all = tokens()
      if (all.length === 0) return odd
      const index = at % all.length
      const other = from % all.length
      if (kind === 'untoken') all.splice(index, 1)
      else if (kind === 'swap') [all[index], all[other]] = [all[other] ?? '', all[index] ?? '']
      else
        all[index] =
          from % 3 === 0
            ? odd
            : from % 3 === 1
              ? (words[from % words.length] ?? odd)
              : (SIGNS[from % SIGNS.length] ?? odd)
      return all.join('')
    }
    default:
      return text
  }
}

const ODD_BYTES = [
  ...[
    '\0',
    '\x01',
    '\x7f',
    '\x80',
    '\xff',
    '\n',
    '\r',
    '\r\n',
    '\t',
    ' ',
    '"',
    "'",
    '\\',
    '{',
    '}',
    '[',
    ']',
    ':',
    ',',
    '-',
  ],
  ...[
    '0',
    '9',
    'a',
    'Z',
    '%',
    '/',
    '?',
    '#',
    '&',
    '*',
    '!',
    '|',
    '>',
    '@',
    '`',
    ';',
    '=',
    '+',
    '.',
    '~',
    '^',
    '$',
    '(',
    ')',
  ],
  ...['\u0085', '\u2028', '\ufeff', '\ufffd', '\ud83d', '\u{1f600}', 'é', '\u202e'],
]

/** What means something in YAML, JSON, HTTP or a URL. */
const SIGNS = [
  ...[
    '&a ',
    '*a',
    '<<: ',
    '!!binary ',
    '!!set ',
    '!!timestamp ',
    '!x ',
    '? ',
    '|\n',
    '>-\n',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
    '- ',
  ],
  ...[
    'null',
    '~',
    'true',
    'yes',
    'NaN',
    '.inf',
    '-.inf',
    'Infinity',
    '1e999',
    '0x7fffffff',
    '1_000',
    '12:30:45',
    '{}',
    '[]',
    '""',
  ],
  ...[
    '%00',
    '%ff',
    '%2f',
    '%25',
    '..',
    '//',
    '?',
    '#',
    '\\',
    '%',
    '\\u0000',
    '\\ud83d',
    '__proto__',
    'chunked',
    'HTTP/1.0',
    ': ',
  ],
]

function isParent(value: unknown): value is Parent {
  return typeof value === 'object' && value !== null
}

function deep(depth: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

/** An object with one key, whatever it is called. */
function own(key: string, value: unknown): object {
  const made = {}
  define(made, key, value)
  return made
}

function define(parent: object, key: string | number, value: unknown): void {
  Object.defineProperty(parent, key, { value, writable: true, enumerable: true, configurable: true })
}
