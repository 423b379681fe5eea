/** What a journal's entries are called: the operation of a request, and what it is counted as. */

import type { Cloud } from '../cloud/cloud.ts'
import { headersOf as readable } from '../http/request.ts'
import type { Operation } from './faces.ts'
import { type Entry, RequestEntry } from './journal-entry.ts'
import { operationAt } from './operation.ts'

/** The headers of a request, by names in lower case. */
export function headersOf({ headers }: RequestEntry): Headers {
  return Array.isArray(headers) ? readable(headers) : headers
}

/** What it was for. */
export function operationOf(cloud: Cloud, entry: RequestEntry): Operation {
  const { face, method, path, query, body } = entry
  const request = { method, headers: headersOf(entry) } as Request
  return operationAt(cloud, { request, environ: { path, query }, face, body })
}

/** What an entry is counted as when it is gone: `os-services:list 200`. */
export function namesOf(cloud: Cloud): (entry: Entry) => string {
  // Most of what is asked is asked again: what a GET is for is worked out once.
  const known = new Map<string, string>()
  return (entry) => {
    if (!(entry instanceof RequestEntry)) return entry.by
    const { method, path, status } = entry
    let name = method === 'GET' ? known.get(path) : undefined
    if (name === undefined) {
      name = operationOf(cloud, entry).name ?? `${method} elsewhere`
      if (method === 'GET' && known.size < 1000) known.set(path, name)
    }
    return `${name} ${status}`
  }
}
