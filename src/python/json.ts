/** JSON as Python's `json` module reads and writes it. */

import { lengthOf, MOST_DIGITS, PyError, PyFloat, type PyValue } from './values.ts'

/** How deep lists and dicts may lie in each other, unless it is said. Python 3.12's scanner, under a WSGI server, as measured. */
const DEEPEST = 1405

/**
 * Read JSON as `json.loads` does: `NaN` and `Infinity` are numbers, the last of two equal keys counts, `1.0` is a float.
 *
 * @param deepest how deep lists and dicts may lie in each other: the less, the more of Python's stack is in use
 * @throws {PyError} ValueError when it is no JSON, with what Python says of it; RecursionError when it lies too deep
 */
export function loads(text: string, deepest = DEEPEST): PyValue {
  const reader = new Reader(text, deepest)
  return reader.document()
}

/** What is JSON already: written once, and put in wherever it is wanted. */
export class Json {
  readonly text: string

  /** @param text as `dumps` writes it */
  constructor(text: string) {
    this.text = text
  }
}

/** Anything that can be written: what was read, and plain objects in the order of their keys. */
export type Writable = PyValue | Json | Writable[] | { [key: string]: Writable | undefined } | undefined

/** Write JSON as `json.dumps` does: `", "` and `": "` between parts, and nothing but ASCII. Keys that are undefined are left out. */
export function dumps(value: Writable): string {
  if (typeof value === 'string') return quote(value)
  if (value === null || value === undefined) return 'null'
  if (typeof value !== 'object') return String(value)
  if (value instanceof Json) return value.text
  if (value instanceof PyFloat) return floatText(value.value, 'NaN', 'Infinity')
  if (Array.isArray(value)) return `[${value.map(dumps).join(', ')}]`
  const members: string[] = []
  if (value instanceof Map) for (const [key, item] of value) add(members, key, item)
  else for (const key of Object.keys(value)) add(members, key, value[key])
  return `{${members.join(', ')}}`
}

function add(members: string[], key: string, item: Writable): void {
  if (item !== undefined) members.push(nameOf(key) + dumps(item))
}

/** Keys as they are written: there are few that are written again and again. */
const NAMES = new Map<string, string>()
const NAMES_KEPT = 1000
/** What is longer is a UUID, or what somebody made up. */
const LONGEST_NAME = 32

function nameOf(key: string): string {
  if (key.length > LONGEST_NAME) return `${quote(key)}: `
  const known = NAMES.get(key)
  if (known !== undefined) return known
  const name = `${quote(key)}: `
  if (NAMES.size < NAMES_KEPT) NAMES.set(key, name)
  return name
}

/** What stands for itself. */
const PLAIN = /^[ !#-[\]-~]*$/

/** A string in JSON, its characters beyond ASCII escaped. */
export function quote(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`
  // JSON.stringify escapes as Python does but for DEL and what is beyond ASCII.
  const quoted = JSON.stringify(text)
  return /^[ -~]*$/.test(quoted) ? quoted : quoted.replace(/[^ -~]/g, escapeUnit)
}

/** A float as Python prints it: `1e+16`, `1e-05`, `100000.0`. */
export function floatText(value: number, nan = 'nan', infinity = 'inf'): string {
  if (Number.isNaN(value)) return nan
  if (!Number.isFinite(value)) return value < 0 ? `-${infinity}` : infinity
  if (Object.is(value, -0)) return '-0.0'
  const [digits = '', exponent = '0'] = value.toExponential().split('e')
  const power = Number(exponent)
  if (power < -4 || power >= 16) {
    return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
  }
  const plain = toPlain(value, digits, power)
  return plain.includes('.') ? plain : `${plain}.0`
}

/** Every digit written out: JavaScript turns to exponents later than Python at one end, and earlier at the other. */
function toPlain(value: number, digits: string, power: number): string {
  if (power >= 0 || power > -7) return String(value)
  return value.toFixed(digits.replace(/[-.]/g, '').length - 1 - power)
}

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

const SPACE = /[ \t\n\r]+/y
const SPACE_CODE = 0x20
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?/y
const WORD = /-?Infinity|NaN|null|true|false/y
const CHUNK = /[^"\\\x00-\x1f]+/y
const ESCAPES: Record<string, string> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}
const WORDS: Record<string, PyValue> = {
  null: null,
  true: true,
  false: false,
  NaN: new PyFloat(Number.NaN),
  Infinity: new PyFloat(Number.POSITIVE_INFINITY),
  '-Infinity': new PyFloat(Number.NEGATIVE_INFINITY),
}

/** A reader that goes through a text once, from left to right. */
class Reader {
  readonly #text: string
  readonly #deepest: number
  #at = 0

  constructor(text: string, deepest: number) {
    this.#text = text
    this.#deepest = deepest
  }

  document(): PyValue {
    if (this.#text.startsWith('\ufeff')) this.#fail('Unexpected UTF-8 BOM (decode using utf-8-sig)')
    const value = this.#value(0)
    this.#skipSpace()
    if (this.#at < this.#text.length) this.#fail('Extra data')
    return value
  }

  #value(depth: number): PyValue {
    this.#skipSpace()
    switch (this.#text[this.#at]) {
      case '{':
        return this.#dict(this.#deeper(depth))
      case '[':
        return this.#list(this.#deeper(depth))
      case '"':
        return this.#string()
    }
    const word = this.#match(WORD)
    if (word !== '') return WORDS[word] ?? null
    const number = this.#match(NUMBER)
    // To say what is wrong takes some of the stack, too.
    if (number === '') return depth < this.#deepest ? this.#fail('Expecting value') : tooDeep()
    if (/[.eE]/.test(number)) return new PyFloat(Number(number))
    const digits = number.length > MOST_DIGITS ? number.replace('-', '').length : 0
    if (digits > MOST_DIGITS) throw new PyError('ValueError', tooManyDigits(digits))
    const whole = Number(number)
    return Number.isSafeInteger(whole) ? whole + 0 : BigInt(number)
  }

  #deeper(depth: number): number {
    if (depth >= this.#deepest) tooDeep()
    return depth + 1
  }

  #dict(depth: number): PyValue {
    const dict = new Map<string, PyValue>()
    this.#at++
    this.#skipSpace()
    if (this.#take('}')) return dict
    do {
      this.#skipSpace()
      if (this.#text[this.#at] !== '"') this.#fail('Expecting property name enclosed in double quotes')
      const key = this.#string()
      this.#skipSpace()
      if (!this.#take(':')) this.#fail("Expecting ':' delimiter")
      dict.set(key, this.#value(depth))
      this.#skipSpace()
    } while (this.#take(','))
    if (!this.#take('}')) this.#fail("Expecting ',' delimiter")
    return dict
  }

  #list(depth: number): PyValue {
    const list: PyValue[] = []
    this.#at++
    this.#skipSpace()
    if (this.#take(']')) return list
    do {
      list.push(this.#value(depth))
      this.#skipSpace()
    } while (this.#take(','))
    if (!this.#take(']')) this.#fail("Expecting ',' delimiter")
    return list
  }

  #string(): string {
    const start = this.#at++
    let text = ''
    for (;;) {
      text += this.#match(CHUNK)
      const next = this.#text[this.#at++]
      if (next === '"') return text
      if (next === undefined) this.#fail('Unterminated string starting at', start)
      if (next !== '\\') this.#fail('Invalid control character at', this.#at - 1)
      const letter = this.#text[this.#at++]
      if (letter === undefined) this.#fail('Unterminated string starting at', start)
      text += letter === 'u' ? this.#unit() : (ESCAPES[letter] ?? this.#fail('Invalid \\escape', this.#at - 2))
    }
  }

  #unit(): string {
    const digits = this.#text.slice(this.#at, this.#at + 4)
    if (!/^[\da-fA-F]{4}$/.test(digits)) this.#fail('Invalid \\uXXXX escape', this.#at - 1)
    this.#at += 4
    return String.fromCharCode(Number.parseInt(digits, 16))
  }

  /** What Python says: what is wrong, and where. Lines and columns count from 1, characters from 0. */
  #fail(message: string, at = this.#at): never {
    const before = this.#text.slice(0, at)
    const line = before.split('\n').length
    const column = lengthOf(before.slice(before.lastIndexOf('\n') + 1)) + 1
    throw new PyError('ValueError', `${message}: line ${line} column ${column} (char ${lengthOf(before)})`)
  }

  /** What the pattern finds here, empty for nothing. Asked by `test`, since `exec` makes a list of each find. */
  #match(pattern: RegExp): string {
    const start = this.#at
    pattern.lastIndex = start
    if (!pattern.test(this.#text)) return ''
    this.#at = pattern.lastIndex
    return this.#text.slice(start, this.#at)
  }

  #skipSpace(): void {
    // Mostly there is none.
    if (this.#text.charCodeAt(this.#at) <= SPACE_CODE) this.#match(SPACE)
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }
}

function tooManyDigits(digits: number): string {
  return (
    `Exceeds the limit (${MOST_DIGITS} digits) for integer string conversion: value has ${digits} digits; ` +
    'use sys.set_int_max_str_digits() to increase the limit'
  )
}

function tooDeep(): never {
  throw new PyError('RecursionError')
}
