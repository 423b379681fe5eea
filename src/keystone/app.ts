/** How Keystone takes a request: size → token → body → path → method → answer. keystone/server/flask/application.py */

import { bytesOf } from '../http/request.ts'
import { answerWith } from '../http/response.ts'
import { dumps, loads } from '../python/json.ts'
import { isDict, type PyDict, PyError } from '../python/values.ts'
import { errorPage } from '../python/webob.ts'
import { decodeUtf8, type Environ, type ErrorToRender } from '../python/wsgi.ts'
import { errorBody, expecting, KeystoneError, notFound, UncaughtError } from './errors.ts'
import { type Answer, type Call, createCall, type Keystone, respond, tokenIn } from './resource.ts'
import { allowedAt, findRoute, methodOf, operationAt, type Route } from './routes.ts'

export type { Keystone } from './resource.ts'

/** The largest body that is read. oslo.middleware `max_request_body_size` */
const MAX_BODY_BYTES = 114_688

/**
 * Keystone's API on a cloud.
 *
 * @returns a fetch that is told beside the request where it came in
 */
export function keystoneApp(keystone: Keystone): (request: Request, environ: Environ) => Response | Promise<Response> {
  return (request, environ) => {
    const length = Number(request.headers.get('content-length') ?? 0)
    if (length > MAX_BODY_BYTES) return tooLarge(request)
    const call = createCall(keystone, request, environ)
    if (length === 0 && !request.headers.has('transfer-encoding')) return answer(call, undefined)
    return bytesOf(request).then((bytes) => {
      return bytes.byteLength > MAX_BODY_BYTES ? tooLarge(request) : answer(call, bytes)
    })
  }
}

/** What a request asks for. */
export interface Operation {
  /** `tokens:issue`; undefined when nothing of that kind is at the path. */
  name: string | undefined
  /** As its routes have it: `/v3/auth/tokens`. */
  path: string
}

/** What a request to Keystone is for, without doing it: by the same table as the routes. */
export function operationOf({ method }: Request, environ: Environ): Operation {
  const path = normalize(environ.path).replace(/\/{2,}/g, '/')
  const route = findRoute(path)?.route
  return { name: route && operationAt(route, method === 'HEAD' ? 'GET' : method), path }
}

/** An answer of Keystone's that nothing in it has led to, in its envelope. */
export function renderError(
  keystone: Keystone,
  { request, environ, status, message, headers }: ErrorToRender,
): Response {
  return refusal(createCall(keystone, request, environ), new KeystoneError(status, message), headers)
}

function answer(call: Call, bytes: Uint8Array | undefined): Response {
  const response = answerOrRefuse(call, bytes)
  // A preflight that comes to nothing is well received all the same. oslo_middleware/cors.py
  if (call.method === 'OPTIONS' && (response.status < 200 || response.status > 299)) {
    return answerWith(null, { status: 200, headers: { 'Content-Length': '0' } })
  }
  return response
}

/** The body is looked at before it is known whether there is anything at the path. */
function answerOrRefuse(call: Call, bytes: Uint8Array | undefined): Response {
  try {
    const lost = lostCredential(call)
    if (lost) return respond(call, lost)
    if (bytes && bytes.byteLength > 0) call.body = parseBody(call, bytes)
    return respond(call, run(call))
  } catch (error) {
    if (error instanceof UncaughtError || error instanceof PyError) return crash(call)
    if (!(error instanceof KeystoneError)) throw error
    return refusal(call, error)
  }
}

function refusal(call: Call, error: KeystoneError, headers: Record<string, string> = {}): Response {
  const challenge = error.status === 401 ? { 'WWW-Authenticate': `Keystone uri="${call.url}"` } : {}
  return respond(call, { status: error.status, body: errorBody(error), headers: { ...challenge, ...headers } })
}

/** Find what is at the path, and let it answer. */
function run(call: Call): Answer {
  const path = normalize(call.environ.path)
  const merged = path.replace(/\/{2,}/g, '/')
  const found = findRoute(merged)
  if (!found) return page(404, 'Not Found', NOT_FOUND)
  const { route, params } = found
  const method = methodOf(route, call.method)
  if (merged !== path) {
    if (!method) throw new UncaughtError('RoutingException')
    return redirect(
      `${call.environ.base}/identity${merged}${call.environ.query === '' ? '' : `?${call.environ.query}`}`,
    )
  }
  if (call.method === 'OPTIONS') return { body: '', headers: { Allow: allowedAt(route), 'Content-Type': HTML } }
  if (!method) return notAllowed(route)
  call.params = params
  return method(call)
}

/** No slashes at the end, and none twice at the beginning; the bytes of the path read as UTF-8. url_normalize.py */
function normalize(path: string): string {
  const trimmed = `/${path.replace(/^\/+|\/+$/g, '')}`
  return /^[\0-\x7f]*$/.test(trimmed) ? trimmed : Buffer.from(trimmed, 'latin1').toString('utf8')
}

/** @throws {KeystoneError} 400 unless it is JSON, says so, and has a dict. request_processing/json_body.py */
function parseBody({ headers }: Call, bytes: Uint8Array): PyDict {
  const type = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
  if (type !== '' && type !== 'application/json' && !/^application\/.*\+json$/.test(type)) {
    throw expecting('application/json', 'Content-Type header')
  }
  try {
    const body = loads(decodeUtf8(bytes).replace(/^\ufeff/, ''))
    if (isDict(body)) return body
  } catch (error) {
    if (!(error instanceof PyError) || error.name === 'RecursionError') throw error
  }
  throw expecting('valid JSON', 'request body')
}

/**
 * A token of a credential that was deleted is no token at all, and Keystone trips over it before anything else.
 *
 * @see keystone/server/flask/request_processing/middleware/auth_context.py `render_exception`
 */
function lostCredential({ cloud, headers }: Call): Answer | undefined {
  const { tokens, applicationCredentials } = cloud.state.identity
  const id = tokens.get(tokenIn(headers))?.applicationCredentialId
  if (id === undefined || applicationCredentials.has(id)) return undefined
  const { message } = notFound('Application Credential', id)
  return { status: 404, body: dumps({ error: { code: 404, title: 'Not Found', message } }) }
}

const HTML = 'text/html; charset=utf-8'

const NOT_FOUND =
  'The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.'

/** werkzeug/exceptions.py `HTTPException.get_body` */
function page(status: number, title: string, text: string, headers: Record<string, string> = {}): Answer {
  const body = `<!doctype html>\n<html lang=en>\n<title>${status} ${title}</title>\n<h1>${title}</h1>\n<p>${text}</p>\n`
  return { status, body, headers: { ...headers, 'Content-Type': HTML } }
}

/** The version documents are Flask's own, the rest Flask-RESTful's, which answers in JSON. */
function notAllowed(route: Route): Answer {
  const text = 'The method is not allowed for the requested URL.'
  const headers = { Allow: allowedAt(route) }
  if (route.segments.length <= 1) return page(405, 'Method Not Allowed', text, headers)
  return { status: 405, body: `${dumps({ message: text })}\n`, headers }
}

/** werkzeug/utils.py `redirect` */
function redirect(location: string): Answer {
  const url = location.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&#34;')
  const body =
    '<!doctype html>\n<html lang=en>\n<title>Redirecting...</title>\n<h1>Redirecting...</h1>\n' +
    `<p>You should be redirected automatically to the target URL: <a href="${url}">${url}</a>. ` +
    'If not, click the link.\n'
  return { status: 308, body, headers: { Location: encodeURI(location).replaceAll('%25', '%'), 'Content-Type': HTML } }
}

/** What the server in front says of an application that broke down: here Waitress. */
function crash({ isHead }: Call): Response {
  const body =
    'Internal Server Error\r\n\r\nThe server encountered an unexpected internal server error\r\n\r\n(generated by server)'
  return answerWith(isHead ? null : body, {
    status: 500,
    headers: { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': `${body.length}` },
  })
}

/** The size is looked at before there is a request id. oslo_middleware/sizelimit.py */
function tooLarge({ headers }: Request): Response {
  // The real one, too, forgets to say how much is too much.
  const explanation = 'Request is too large. Larger than max_request_body_size (%s).'
  const { contentType, body } = errorPage(413, 'Request Entity Too Large', explanation, headers.get('accept'))
  return answerWith(body, { status: 413, headers: { 'Content-Type': contentType } })
}
