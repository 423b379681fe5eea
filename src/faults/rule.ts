/** A fault rule: its name, what it matches, what it does, how often. As it is once it has been read; see rule-schema.ts. */

import type { Face } from './passage.ts'

export interface FaultRule {
  name: string
  match: Match
  do: Doing
  /** How often it fires; then it is spent. Default: without end. */
  times?: number | undefined
  /** How many it lets pass first. Default 0. */
  skip?: number | undefined
  /** How likely it fires where it could, from 0 to 1. Default 1. */
  probability?: number | undefined
  /** How long it is good for, on the world's clock. Default: for ever. */
  forMs?: number | undefined
}

/** Both ends are in it. */
export interface Range {
  from: number
  to: number
}

/** What a request has to be: all of it; of a list, one of them. Texts may have stars. */
export interface Match {
  method?: string[] | undefined
  /** Below the world's address, or below the API. */
  path?: string[] | undefined
  operation?: string[] | undefined
  face?: Face[] | undefined
  host?: string[] | undefined
  binary?: string[] | undefined
  user?: string[] | undefined
  /** Minor numbers. */
  version?: Range[] | undefined
  /** Null where there is to be none of that name. */
  query?: Record<string, (string | null)[]> | undefined
  /** By names in lower case. Null where there is to be none. */
  header?: Record<string, (string | null)[]> | undefined
  /** What has to be in the JSON body, at any depth. */
  body?: unknown
  /** Which of the requests that fit in all other respects, counted from 1. */
  nth?: Range[] | undefined
}

export type ProxyName = 'haproxy' | 'apache'

export type Delay = { fixedMs: number } | { fromMs: number; toMs: number } | { medianMs: number; p99Ms: number }

/** A part of a flap's turn: so many requests, or so long. */
export type Turn = { requests: number } | { ms: number }

/** What a fault does: at most one of these decides the answer, and a delay may go with it. */
export interface Doing {
  /** What a ready-made fault does. */
  fault?: string | undefined
  status?: number | undefined
  message?: string | undefined
  /** The envelope of the face's own refusals, or the page of what stands in front of it. Default `envelope`. */
  form?: 'envelope' | 'page' | undefined
  /** A text as it is, anything else as JSON. */
  body?: unknown
  headers?: Record<string, string> | undefined
  /** Whether the operation happens before it is answered so. Default no. */
  after?: boolean | undefined
  delay?: Delay | undefined
  drop?: 'before' | 'after' | undefined
  reset?: 'before' | 'after' | 'body' | undefined
  /** After so many bytes, or in the middle; `announce` is whether the header still says how many there should be. */
  truncate?: { bytes?: number | undefined; announce?: 'whole' | 'cut' | undefined } | undefined
  /** How many bytes are others. */
  garble?: number | undefined
  /** Milliseconds. */
  stale?: number | undefined
  throttle?: Throttle | undefined
  flap?: { up: Turn; down: Turn; with?: Doing | undefined } | undefined
  'expire-token'?: true | undefined
  gateway?: { status: 502 | 503 | 504; as?: ProxyName | undefined } | undefined
  /** So many bytes at a time, every so many milliseconds. */
  trickle?: { bytes?: number | undefined; every?: number | undefined } | undefined
  /** By how much the header is off. */
  'content-length'?: number | undefined
  /** Whose answer arrives. */
  duplicate?: 'first' | 'second' | undefined
}

export interface Throttle {
  requests: number
  perMs: number
  burst: number
  status: 413 | 429
  as: 'face' | ProxyName
}

/** What decides an answer; one of them at most may be in a rule. */
export const DECIDING = [
  'fault',
  'status',
  'drop',
  'reset',
  'truncate',
  'garble',
  'stale',
  'throttle',
  'flap',
  'expire-token',
  'gateway',
  'trickle',
  'content-length',
  'duplicate',
] as const
export type Deciding = (typeof DECIDING)[number]

/** The one thing in it that decides the answer, if there is one. */
export function decidingIn(doing: Doing): Deciding | undefined {
  return DECIDING.find((key) => doing[key] !== undefined)
}

export function within(ranges: Range[], number: number): boolean {
  return ranges.some(({ from, to }) => from <= number && number <= to)
}
