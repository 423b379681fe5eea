/** How Python prints a value, since OpenStack's messages contain it. */

import { floatText } from './json.ts'
import { lengthOf, PyError, PyFloat, type PyValue } from './values.ts'

/** How deep lists and dicts may lie in each other to be printed: as measured under a WSGI server. */
const DEEPEST = 1403

/** What `str.isprintable` says no to: other, and separators but the space. */
const UNPRINTABLE = /(?! )[\p{C}\p{Z}]/u

/** `repr(value)`. @throws {PyError} RecursionError when it lies too deep */
export function repr(value: PyValue, depth = 1): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'string') return reprText(value)
  if (value instanceof PyFloat) return floatText(value.value)
  if (typeof value !== 'object') return String(value)
  if (depth > DEEPEST) throw new PyError('RecursionError')
  if (Array.isArray(value)) return `[${value.map((item) => repr(item, depth + 1)).join(', ')}]`
  return `{${[...value].map(([key, item]) => `${reprText(key)}: ${repr(item, depth + 1)}`).join(', ')}}`
}

/** `str(value)`: a string as it is, anything else as `repr` prints it. */
export function str(value: PyValue): string {
  return typeof value === 'string' ? value : repr(value)
}

/** `repr` of a str: single quotes unless it has some and no double ones. */
export function reprText(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'"
  let printed = ''
  for (const character of text) {
    if (character === '\\' || character === mark) printed += `\\${character}`
    else printed += UNPRINTABLE.test(character) ? escapeCharacter(character) : character
  }
  return mark + printed + mark
}

/** `pprint.pformat(value, width=…, sort_dicts=False)`: over several lines when one is too long. */
export function pformat(value: PyValue, width: number): string {
  return pretty(value, 0, 0, width)
}

/** @see cpython Lib/pprint.py `PrettyPrinter._format` */
function pretty(value: PyValue, indent: number, allowance: number, width: number): string {
  const oneLine = repr(value)
  if (lengthOf(oneLine) <= width - indent - allowance) return oneLine
  if (value instanceof Map && value.size > 0) {
    const entries = [...value].map(([key, item], index) => {
      const name = `${reprText(key)}: `
      const last = index === value.size - 1
      return name + pretty(item, indent + 1 + lengthOf(name), last ? allowance + 1 : 1, width)
    })
    return `{${entries.join(`,\n${' '.repeat(indent + 1)}`)}}`
  }
  if (Array.isArray(value) && value.length > 0) {
    const items = value.map((item, index) =>
      pretty(item, indent + 1, index === value.length - 1 ? allowance + 1 : 1, width),
    )
    return `[${items.join(`,\n${' '.repeat(indent + 1)}`)}]`
  }
  return typeof value === 'string' ? prettyText(value, indent, allowance, width) : oneLine
}

/** A long string: its lines, and their words, in pieces that fit. @see cpython Lib/pprint.py `_pprint_str` */
function prettyText(text: string, indent: number, allowance: number, width: number): string {
  const lines = text.split(/(?<=\n)/)
  const outermost = indent === 0
  const from = outermost ? indent + 1 : indent
  const room = outermost ? allowance + 1 : allowance
  const pieces: string[] = []
  lines.forEach((line, index) => {
    const last = index === lines.length - 1
    const whole = reprText(line)
    if (lengthOf(whole) <= width - from - (last ? room : 0)) {
      pieces.push(whole)
      return
    }
    const parts = line.match(/\S*\s*/g)?.filter((part) => part !== '') ?? []
    let current = ''
    parts.forEach((part, place) => {
      const candidate = current + part
      const most = width - from - (last && place === parts.length - 1 ? room : 0)
      if (lengthOf(reprText(candidate)) > most) {
        if (current) pieces.push(reprText(current))
        current = part
      } else current = candidate
    })
    if (current) pieces.push(reprText(current))
  })
  if (pieces.length === 1) return pieces[0] ?? ''
  const joined = pieces.join(`\n${' '.repeat(from)}`)
  return outermost ? `(${joined})` : joined
}

/** `textwrap.indent`: a prefix before each line that is not blank. */
export function indent(text: string, prefix: string): string {
  return text.replace(/^(?=.*\S)/gm, prefix)
}

function escapeCharacter(character: string): string {
  const named = { '\t': '\\t', '\n': '\\n', '\r': '\\r' }[character]
  if (named) return named
  const code = character.codePointAt(0) ?? 0
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code <= 0xffff) return `\\u${code.toString(16).padStart(4, '0')}`
  return `\\U${code.toString(16).padStart(8, '0')}`
}
