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
  constructor(name: 'ValueError' | 'RecursionError' | 'UnicodeDecodeError' | 'KeyError', message = '') {
    super(message)
    this.name = name
  }
}

export function isDict(value: PyValue | undefined): value is PyDict {
  return value instanceof Map
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

/**
 * `int()` of a str that is Latin-1, as paths are in WSGI: white space around it, a sign, and single underscores between
 * digits are let pass. Undefined where Python raises ValueError.
 */
export function pythonInt(text: string): number | undefined {
  const match = /^[\s\x1c-\x1f\x85]*([+-]?)(\d+(?:_\d+)*)[\s\x1c-\x1f\x85]*$/.exec(text)
  if (!match) return undefined
  return Number(`${match[1]}${match[2]?.replaceAll('_', '')}`)
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
