/** Reads a world file: YAML or JSON, with complaints that say the file, the line and the column. */

import { isMap, isPair, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml'
import { createClock } from '../cloud/clock.ts'
import { createCloud } from '../cloud/description.ts'
import { CloudError } from '../cloud/errors.ts'
import { type Checked, check, pathText } from './check.ts'
import { type Complaint, fromWorldFile, type WorldDescription, WorldFileError } from './world-file.ts'
import { WorldSchema } from './world-schema.ts'

/**
 * The world that a text describes; the cloud is made once, to see that it can be.
 *
 * @param file the name to put before the line and the column
 * @throws {WorldFileError} with `file:line:column: what is wrong` for each complaint
 */
export function readWorld(text: string, file: string): WorldDescription {
  const counter = new LineCounter()
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false })
  if (document.errors.length > 0) {
    const complaints = document.errors.map(({ message }): Complaint => ({ message, path: [] }))
    throw new WorldFileError(
      complaints,
      document.errors.map(({ message, pos }) => `${file}:${place(counter, pos[0])}: ${message}`),
    )
  }
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 100 }) ?? {}
  } catch (error) {
    throw new WorldFileError([], [`${file}: ${error instanceof Error ? error.message : String(error)}`])
  }
  const checked = checkWorld(value)
  if (checked.complaints === undefined) return checked.value
  const lines = checked.complaints.map(({ message, path, hint }) => {
    const at = place(counter, offsetOf(document.contents, path))
    return `${file}:${at}: ${path.length > 0 ? `${pathText(path)}: ` : ''}${message}${hint ? ` (${hint})` : ''}`
  })
  throw new WorldFileError(checked.complaints, lines)
}

/** The world that a value describes, as it came out of YAML or JSON; or every complaint about it. */
export function checkWorld(value: unknown): Checked<WorldDescription> {
  const checked = check(WorldSchema, value)
  if (checked.complaints !== undefined) return checked
  const description = fromWorldFile(checked.value)
  try {
    createCloud(description, { seed: 0, clock: createClock({ mode: 'manual', start: description.clock?.start ?? 0 }) })
  } catch (error) {
    if (!(error instanceof CloudError) || error.refusal.code !== 'Impossible') throw error
    const { message, path = [], hint } = error.refusal
    return { complaints: [{ message, path, hint }] }
  }
  return { value: description }
}

function place(counter: LineCounter, offset: number): string {
  const { line, col } = counter.linePos(offset)
  return `${Math.max(line, 1)}:${Math.max(col, 1)}`
}

/** Where in the text a path stands: its value, or its key when that is what is wrong; else the nearest thing around it. */
function offsetOf(contents: Node | null, path: (string | number)[]): number {
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
  return isScalar(key) ? String(key.value) : String(key)
}

function childOf(node: unknown, part: string | number): unknown {
  return isSeq(node) && typeof part === 'number' ? node.items[part] : undefined
}

function startOf(node: unknown): number | undefined {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
    ? Number(node.range[0])
    : undefined
}
