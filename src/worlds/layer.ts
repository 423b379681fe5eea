/** What stands between the wire and the faces of a world: the journal, the faults, a recording that answers in their place. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Environ } from '../python/wsgi.ts'

/** A request on its way through a world. */
export interface Passage {
  /** May be replaced by another before it goes on. */
  request: Request
  environ: Environ
  face: Face
  /** What Node has of it, where it came over a socket. */
  incoming?: IncomingMessage | undefined
  outgoing?: ServerResponse | undefined
  /** The faults that did something to it, in the order in which they did: what the journal says of them. */
  fired?: { fault: string; did: string }[] | undefined
  /** Why the client has no answer, or not all of it. */
  lost?: string | undefined
}

export type Face = 'nova' | 'keystone' | 'placement' | 'glance'

export type Answer = Response | Promise<Response>

/** Answer the request, or let `next` answer it, and do what is to be done with that answer. */
export type Layer = (passage: Passage, next: () => Answer) => Answer
