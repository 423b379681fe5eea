/** What can be done to an answer on the wire: on a socket as it is done, and in-process as a client would have seen it. */

import { SENT } from '../http/listener.ts'
import { answerWith, type Bytes, rememberedIn } from '../http/response.ts'
import type { Answer, Passage } from './passage.ts'

/** Statuses whose answers have no body. */
const BODILESS = new Set([204, 205, 304])

/** Close the connection with no answer; or reset it, which a client sees as another error. */
export function hangUp(passage: Passage, how: 'close' | 'reset'): Answer {
  const { outgoing } = passage
  passage.lost = `the connection was ${how === 'reset' ? 'reset' : 'closed'} without an answer`
  if (!outgoing) return Promise.reject(lost(how === 'reset' ? 'read ECONNRESET' : 'other side closed'))
  cut(outgoing.socket, how)
  return SENT
}

export interface Part {
  /** What is sent of the body. */
  bytes: Bytes
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
  const headers = withLength(answer, length)
  const ended = end === 'reset' ? 'reset' : 'closed'
  passage.lost = `the connection was ${ended} after ${bytes.byteLength} bytes of a body that was to have ${length}, in an answer with status ${answer.status}`
  if (!outgoing)
    return new Response(streamOf(bytes, length > bytes.byteLength, end), { status: answer.status, headers })
  outgoing.writeHead(answer.status, headers)
  const { socket } = outgoing
  const finish = () => setImmediate(() => cut(socket, end))
  if (bytes.byteLength > 0) outgoing.write(bytes, finish)
  else {
    outgoing.flushHeaders()
    finish()
  }
  return SENT
}

/** Write another reason than the usual one behind the status. */
export function withReason({ outgoing }: Passage, reason: string): void {
  if (outgoing) outgoing.statusMessage = reason
}

export async function bytesOf(answer: Response): Promise<Bytes> {
  return new Uint8Array(await answer.arrayBuffer())
}

/** An answer with another body. */
export function withBody(answer: Response, body: Bytes): Response {
  const { status } = answer
  return answerWith(BODILESS.has(status) ? null : body, { status, headers: withLength(answer, body.byteLength) })
}

/** The headers of an answer that says so of its length, in bytes. */
export function withLength(answer: Response, length: number): Record<string, string> {
  const headers = rememberedIn(answer)?.headers ?? Object.fromEntries(answer.headers)
  const name = Object.keys(headers).find((each) => each.toLowerCase() === 'content-length') ?? 'Content-Length'
  return { ...headers, [name]: String(length) }
}

function cut(socket: { destroy(): unknown; resetAndDestroy?(): unknown } | null, how: 'close' | 'reset'): void {
  if (how === 'reset' && socket?.resetAndDestroy) socket.resetAndDestroy()
  else socket?.destroy()
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
