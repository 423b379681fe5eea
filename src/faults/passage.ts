/** What a world tells faults of a request on its way, and what it does for them. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Cloud } from '../cloud/cloud.ts'

export type Face = 'nova' | 'keystone' | 'placement' | 'glance'

export type Answer = Response | Promise<Response>

/** A request on its way. */
export interface Passage {
  /** May be replaced by another before it goes on. */
  request: Request
  readonly environ: {
    /** Below the world's address, decoded. */
    readonly path: string
    readonly query: string
  }
  readonly face: Face
  /** What Node has of it, where it came over a socket. */
  readonly incoming?: IncomingMessage | undefined
  readonly outgoing?: ServerResponse | undefined
  /** The faults that did something to it, in the order in which they did. */
  fired?: Fired[] | undefined
  /** Why the client has no answer, or not all of it. */
  lost?: string | undefined
}

/** A fault that did something to a request. */
export interface Fired {
  /** The rule's name. */
  fault: string
  /** What it did: `delay`, `drop`, `status`. */
  did: string
}

/** What a request asks for. */
export interface Operation {
  /** `os-services:delete`; undefined when nothing of that kind is at the path. */
  name: string | undefined
  /** As the routes of its face have it: `/os-services/4`. */
  path: string
  /** The minor number of the microversion; undefined where there is none. */
  version?: number | undefined
}

/** The world that faults are in. */
export interface Surroundings {
  readonly cloud: Cloud
  readonly seed: number
  /** @param body as far as it has been read */
  operationOf(passage: Passage, body: Uint8Array | undefined): Operation
  /** An answer in the envelope of the face that was asked. */
  renderError(passage: Passage, status: number, message: string, headers: Record<string, string>): Response
  /** The page of what stands in front of the face's own code: the router, the keeper of tokens. */
  renderPage(passage: Passage, status: number, message: string, headers: Record<string, string>): Response
  /** What the face would answer if its cloud were this one. */
  answerFrom(cloud: Cloud, passage: Passage): Answer
}
