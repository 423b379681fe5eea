/**
 * Where a journal keeps its entries: a queue whose places are written over, round and round.
 *
 * To keep ten thousand objects, each for a fraction of a second, is what a garbage collector is worst at, and to touch memory
 * here and there is what a processor's cache is worst at. So what most requests have is written into two long arrays, place
 * after place, and an entry is made of it again when somebody looks. What there is more to say of few is kept as it is.
 */

import type { Body } from '../http/response.ts'
import { type Entry, type Question, RequestEntry } from './journal-entry.ts'

const SMALLEST = 64

/** `req-` and a UUID. */
const ID_LENGTH = 40

/** A place in the one array: numbers, then the request id, a byte for each character. */
const ASKED = 0
const LATER = 1
const STARTED = 2
const TOOK = 3
const BYTES = 4
const STATUS = 5
const ID = 6
const NUMBERS = ID + ID_LENGTH / 8

/** A place in the other: what is kept by reference. A whole entry, or the parts of one. */
const WHOLE = 0
const QUESTION = 1
const ANSWER = 2
const HEADERS = 3
const PARTS = 4

type Part = Entry | Question | Body | RequestEntry['answerHeaders'] | undefined

export class Ledger {
  #room = 0
  #first = 0
  #size = 0
  /** The id of the oldest: the others have those that follow. */
  #oldest = 1
  #numbers = new Float64Array()
  #characters = new Uint8Array()
  #parts: Part[] = []

  get size(): number {
    return this.#size
  }

  /** The id of the oldest; undefined when there is none. */
  get oldest(): number | undefined {
    return this.#size > 0 ? this.#oldest : undefined
  }

  /** @param entry whose id is the one after the latest */
  push(entry: Entry): void {
    if (this.#size === this.#room) this.#move(Math.max(SMALLEST, 2 * this.#room))
    if (this.#size === 0) this.#oldest = entry.id
    const place = this.#place(this.#size++)
    const at = NUMBERS * place
    const of = PARTS * place
    const numbers = this.#numbers
    const parts = this.#parts
    numbers[at + BYTES] = entry.bytes
    if (
      entry.by !== 'request' ||
      entry.more !== undefined ||
      entry.waited !== 0 ||
      !this.#writeId(at, entry.requestId)
    ) {
      parts[of + WHOLE] = entry
      parts[of + QUESTION] = undefined
      return
    }
    numbers[at + ASKED] = entry.asked
    numbers[at + LATER] = entry.later
    numbers[at + STARTED] = entry.started
    numbers[at + TOOK] = entry.took
    numbers[at + STATUS] = entry.status
    parts[of + QUESTION] = entry.question
    parts[of + ANSWER] = entry.answer
    parts[of + HEADERS] = entry.answerHeaders
  }

  /** Let the oldest go. */
  shift(): void {
    if (this.#size === 0) return
    const of = PARTS * this.#first
    if (this.#parts[of + QUESTION] === undefined) this.#parts[of + WHOLE] = undefined
    else this.#parts[of + ANSWER] = undefined
    this.#first = this.#first + 1 === this.#room ? 0 : this.#first + 1
    this.#size--
    this.#oldest++
  }

  /** What the oldest was, as far as it is counted when it goes. */
  oldestBytes(): number {
    return this.#numbers[NUMBERS * this.#first + BYTES] ?? 0
  }
  oldestQuestion(): Question | undefined {
    return this.#parts[PARTS * this.#first + QUESTION] as Question | undefined
  }
  oldestStatus(): number {
    return this.#numbers[NUMBERS * this.#first + STATUS] ?? 0
  }

  /** The one of this id. */
  find(id: number): Entry | undefined {
    const index = id - this.#oldest
    if (index < 0 || index >= this.#size) return undefined
    const place = this.#place(index)
    const of = PARTS * place
    const question = this.#parts[of + QUESTION] as Question | undefined
    if (!question) return this.#parts[of + WHOLE] as Entry
    const number = (which: number) => this.#numbers[NUMBERS * place + which] ?? 0
    const entry = new RequestEntry(question)
    entry.id = id
    entry.asked = number(ASKED)
    entry.later = number(LATER)
    entry.started = number(STARTED)
    entry.took = number(TOOK)
    entry.bytes = number(BYTES)
    entry.status = number(STATUS)
    entry.requestId = this.#readId(NUMBERS * place)
    entry.answer = this.#parts[of + ANSWER] as Body | undefined
    entry.answerHeaders = this.#parts[of + HEADERS] as RequestEntry['answerHeaders']
    return entry
  }

  /** Of each kind one, and how many came after an id: those with one question and one status are of a kind. */
  kinds(after: number): { entry: Entry; count: number }[] {
    const kinds: { entry: Entry; count: number }[] = []
    const known = new Map<Question, Map<number, { count: number }>>()
    for (let index = Math.max(0, after + 1 - this.#oldest); index < this.#size; index++) {
      const place = this.#place(index)
      const question = this.#parts[PARTS * place + QUESTION] as Question | undefined
      const status = this.#numbers[NUMBERS * place + STATUS] ?? 0
      const same = question && known.get(question)?.get(status)
      if (same) same.count++
      else {
        const entry = this.find(this.#oldest + index)
        if (!entry) continue
        const kind = { entry, count: 1 }
        kinds.push(kind)
        if (question) known.set(question, (known.get(question) ?? new Map()).set(status, kind))
      }
    }
    return kinds
  }

  /** The latest so many, or all of them; the oldest first. */
  list(most: number = this.#size): Entry[] {
    const entries: Entry[] = []
    const next = this.#oldest + this.#size
    for (let id = Math.max(this.#oldest, next - most); id < next; id++) {
      const entry = this.find(id)
      if (entry) entries.push(entry)
    }
    return entries
  }

  /** Another that has the same entries. */
  copy(): Ledger {
    const copy = new Ledger()
    copy.#room = this.#room
    copy.#first = this.#first
    copy.#size = this.#size
    copy.#oldest = this.#oldest
    copy.#numbers = this.#numbers.slice()
    copy.#characters = new Uint8Array(copy.#numbers.buffer)
    copy.#parts = this.#parts.slice()
    return copy
  }

  /** @param at where the place begins */
  #writeId(at: number, id: string | undefined): boolean {
    const from = 8 * (at + ID)
    const characters = this.#characters
    if (id === undefined) {
      characters[from] = 0
      return true
    }
    if (id.length !== ID_LENGTH) return false
    for (let index = 0; index < ID_LENGTH; index++) characters[from + index] = id.charCodeAt(index)
    return true
  }

  #readId(at: number): string | undefined {
    const from = 8 * (at + ID)
    if (this.#characters[from] === 0) return undefined
    return String.fromCharCode(...this.#characters.subarray(from, from + ID_LENGTH))
  }

  #place(index: number): number {
    const place = this.#first + index
    return place < this.#room ? place : place - this.#room
  }

  /** To where there is more room, the oldest in front. */
  #move(room: number): void {
    const [numbers, parts, first, before] = [this.#numbers, this.#parts, this.#first, this.#room]
    this.#numbers = new Float64Array(NUMBERS * room)
    this.#numbers.set(numbers.subarray(NUMBERS * first))
    this.#numbers.set(numbers.subarray(0, NUMBERS * first), NUMBERS * (before - first))
    this.#characters = new Uint8Array(this.#numbers.buffer)
    this.#parts = [...parts.slice(PARTS * first), ...parts.slice(0, PARTS * first)]
    while (this.#parts.length < PARTS * room) this.#parts.push(undefined)
    this.#room = room
    this.#first = 0
  }
}
