/** What Node's server calls for each request: it goes in as a `Request`, and what comes back as a `Response` is sent. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { requestOf } from './request.ts'
import {
  answerWith,
  type Body,
  isInPieces,
  isText,
  lengthOf,
  type Made,
  type Pieces,
  rememberedIn,
  type Streamed,
  streamedIn,
} from './response.ts'

/** What Node has of a request. */
export interface Wire {
  incoming: IncomingMessage
  outgoing: ServerResponse
}

type Fetch = (request: Request, wire: Wire) => Response | Promise<Response>

/** What to return where the answer has been sent already, or the connection ended. The log of nginx has this status for that. */
export const SENT: Response = answerWith(null, { status: 444, headers: {} })

export function listenerFor(fetch: Fetch): (incoming: IncomingMessage, outgoing: ServerResponse) => void {
  return (incoming, outgoing) => {
    // What is neither a path nor an address (`OPTIONS *`) is for nobody here.
    if (!incoming.url?.startsWith('/') && !/^https?:\/\//.test(incoming.url ?? ''))
      return sendMade({ status: 400, headers: {}, body: null }, outgoing)
    try {
      const answer = fetch(requestOf(incoming), { incoming, outgoing })
      if (answer instanceof Promise) answer.then((response) => send(response, outgoing)).catch(() => fail(outgoing))
      else send(answer, outgoing)?.catch(() => fail(outgoing))
    } catch {
      fail(outgoing)
    }
  }
}

/** @returns nothing where there is nothing to wait for */
function send(response: Response, outgoing: ServerResponse): Promise<void> | undefined {
  if (response === SENT) return
  const made = rememberedIn(response)
  if (!made) {
    const streamed = streamedIn(response)
    return streamed ? sendStreamed(streamed, outgoing) : sendWhole(response, outgoing)
  }
  if (waiting.push({ made, outgoing }) === 1) setImmediate(sendWaiting)
}

/**
 * What is to be sent at the end of this turn of the event loop: all together, since to write to a client that sleeps, so that
 * it has to be woken, takes as long as to work out a short answer.
 */
let waiting: { made: Made; outgoing: ServerResponse }[] = []

function sendWaiting(): void {
  const ready = waiting
  waiting = []
  for (const { made, outgoing } of ready) {
    try {
      sendMade(made, outgoing)
    } catch {
      fail(outgoing)
    }
  }
}

function sendMade({ status, headers, body }: Made, outgoing: ServerResponse): undefined {
  outgoing.writeHead(status, body === null ? headers : withLength(headers, body))
  if (body === null) outgoing.end()
  else if (isInPieces(body)) sendPieces(body, outgoing)
  else outgoing.end(body)
}

function sendPieces(pieces: Pieces, outgoing: ServerResponse): void {
  if (isText(pieces)) return void outgoing.end(pieces.join(''))
  outgoing.cork()
  for (const piece of pieces) outgoing.write(piece)
  outgoing.end()
}

function withLength(headers: Record<string, string>, body: Body): Record<string, string | number> {
  for (const name in headers) {
    if (name.length === LENGTH.length && name.toLowerCase() === LENGTH) return headers
  }
  return { ...headers, 'Content-Length': lengthOf(body) }
}

const LENGTH = 'content-length'

async function sendStreamed({ pieces, headers }: Streamed, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(200, linesFor(Object.entries(headers), outgoing)).flushHeaders()
  await pipeline(Readable.from(pieces), outgoing)
}

/** In pairs, since a cookie may be set more than once. HTTP/1.0 knows of no chunks: there the end of the connection is the end. */
function linesFor(headers: Iterable<[string, string]>, { req }: ServerResponse): string[] {
  const isOld = req.httpVersionMinor === 0
  return [...headers].filter(([name]) => !(isOld && name.toLowerCase() === 'transfer-encoding')).flat()
}

/** Events, and what says how long it is or that it comes in pieces, are sent as they come; all else is measured first. */
async function sendWhole(response: Response, outgoing: ServerResponse): Promise<void> {
  const { status, headers, body } = response
  const lines = linesFor(headers, outgoing)
  if (body === null) {
    outgoing.writeHead(status, lines).end()
    return
  }
  const isStream = headers.get('content-type')?.startsWith('text/event-stream')
  if (!isStream && !headers.has(LENGTH) && !headers.has('transfer-encoding')) {
    const bytes = new Uint8Array(await response.arrayBuffer())
    outgoing.writeHead(status, [...lines, 'Content-Length', String(bytes.byteLength)]).end(bytes)
    return
  }
  outgoing.writeHead(status, lines).flushHeaders()
  await pipeline(Readable.fromWeb(body as import('node:stream/web').ReadableStream), outgoing)
}

/** Nobody has anything to say. */
function fail(outgoing: ServerResponse): void {
  if (outgoing.headersSent) outgoing.destroy()
  else outgoing.writeHead(500, { 'Content-Length': '0' }).end()
}
