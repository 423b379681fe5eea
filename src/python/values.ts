/** Python's values, as far as JSON has them: what `json.loads` gives, kept apart where Python keeps them apart. */

/** A dict is a Map, for Python keeps the order in which keys came; an int is a number, or a bigint where it is too large. */
export type PyValue = null | boolean | number | bigint | PyFloat | string | PyValue[] | PyDict

export type PyDict = Map<string, PyValue>

/** A float: Python tells `1.0` from `1`. */
export class PyFloat {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

/** An exception that Python would have raised. `name` is that of its class, with its module where it has one. */
export class PyError extends Error {
  constructor(
    name: 'ValueError' | 'RecursionError' | 'UnicodeDecodeError' | 'KeyError' | 'DeprecationWarning',
    message = '',
  ) {
    super(message)
    this.name = name
  }
}

export function isDict(value: PyValue | undefined): value is PyDict {
  return value instanceof Map
}

/** A dict as it is, and an empty one in the place of anything else. */
export function asDict(value: PyValue | undefined): PyDict {
  return isDict(value) ? value : new Map()
}

/** What lies at the end of a path of keys; undefined where there is no such key. */
export function valueAt(value: PyValue | undefined, ...path: string[]): PyValue | undefined {
  let found = value
  for (const key of path) found = isDict(found) ? found.get(key) : undefined
  return found
}

/** The dict that lies there; empty where there is none. */
export function dictAt(value: PyValue | undefined, ...path: string[]): PyDict {
  return asDict(valueAt(value, ...path))
}

/** Python's truth: empty strings, lists and dicts are false, and so is zero. */
export function isTrue(value: PyValue | undefined): boolean {
  if (value instanceof Map) return value.size > 0
  if (Array.isArray(value)) return value.length > 0
  if (value instanceof PyFloat) return value.value !== 0
  return Boolean(value)
}

/** `len()` of a str: code points, where JavaScript counts UTF-16 units. */
export function lengthOf(text: string): number {
  let length = text.length
  for (let i = 0; i < text.length - 1; i++) {
    if (isHigh(text.charCodeAt(i)) && isLow(text.charCodeAt(i + 1))) length--
  }
  return length
}

/** How `sorted()` orders strings: by code points, where JavaScript compares UTF-16 units. */
export function compareText(one: string, other: string): number {
  const a = [...one]
  const b = [...other]
  for (let i = 0; i < a.length && i < b.length; i++) {
    const difference = (a[i]?.codePointAt(0) ?? 0) - (b[i]?.codePointAt(0) ?? 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** How many digits Python reads into an int at the most. `sys.get_int_max_str_digits()` */
export const MOST_DIGITS = 4300

/**
 * `int()` of a str that is Latin-1, as paths are in WSGI: white space around it, a sign, and single underscores between
 * digits are let pass. Undefined where Python raises ValueError.
 */
export function pythonInt(text: string): number | undefined {
  // Only where there is more than ASCII does CPython turn all that is white into spaces first.
  const trimmed = isAscii(text) ? text.replace(/^[ \t-\r]+|[ \t-\r]+$/g, '') : strip(text)
  const match = /^([+-]?)(\d+(?:_\d+)*)$/.exec(trimmed)
  if (!match || (match[2]?.replaceAll('_', '').length ?? 0) > MOST_DIGITS) return undefined
  return Number(`${match[1]}${match[2]?.replaceAll('_', '')}`)
}

/** `float()` of a str. Undefined where Python raises ValueError. */
export function pythonFloat(text: string): number | undefined {
  const trimmed = strip(text).toLowerCase()
  const special = /^([+-]?)(?:(inf(?:inity)?)|nan)$/.exec(trimmed)
  if (special) return special[2] ? Number(`${special[1]}Infinity`) : Number.NaN
  if (!/^[+-]?(?:\d+(?:_\d+)*\.?|(?:\d+(?:_\d+)*)?\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/.test(trimmed))
    return undefined
  return Number(trimmed.replaceAll('_', ''))
}

/** `strip()` of a str that is Latin-1: Python finds more characters white than JavaScript does. */
export function strip(text: string): string {
  return /[\x1c-\x1f\x85]/.test(text) ? text.replace(/^[\s\x1c-\x1f\x85]+|[\s\x1c-\x1f\x85]+$/g, '') : text.trim()
}

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text)
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000
}

/** A plain value as Python has it: objects become dicts, in the order of their keys. */
export function fromPlain(value: unknown): PyValue {
  if (Array.isArray(value)) return value.map(fromPlain)
  if (typeof value === 'object' && value !== null) {
    return new Map(Object.entries(value).map(([key, item]) => [key, fromPlain(item)]))
  }
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number' ? value : null
}
