/** Whether what was asked is what should have been: how often, in which order, within how long; and if not, what came instead. */

import * as z from 'zod'
import { unknownOperations } from '../faults/read.ts'
import { type Checked, check } from '../reading/check.ts'
import type { Complaint } from '../reading/complaint.ts'
import { duration, durationMs } from '../reading/duration.ts'
import type { Entry, RequestEntry } from './journal-entry.ts'
import { type EntryMatch, EntryMatchSchema, wishesOf } from './journal-match.ts'
import { type EntryView, type Place, viewOf } from './journal-view.ts'
import { knownAt } from './known.ts'

const count = z.int().min(0, 'expected no less than 0')

const Times = z.union(
  [
    count.transform((exactly) => ({ exactly })),
    z.strictObject({ exactly: count.optional(), at_least: count.optional(), at_most: count.optional() }),
  ],
  'expected a number, or exactly, at_least or at_most',
)

/** What is expected of the requests. One of `request`, `never` and `in_order`. */
export const ExpectationSchema = z
  .strictObject({
    request: EntryMatchSchema.optional(),
    /** Default: at least once. */
    times: Times.optional(),
    never: EntryMatchSchema.optional(),
    in_order: z.array(EntryMatchSchema).min(1, 'expected at least one').optional(),
    /** The first and the last lie no further apart, on the world's clock. */
    within: duration.optional(),
    /** Only what came after the entry of this id. */
    after: count.optional(),
  })
  .refine(({ request, never, in_order }) => [request, never, in_order].filter(Boolean).length === 1, {
    message: 'expected one of request, never and in_order',
  })
  .refine(({ request, times }) => times === undefined || request !== undefined, {
    message: '"times" goes with a request',
    path: ['times'],
  })

export type Expectation = z.infer<typeof ExpectationSchema>

/** An expectation as somebody wrote it. */
export function checkExpectation(written: unknown): Checked<Expectation> {
  const checked = check(ExpectationSchema, written)
  if (checked.complaints !== undefined) return checked
  const { request = {}, never = {}, in_order = [] } = checked.value
  const complaints = [
    ...unknownAt(['request'], request),
    ...unknownAt(['never'], never),
    ...in_order.flatMap((each, index) => unknownAt(['in_order', index], each)),
  ]
  return complaints.length > 0 ? { complaints } : checked
}

function unknownAt(place: Complaint['path'], match: EntryMatch): Complaint[] {
  return unknownOperations(match, knownAt()).map((each) => ({ ...each, path: [...place, ...each.path] }))
}

export interface Verdict {
  ok: boolean
  expected: string
  /** What came: how often, or up to which step. */
  got: string
  /** The ids of the entries that fit. */
  matched: number[]
  /** What came nearest to what is missing, and in which words it differs. */
  nearest: { entry: EntryView; differs: Difference[] } | null
  /** All of it in lines, for a test to print. */
  message: string
}

export interface Difference {
  in: string
  expected: unknown
  got: unknown
}

/**
 * @param written the expectation as it was written: how its words are shown
 */
export function verify(place: Place, entries: readonly Entry[], wanted: Expectation, written: object): Verdict {
  const asked = entries
    .filter((entry): entry is RequestEntry => entry.by === 'request' && entry.id > (wanted.after ?? 0))
    .sort((one, other) => one.asked - other.asked)
  const spanMs = wanted.within === undefined ? Number.POSITIVE_INFINITY : durationMs(wanted.within)
  const shown = (key: string): unknown => Reflect.get(written, key)
  if (wanted.in_order)
    return inOrder(place, asked, wanted.in_order, spanMs, wanted, (shown('in_order') ?? []) as unknown[])
  const match = wanted.never ?? wanted.request ?? {}
  const times = wanted.never ? { exactly: 0 } : (wanted.times ?? { at_least: 1 })
  return often(place, asked, match, times, spanMs, wanted, shown(wanted.never ? 'never' : 'request'))
}

function often(
  place: Place,
  asked: RequestEntry[],
  match: EntryMatch,
  times: Exclude<z.infer<typeof Times>, undefined>,
  spanMs: number,
  { within }: Expectation,
  written: unknown,
): Verdict {
  const wishes = wishesOf(place, match)
  const fit = asked.filter((entry) => wishes.every((wish) => wish.isMet(entry)))
  const enough = isAsOften(fit.length, times)
  const span = spanOf(fit)
  const missing = tooFew(fit.length, times)
  const expected = `${described(written)} ${timesText(times)}${withinText(within)}`
  const got = `${timesText({ exactly: fit.length })}${fit.length > 1 && span > spanMs ? `, over ${span / 1000} s` : ''}`
  return verdict(place, {
    ok: enough && span <= spanMs,
    expected,
    got,
    fit,
    nearest: missing ? nearestTo(place, asked, match, written) : undefined,
    asked,
  })
}

function inOrder(
  place: Place,
  asked: RequestEntry[],
  matches: EntryMatch[],
  spanMs: number,
  { within }: Expectation,
  written: unknown[],
): Verdict {
  const wishes = matches.map((match) => wishesOf(place, match))
  const fits = (entry: RequestEntry, step: number) => wishes[step]?.every((wish) => wish.isMet(entry)) === true
  const best = furthest(asked, fits, matches.length, spanMs)
  const ok = best.length === matches.length
  const steps = written.map((step, index) => `${index + 1}. ${described(step)}`).join('; ')
  const missing = matches[best.length]
  const since = best.at(-1)?.asked ?? 0
  const later = asked.filter((entry) => entry.asked > since)
  return verdict(place, {
    ok,
    expected: `in this order${withinText(within)}: ${steps}`,
    got: ok ? 'all of it' : best.length === 0 ? 'not the first' : `only as far as ${best.length}.`,
    fit: best,
    nearest:
      ok || !missing ? undefined : nearestTo(place, later.length > 0 ? later : asked, missing, written[best.length]),
    asked,
  })
}

/** How a step was come to. */
interface Way {
  entry: RequestEntry
  before: Way | undefined
  /** Where it began. */
  first: RequestEntry
  length: number
}

/**
 * Those that meet the steps, one after the other, as far as it goes within the time.
 *
 * The first step may be met more than once. With a time limit the latest beginning is the one that may hold, without one the first is shown.
 */
function furthest(
  asked: readonly RequestEntry[],
  fits: (entry: RequestEntry, step: number) => boolean,
  steps: number,
  spanMs: number,
): RequestEntry[] {
  const isLimited = spanMs !== Number.POSITIVE_INFINITY
  const ways: (Way | undefined)[] = []
  let best: Way | undefined
  for (const entry of asked) {
    // From the last, so that nothing is two steps at once.
    for (let step = Math.min(ways.length, steps - 1); step >= 0; step--) {
      const before = ways[step - 1]
      const first = before?.first ?? entry
      const known = ways[step]
      // A clock may have been put back.
      const isWorse = known !== undefined && !(isLimited && first.at >= known.first.at)
      if (isWorse || entry.at - first.at > spanMs || !fits(entry, step)) continue
      const way = { entry, before, first, length: step + 1 }
      ways[step] = way
      if (way.length > (best?.length ?? 0)) best = way
    }
    if (best?.length === steps) break
  }
  const found: RequestEntry[] = []
  for (let way = best; way; way = way.before) found.unshift(way.entry)
  return found
}

interface Found {
  ok: boolean
  expected: string
  got: string
  fit: RequestEntry[]
  nearest: { entry: RequestEntry; differs: Difference[] } | undefined
  asked: RequestEntry[]
}

/** How many lines of what came are in a message. */
const LINES_SHOWN = 20

function verdict(place: Place, { ok, expected, got, fit, nearest, asked }: Found): Verdict {
  const line = (entry: RequestEntry): string => {
    const query = entry.query === '' ? '' : `?${entry.query}`
    return `#${entry.id} ${entry.method} ${entry.path}${query} → ${entry.status || 'no answer'}`
  }
  const lines = [`expected: ${expected}`, `got:      ${got}`]
  if (!ok && fit.length > 0)
    lines.push('those that fit:', ...fit.slice(0, LINES_SHOWN).map((entry) => `  ${line(entry)}`))
  if (!ok && nearest) {
    lines.push(`nearest:  ${line(nearest.entry)}`)
    for (const { in: where, expected: wanted, got: found } of nearest.differs) {
      lines.push(`  ${where}: expected ${text(wanted)}, got ${text(found)}`)
    }
  }
  if (!ok && !nearest && fit.length === 0)
    lines.push(asked.length === 0 ? 'nothing was asked at all' : 'nothing that came is like it')
  return {
    ok,
    expected,
    got,
    matched: fit.map(({ id }) => id),
    nearest: nearest ? { entry: viewOf(place, nearest.entry), differs: nearest.differs } : null,
    message: ok ? '' : lines.join('\n'),
  }
}

/** The one that meets the most of it, the latest of several. None when it meets nothing at all. */
function nearestTo(place: Place, asked: RequestEntry[], match: EntryMatch, written: unknown): Found['nearest'] {
  const wishes = wishesOf(place, match)
  let best: { entry: RequestEntry; met: number } | undefined
  for (const entry of asked) {
    const met = wishes.filter((wish) => wish.isMet(entry)).length
    if (met > 0 && met < wishes.length && met >= (best?.met ?? 0)) best = { entry, met }
  }
  if (!best) return undefined
  const { entry } = best
  const differs = wishes
    .filter((wish) => !wish.isMet(entry))
    .map((wish) => ({ in: wish.name, expected: fieldOf(written, wish.name), got: wish.found(entry) }))
  return { entry, differs }
}

function isAsOften(
  count: number,
  times: { exactly?: number | undefined; at_least?: number | undefined; at_most?: number | undefined },
): boolean {
  const { exactly, at_least = 0, at_most = Number.POSITIVE_INFINITY } = times
  return exactly === undefined ? count >= at_least && count <= at_most : count === exactly
}

function tooFew(
  count: number,
  { exactly = 0, at_least = 0 }: { exactly?: number | undefined; at_least?: number | undefined },
): boolean {
  return count < Math.max(exactly, at_least)
}

function timesText({
  exactly,
  at_least,
  at_most,
}: {
  exactly?: number | undefined
  at_least?: number | undefined
  at_most?: number | undefined
}): string {
  const often = (count: number) => (count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`)
  if (exactly !== undefined) return exactly === 0 ? 'never' : `exactly ${often(exactly)}`
  const parts = [
    at_least !== undefined && `at least ${often(at_least)}`,
    at_most !== undefined && `at most ${often(at_most)}`,
  ]
  return parts.filter(Boolean).join(' and ')
}

function withinText(within: string | number | undefined): string {
  if (within === undefined) return ''
  return ` within ${typeof within === 'number' ? `${within} s` : within}`
}

function spanOf(fit: RequestEntry[]): number {
  const [first, last] = [fit[0], fit.at(-1)]
  return first && last ? last.at - first.at : 0
}

function described(written: unknown): string {
  if (typeof written !== 'object' || written === null || Object.keys(written).length === 0) return 'any request'
  return Object.entries(written)
    .map(([name, value]) => `${name}: ${text(value)}`)
    .join(', ')
}

function fieldOf(written: unknown, name: string): unknown {
  return typeof written === 'object' && written !== null ? (Reflect.get(written, name) ?? null) : null
}

function text(value: unknown): string {
  const written = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value))
  return written.length > 200 ? `${written.slice(0, 197)}…` : written
}
