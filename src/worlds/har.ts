/** A journal as an HTTP Archive 1.2, for the tools that read such: http://www.softwareishard.com/blog/har-12-spec/ */

import { STATUS_CODES } from 'node:http'
import { toText } from '../reading/time.ts'
import { type Entry, RequestEntry } from './journal-entry.ts'
import { headersOf, operationOf } from './journal-names.ts'
import { answerHeadersOf, type Place, redactedHeaders, startedAt, textOf, urlOf, userOf } from './journal-view.ts'
import { redactText } from './redact.ts'

interface Pair {
  name: string
  value: string
}

/** What is said of the whole archive; its entries come beside. */
export function harHead(version: string): object {
  return { version: '1.2', creator: { name: 'novasim', version } }
}

/** In the order of the answers; changes that no request made have no place in an archive. */
export function requestsIn(entries: readonly Entry[]): RequestEntry[] {
  return entries.filter((entry) => entry instanceof RequestEntry)
}

export function harEntry(place: Place, entry: RequestEntry): object {
  const { method, query, body, status } = entry
  const took = entry.took / 1000
  const { cloud, seed } = place
  const sent = headersOf(entry)
  const sentText = redactText(seed, textOf(body))
  const answer = redactText(seed, textOf(entry.answer))
  const received = answerHeadersOf(entry)
  return {
    startedDateTime: startedAt(entry),
    time: took,
    request: {
      method,
      url: urlOf(place, entry),
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: pairs(redactedHeaders(seed, sent)),
      queryString: [...new URLSearchParams(query)].map(([name, value]) => ({ name, value })),
      headersSize: -1,
      bodySize: body?.byteLength ?? 0,
      ...(sentText !== '' && { postData: { mimeType: sent.get('content-type') ?? '', text: sentText } }),
    },
    response: {
      status,
      statusText: STATUS_CODES[status] ?? '',
      httpVersion: 'HTTP/1.1',
      cookies: [],
      headers: pairs(redactedHeaders(seed, received)),
      content: {
        size: Buffer.byteLength(answer),
        mimeType: received.get('content-type') ?? '',
        ...(answer !== '' && { text: answer }),
      },
      redirectURL: received.get('location') ?? '',
      headersSize: -1,
      bodySize: Buffer.byteLength(answer),
    },
    cache: {},
    timings: { send: 0, wait: took, receive: 0 },
    ...(entry.failure !== undefined && { comment: `no answer: ${entry.failure}` }),
    // What a journal knows beside: names of one's own begin with an underscore.
    _id: entry.id,
    _worldTime: toText(entry.at),
    _operation: operationOf(cloud, entry).name ?? null,
    _user: userOf(entry),
    _changed: entry.events ?? [],
    _faults: entry.fired ?? [],
  }
}

function pairs(headers: Record<string, string>): Pair[] {
  return Object.entries(headers).map(([name, value]) => ({ name, value }))
}
