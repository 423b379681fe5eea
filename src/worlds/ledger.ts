/**
 * Where a journal keeps its entries: a queue that is written as columns, place after place, and round again.
 *
 * To keep ten thousand objects, each for a fraction of a second, is what a garbage collector is worst at, and to write over
 * objects that lie about is what a processor's cache is worst at. So what most requests have goes into columns, and an entry is
 * made of it again when somebody looks. What more there is to say of few is kept as it is.
 */

import type { Body } from '../python/answer.ts'
import { type Entry, type Question, RequestEntry } from './journal-entry.ts'

const SMALLEST = 64

export class Ledger {
  #room = 0
  #first = 0
  #size = 0
  /** The id of the oldest: the others have those that follow. */
  #oldest = 1
  /** Entries that are kept as they are. */
  #whole: (Entry | undefined)[] = []
  #questions: (Question | undefined)[] = []
  #answers: (Body | undefined)[] = []
  #headers: RequestEntry['answerHeaders'][] = []
  #requestIds: (string | undefined)[] = []
  #asked = new Float64Array()
  #later = new Float64Array()
  #started = new Float64Array()
  #took = new Float64Array()
  #bytes = new Float64Array()
  #statuses = new Uint16Array()

  get size(): number {
    return this.#size
  }

  /** The id of the oldest; undefined when there is none. */
  get oldest(): number | undefined {
    return this.#size > 0 ? this.#oldest : undefined
  }

  /** @param entry whose id is the one after the latest */
  push(entry: Entry): void {
    if (this.#size === this.#room) this.#grow()
    if (this.#size === 0) this.#oldest = entry.id
    const place = this.#place(this.#size++)
    this.#bytes[place] = entry.bytes
    if (entry.by !== 'request' || entry.more !== undefined || entry.waited !== 0) {
      this.#whole[place] = entry
      this.#questions[place] = undefined
      return
    }
    this.#questions[place] = entry.question
    this.#answers[place] = entry.answer
    this.#headers[place] = entry.answerHeaders
    this.#requestIds[place] = entry.requestId
    this.#asked[place] = entry.asked
    this.#later[place] = entry.later
    this.#started[place] = entry.started
    this.#took[place] = entry.took
    this.#statuses[place] = entry.status
  }

  /** Let the oldest go. */
  shift(): void {
    if (this.#size === 0) return
    const place = this.#first
    if (this.#questions[place] === undefined) this.#whole[place] = undefined
    this.#answers[place] = undefined
    this.#first = place + 1 === this.#room ? 0 : place + 1
    this.#size--
    this.#oldest++
  }

  /** What the oldest was, as far as it is counted. */
  oldestBytes(): number {
    return this.#bytes[this.#first] ?? 0
  }
  oldestQuestion(): Question | undefined {
    return this.#questions[this.#first]
  }
  oldestStatus(): number {
    return this.#statuses[this.#first] ?? 0
  }

  /** The one of this id. */
  find(id: number): Entry | undefined {
    const index = id - this.#oldest
    if (index < 0 || index >= this.#size) return undefined
    const place = this.#place(index)
    const question = this.#questions[place]
    if (!question) return this.#whole[place]
    const entry = new RequestEntry(question)
    entry.id = id
    entry.asked = this.#asked[place] ?? 0
    entry.later = this.#later[place] ?? 0
    entry.started = this.#started[place] ?? 0
    entry.took = this.#took[place] ?? 0
    entry.bytes = this.#bytes[place] ?? 0
    entry.status = this.#statuses[place] ?? 0
    entry.answer = this.#answers[place]
    entry.answerHeaders = this.#headers[place]
    entry.requestId = this.#requestIds[place]
    return entry
  }

  /** All of them, the oldest first. */
  list(): Entry[] {
    const entries: Entry[] = []
    for (let id = this.#oldest; id < this.#oldest + this.#size; id++) {
      const entry = this.find(id)
      if (entry) entries.push(entry)
    }
    return entries
  }

  #place(index: number): number {
    const place = this.#first + index
    return place < this.#room ? place : place - this.#room
  }

  #grow(): void {
    const entries = this.list()
    const room = Math.max(SMALLEST, 2 * this.#room)
    const column = () => new Float64Array(room)
    this.#room = room
    this.#first = 0
    this.#size = 0
    this.#whole = new Array(room).fill(undefined)
    this.#questions = new Array(room).fill(undefined)
    this.#answers = new Array(room).fill(undefined)
    this.#headers = new Array(room).fill(undefined)
    this.#requestIds = new Array(room).fill(undefined)
    this.#asked = column()
    this.#later = column()
    this.#started = column()
    this.#took = column()
    this.#bytes = column()
    this.#statuses = new Uint16Array(room)
    for (const entry of entries) this.push(entry)
  }
}
