/** Where two answers differ, for people to read. */

import type { Named } from './naming.ts'

/** How much of a long text is shown on each side of where it begins to differ. */
const AROUND = 60
const MOST_LINES = 24

/** A line or more for each difference; none when the answers are the same. */
export function differences(real: Named, ours: Named): string[] {
  const found: string[] = []
  if (real.status !== ours.status) found.push(...both('status', String(real.status), String(ours.status)))
  for (const name of new Set([...Object.keys(real.headers), ...Object.keys(ours.headers)])) {
    const [theirs, mine] = [real.headers[name] ?? '(none)', ours.headers[name] ?? '(none)']
    if (theirs !== mine) found.push(...both(`header ${name}`, theirs, mine))
  }
  if (real.body !== ours.body) found.push(...bodyDifferences(real.body, ours.body))
  return found
}

function bodyDifferences(real: string, ours: string): string[] {
  const [theirs, mine] = [parsed(real), parsed(ours)]
  const fields: string[] = []
  if (theirs !== undefined && mine !== undefined) compare(theirs, mine, 'body', fields)
  if (fields.length > MOST_LINES) fields.splice(MOST_LINES, Infinity, `… and ${fields.length - MOST_LINES} lines more`)
  if (fields.length > 0) return fields
  const at = [...real].findIndex((character, index) => character !== ours[index])
  const from = Math.max(0, (at < 0 ? real.length : at) - AROUND)
  const cut = (text: string) => `${from > 0 ? '…' : ''}${text.slice(from, from + 2 * AROUND)}`
  const what = theirs !== undefined && mine !== undefined ? 'body, in its order or spacing' : 'body'
  return both(what, JSON.stringify(cut(real)), JSON.stringify(cut(ours)))
}

function compare(real: unknown, ours: unknown, where: string, found: string[]): void {
  if (isRecord(real) && isRecord(ours)) {
    for (const key of new Set([...Object.keys(real), ...Object.keys(ours)])) {
      compare(real[key], ours[key], Array.isArray(real) ? `${where}[${key}]` : `${where}.${key}`, found)
    }
    return
  }
  const [theirs, mine] = [shown(real), shown(ours)]
  if (theirs !== mine) found.push(...both(where, theirs, mine))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function shown(value: unknown): string {
  return value === undefined ? '(none)' : JSON.stringify(value)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function both(what: string, real: string, ours: string): string[] {
  return [what, `  real     ${real}`, `  novasim  ${ours}`]
}
