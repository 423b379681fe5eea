/** Which entries of a journal are meant: by anything that a fault can match, and by what came of it. */

import * as z from 'zod'
import { anyOf, questions } from '../faults/match.ts'
import type { Surroundings } from '../faults/passage.ts'
import { unknownOperations } from '../faults/read.ts'
import { MatchSchema, oneOrMore } from '../faults/rule-schema.ts'
import { Sighting } from '../faults/sighting.ts'
import { type Checked, check } from '../reading/check.ts'
import { type Entry, RequestEntry } from './journal-entry.ts'
import { headersOf } from './journal-names.ts'
import { type Place, viewOf } from './journal-view.ts'
import { knownAt } from './known.ts'
import { operationAt } from './operation.ts'

const STATUS = 'expected a status such as 409, or "4xx"; 0 where there was no answer'

const status = z.union([z.int(), z.string()], STATUS).transform((written, context): string => {
  const text = String(written).toLowerCase()
  if (!/^(\d{3}|[1-5]xx|0)$/.test(text)) context.addIssue(STATUS)
  return text
})
const fault = z.string().min(1, 'expected the name of a rule')

/** The words of a fault's `match`, and `status` and `fault`. */
export const EntryMatchSchema = MatchSchema.omit({ nth: true }).extend({
  status: oneOrMore(status).optional(),
  fault: oneOrMore(fault).optional(),
})

export type EntryMatch = z.infer<typeof EntryMatchSchema>

/** A match as somebody wrote it. What it names has to be there: a word that is mistyped would match nothing. */
export function checkEntryMatch(written: unknown): Checked<EntryMatch> {
  const checked = check(EntryMatchSchema, written)
  if (checked.complaints !== undefined) return checked
  const complaints = unknownOperations(checked.value, knownAt())
  return complaints.length > 0 ? { complaints } : checked
}

/** What one word of a match asks, and what an entry has instead. */
export interface Wish {
  name: string
  isMet(entry: RequestEntry): boolean
  /** What the entry has there, to be shown to people. */
  found(entry: RequestEntry): unknown
}

/** A match taken apart, so that it can be said which part of it an entry does not meet. */
export function wishesOf(place: Place, match: EntryMatch): Wish[] {
  const known = new WeakMap<RequestEntry, Sighting>()
  const seen = (entry: RequestEntry) => {
    const sighting = known.get(entry) ?? sightingOf(place, entry)
    known.set(entry, sighting)
    return sighting
  }
  return Object.entries(match).flatMap(([name, wanted]): Wish[] => {
    if (wanted === undefined) return []
    switch (name) {
      case 'status':
        return [{ name, isMet: ({ status }) => isStatus(match.status ?? [], status), found: ({ status }) => status }]
      case 'fault': {
        const matches = anyOf(match.fault ?? [])
        const faults = ({ fired = [] }: RequestEntry) => fired.map((each) => each.fault)
        return [{ name, isMet: (entry) => faults(entry).some(matches), found: faults }]
      }
      case 'host': {
        const matches = anyOf(match.host ?? [], true)
        const hosts = (entry: RequestEntry) => together(entry.subject?.host, seen(entry).hosts)
        return [{ name, isMet: (entry) => hosts(entry).some(matches), found: hosts }]
      }
      case 'binary': {
        const matches = anyOf(match.binary ?? [])
        const binaries = (entry: RequestEntry) => together(entry.subject?.binary, seen(entry).binaries)
        return [{ name, isMet: (entry) => binaries(entry).some(matches), found: binaries }]
      }
      default: {
        const asked = questions({ [name]: wanted })
        return [
          { name, isMet: (entry) => asked.every((question) => question(seen(entry))), found: foundAs(place, name) },
        ]
      }
    }
  })
}

/** Whether an entry is meant by all of it. */
export function matcher(place: Place, match: EntryMatch): (entry: Entry) => entry is RequestEntry {
  const wishes = wishesOf(place, match)
  return (entry): entry is RequestEntry => entry instanceof RequestEntry && wishes.every((wish) => wish.isMet(entry))
}

function sightingOf({ cloud, seed }: Place, entry: RequestEntry): Sighting {
  const { method, path, query, face } = entry
  const request = { method, headers: headersOf(entry) } as Request
  const passage = { request, environ: { path, query }, face }
  const never = (): never => {
    throw new Error('a request of a journal is answered already')
  }
  const around: Surroundings = {
    cloud,
    seed,
    operationOf: () => operationAt(cloud, { ...passage, body: entry.body }),
    ...{ renderError: never, renderPage: never, answerFrom: never },
  }
  const sighting = new Sighting(passage, around)
  sighting.bytes = entry.body
  return sighting
}

function foundAs(place: Place, name: string): (entry: RequestEntry) => unknown {
  return (entry) => {
    const view = viewOf(place, entry)
    if (!('request' in view)) return null
    switch (name) {
      case 'query':
        return Object.fromEntries(new URLSearchParams(entry.query))
      case 'header':
        return view.request.headers
      case 'method':
      case 'path':
      case 'body':
        return view.request[name]
      default:
        return Reflect.get(view, name) ?? null
    }
  }
}

function isStatus(wanted: string[], status: number): boolean {
  return wanted.some((each) =>
    each.endsWith('xx') ? each[0] === String(status)[0] && status >= 100 : each === String(status),
  )
}

function together(one: string | null | undefined, others: string[]): string[] {
  return one === null || one === undefined ? others : [...new Set([one, ...others])]
}
