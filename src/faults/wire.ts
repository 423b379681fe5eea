/** What can be done to an answer on the wire: on a socket as it is done, and in-process as a client would have seen it. */

import type { Answer, Passage } from './passage.ts'

/** The status by which the log of a server says that it closed without an answer; nginx has it. No client ever sees it. */
const NO_ANSWER = 444

/** Statuses whose answers have no body. */
const BODILESS = new Set([204, 205, 304])

/** Close the connection with no answer; or reset it, which a client sees as another error. */
export function hangUp(passage: Passage, how: 'close' | 'reset'): Answer {
  const { outgoing } = passage
  passage.lost = `the connection was ${how === 'reset' ? 'reset' : 'closed'} without an answer`
  if (!outgoing) return Promise.reject(lost(how === 'reset' ? 'read ECONNRESET' : 'other side closed'))
  cut(outgoing.socket, how)
  return taken()
}

export interface Part {
  /** What is sent of the body. */
  bytes: Uint8Array<ArrayBuffer>
  /** How long the header says that it is. */
  length: number
  /** What comes after it. */
  end: 'close' | 'reset'
}

/** Send an answer's head and a part of its body, and end the connection. */
export function sendPart(passage: Passage, answer: Response, { bytes, length, end }: Part): Answer {
  const { outgoing } = passage
  const hasNone = BODILESS.has(answer.status) || passage.request.method === 'HEAD'
  if (hasNone && end === 'reset') return hangUp(passage, 'reset')
  if (hasNone) return answer
  const headers = new Headers(answer.headers)
  headers.set('content-length', String(length))
  const ended = end === 'reset' ? 'reset' : 'closed'
  passage.lost = `the connection was ${ended} after ${bytes.byteLength} bytes of a body that was to have ${length}, in an answer with status ${answer.status}`
  if (!outgoing)
    return new Response(streamOf(bytes, length > bytes.byteLength, end), { status: answer.status, headers })
  outgoing.writeHead(answer.status, Object.fromEntries(headers))
  const { socket } = outgoing
  const finish = () => setImmediate(() => cut(socket, end))
  if (bytes.byteLength > 0) outgoing.write(bytes, finish)
  else {
    outgoing.flushHeaders()
    finish()
  }
  return taken()
}

/** Write another reason than the usual one behind the status. */
export function withReason({ outgoing }: Passage, reason: string): void {
  if (outgoing) outgoing.statusMessage = reason
}

export async function bytesOf(answer: Response): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await answer.arrayBuffer())
}

/** An answer with another body, of the same or another length. */
export function withBody(answer: Response, body: Uint8Array<ArrayBuffer>, length?: number): Response {
  const headers = new Headers(answer.headers)
  if (length !== undefined && headers.has('content-length')) headers.set('content-length', String(length))
  return new Response(BODILESS.has(answer.status) ? null : body, { status: answer.status, headers })
}

function cut(socket: { destroy(): unknown; resetAndDestroy?(): unknown } | null, how: 'close' | 'reset'): void {
  if (how === 'reset' && socket?.resetAndDestroy) socket.resetAndDestroy()
  else socket?.destroy()
}

/** Tells the server that the answer is no longer its business. A clone is the platform's own, which the adaptor looks at. */
function taken(): Response {
  return new Response(null, { status: NO_ANSWER, headers: { 'x-hono-already-sent': 'true' } }).clone()
}

/** As undici words them, which is the fetch of Node. */
function lost(why: string): TypeError {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(why), { code: codeOf(why) }) })
}

function codeOf(why: string): string {
  return why.includes('ECONNRESET') ? 'ECONNRESET' : 'UND_ERR_SOCKET'
}

function streamOf(bytes: Uint8Array, isShort: boolean, end: 'close' | 'reset'): ReadableStream {
  let sent = false
  return new ReadableStream({
    pull(controller) {
      if (!sent && bytes.byteLength > 0) controller.enqueue(bytes)
      else if (!isShort && end === 'close') controller.close()
      else {
        const why = end === 'reset' ? 'read ECONNRESET' : 'other side closed'
        controller.error(new TypeError('terminated', { cause: Object.assign(new Error(why), { code: codeOf(why) }) }))
      }
      sent = true
    },
  })
}
