/** /journal: what happened, as JSON, as an HTTP archive, live; and whether what was asked is what should have been. */

import { type Context, Hono } from 'hono'
import * as z from 'zod'
import { check } from '../reading/check.ts'
import { harEntry, harHead, requestsIn } from '../worlds/har.ts'
import type { JournalLimits } from '../worlds/journal.ts'
import type { Entry } from '../worlds/journal-entry.ts'
import { checkEntryMatch, type EntryMatch, matcher } from '../worlds/journal-match.ts'
import { checkExpectation, verify } from '../worlds/journal-verify.ts'
import { type Place as Shown, viewOf } from '../worlds/journal-view.ts'
import type { World } from '../worlds/world.ts'
import { worldPrefix } from '../worlds/worlds.ts'
import { json, nothing } from './answer.ts'
import { accepted, ControlError } from './errors.ts'
import { inPieces, listed } from './in-pieces.ts'
import { journalStream } from './journal-stream.ts'
import { bodyOf, jsonOf, noSuch, type Place, parameter } from './request.ts'

/** How many entries are shown unless it is said; a HAR has all. */
const ENTRIES_SHOWN = 100

/** How much of a body is shown in a list, in characters. */
const BODY_SHOWN = 64 * 1024

const whole = z.coerce.number().int().min(0)

export const Choice = z.strictObject({
  limit: whole.optional(),
  after: whole.optional(),
  format: z.enum(['json', 'har']).optional(),
  by: z.enum(['request', 'control', 'scenario', 'clock']).optional(),
})

export const Limits = z.strictObject({
  entries: z.int().min(0, 'expected no less than 0; it keeps none then').optional(),
  bytes: z.int().min(0, 'expected no less than 0').optional(),
})

interface Query {
  match: EntryMatch
  choice: z.infer<typeof Choice>
}

export function journalRoutes(version: string) {
  return new Hono<{ Bindings: Place }>()
    .get('/', (c) => {
      const { world } = c.env
      const { match, choice } = queryOf(c)
      const place = shownIn(world)
      const { journal } = world
      const show = (entry: Entry) => viewOf(place, entry, BODY_SHOWN)
      const { format, after, by, limit = ENTRIES_SHOWN } = choice
      // Of any there may be a million.
      if (isOpen(match) && after === undefined && by === undefined && format !== 'har') {
        const rest = { found: journal.size(), ...summaryOf(world) }
        return inPieces(listOf(journal.entries(limit), show, rest))
      }
      const found = journal.entries().filter(chosen(place, match, choice))
      if (format === 'har') return inPieces(harOf(place, latest(found, choice), version))
      const rest = { found: found.length, ...summaryOf(world) }
      return inPieces(listOf(latest(found, { ...choice, limit }), show, rest))
    })
    .put('/', async (c) => {
      const { journal } = c.env.world
      journal.limit(withoutUndefined(await bodyOf(c, Limits)))
      return json(summaryOf(c.env.world))
    })
    .delete('/', (c) => {
      c.env.world.journal.clear()
      return nothing()
    })
    .get('/stream', (c) => {
      const { world } = c.env
      const { match, choice } = queryOf(c)
      const place = shownIn(world)
      const given = c.req.header('last-event-id')
      const after =
        given !== undefined && /^\d{1,15}$/.test(given) ? Number(given) : (choice.after ?? world.journal.last())
      const wants = chosen(place, match, { ...choice, after: 0 })
      const show = (entry: Entry) => viewOf(place, entry, BODY_SHOWN)
      return new Response(journalStream({ journal: world.journal, after, ended: world.ended, wants, show }), {
        headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' },
      })
    })
    .post('/verify', async (c) => {
      const { world } = c.env
      const written = await jsonOf(c)
      const expected = accepted(checkExpectation(written))
      const verdict = verify(shownIn(world), world.journal.entries(), expected, written as object)
      return json({ ...verdict, unused_faults: world.faults.unused() }, verdict.ok ? 200 : 417)
    })
    .get('/:id{\\d+}', (c) => {
      const { world } = c.env
      const { journal } = world
      const id = parameter(c, 'id')
      const known = journal.last() === 0 ? [] : [`${journal.oldest()}`, `${journal.last()}`]
      return json(viewOf(shownIn(world), journal.find(Number(id)) ?? noSuch('entry', id, known)))
    })
}

/** The entries, and what is said of all of them. */
function* listOf(entries: readonly Entry[], show: (entry: Entry) => unknown, rest: object): Generator<string> {
  yield '{"entries":'
  yield* listed(entries, show)
  yield `,${JSON.stringify(rest).slice(1)}`
}

/** As an HTTP archive. */
function* harOf(place: Shown, entries: readonly Entry[], version: string): Generator<string> {
  yield `{"log":${JSON.stringify(harHead(version)).slice(0, -1)},"entries":`
  yield* listed(requestsIn(entries), (entry) => harEntry(place, entry))
  yield '}}'
}

/** How a world's entries are shown. */
export function shownIn({ cloud, seed, name }: World): Shown {
  return { cloud, seed, prefix: worldPrefix(name) }
}

/** The latest so many of them; with `after`, the first so many. */
function latest(
  entries: Entry[],
  { limit, after }: { limit?: number | undefined; after?: number | undefined },
): Entry[] {
  if (limit === undefined) return entries
  return after === undefined ? entries.slice(Math.max(0, entries.length - limit)) : entries.slice(0, limit)
}

/** Whether it lets every entry through. */
function isOpen(match: EntryMatch): boolean {
  return Object.values(match).every((wanted) => wanted === undefined)
}

function chosen(place: Shown, match: EntryMatch, { after = 0, by }: Query['choice']): (entry: Entry) => boolean {
  const matches = isOpen(match) ? undefined : matcher(place, match)
  return (entry) => entry.id > after && (by === undefined || entry.by === by) && (matches?.(entry) ?? true)
}

/** How much there was and is. */
function summaryOf({ journal, faults }: World): object {
  const gone = [...journal.gone().values()].reduce((sum, count) => sum + count, 0)
  const limits: JournalLimits = journal.limits()
  return {
    last: journal.last(),
    requests: journal.requests(),
    kept: journal.size(),
    gone,
    bytes: journal.bytes(),
    counts: Object.fromEntries([...journal.counts()].sort(([one], [other]) => (one < other ? -1 : 1))),
    limits,
    unused_faults: faults.unused(),
  }
}

/** `?operation=os-services:delete&host=host1&status=409&header.x-trace=7`: a word more than once means any of them. */
function queryOf(c: Context<{ Bindings: Place }>): Query {
  const choice: Record<string, unknown> = {}
  const match: Record<string, unknown> = {}
  for (const [name, values] of Object.entries(c.req.queries())) {
    const [kind = '', ...rest] = name.split('.')
    const value = values.length === 1 ? values[0] : values
    if (name in Choice.shape) choice[name] = values.at(-1)
    else if ((kind === 'query' || kind === 'header') && rest.length > 0) {
      const key = kind === 'header' ? rest.join('.').toLowerCase() : rest.join('.')
      match[kind] = { ...(match[kind] as object | undefined), [key]: value }
    } else if (name === 'body') match.body = jsonIn(values[0] ?? '')
    else match[name] = value
  }
  return { match: accepted(checkEntryMatch(match)), choice: accepted(check(Choice, choice)) }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ControlError(400, { message: 'expected JSON', path: ['body'] })
  }
}

function withoutUndefined(limits: z.infer<typeof Limits>): Partial<JournalLimits> {
  return Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined))
}
