/** How long something takes, as people write it. */

import ms from 'ms'
import * as z from 'zod'

/** A hundred years: so much cannot have been meant. */
const MOST_MS = 100 * 366 * 24 * 3_600_000

/** `61s`, `500ms`, `2h`, or a number of seconds; not below zero. */
export const duration = z
  .union([z.string(), z.number()], 'expected a duration such as "61s", "500ms" or "2h", or a number of seconds')
  .refine((value) => durationMs(value) >= 0 && durationMs(value) <= MOST_MS, {
    message: 'expected a duration such as "61s", "500ms" or "2h", not below zero',
  })

/** Whole milliseconds, for a clock has no parts of them; NaN when it is no duration. */
export function durationMs(value: string | number): number {
  return Math.round(exactMs(value))
}

function exactMs(value: string | number): number {
  if (typeof value === 'number') return value * 1000
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000
  // Its types want to know the text beforehand; what it makes of a text that is no duration is NaN or undefined.
  return /^[\d.]+ ?[a-z]+$/i.test(value) ? (ms(value as ms.StringValue) ?? Number.NaN) : Number.NaN
}

/** Milliseconds as people write them: `1h2m3s`, `1.5s`, `250ms`. */
export function durationText(span: number): string {
  if (span < 1000) return `${Math.round(span)}ms`
  const seconds = span / 1000
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60]
  const parts = [hours > 0 && `${hours}h`, minutes > 0 && `${minutes}m`, rest > 0 && `${Number(rest.toFixed(3))}s`]
  return parts.filter((part) => part !== false).join('')
}
