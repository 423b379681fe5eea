/** Times as Keystone writes them: `2026-01-01T00:00:00.000000Z`, in whole seconds. keystone/common/utils.py `isotime` */

/** Of seconds written lately, since who logs in is told the same ones again and again. */
const written = new Map<number, string>()
const MOST_WRITTEN = 64

/** @param ms since 1970 */
export function isoTime(ms: number): string {
  const second = wholeSecond(ms)
  const text = written.get(second) ?? `${new Date(second).toISOString().slice(0, 19)}.000000Z`
  if (written.size >= MOST_WRITTEN) written.clear()
  written.set(second, text)
  return text
}

/** The second that a moment is in. */
export function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000
}

/**
 * A time in ISO 8601, in UTC, in milliseconds since 1970; undefined when it is none that Keystone reads.
 *
 * @see oslo.utils timeutils.py `parse_isotime`
 */
export function parseIsoTime(text: string): number | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)Z$/.exec(text)
  const time = match ? Date.parse(`${match[1]}T${match[2]?.replace(',', '.')}Z`) : Number.NaN
  const exists = !Number.isNaN(time) && new Date(time).toISOString().startsWith(match?.[1] ?? '')
  return exists ? time : undefined
}
