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
import { type Body, rememberedBody } from '../python/answer.ts'
import type { Answer, Face, Layer, Passage } from './layer.ts'

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

/** A request and its answer. */
export class RequestEntry {
  readonly by = 'request'
  /** Counted from 1, in the order of the answers. */
  id = 0
  /** Counted from 1, in the order in which they were asked. */
  readonly asked: number
  /** The world's time when it was asked, and when it was answered; milliseconds since 1970. */
  readonly at: number
  answeredAt = 0
  /** Milliseconds of `performance.now()`. */
  readonly started: number
  took = 0
  readonly face: Face
  readonly method: string
  /** As it came: a path with its query, or the whole URL of what came over no socket. */
  readonly target: string
  /** Below the world's address, decoded. */
  readonly path: string
  readonly query: string
  /** As Node has them, name after value, or as they were given. */
  readonly headers: string[] | Headers
  /** As far as the face has read it. */
  body: Uint8Array<ArrayBuffer> | undefined
  response: Response | undefined
  /** 0 when there was no answer. */
  status = 0
  answer: Body | undefined
  /** Why there was no answer. */
  failure: string | undefined
  events: CloudEvent[] | undefined
  fired: Passage['fired']
  /** What the path named when it was asked. */
  subject: Subject | undefined
  /** Who the users were then. */
  readonly identity: Identity
  bytes = 0
  /** Which run of a timer it began in. */
  readonly ring: number

  constructor({ request, environ, face, incoming }: Passage, cloud: Cloud, asked: number) {
    this.asked = asked
    this.at = cloud.clock.now()
    this.started = performance.now()
    this.face = face
    this.method = request.method
    this.target = incoming?.url ?? request.url
    this.path = environ.path
    this.query = environ.query
    this.headers = incoming?.rawHeaders ?? request.headers
    this.identity = cloud.state.identity
    this.ring = cloud.clock.ring()
  }

  note(event: CloudEvent): void {
    this.events ??= []
    this.events.push(event)
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
  readonly started: number = performance.now()
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
  limits(): JournalLimits
  limit(limits: Partial<JournalLimits>): void
  /** Those that are kept, the oldest first. */
  entries(): readonly Entry[]
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

/** What does something at the moment, across everything that it waits for. One for all worlds. */
const acting = new AsyncLocalStorage<Entry>()

export function createJournal(cloud: Cloud, { limits, nameOf, subjectOf }: JournalOptions): Journal {
  const most = { ...JOURNAL_LIMITS, ...limits }
  const listeners = new Set<() => void>()
  let kept: Entry[] = []
  /** How many of them at the front are gone already. */
  let passed = 0
  let bytes = 0
  let last = 0
  let order = 0
  /** How many times it went back to another moment. */
  let times = 0
  let asked = 0
  let answered = 0
  let gone = new Map<string, number>()
  /** The request whose answer is being worked out at this very moment. */
  let current: RequestEntry | undefined
  /** Changes of a timer or of a caller in this process, until whoever made them is done. */
  let unasked: ChangeEntry | undefined

  const drop = () => {
    const entry = kept[passed]
    if (!entry) return
    bytes -= entry.bytes
    const name = nameOf(entry)
    gone.set(name, (gone.get(name) ?? 0) + 1)
    passed++
    if (passed < 1024 || passed < kept.length / 2) return
    kept = kept.slice(passed)
    passed = 0
  }

  const append = (entry: Entry) => {
    entry.id = ++last
    kept.push(entry)
    bytes += entry.bytes
    while (kept.length - passed > most.entries || (bytes > most.bytes && kept.length - passed > 1)) drop()
    for (const told of listeners) told()
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

  const close = (entry: RequestEntry, passage: Passage, response: Response | undefined) => {
    answered++
    entry.took = performance.now() - entry.started
    entry.answeredAt = cloud.clock.now()
    entry.fired = passage.fired
    if (response) keepAnswer(entry, response)
    entry.bytes = 512 + 2 * entry.target.length + (entry.body?.byteLength ?? 0) + sizeOf(entry.answer)
    append(entry)
  }

  const fail = (entry: RequestEntry, passage: Passage, error: unknown): never => {
    entry.failure = error instanceof Error ? error.message : String(error)
    close(entry, passage, undefined)
    throw error
  }

  const answerOf = (entry: RequestEntry, passage: Passage, next: () => Answer): Answer => {
    const outer = current
    current = entry
    let answer: Answer
    try {
      answer = next()
    } catch (error) {
      return fail(entry, passage, error)
    } finally {
      current = outer
    }
    if (!(answer instanceof Promise)) {
      close(entry, passage, answer)
      return answer
    }
    return answer.then(
      (response) => {
        close(entry, passage, response)
        return response
      },
      (error) => fail(entry, passage, error),
    )
  }

  return {
    layer(passage, next) {
      const entry = new RequestEntry(passage, cloud, ++order)
      asked++
      const { method } = entry
      if (method === 'GET' || method === 'HEAD') return answerOf(entry, passage, next)
      entry.subject = subjectOf(passage)
      keepBody(entry, passage.request)
      return acting.run(entry, () => answerOf(entry, passage, next))
    },
    limits: () => ({ ...most }),
    limit(change) {
      Object.assign(most, change)
      while (kept.length - passed > most.entries || (bytes > most.bytes && kept.length - passed > 1)) drop()
    },
    entries() {
      settleUnasked()
      if (passed > 0) {
        kept = kept.slice(passed)
        passed = 0
      }
      return kept
    },
    last: () => last,
    requests: () => ({ asked, answered, open: asked - answered }),
    gone: () => gone,
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
      kept = []
      passed = 0
      bytes = 0
      gone = new Map()
      asked -= answered
      answered = 0
      for (const told of listeners) told()
    },
    state() {
      settleUnasked()
      return { entries: kept.slice(passed), last, order, asked, answered, gone: new Map(gone) }
    },
    restore(state) {
      times++
      unasked = undefined
      kept = state.entries.slice()
      passed = 0
      bytes = kept.reduce((sum, entry) => sum + entry.bytes, 0)
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
    entry.body = new Uint8Array(bytes)
    return bytes
  }
  // What the server makes of a request lets nobody assign to it.
  Object.defineProperty(request, 'arrayBuffer', { value, configurable: true })
}

function keepAnswer(entry: RequestEntry, response: Response): void {
  entry.response = response
  entry.status = response.status
  // What is asked for its head alone is sent no body, whatever there is.
  entry.answer = entry.method === 'HEAD' ? null : rememberedBody(response)
  if (entry.answer !== undefined || response.body === null) return
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

function sizeOf(body: Body | undefined): number {
  if (body === undefined || body === null) return 0
  return typeof body === 'string' ? body.length : body.byteLength
}
