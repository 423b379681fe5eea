/**
 * What happened in a world, in order: every request with its answer, and every change of the cloud with who made it.
 *
 * On the way of a request it only keeps what is there already; whatever is to be read out of that is worked out by whoever
 * asks: see journal-view.ts.
 */

import { AsyncLocalStorage } from 'node:async_hooks'
import type { Cloud } from '../cloud/cloud.ts'
import type { CloudEvent } from '../cloud/events.ts'
import type { Owner } from '../cloud/owner.ts'
import { lengthOf } from '../http/response.ts'
import { type Actor, ChangeEntry, type Entry, type Question, RequestEntry } from './journal-entry.ts'
import { type Alike, keepAnswer, keepBody, questionOf } from './journal-keep.ts'
import type { Answer, Layer, Passage } from './layer.ts'
import { Ledger } from './ledger.ts'

/** How much is kept. What is older goes, but for the counts. */
export interface JournalLimits {
  /** 0 keeps no journal at all. */
  entries: number
  /** Of paths, headers and bodies, roughly. */
  bytes: number
}

export const JOURNAL_LIMITS: JournalLimits = { entries: 10_000, bytes: 64 * 1024 * 1024 }

/** A moment of a journal, kept. */
export interface JournalState {
  /** Not to be written into. */
  entries: Ledger
  bytes: number
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
  /** Those that are kept, or the latest so many of them; the oldest first. */
  entries(most?: number): readonly Entry[]
  /** How many are kept. */
  size(): number
  /** How many there were of each kind, by what `nameOf` calls them; those that are gone count, too. */
  counts(): Map<string, number>
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
  subjectOf(passage: Passage): Owner | undefined
}

/** What does something at the moment, across everything that it waits for. One for all worlds. */
const acting = new AsyncLocalStorage<Entry>()

export function createJournal(cloud: Cloud, { limits, nameOf, subjectOf }: JournalOptions): Journal {
  const most = { ...JOURNAL_LIMITS, ...limits }
  const listeners = new Set<() => void>()
  let kept = new Ledger()
  let bytes = 0
  let last = 0
  let order = 0
  /** How many times it went back to another moment. */
  let times = 0
  let asked = 0
  let answered = 0
  let gone = new Map<string, number>()
  /** How many there were up to an id, whether they are kept or gone: who asks again and again has only the news counted. */
  let counted: { upTo: number; counts: Map<string, number> } | undefined
  /** The request whose answer is being worked out at this very moment. */
  let current: RequestEntry | undefined
  let latest: Question | undefined
  let alike: Alike | undefined
  /** Changes of a timer or of a caller in this process, until whoever made them is done. */
  let unasked: ChangeEntry | undefined

  const begun = (passage: Passage): RequestEntry => {
    const now = cloud.clock.now()
    latest = questionOf(passage, cloud.state.identity, now, latest)
    const entry = new RequestEntry(latest)
    entry.asked = ++order
    entry.later = now - latest.since
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
    bytes -= kept.oldestBytes()
    const question = kept.oldestQuestion()
    const status = kept.oldestStatus()
    if (going && question !== undefined && going.question === question && going.status === status) going.count++
    else {
      countGone()
      const entry = kept.find(kept.oldest ?? 0)
      if (entry) going = { name: nameOf(entry), question, status, count: 1 }
    }
    kept.shift()
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
    const actor = acting.getStore()
    if (current) return current.note(event)
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
    if (passage.fired) entry.add({ fired: passage.fired })
    if (passage.lost !== undefined) entry.add({ failure: passage.lost })
    else if (response) alike = keepAnswer(entry, response, alike)
    entry.bytes = 512 + 2 * entry.target.length + (entry.body?.byteLength ?? 0) + lengthOf(entry.answer ?? null)
    append(entry)
  }

  const fail = (entry: RequestEntry, passage: Passage, began: number, error: unknown): never => {
    entry.waited = cloud.clock.now() - entry.at
    entry.add({ failure: error instanceof Error ? error.message : String(error) })
    close(entry, passage, began, undefined)
    throw error
  }

  const answerOf = (entry: RequestEntry, passage: Passage, next: () => Answer): Answer => {
    const began = performance.now()
    // A layer may put another in its place.
    const { request } = passage
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
      entry.waited = 0
      close(entry, passage, began, answer)
      return answer
    }
    return answer.then(
      (response) => {
        entry.waited = cloud.clock.now() - entry.at
        keepBody(entry, request)
        close(entry, passage, began, response)
        return response
      },
      (error) => {
        keepBody(entry, request)
        return fail(entry, passage, began, error)
      },
    )
  }

  return {
    layer(passage, next) {
      const entry = begun(passage)
      asked++
      const { method } = entry
      if (method === 'GET' || method === 'HEAD') return answerOf(entry, passage, next)
      entry.add({ subject: subjectOf(passage), ring: cloud.clock.ring() })
      return acting.run(entry, () => answerOf(entry, passage, next))
    },
    keeps: () => most.entries > 0,
    limits: () => ({ ...most }),
    limit(change) {
      Object.assign(most, change)
      dropAll()
    },
    entries(most) {
      settleUnasked()
      return kept.list(most)
    },
    size: () => kept.size,
    counts() {
      settleUnasked()
      const before = (kept.oldest ?? last + 1) - 1
      if (!counted || counted.upTo < before) {
        countGone()
        counted = { upTo: before, counts: new Map(gone) }
      }
      const { upTo, counts } = counted
      for (const { entry, count } of kept.kinds(upTo)) {
        const name = nameOf(entry)
        counts.set(name, (counts.get(name) ?? 0) + count)
      }
      counted.upTo = last
      return new Map(counts)
    },
    find: (id) => kept.find(id),
    oldest: () => kept.oldest ?? last + 1,
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
      kept = new Ledger()
      bytes = 0
      going = undefined
      gone = new Map()
      counted = undefined
      asked -= answered
      answered = 0
      for (const told of listeners) told()
    },
    state() {
      settleUnasked()
      countGone()
      return { entries: kept.copy(), bytes, last, order, asked, answered, gone: new Map(gone) }
    },
    restore(state) {
      times++
      unasked = undefined
      kept = state.entries.copy()
      going = undefined
      bytes = state.bytes
      last = state.last
      order = state.order
      // Whoever is still under way now will be answered, too.
      asked = state.answered + (asked - answered)
      answered = state.answered
      gone = new Map(state.gone)
      counted = undefined
      for (const told of listeners) told()
    },
    reset() {
      this.restore({ entries: new Ledger(), bytes: 0, last: 0, order: 0, asked: 0, answered: 0, gone: new Map() })
    },
  }
}
