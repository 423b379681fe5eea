/** What a journal keeps of a request and its answer; what many have in common is kept once. */

import type { Identity } from '../cloud/identity.ts'
import { bytesRead } from '../http/request.ts'
import { type Made, rememberedIn } from '../http/response.ts'
import type { Question, RequestEntry } from './journal-entry.ts'
import type { Passage } from './layer.ts'

/** As far as it has been read: what nobody has asked for may not have come. */
export function keepBody(entry: RequestEntry, request: Request): void {
  const body = bytesRead(request)
  if (body) entry.add({ body })
}

/** @returns what the next answer may be like */
export function keepAnswer(entry: RequestEntry, response: Response, alike: Alike | undefined): Alike | undefined {
  const made = rememberedIn(response)
  entry.status = response.status
  keepBodyOf(entry, response, made)
  if (!made) {
    entry.answerHeaders = response.headers
    return alike
  }
  const { headers } = made
  const same = alike !== undefined && areAlike(headers, alike) ? alike : { headers, count: Object.keys(headers).length }
  entry.answerHeaders = same.headers
  entry.requestId = headers[REQUEST_ID]
  return same
}

function keepBodyOf(entry: RequestEntry, response: Response, made: Made | undefined): void {
  // What is asked for its head alone is sent no body, whatever there is.
  entry.answer = entry.method === 'HEAD' ? null : made?.body
  if (entry.answer !== undefined || response.body === null) return
  entry.add({})
  // It comes from elsewhere, so it is read on the side. What breaks off is kept as nothing.
  response
    .clone()
    .arrayBuffer()
    .then(
      (bytes) => {
        entry.answer = new Uint8Array(bytes)
      },
      () => {},
    )
}

/** @param latest another, which most are like: then there is no need to keep the same twice */
export function questionOf(
  { request, environ, face, incoming }: Passage,
  identity: Identity,
  since: number,
  latest: Question | undefined,
): Question {
  const { method } = request
  const target = incoming?.url ?? request.url
  const headers = incoming?.rawHeaders ?? request.headers
  const same =
    latest !== undefined &&
    latest.target === target &&
    latest.method === method &&
    latest.identity === identity &&
    areSame(headers, latest.headers)
  return same ? latest : { face, method, target, path: environ.path, query: environ.query, headers, identity, since }
}

const REQUEST_ID = 'x-openstack-request-id'

const REQUEST_IDS = [REQUEST_ID, 'x-compute-request-id']

/** The headers of the latest answer, kept once for all that have the same but for their request ids. */
export interface Alike {
  headers: Record<string, string>
  count: number
}

function areAlike(headers: Record<string, string>, alike: Alike): boolean {
  let count = 0
  for (const name in headers) {
    count++
    if (headers[name] !== alike.headers[name] && !REQUEST_IDS.includes(name)) return false
  }
  return count === alike.count
}

function areSame(headers: string[] | Headers, others: string[] | Headers): boolean {
  if (!Array.isArray(headers) || !Array.isArray(others) || headers.length !== others.length) return false
  for (let index = 0; index < headers.length; index++) if (headers[index] !== others[index]) return false
  return true
}
