/** Faults that let the operation happen and spoil what is said of it. */

import { share } from './delay.ts'
import type { Doing } from './rule.ts'
import type { Deed } from './turn.ts'
import { bytesOf, hangUp, sendPart, withBody, withLength } from './wire.ts'

/** `drop`: the connection closes with no answer, before the operation or after it. */
export function drop(when: NonNullable<Doing['drop']>): Deed {
  return hangingUp('drop', when, 'close')
}

/** `reset`: the connection is reset, before the operation, after it, or in the middle of the body. */
export function reset(when: NonNullable<Doing['reset']>): Deed {
  if (when !== 'body') return hangingUp('reset', when, 'reset')
  return {
    did: 'reset',
    async act({ passage, next }) {
      const answer = await next()
      const bytes = await bytesOf(answer)
      const part = bytes.slice(0, Math.floor(bytes.byteLength / 2))
      return sendPart(passage, answer, { bytes: part, length: bytes.byteLength, end: 'reset' })
    },
  }
}

/** `truncate`: the body ends too early. Either the header still says how long it should be, or it fits and the end is missing. */
export function truncate({ bytes: most, announce = 'whole' }: NonNullable<Doing['truncate']>): Deed {
  return {
    did: 'truncate',
    async act({ passage, next }) {
      const answer = await next()
      const bytes = await bytesOf(answer)
      const part = bytes.slice(0, Math.min(most ?? Math.floor(bytes.byteLength / 2), bytes.byteLength))
      if (announce === 'cut') return withBody(answer, part)
      return sendPart(passage, answer, { bytes: part, length: bytes.byteLength, end: 'close' })
    },
  }
}

/** `content-length`: the header is off by so many bytes, and the connection ends behind the body. */
export function wrongLength(off: number): Deed {
  return {
    did: 'content-length',
    async act({ passage, next }) {
      const answer = await next()
      const bytes = await bytesOf(answer)
      const length = Math.max(0, bytes.byteLength + off)
      // Who reads as many as are announced sees no more of it; in-process there is nothing to overlook.
      const seen = passage.outgoing ? bytes : bytes.slice(0, length)
      return sendPart(passage, answer, { bytes: seen, length, end: 'close' })
    },
  }
}

/** `garble`: so many bytes are others, by seeded chance; the first always, so that it is no JSON any more. */
export function garble(count: number): Deed {
  return {
    did: 'garble',
    async act({ next, chance }) {
      const answer = await next()
      const bytes = await bytesOf(answer)
      if (bytes.byteLength > 0) bytes[0] = 0x23
      for (let index = 1; index < count && bytes.byteLength > 1; index++) {
        bytes[1 + Math.floor(share(chance) * (bytes.byteLength - 1))] = 0x23 + Math.floor(share(chance) * 10)
      }
      return withBody(answer, bytes)
    },
  }
}

/** `trickle`: the body comes in small pieces, with a pause before each. */
export function trickle({ bytes: size = 16, every = 100 }: NonNullable<Doing['trickle']>): Deed {
  return {
    did: 'trickle',
    async act({ passage, next, waiting }) {
      const answer = await next()
      const bytes = await bytesOf(answer)
      const background = passage.outgoing !== undefined
      let sent = 0
      const pieces = new ReadableStream({
        async pull(controller) {
          await waiting.wait(every, { background })
          const piece = bytes.slice(sent, sent + size)
          sent += piece.byteLength
          if (piece.byteLength > 0) controller.enqueue(piece)
          if (sent >= bytes.byteLength) controller.close()
        },
      })
      const headers = withLength(answer, bytes.byteLength)
      return bytes.byteLength === 0 ? answer : new Response(pieces, { status: answer.status, headers })
    },
  }
}

/** `stale`: reads of Nova are answered as it would have answered so many milliseconds ago. */
export function stale(ms: number): Deed {
  return {
    did: 'stale',
    applies: ({ passage }) => passage.face === 'nova' && ['GET', 'HEAD'].includes(passage.request.method),
    act({ past, around, passage, next }) {
      const asItWas = past.ago(ms)
      return asItWas ? around.answerFrom(asItWas, passage) : next()
    },
  }
}

/** `duplicate`: the request is delivered twice, so the operation happens twice; one of the answers arrives. */
export function duplicate(whose: NonNullable<Doing['duplicate']>): Deed {
  return {
    did: 'duplicate',
    async act({ passage, seen, next }) {
      await seen.read()
      const first = await next()
      passage.request = seen.another()
      const second = await next()
      const [arrives, other] = whose === 'first' ? [first, second] : [second, first]
      await other.body?.cancel()
      return arrives
    },
  }
}

function hangingUp(did: 'drop' | 'reset', when: 'before' | 'after', how: 'close' | 'reset'): Deed {
  return {
    did,
    async act({ passage, seen, next }) {
      // What has not been read when a socket is closed makes a reset of it.
      if (when === 'before') await seen.read()
      else await (await next()).body?.cancel()
      return hangUp(passage, how)
    },
  }
}
