/** What a journal says, and what can be asked of it, as TypeScript sees it. docs/journal.md says more. */

import type { Duration, OneOrMore, RequestMatch, Wanted } from './fault-rule.ts'

/** Something that an operation changed in the cloud: `{type: 'service.updated', host: 'host1', …}`. */
export interface Changed {
  type: string
  [key: string]: unknown
}

/** A request and its answer. Tokens and passwords are redacted. */
export interface RequestEntryView {
  id: number
  by: 'request'
  /** The world's time when it was asked. */
  at: string
  face: string
  /** `os-services:delete`. */
  operation: string | null
  version: string | null
  user: string | null
  request: { method: string; path: string; query: string; headers: Record<string, string>; body: unknown }
  /** Null when there was none. */
  answer: { status: number; headers: Record<string, string>; body: unknown } | null
  /** Why there was no answer. */
  failure?: string | undefined
  changed: Changed[]
  /** The rules that did something to it, and what. */
  faults: { fault: string; did: string }[]
  /** Milliseconds on the world's clock. */
  took: number
  /** The wall's time, and the milliseconds. */
  real: { at: string; took: number }
}

/** A change that no request made, and who made it. */
export interface ChangeEntryView {
  id: number
  by: 'control' | 'scenario' | 'clock'
  at: string
  /** On what occasion: `PATCH /services/nova-compute@host1`. */
  what: string
  changed: Changed[]
  real: { at: string }
}

/** An entry of a journal. */
export type EntryView = RequestEntryView | ChangeEntryView

/** Which requests of a journal are meant. */
export type EntryMatch = RequestMatch & {
  /** `409`, `4xx`; `0` where there was no answer. */
  status?: OneOrMore<number | string> | undefined
  /** The name of a rule that did something to it. */
  fault?: OneOrMore<string> | undefined
}

/** Which entries are asked for. */
export type JournalQuery = Omit<EntryMatch, 'query' | 'header'> & {
  query?: Record<string, OneOrMore<Exclude<Wanted, null>>> | undefined
  header?: Record<string, OneOrMore<Exclude<Wanted, null>>> | undefined
  by?: 'request' | 'control' | 'scenario' | 'clock' | undefined
  /** How many, the latest; with `after` the first. Default 100. */
  limit?: number | undefined
  /** Only what came after the entry of this id. */
  after?: number | undefined
}

/** How much there was and is. */
export interface JournalSummary {
  /** The id of the last entry; 0 when there is none. */
  last: number
  requests: { asked: number; answered: number; open: number }
  kept: number
  gone: number
  bytes: number
  /** All there ever were: `{'os-services:list 200': 31}`. */
  counts: Record<string, number>
  limits: { entries: number; bytes: number }
  /** The rules that have not fired yet. */
  unused_faults: string[]
}

/** Some of it. */
export interface JournalView extends JournalSummary {
  entries: EntryView[]
  /** How many fit, shown or not. */
  found: number
}

/** A number, or bounds, both in them. */
export type Times =
  | number
  | { exactly?: number | undefined; at_least?: number | undefined; at_most?: number | undefined }

/** What is expected of the requests: one of `request`, `never` and `in_order`. */
export type Expectation = {
  /** Only what came after the entry of this id. */
  after?: number | undefined
  /** The first and the last lie no further apart, on the world's clock. */
  within?: Duration | undefined
} & (
  | {
      request: EntryMatch
      /** Default: at least once. */
      times?: Times | undefined
    }
  | { never: EntryMatch }
  | { in_order: EntryMatch[] }
)

/** Whether it is so, and if not, what came instead. */
export interface Verdict {
  ok: boolean
  expected: string
  got: string
  /** The ids of the entries that fit. */
  matched: number[]
  /** What came nearest to what is missing, and in which words it differs. */
  nearest: { entry: EntryView; differs: { in: string; expected: unknown; got: unknown }[] } | null
  /** All of it in lines, for a test to print; empty when it is so. */
  message: string
  unused_faults: string[]
}

/** An HTTP Archive 1.2. */
export interface Har {
  log: { version: string; entries: Record<string, unknown>[]; [key: string]: unknown }
}

/** What a stream of the journal tells. */
export type JournalEvent =
  | { event: 'entry'; entry: EntryView }
  /** So many went by while the listener was slow. */
  | { event: 'lost'; lost: number }
  /** The world went back to another moment, and the ids with it. */
  | { event: 'reset' }
