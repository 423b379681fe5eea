/** Faults that answer in the place of the face: a status, a proxy's page, a limit, a token that has expired. */

import { answerWith } from '../http/response.ts'
import type { Answer, Passage } from './passage.ts'
import { proxyPage } from './proxies.ts'
import type { Doing, ProxyName, Throttle } from './rule.ts'
import { hasBody } from './sighting.ts'
import type { Deed, Turn } from './turn.ts'
import { withReason } from './wire.ts'

/** What Nova said to those who asked too much while it still counted. Its `RateLimitingMiddleware`, which is gone */
const RATE_LIMITED = 'This request was rate-limited.'

/** What parts of a token may be lost to arithmetic. */
const TINY = 1e-9

/** `status`: an answer in the envelope of the face, or with a body as given. */
export function answering({ status = 500, message, form, body, headers = {}, after }: Doing): Deed {
  const given = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body)
  const type = typeof body === 'string' ? 'text/plain; charset=utf-8' : 'application/json'
  return {
    did: 'status',
    act: (turn) =>
      happened(turn, after, () => {
        if (message === undefined) {
          const bodiless = given === undefined || status === 204 || status === 205 || status === 304
          const named = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
          const typed = named || bodiless ? headers : { 'Content-Type': type, ...headers }
          return answerWith(bodiless ? null : given, { status, headers: typed })
        }
        const { around, passage, seen } = turn
        const render = form === 'page' ? around.renderPage : around.renderError
        return render(passage, status, seen.fill(message), headers)
      }),
  }
}

/** `gateway`: what a proxy says of a server that does not do its part. */
export function gateway({ gateway: given, after }: Doing): Deed {
  const { status = 502, as = 'haproxy' } = given ?? {}
  return { did: 'gateway', act: (turn) => happened(turn, after, () => fromProxy(turn.passage, as, status)) }
}

/** `throttle`: a token bucket on the world's clock. Within it the request goes on as if nothing were. */
export function throttle({ requests, perMs, burst, status, as }: Throttle): Deed {
  return {
    did: 'throttle',
    applies({ memory, around }) {
      const now = around.cloud.clock.now()
      const passed = Math.max(0, now - (memory.at ?? now))
      const tokens = Math.min(burst, (memory.tokens ?? burst) + (passed * requests) / perMs)
      memory.at = now
      const isLeft = tokens > 1 - TINY
      memory.tokens = isLeft ? tokens - 1 : tokens
      return !isLeft
    },
    act({ memory, around, passage }) {
      const untilS = ((1 - (memory.tokens ?? 0)) * perMs) / requests / 1000
      const headers = { 'Retry-After': String(Math.max(1, Math.ceil(untilS - TINY))) }
      if (as !== 'face') return fromProxy(passage, as, status, headers)
      return around.renderError(passage, status, RATE_LIMITED, headers)
    },
  }
}

/** `expire-token`: all tokens that there are when it first fires have expired from then on; those got later are good. */
export const expireToken: Deed = {
  did: 'expire-token',
  applies({ memory, around, seen }) {
    const { tokens } = around.cloud.state.identity
    if (!tokens.has(seen.token)) return false
    memory.expired ??= [...tokens.keys()]
    return memory.expired.includes(seen.token)
  },
  async act({ passage, seen, next }) {
    // The face has its own answers to a token that is not good; so it is asked with one that is none.
    if (hasBody(passage.request)) await seen.read()
    passage.request = seen.another()
    passage.request.headers.set('x-auth-token', 'expired')
    return next()
  },
}

export function fromProxy(
  passage: Passage,
  as: ProxyName,
  status: 413 | 429 | 502 | 503 | 504,
  headers: Record<string, string> = {},
): Response {
  const { request } = passage
  const at = new URL(`http://${request.headers.get('host') ?? new URL(request.url).host}`)
  const page = proxyPage(as, status, at)
  withReason(passage, page.reason)
  return answerWith(request.method === 'HEAD' ? null : page.body, { status, headers: { ...page.headers, ...headers } })
}

/** Answer, once the operation has happened where it should: what the face says of it is lost. */
function happened({ next }: Turn, after: boolean | undefined, answer: () => Response): Answer {
  if (!after) return answer()
  return Promise.resolve(next()).then(async (real) => {
    await real.body?.cancel()
    return answer()
  })
}
