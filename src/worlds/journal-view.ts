/** A journal's entries as people and programs read them: worked out when they are asked for, secrets redacted. */

import type { Cloud } from '../cloud/cloud.ts'
import type { CloudEvent } from '../cloud/events.ts'
import { type Body, inOnePiece } from '../http/response.ts'
import { toText } from '../reading/time.ts'
import { type ChangeEntry, type Entry, RequestEntry } from './journal-entry.ts'
import { headersOf, operationOf } from './journal-names.ts'
import { redactHeader, redactText } from './redact.ts'

/** The world that a journal is of. */
export interface Place {
  cloud: Cloud
  seed: number
  /** Its address below that of the emulator: `/w/ci-7`, or nothing. */
  prefix: string
}

export interface RequestView {
  id: number
  by: 'request'
  /** The world's time when it was asked. */
  at: string
  face: string
  operation: string | null
  /** `2.53`; null where there is none. */
  version: string | null
  user: string | null
  request: { method: string; path: string; query: string; headers: Record<string, string>; body: unknown }
  /** Null when there was none. */
  answer: { status: number; headers: Record<string, string>; body: unknown } | null
  failure?: string
  /** What it changed in the cloud. */
  changed: CloudEvent[]
  /** Which faults did something to it, and what. */
  faults: { fault: string; did: string }[]
  /** Milliseconds on the world's clock until it was answered. */
  took: number
  /** The wall's time when it was asked, and the milliseconds until it was answered. */
  real: { at: string; took: number }
}

export interface ChangeView {
  id: number
  by: string
  at: string
  what: string
  changed: CloudEvent[]
  real: { at: string }
}

export type EntryView = RequestView | ChangeView

/** @param mostBody how many characters of a body are shown; what is longer says how long it is */
export function viewOf(place: Place, entry: Entry, mostBody: number = Number.POSITIVE_INFINITY): EntryView {
  return entry instanceof RequestEntry ? viewRequest(place, entry, mostBody) : viewChange(entry)
}

/** The headers of its answer, with its own request id. */
export function answerHeadersOf({ answerHeaders, requestId }: RequestEntry): Headers {
  const made = new Headers(answerHeaders)
  if (requestId === undefined) return made
  for (const name of [...made.keys()]) if (name.endsWith('-request-id')) made.set(name, requestId)
  return made
}

/** The name of whoever asked: whose token it is, or who it says that it is when it logs in. */
export function userOf(entry: RequestEntry): string | null {
  const token = headersOf(entry).get('x-auth-token')
  const userId = token === null ? undefined : entry.identity.tokens.get(token)?.userId
  return entry.identity.users.get(userId ?? '')?.name ?? nameIn(textOf(entry.body))
}

/** How many bytes were sent and received, and from where, for the HAR. */
export function urlOf({ prefix }: Place, entry: RequestEntry): string {
  if (!entry.target.startsWith('/')) return entry.target
  const host = headersOf(entry).get('host') ?? 'localhost'
  const target = entry.target.startsWith(prefix) ? entry.target : prefix + entry.target
  return `http://${host}${target}`
}

export function startedAt(entry: Entry): string {
  return toText(Math.floor(performance.timeOrigin + entry.started))
}

export function textOf(body: Body | undefined): string {
  const whole = inOnePiece(body ?? null)
  return typeof whole === 'string' ? whole : new TextDecoder().decode(whole ?? undefined)
}

export function redactedHeaders(seed: number, headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].map(([name, value]) => [name, redactHeader(seed, name, value)]))
}

function viewRequest(place: Place, entry: RequestEntry, mostBody: number): RequestView {
  const { cloud, seed } = place
  const { name, version } = operationOf(cloud, entry)
  const { answerHeaders } = entry
  const shown = (body: Body | undefined) => shownBody(redactText(seed, textOf(body)), mostBody)
  return {
    id: entry.id,
    by: 'request',
    at: toText(entry.at),
    face: entry.face,
    operation: name ?? null,
    version: version === undefined ? null : `2.${version}`,
    user: userOf(entry),
    request: {
      method: entry.method,
      path: entry.path,
      query: entry.query,
      headers: redactedHeaders(seed, headersOf(entry)),
      body: shown(entry.body),
    },
    answer: answerHeaders
      ? { status: entry.status, headers: redactedHeaders(seed, answerHeadersOf(entry)), body: shown(entry.answer) }
      : null,
    ...(entry.failure !== undefined && { failure: entry.failure }),
    changed: entry.events ?? [],
    faults: entry.fired ?? [],
    took: entry.waited,
    real: { at: startedAt(entry), took: entry.took / 1000 },
  }
}

function viewChange(entry: ChangeEntry): ChangeView {
  const { id, by, at, what, events } = entry
  return { id, by, at: toText(at), what, changed: events, real: { at: startedAt(entry) } }
}

/** JSON as such, any other text as a text. */
function shownBody(text: string, most: number): unknown {
  if (text === '') return null
  if (text.length > most) return `${text.slice(0, most)}… (${text.length} characters in all)`
  return parsed(text) ?? text
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function nameIn(text: string): string | null {
  if (!text.includes('"identity"')) return null
  const body = parsed(text) as { auth?: { identity?: { password?: { user?: { name?: unknown } } } } } | undefined
  const name = body?.auth?.identity?.password?.user?.name
  return typeof name === 'string' ? name : null
}
