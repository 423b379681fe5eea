/**
 * What happened in a world, in order: every request with its answer, and every change of the cloud with who made it.
 *
 * On the way of a request it only keeps what is there already; whatever is to be read out of that is worked out by whoever
 * asks: see journal-view.ts.
 */

import { AsyncLocalStorage } from 'node:async_hooks'
import type { Cloud } from '../cloud/cloud.ts'
import type { CloudEvent } from '../cloud/events.ts'
import type { Identity } from '../cloud/identity.ts'
import { type Body, rememberedIn } from '../python/answer.ts'
import type { Answer, Face, Layer, Passage } from './layer.ts'
import { Ring } from './ring.ts'

/** How much is kept. What is older goes, but for the counts. */
export interface JournalLimits {
  /** 0 keeps no journal at all. */
  entries: number
  /** Of paths, headers and bodies, roughly. */
  bytes: number
}

export const JOURNAL_LIMITS: JournalLimits = { entries: 10_000, bytes: 64 * 1024 * 1024 }

/** Who changes a cloud without asking one of its faces. */
export type Actor = 'control' | 'scenario' | 'clock'

/** What a request has in common with others that are like it: kept once for all of them. */
export interface Question {
  face: Face
  method: string
  /** As it came: a path with its query, or the whole URL of what came over no socket. */
  target: string
  /** Below the world's address, decoded. */
  path: string
  query: string
  /** As Node has them, name after value, or as they were given. */
  headers: string[] | Headers
  /** Who the users were then. */
  identity: Identity
}

/** What few requests have. */
interface More {
  /** The request's, as far as the face has read it. */
  body?: Uint8Array<ArrayBuffer>
  events?: CloudEvent[]
  fired?: Passage['fired']
  subject?: Subject | undefined
  failure?: string
}

/**
 * A request and its answer. Written by the journal alone, and to be read at once: what stands in it when it is gone from the
 * journal is another request.
 */
export class RequestEntry {
  readonly by = 'request'
  /** Counted from 1, in the order of the answers. */
  id = 0
  /** Counted from 1, in the order in which they were asked. */
  asked = 0
  /** The world's time when it was asked; milliseconds since 1970. */
  at = 0.5
  /** Milliseconds on the world's clock until it was answered. */
  waited = 0
  /** When it was asked, and how long it took: milliseconds since the process began, and microseconds. */
  started = 0
  took = 0
  question: Question
  more: More | undefined
  /** 0 when there was no answer. */
  status = 0
  /** All of the answer's, but for the request id where that stands by itself. */
  answerHeaders: Record<string, string> | Headers | undefined
  requestId: string | undefined
  answer: Body | undefined
  bytes = 0
  /** Which run of a timer it began in. */
  ring = 0
  /** Whether nobody will write into it any more once it has been answered. */
  closes = true

  constructor(question: Question) {
    this.question = question
  }

  get face(): Face {
    return this.question.face
  }
  get method(): string {
    return this.question.method
  }
  get target(): string {
    return this.question.target
  }
  get path(): string {
    return this.question.path
  }
  get query(): string {
    return this.question.query
  }
  get headers(): string[] | Headers {
    return this.question.headers
  }
  get identity(): Identity {
    return this.question.identity
  }
  get body(): Uint8Array<ArrayBuffer> | undefined {
    return this.more?.body
  }
  /** What it changed. */
  get events(): CloudEvent[] | undefined {
    return this.more?.events
  }
  get fired(): Passage['fired'] {
    return this.more?.fired
  }
  /** What the path named when it was asked. */
  get subject(): Subject | undefined {
    return this.more?.subject
  }
  /** Why there was no answer. */
  get failure(): string | undefined {
    return this.more?.failure
  }

  add(more: More): void {
    this.more = { ...this.more, ...more }
  }

  note(event: CloudEvent): void {
    const events = this.more?.events
    if (events) events.push(event)
    else this.add({ events: [event] })
  }
}

/** A service, instance or hypervisor that a path names: whose host it is may not be told any more once it is gone. */
export interface Subject {
  host: string | null
  binary: string | null
}

/** Changes that no request made. */
export class ChangeEntry {
  id = 0
  readonly by: Actor
  /** On what occasion: `PATCH /services/nova-compute@host1`. */
  readonly what: string
  readonly at: number
  readonly started: number = Math.floor(performance.now())
  readonly events: CloudEvent[] = []
  readonly bytes = 512
  readonly ring: number

  constructor(by: Actor, what: string, cloud: Cloud) {
    this.by = by
    this.what = what
    this.at = cloud.clock.now()
    this.ring = cloud.clock.ring()
  }

  note(event: CloudEvent): void {
    this.events.push(event)
  }
}

export type Entry = RequestEntry | ChangeEntry

/** A moment of a journal, kept. */
export interface JournalState {
  entries: Entry[]
  last: number
  order: number
  asked: number
  answered: number
  gone: Map<string, number>
}

export interface Journal {
  /** Outermost of all: keeps each request with what comes back. */
  layer: Layer
  /** Whether it keeps anything at all. */
  keeps(): boolean
  limits(): JournalLimits
  limit(limits: Partial<JournalLimits>): void
  /** Those that are kept, the oldest first. */
  entries(): readonly Entry[]
  /** The one of this id, while it is kept. */
  find(id: number): Entry | undefined
  /** The id of the oldest that is kept; when none is, that of the next to come. */
  oldest(): number
  /** The id of the latest, 0 before the first. */
  last(): number
  /** How many requests came, were answered, and are under way. */
  requests(): { asked: number; answered: number; open: number }
  /** How many entries are gone for want of room, by what `nameOf` calls them. */
  gone(): ReadonlyMap<string, number>
  /** How many bytes the kept ones have. */
  bytes(): number
  /** Do something on somebody's behalf: what it changes becomes an entry of its own, when it changes anything. */
  act<Result>(by: Actor, what: string, run: () => Result): Result
  /** Be told when there is another entry, or when all are gone. @returns what ends it */
  listen(told: () => void): () => void
  /** Forget everything; the ids go on. */
  clear(): void
  state(): JournalState
  restore(state: JournalState): void
  reset(): void
}

export interface JournalOptions {
  limits?: Partial<JournalLimits> | undefined
  /** What a request is counted as once it is gone: its operation and status. */
  nameOf(entry: Entry): string
  /** What a path names. */
  subjectOf(passage: Passage): Subject | undefined
}

/** How many entries that are gone are held ready at the most. */
const MOST_SPARE = 16

/** What does something at the moment, across everything that it waits for. One for all worlds. */
const acting = new AsyncLocalStorage<Entry>()

export function createJournal(cloud: Cloud, { limits, nameOf, subjectOf }: JournalOptions): Journal {
  const most = { ...JOURNAL_LIMITS, ...limits }
  const listeners = new Set<() => void>()
  let kept = new Ring<Entry>()
  let bytes = 0
  let last = 0
  let order = 0
  /** How many times it went back to another moment. */
  let times = 0
  let asked = 0
  let answered = 0
  let gone = new Map<string, number>()
  /** The request whose answer is being worked out at this very moment. */
  /** Up to this id a snapshot has them. */
  let pinned = 0
  let current: RequestEntry | undefined
  let latest: Question | undefined
  /** The latest that was answered. */
  let closed: RequestEntry | undefined
  /** Changes of a timer or of a caller in this process, until whoever made them is done. */
  let unasked: ChangeEntry | undefined

  // An entry that goes is written over by one that comes. To keep some for long and let others go is what a garbage collector
  // is worst at: it would cost more than all else here together.
  const spare: RequestEntry[] = []
  const begun = (passage: Passage): RequestEntry => {
    latest = questionOf(passage, cloud.state.identity, latest)
    const entry = spare.pop() ?? new RequestEntry(latest)
    entry.question = latest
    entry.more = undefined
    entry.status = 0
    entry.answerHeaders = entry.requestId = entry.answer = undefined
    entry.asked = ++order
    entry.at = cloud.clock.now()
    entry.ring = cloud.clock.ring()
    return entry
  }

  /** Those that went one after the other are mostly alike, and are counted together. */
  let going: { name: string; question: Question | undefined; status: number; count: number } | undefined
  const countGone = () => {
    if (!going) return
    const { name, count } = going
    going = undefined
    gone.set(name, (gone.get(name) ?? 0) + count)
  }

  const drop = () => {
    const entry = kept.shift()
    if (!entry) return
    bytes -= entry.bytes
    const { question, status } = entry.by === 'request' ? entry : OF_NO_REQUEST
    if (going && question !== undefined && going.question === question && going.status === status) going.count++
    else {
      countGone()
      going = { name: nameOf(entry), question, status, count: 1 }
    }
    if (entry.by === 'request' && entry.closes && entry.id > pinned && spare.length < MOST_SPARE) spare.push(entry)
  }

  const dropAll = () => {
    while (kept.size > most.entries || (bytes > most.bytes && kept.size > 1)) drop()
  }

  const append = (entry: Entry) => {
    entry.id = ++last
    kept.push(entry)
    bytes += entry.bytes
    dropAll()
    if (listeners.size > 0) for (const told of listeners) told()
  }

  const settleUnasked = () => {
    const entry = unasked
    unasked = undefined
    if (entry) append(entry)
  }

  const onEvent = (event: CloudEvent) => {
    if (most.entries === 0) return
    const ring = cloud.clock.ring()
    const actor = current ?? acting.getStore()
    if (actor && (ring === 0 || actor.ring === ring)) return actor.note(event)
    const by = ring === 0 ? 'control' : 'clock'
    if (unasked && (unasked.by !== by || unasked.ring !== ring)) settleUnasked()
    if (!unasked) {
      unasked = new ChangeEntry(by, by === 'clock' ? 'a timer' : 'code', cloud)
      queueMicrotask(settleUnasked)
    }
    unasked.note(event)
  }
  cloud.listeners.add(onEvent)

  const close = (entry: RequestEntry, passage: Passage, began: number, response: Response | undefined) => {
    answered++
    entry.started = Math.floor(began)
    entry.took = Math.round((performance.now() - began) * 1000)
    entry.waited = cloud.clock.now() - entry.at
    if (passage.fired) entry.add({ fired: passage.fired })
    if (passage.lost !== undefined) entry.add({ failure: passage.lost })
    else if (response) keepAnswer(entry, response, closed)
    closed = entry
    entry.bytes = 512 + 2 * entry.target.length + (entry.body?.byteLength ?? 0) + sizeOf(entry.answer)
    append(entry)
  }

  const fail = (entry: RequestEntry, passage: Passage, began: number, error: unknown): never => {
    entry.add({ failure: error instanceof Error ? error.message : String(error) })
    close(entry, passage, began, undefined)
    throw error
  }

  const answerOf = (entry: RequestEntry, passage: Passage, next: () => Answer): Answer => {
    const began = performance.now()
    const outer = current
    current = entry
    let answer: Answer
    try {
      answer = next()
    } catch (error) {
      return fail(entry, passage, began, error)
    } finally {
      current = outer
    }
    if (!(answer instanceof Promise)) {
      close(entry, passage, began, answer)
      return answer
    }
    return answer.then(
      (response) => {
        close(entry, passage, began, response)
        return response
      },
      (error) => fail(entry, passage, began, error),
    )
  }

  return {
    layer(passage, next) {
      const entry = begun(passage)
      asked++
      const { method } = entry
      if (method === 'GET' || method === 'HEAD') return answerOf(entry, passage, next)
      entry.closes = false
      entry.add({ subject: subjectOf(passage) })
      keepBody(entry, passage.request)
      return acting.run(entry, () => answerOf(entry, passage, next))
    },
    keeps: () => most.entries > 0,
    limits: () => ({ ...most }),
    limit(change) {
      Object.assign(most, change)
      dropAll()
    },
    entries() {
      settleUnasked()
      return kept.list()
    },
    // Ids leave none out, from the oldest that is kept to the latest.
    find: (id) => kept.at(id - (kept.at(0)?.id ?? 0)),
    oldest: () => kept.at(0)?.id ?? last + 1,
    last: () => last,
    requests: () => ({ asked, answered, open: asked - answered }),
    gone() {
      countGone()
      return gone
    },
    bytes: () => bytes,
    act(by, what, run) {
      if (most.entries === 0) return run()
      const entry = new ChangeEntry(by, what, cloud)
      const began = times
      // Who goes back to another moment leaves no trace there.
      const settle = () => {
        if (entry.events.length > 0 && began === times) append(entry)
      }
      const result = acting.run(entry, run)
      if (result instanceof Promise) return result.finally(settle) as typeof result
      settle()
      return result
    },
    listen(told) {
      listeners.add(told)
      return () => listeners.delete(told)
    },
    clear() {
      settleUnasked()
      kept = new Ring()
      bytes = 0
      going = undefined
      gone = new Map()
      asked -= answered
      answered = 0
      for (const told of listeners) told()
    },
    state() {
      settleUnasked()
      countGone()
      pinned = last
      return { entries: kept.list(), last, order, asked, answered, gone: new Map(gone) }
    },
    restore(state) {
      times++
      unasked = undefined
      kept = new Ring(state.entries)
      going = undefined
      bytes = state.entries.reduce((sum, entry) => sum + entry.bytes, 0)
      last = state.last
      order = state.order
      // Whoever is still under way now will be answered, too.
      asked = state.answered + (asked - answered)
      answered = state.answered
      gone = new Map(state.gone)
      for (const told of listeners) told()
    },
    reset() {
      this.restore({ entries: [], last: 0, order: 0, asked: 0, answered: 0, gone: new Map() })
    },
  }
}

/** Whoever reads the request's body, it is kept here too. */
function keepBody(entry: RequestEntry, request: Request): void {
  const read = request.arrayBuffer
  const value = async () => {
    const bytes = await read.call(request)
    entry.add({ body: new Uint8Array(bytes) })
    return bytes
  }
  // What the server makes of a request lets nobody assign to it.
  Object.defineProperty(request, 'arrayBuffer', { value, configurable: true })
}

function keepAnswer(entry: RequestEntry, response: Response, before: RequestEntry | undefined): void {
  const made = rememberedIn(response)
  entry.status = response.status
  entry.answerHeaders = made?.headers ?? response.headers
  if (made) entry.requestId = made.headers[REQUEST_ID]
  if (made && before && before.requestId !== undefined && areAlike(made.headers, before.answerHeaders)) {
    entry.answerHeaders = before.answerHeaders
  }
  // What is asked for its head alone is sent no body, whatever there is.
  entry.answer = entry.method === 'HEAD' ? null : made?.body
  if (entry.answer !== undefined || response.body === null) return
  entry.closes = false
  // It comes from elsewhere, so it is read on the side. What breaks off is kept as nothing.
  response
    .clone()
    .arrayBuffer()
    .then(
      (bytes) => {
        entry.answer = new Uint8Array(bytes)
      },
      () => {},
    )
}

/** @param latest another, which most are like: then there is no need to keep the same twice */
function questionOf(
  { request, environ, face, incoming }: Passage,
  identity: Identity,
  latest: Question | undefined,
): Question {
  const { method } = request
  const target = incoming?.url ?? request.url
  const headers = incoming?.rawHeaders ?? request.headers
  const same =
    latest !== undefined &&
    latest.target === target &&
    latest.method === method &&
    latest.path === environ.path &&
    latest.identity === identity &&
    areSame(headers, latest.headers)
  return same ? latest : { face, method, target, path: environ.path, query: environ.query, headers, identity }
}

const OF_NO_REQUEST = { question: undefined, status: 0 }

const REQUEST_ID = 'x-openstack-request-id'

/** Whether headers are the same but for the ids of the requests. */
function areAlike(headers: Record<string, string>, others: Record<string, string> | Headers | undefined): boolean {
  if (others === undefined || others instanceof Headers) return false
  for (const name in headers) if (headers[name] !== others[name] && !name.endsWith('-request-id')) return false
  for (const name in others) if (headers[name] === undefined) return false
  return true
}

function areSame(headers: string[] | Headers, others: string[] | Headers): boolean {
  if (!Array.isArray(headers) || !Array.isArray(others) || headers.length !== others.length) return false
  for (let index = 0; index < headers.length; index++) if (headers[index] !== others[index]) return false
  return true
}

function sizeOf(body: Body | undefined): number {
  if (body === undefined || body === null) return 0
  return typeof body === 'string' ? body.length : body.byteLength
}
