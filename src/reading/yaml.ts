/** YAML or JSON that people write, with complaints that say the file, the line and the column. */

import { createRequire } from 'node:module'
import type { LineCounter, Node, Pair } from 'yaml'
import type { Checked } from './check.ts'
import { complaintLine, InputError } from './complaint.ts'

const require = createRequire(import.meta.url)

/** It is loaded with the first YAML: most requests to control have none, and would wait for it. */
const yaml = (): typeof import('yaml') => require('yaml')

/** How many characters of YAML are read: each takes a hundred times its size in memory. Of JSON there may be more. */
const MOST_YAML = 16 * 1024 * 1024

/** Why a text is not read as YAML; undefined when it is. */
export function tooLong(text: string): string | undefined {
  if (text.length <= MOST_YAML) return undefined
  return `it has ${text.length} characters of YAML, and ${MOST_YAML} are the most that is read (write it as JSON: of that it may be four times as long)`
}

/** From so many characters on it is worth a try whether YAML is JSON, such as what a world was saved as: that is read ten times as fast. */
const LONG = 100_000

/**
 * The value that a text stands for, once it has been checked.
 *
 * @param file the name to put before the line and the column
 * @throws {InputError} with `file:line:column: what is wrong` for each complaint
 */
export function readYaml<Value>(text: string, file: string, check: (value: unknown) => Checked<Value>): Value {
  const json = text.length < LONG ? undefined : fromJson(text)
  if (json !== undefined) {
    const { value, complaints } = check(json)
    if (complaints === undefined) return value
    // Where each of them stands only YAML can tell.
  }
  const why = tooLong(text)
  if (why !== undefined) throw new InputError([], [`${file}: ${why}`])
  const { LineCounter, parseDocument } = yaml()
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, logLevel: 'error' })
  if (document.errors.length > 0) {
    const lines = document.errors.map(({ message, pos }) => `${file}:${place(counter, pos[0])}: ${message}`)
    throw new InputError(
      document.errors.map(({ message }) => ({ message, path: [] })),
      lines,
    )
  }
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 100 }) ?? {}
  } catch (error) {
    throw new InputError([], [`${file}: ${error instanceof Error ? error.message : String(error)}`])
  }
  const { value: checked, complaints } = check(value)
  if (complaints === undefined) return checked
  const where = (path: (string | number)[]) => `${file}:${place(counter, offsetOf(document.contents, path))}`
  throw new InputError(
    complaints,
    complaints.map((complaint) => complaintLine(where(complaint.path), complaint)),
  )
}

function fromJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function place(counter: LineCounter, offset: number): string {
  const { line, col } = counter.linePos(offset)
  return `${Math.max(line, 1)}:${Math.max(col, 1)}`
}

/** Where in the text a path stands: its value, or its key when that is what is wrong; else the nearest thing around it. */
function offsetOf(contents: Node | null, path: (string | number)[]): number {
  const { isMap, isPair } = yaml()
  let here: unknown = contents
  let offset = contents?.range?.[0] ?? 0
  for (const [index, part] of path.entries()) {
    const next = isMap(here) ? here.items.find((pair) => keyOf(pair) === String(part)) : childOf(here, part)
    if (next === undefined) return offset
    const last = index === path.length - 1
    const target: unknown = isPair(next) ? (last ? next.key : next.value) : next
    offset = startOf(target) ?? offset
    here = isPair(next) ? next.value : next
  }
  return offset
}

function keyOf({ key }: Pair): string {
  return yaml().isScalar(key) ? String(key.value) : String(key)
}

function childOf(node: unknown, part: string | number): unknown {
  return yaml().isSeq(node) && typeof part === 'number' ? node.items[part] : undefined
}

function startOf(node: unknown): number | undefined {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
    ? Number(node.range[0])
    : undefined
}
