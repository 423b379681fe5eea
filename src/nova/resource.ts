/**
 * How Nova takes a request to one of its API methods, and the method's answer back to the client. The steps, in Nova's order:
 *
 *     Accept → body size → token → route → version → content type → body → project in the path
 *       → [ query or body against its schema → policy → operation → view ] → headers
 *
 * What is in brackets is the method's own. nova/api/openstack/wsgi.py `Resource`; the pipeline of etc/nova/api-paste.ini
 */

import { STATUS_CODES } from 'node:http'
import { admit as admitTokens } from '../cloud/admission.ts'
import type { Cloud } from '../cloud/cloud.ts'
import { CloudError } from '../cloud/errors.ts'
import type { Token } from '../cloud/identity.ts'
import { bytesOf } from '../http/request.ts'
import { answerWith, type Body } from '../http/response.ts'
import { dumps, loads } from '../python/json.ts'
import { isDict, PyError, type PyValue } from '../python/values.ts'
import { errorPage } from '../python/webob.ts'
import { decodeUtf8, type Environ, type ErrorToRender, parseQuery } from '../python/wsgi.ts'
import { isSupportedContentType } from './content-type.ts'
import {
  faultBody,
  NovaFault,
  SERVER_ERRED,
  serverError,
  toNovaError,
  UncaughtError,
  UnexpectedError,
  unexpected,
} from './errors.ts'
import { LOWEST, negotiate, newestOf, versionHeaders } from './microversion.ts'
import { takeApart } from './paths.ts'
import { sayingsOf } from './releases.ts'
import { readsQuery, type VersionedSchemas, validateBody, validateQuery } from './validate.ts'

/** The largest body that is read. oslo.middleware `max_request_body_size` */
export const MAX_BODY_BYTES = 114_688

/** What Nova needs of the world that it is in. */
export interface Nova {
  cloud: Cloud
  /** A new `req-…` for each request. */
  requestId(): string
}

/** A request on its way to a method. */
export interface Visit {
  nova: Nova
  request: Request
  environ: Environ
  /** Whether it came in under /v2, the API as it was before there were microversions. */
  legacy: boolean
  /** The Content-Type that the answer has, should all go well. */
  accepted: string
  /** How long the body is, by its Content-Length; 0 for one in chunks, too. */
  length: number
  /** Whose request it is, once that is known; undefined where it does not matter. */
  token?: Token
  /** Whether a service speaks for whose request it is. */
  served?: boolean
  /** The body, where it had to be read before the route was known. */
  bytes?: Uint8Array
  /** The project that the path names, in the old form `/v2.1/{project_id}/…`. */
  projectId: string | undefined
  /** The API wants a token; its version document is open to all; and above it there are no versions and no request ids. */
  access: 'token' | 'open' | 'root'
  /** The minor number of the microversion, once it is known; from then on every answer says it, but for those of /v2. */
  version?: number
  /** Once somebody has asked for it: what is done is noted under it, and the answer says it. */
  requestId?: string
}

/** One call of an API method. */
export interface Call {
  cloud: Cloud
  /** The minor number of the microversion; 1 under /v2. */
  version: number
  legacy: boolean
  /** None where none is wanted. */
  token: Token | undefined
  /** Whether a service speaks for its holder. */
  served: boolean
  environ: Environ
  /** What the path says, by the names in the route's: `/servers/:id/migrations/:migration`. */
  params: Readonly<Record<string, string>>
  /** The one of them that is called so; empty where there is none. */
  id: string
  query: Map<string, string[]>
  body: PyValue
  /** The `req-…` that the answer will say. */
  requestId(): string
}

/** An API method, as a controller of Nova has it. */
export interface ApiMethod {
  query?: VersionedSchemas
  body?: VersionedSchemas
  /** Default 200. */
  status?: number
  /** The minor numbers of the versions that have it, the first and the last. Default: all. */
  versions?: readonly [from: number, to: number]
  /** `POST …/action`: the one key of the body says which. */
  actions?: { readonly [name: string]: ApiMethod }
  /** The answer's body, null where there is none; or more of the answer. One that takes long to make is promised. */
  run(call: Call): Body | Reply | Promise<Body>
}

/** An answer of which more than its body depends on the request. */
export interface Reply {
  /** Default: the method's. */
  status?: number
  /** Beside those that all answers have: Location. */
  headers?: Record<string, string>
  body: Body
}

/** Take a request to a method. It answers at once unless there is a body to wait for, or a long list to make. */
export function callMethod(visit: Visit, method: ApiMethod, params: Call['params']): Response | Promise<Response> {
  const { nova, request, environ, legacy, access, token, served = false } = visit
  const call: Call = {
    cloud: nova.cloud,
    version: LOWEST,
    legacy,
    token,
    served,
    environ,
    params,
    id: params.id ?? '',
    query: new Map(),
    body: null,
    requestId: () => requestIdOf(visit),
  }
  try {
    if (access !== 'root') {
      visit.version = call.version = legacy ? LOWEST : negotiate(request.headers, newestOf(nova.cloud))
    }
    if (!isSupportedContentType(request.headers.get('content-type'))) {
      throw new NovaFault(415, 'Unsupported Content-Type')
    }
    if (!hasBody(visit)) return finish(visit, call, method, '')
  } catch (error) {
    return answerError(visit, error)
  }
  return readBody(visit).then((bytes) => {
    if (!(bytes instanceof Uint8Array)) return bytes
    try {
      return finish(visit, call, method, decodeUtf8(bytes))
    } catch (error) {
      return answerError(visit, error)
    }
  })
}

/** The body, or the answer to one that is too large. It can be read more than once. */
export async function readBody(visit: Visit): Promise<Uint8Array | Response> {
  const bytes = visit.bytes ?? (await bytesOf(visit.request))
  visit.bytes = bytes
  return visit.access === 'token' && bytes.byteLength > MAX_BODY_BYTES ? tooLarge(visit) : bytes
}

/** A path that no method answers: the router says so. */
export function noSuchPath(visit: Visit): Response {
  if (visit.request.method === 'HEAD') {
    return answer(visit, 404, null, { 'Content-Type': 'text/html; charset=UTF-8', 'Content-Length': '0' })
  }
  return answerPage(visit, 404, 'Not Found', 'The resource could not be found.')
}

/** An answer of Nova's, with the headers that all of them have. */
export function answer(visit: Visit, status: number, body: Body, headers: Record<string, string>): Response {
  const { request, version, access, legacy } = visit
  // A preflight that comes to nothing is well received all the same. oslo_middleware/cors.py
  if (request.method === 'OPTIONS' && (status < 200 || status > 299)) {
    return answerWith(null, { status: 200, headers: { 'Content-Length': '0' } })
  }
  if (access === 'root') return answerWith(body, { status, headers })
  const id = requestIdOf(visit)
  const versioned = version === undefined || legacy ? undefined : versionHeaders(`2.${version}`)
  return answerWith(body, {
    status,
    headers: { ...headers, ...versioned, 'x-openstack-request-id': id, 'x-compute-request-id': id },
  })
}

function requestIdOf(visit: Visit): string {
  visit.requestId ??= visit.nova.requestId()
  return visit.requestId
}

/** What went wrong, in Nova's envelope. @throws whatever is not Nova's to answer, but a mistake of ours */
export function answerError(visit: Visit, error: unknown): Response {
  if (error instanceof UncaughtError) return serverError(sayingsOf(visit.nova.cloud).server)
  const fault = error instanceof PyError ? SERVER_ERRED : error
  if (!(fault instanceof NovaFault)) throw fault
  // It is said outside of what takes the version away from the answers of /v2. etc/nova/api-paste.ini
  const versioned = fault === SERVER_ERRED && visit.version !== undefined && versionHeaders(`2.${visit.version}`)
  const headers = { 'Content-Type': 'application/json; charset=UTF-8', ...fault.headers, ...versioned }
  return answer(visit, fault.status, faultBody(fault.status, fault.message, fault.headers['Retry-After']), headers)
}

/** An answer that nothing in Nova has led to, in the envelope that its status has. */
export function renderError(nova: Nova, { request, environ, status, message, headers }: ErrorToRender): Response {
  const { legacy, below } = takeApart(environ.path)
  const access = below === undefined ? 'root' : 'token'
  const visit: Visit = { nova, request, environ, legacy, accepted: '', length: 0, projectId: undefined, access }
  if (status === 401) return unauthorized(visit, message)
  try {
    if (!legacy && below !== undefined) visit.version = negotiate(request.headers, newestOf(nova.cloud))
  } catch {
    // A version that this cloud does not have is of no matter to who answers in its place.
  }
  return answerError(visit, new NovaFault(status, message, headers))
}

/** An answer of what stands in front of Nova's own code, as WebOb has it. */
export function renderPage(nova: Nova, { request, environ, status, message, headers }: ErrorToRender): Response {
  const visit: Visit = {
    nova,
    request,
    environ,
    legacy: false,
    accepted: '',
    length: 0,
    projectId: undefined,
    access: 'token',
  }
  return answerPage(visit, status, STATUS_CODES[status] ?? 'Unknown', message, headers)
}

/** The token of the request, or the answer to one that comes no further. */
export function admit(visit: Visit): Token | Response {
  const { cloud } = visit.nova
  const { headers } = visit.request
  if (visit.length > MAX_BODY_BYTES) return tooLarge(visit)
  const credentials = {
    token: headers.get('x-auth-token') ?? headers.get('x-storage-token'),
    serviceToken: headers.get('x-service-token'),
  }
  const admitted = admitTokens(cloud, credentials, sayingsOf(cloud))
  if (!admitted) return unauthorized(visit)
  visit.served = admitted.served
  return admitted.token
}

/** The token's keeper has an envelope of its own. keystonemiddleware/auth_token/__init__.py */
function unauthorized(visit: Visit, message = 'The request you have made requires authentication.'): Response {
  return answer(visit, 401, dumps({ error: { code: 401, title: 'Unauthorized', message } }), {
    'Content-Type': 'application/json',
    'WWW-Authenticate': `Keystone uri="${visit.environ.base}/identity/v3"`,
  })
}

function tooLarge(visit: Visit): Response {
  const { sizeLimit } = sayingsOf(visit.nova.cloud)
  const explanation = `Request is too large. Larger than max_request_body_size (${sizeLimit}).`
  return answerPage(visit, 413, 'Request Entity Too Large', explanation)
}

function answerPage(
  visit: Visit,
  status: number,
  title: string,
  explanation: string,
  headers: Record<string, string> = {},
): Response {
  const { contentType, body } = errorPage(status, title, explanation, visit.request.headers.get('accept'))
  return answer(visit, status, body, { 'Content-Type': contentType, ...headers })
}

function finish(visit: Visit, call: Call, method: ApiMethod, text: string): Response | Promise<Response> {
  if (takesBody(visit.request) && text !== '') call.body = parseBody(text, deepestIn(visit))
  if (method.actions && text === '') throw new NovaFault(400, 'Malformed request body')
  const chosen = method.actions ? actionIn(call.body, method.actions) : method
  const scope = call.token?.scope
  const mine = scope && 'projectId' in scope ? scope.projectId : 'None'
  if (visit.projectId !== undefined && visit.projectId !== mine) {
    const mismatch = `URL's project_id '${visit.projectId}' doesn't match Context's project_id '${mine}'`
    throw new NovaFault(400, `Malformed request URL: ${mismatch}`)
  }
  const said = runMethod(visit, call, chosen)
  return said instanceof Promise ? promised(said, visit, call, chosen) : reply(said, visit, chosen)
}

function promised(said: Promise<Body>, visit: Visit, call: Call, method: ApiMethod): Promise<Response> {
  return said.then(
    (body) => reply(body, visit, method),
    (error: unknown) => answerError(visit, inNovasWords(call, error)),
  )
}

function reply(said: Body | Reply, visit: Visit, method: ApiMethod): Response {
  const { status, headers, body } = isReply(said) ? said : { body: said }
  return answer(visit, status ?? method.status ?? 200, body, { 'Content-Type': visit.accepted, ...headers })
}

function isReply(said: Body | Reply): said is Reply {
  return typeof said === 'object' && said !== null && 'body' in said
}

/** @throws {NovaFault} whatever the method is turned down for, in Nova's words. nova/api/openstack/wsgi.py `expected_errors` */
function runMethod({ request, access }: Visit, call: Call, method: ApiMethod): ReturnType<ApiMethod['run']> {
  const [from, to] = method.versions ?? ALL_VERSIONS
  if (call.version < from || call.version > to) throw noResource()
  try {
    if (method.query && readsQuery(method.query, call)) {
      call.query = queryOf(call.environ)
      validateQuery(call.query, method.query, call)
    }
    // `GET …?_method=PUT` finds a method that wants a body, and gives it none; `POST …?_method=GET` the other way round.
    if (method.body && !takesBody(request)) throw new UnexpectedError('KeyError')
    if (!method.body && takesBody(request) && access === 'token') throw new UnexpectedError('TypeError')
    if (method.body) validateBody(call.body, method.body, call)
    return method.run(call)
  } catch (error) {
    throw inNovasWords(call, error)
  }
}

function inNovasWords({ cloud }: Call, error: unknown): unknown {
  const known = error instanceof CloudError ? toNovaError(error.refusal) : error
  if (known instanceof UnexpectedError) return unexpected(known.message, sayingsOf(cloud).support)
  if (known instanceof PyError) return unexpected(known.name, sayingsOf(cloud).support)
  return known
}

const ALL_VERSIONS = [LOWEST, Number.POSITIVE_INFINITY] as const

/** @throws {NovaFault} 400 or 404. @see nova/api/openstack/wsgi.py `action_peek`, `_process_stack` */
function actionIn(body: PyValue, actions: { readonly [name: string]: ApiMethod }): ApiMethod {
  const size = isDict(body) ? body.size : Array.isArray(body) || typeof body === 'string' ? body.length : undefined
  if (size === undefined) throw noResource()
  if (size !== 1) throw new NovaFault(400, 'Malformed request body')
  if (!isDict(body)) throw noResource()
  const [name = ''] = body.keys()
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined
  if (!action) throw new NovaFault(400, `There is no such action: ${name}`)
  return action
}

function noResource(): NovaFault {
  return new NovaFault(404, 'The resource could not be found.')
}

/** nova/api/openstack/wsgi.py `_METHODS_WITH_BODY` */
function takesBody({ method }: Request): boolean {
  return method === 'POST' || method === 'PUT'
}

function hasBody({ request, length, bytes, access }: Visit): boolean {
  return length > 0 || bytes !== undefined || (access !== 'token' && request.headers.has('transfer-encoding'))
}

function parseBody(text: string, deepest: number): PyValue {
  try {
    return loads(text, deepest)
  } catch (error) {
    if (error instanceof PyError && error.name === 'ValueError') throw new NovaFault(400, 'Malformed request body')
    throw error
  }
}

/** How deep a body may lie. */
function deepestIn({ nova, access, legacy }: Visit): number {
  const { deepest } = sayingsOf(nova.cloud)
  return deepest[access] - (legacy ? deepest.lessInV2 : 0)
}

function queryOf({ query }: Environ): Map<string, string[]> {
  try {
    return parseQuery(query)
  } catch {
    throw new NovaFault(400, 'Query string is not UTF-8 encoded')
  }
}
