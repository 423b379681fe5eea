/** A fault rule as TypeScript sees it: what may stand in one. docs/faults.md says what each word does. */

/** A duration on the world's clock: `61s`, `500ms`, `2h`, or a number of seconds. */
export type Duration = string | number

/** One, or a list of which one is enough. */
export type OneOrMore<Value> = Value | Value[]

/** A value that a header or a part of the query has to have; null where there is to be none. */
export type Wanted = string | number | boolean | null

/** Which requests are meant: all of it has to fit. A text may have stars, which stand for anything. */
export type RequestMatch = {
  /** `DELETE`. */
  method?: OneOrMore<string> | undefined
  /** Below the world's address or below the API: `/os-services/*`. */
  path?: OneOrMore<string> | undefined
  /** `os-services:delete`: what the request is for, whatever its form. */
  operation?: OneOrMore<string> | undefined
  face?: OneOrMore<'nova' | 'keystone' | 'placement' | 'glance'> | undefined
  /** In the query, in the body, or of the service that the path names. */
  host?: OneOrMore<string> | undefined
  binary?: OneOrMore<string> | undefined
  /** The name of whoever asks. */
  user?: OneOrMore<string> | undefined
  /** A microversion or a range of them: `2.53`, `2.53-`, `2.1-2.52`. */
  version?: OneOrMore<string> | undefined
  query?: Record<string, OneOrMore<Wanted>> | undefined
  header?: Record<string, OneOrMore<Wanted>> | undefined
  /** What has to be in the JSON body, at any depth. */
  body?: unknown
}

/** Which requests a fault is about. */
export type FaultMatch = RequestMatch & {
  /** Which of those that fit in all other respects, counted from 1: `2`, `2-4`, `3-`. */
  nth?: OneOrMore<number | string> | undefined
}

/** What a fault does: one thing that decides the answer, or a delay, or both. */
export type FaultAction = {
  /** A ready-made one. */
  fault?: string | undefined
  /** An answer, from 200 to 599, with a `message` in the envelope of the face that was asked, or a `body` as it is. */
  status?: number | undefined
  message?: string | undefined
  form?: 'envelope' | 'page' | undefined
  body?: unknown
  headers?: Record<string, string> | undefined
  /** Whether the operation happens before the answer is given in its place. */
  after?: boolean | undefined
  delay?:
    | Duration
    | {
        fixed?: Duration | undefined
        from?: Duration | undefined
        to?: Duration | undefined
        median?: Duration | undefined
        p99?: Duration | undefined
      }
    | undefined
  /** The connection ends `before` the operation, or `after`: it happened, and the answer is lost. */
  drop?: 'before' | 'after' | undefined
  reset?: true | 'before' | 'after' | 'body' | undefined
  truncate?: true | number | { bytes?: number | undefined; announce?: 'whole' | 'cut' | undefined } | undefined
  garble?: true | number | undefined
  /** Reads are answered from so long ago. */
  stale?: Duration | undefined
  throttle?:
    | number
    | {
        requests: number
        per?: Duration | undefined
        burst?: number | undefined
        status?: 429 | 413 | undefined
        as?: 'face' | 'haproxy' | 'apache' | undefined
      }
    | undefined
  flap?:
    | true
    | number
    | string
    | { up: number | string; down: number | string; with?: string | FaultAction | undefined }
    | undefined
  'expire-token'?: true | undefined
  gateway?: 502 | 503 | 504 | { status: 502 | 503 | 504; as?: 'haproxy' | 'apache' | undefined } | undefined
  trickle?: true | Duration | { bytes?: number | undefined; every?: Duration | undefined } | undefined
  'content-length'?: number | undefined
  duplicate?: true | 'first' | 'second' | undefined
}

/** A fault rule: by its name it is listed, changed, removed and found in the journal. */
export type FaultRule = {
  /** Default: made from what it does. */
  name?: string | undefined
  /** Default: every request. */
  match?: FaultMatch | undefined
  /** A ready-made fault's name, or what it does. */
  do: string | FaultAction
  /** How often it fires; then it is spent. Default: without end. */
  times?: number | undefined
  /** How many it lets pass first. Default 0. */
  skip?: number | undefined
  /** From 0 to 1, by the world's seed. Default 1. */
  probability?: number | undefined
  /** How long it is good for. Default: for ever. */
  for?: Duration | undefined
}

/** A rule as it was written, and what came of it. */
export type FaultView = FaultRule & {
  name: string
  matched: number
  fired: number
  /** `spent` after as many times as it may fire, `over` after the time it was good for. */
  state: 'active' | 'spent' | 'over'
  /** Said when it is set: why it can never match. */
  warnings?: string[]
}
