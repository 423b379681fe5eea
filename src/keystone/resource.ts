/** What a method of Keystone is given and what it gives back, and the headers that all answers have. */

import type { Cloud } from '../cloud/cloud.ts'
import { findToken, type Token } from '../cloud/identity.ts'
import { answerWith, lengthOf } from '../http/response.ts'
import { dumps, type Writable } from '../python/json.ts'
import { type PyDict, PyError } from '../python/values.ts'
import { type Environ, parseQuery } from '../python/wsgi.ts'

/** What Keystone needs of the world that it is in. */
export interface Keystone {
  cloud: Cloud
  /** A new `req-…` for each request. */
  requestId(): string
  /** The next piece of seeded chance, of so many URL-safe characters: for tokens, audit ids, secrets. */
  randomId(size: number): string
  /** The services of the catalogue besides identity, in its order. `path` is below the world's own address. */
  catalog: { type: string; name: string; path: string }[]
}

/** One call of a method. */
export interface Call {
  keystone: Keystone
  cloud: Cloud
  environ: Environ
  /** `GET` where the request was a HEAD, too. */
  method: string
  isHead: boolean
  headers: Headers
  /** Where Keystone's own API is: `http://localhost:8774/identity/v3`. */
  url: string
  /** Whoever asks; undefined when the request has no token, or one that is not good. */
  token: Token | undefined
  /** What the path says, by name. */
  params: Readonly<Record<string, string>>
  query: ReadonlyMap<string, string[]>
  body: PyDict
}

export interface Answer {
  /** Default 200. */
  status?: number
  /** None where there is none. */
  body?: string | readonly string[]
  headers?: Record<string, string>
}

export type Method = (call: Call) => Answer

/** Make a call out of a request. */
export function createCall(keystone: Keystone, request: Request, environ: Environ): Call {
  return new Asked(keystone, request, environ)
}

class Asked implements Call {
  readonly keystone: Keystone
  readonly cloud: Cloud
  readonly environ: Environ
  readonly method: string
  readonly isHead: boolean
  readonly headers: Headers
  readonly token: Token | undefined
  readonly query: Call['query']
  params: Call['params'] = NONE
  body: PyDict = NO_BODY

  constructor(keystone: Keystone, { method, headers }: Request, environ: Environ) {
    this.keystone = keystone
    this.cloud = keystone.cloud
    this.environ = environ
    this.isHead = method === 'HEAD'
    this.method = this.isHead ? 'GET' : method
    this.headers = headers
    this.token = findToken(keystone.cloud, tokenIn(headers))
    this.query = environ.query === '' ? NO_QUERY : queryOf(environ)
  }

  get url(): string {
    return `${this.environ.base}/identity/v3`
  }
}

const NONE: Call['params'] = Object.freeze({})
const NO_QUERY: Call['query'] = new Map()
const NO_BODY: PyDict = new Map()

/** The token that a request comes with; none is empty. keystonemiddleware/auth_token/_request.py `user_token` */
export function tokenIn(headers: Headers): string {
  return headers.get('x-auth-token') ?? headers.get('x-storage-token') ?? ''
}

/** A view, written as Flask-RESTful writes what a method returns. keystone/server/flask/common.py `APIBase._output_json` */
export function view(value: Writable, status = 200): Answer {
  return { status, body: `${dumps(value)}\n` }
}

/** The first value of a query's parameter. */
export function parameter({ query }: Call, name: string): string | undefined {
  return query.get(name)?.[0]
}

/** Whether a flag is set: any value but `0` sets it, and so does none. keystone/server/flask/common.py `query_filter_is_true` */
export function isSet(call: Call, name: string): boolean {
  const value = parameter(call, name)
  return value !== undefined && value !== '0'
}

/** An answer on its way, with the headers that all of Keystone's have. */
export function respond(call: Call, { status = 200, body, headers }: Answer): Response {
  const length = lengthOf(body ?? null)
  const kind = status === 204 ? undefined : { 'Content-Type': 'application/json', 'Content-Length': `${length}` }
  return answerWith(call.isHead || body === undefined ? null : body, {
    status,
    headers: {
      ...kind,
      ...headers,
      Vary: 'X-Auth-Token',
      'x-openstack-request-id': call.keystone.requestId(),
    },
  })
}

/** Bytes that are no UTF-8 do not trouble Werkzeug: U+FFFD stands for them, as it does for the URL Standard. */
function queryOf({ query }: Environ): Map<string, string[]> {
  try {
    return parseQuery(query, '&')
  } catch (error) {
    if (!(error instanceof PyError)) throw error
    const parameters = new Map<string, string[]>()
    for (const [name, value] of new URLSearchParams(query))
      parameters.set(name, [...(parameters.get(name) ?? []), value])
    return parameters
  }
}
