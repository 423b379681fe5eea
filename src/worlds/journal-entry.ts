/** What a journal has entries of: requests with their answers, and changes of the cloud that none of them made. */

import type { Cloud } from '../cloud/cloud.ts'
import type { CloudEvent } from '../cloud/events.ts'
import type { Identity } from '../cloud/identity.ts'
import type { Owner } from '../cloud/owner.ts'
import type { Body, Bytes } from '../http/response.ts'
import type { Face, Passage } from './layer.ts'

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
  /** The world's time when it was asked first. */
  since: number
}

/** What few requests have. Whoever has it may yet be written into after the answer. */
interface More {
  /** The request's, as far as the face has read it. */
  body?: Bytes
  events?: CloudEvent[]
  fired?: Passage['fired']
  subject?: Owner | undefined
  failure?: string
  ring?: number
}

/** A request and its answer. Written by the journal alone. */
export class RequestEntry {
  /** Counted from 1, in the order of the answers. */
  id = 0
  /** Counted from 1, in the order in which they were asked. */
  asked = 0
  /** How long after the first of its like it was asked: small numbers take no room of their own. */
  later = 0
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

  constructor(question: Question) {
    this.question = question
  }

  get by(): 'request' {
    return 'request'
  }
  /** The world's time when it was asked; milliseconds since 1970. */
  get at(): number {
    return this.question.since + this.later
  }
  /** Which run of a timer it began in. */
  get ring(): number {
    return this.more?.ring ?? 0
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
  get body(): Bytes | undefined {
    return this.more?.body
  }
  /** What it changed. */
  get events(): CloudEvent[] | undefined {
    return this.more?.events
  }
  get fired(): Passage['fired'] {
    return this.more?.fired
  }
  /** What the path named when it was asked: whose host that is may not be told any more once it is gone. */
  get subject(): Owner | undefined {
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
