/** How Glance takes a request: version → token → route → method. etc/glance-api-paste.ini; glance/common/wsgi.py `Resource` */

import { admit } from '../cloud/admission.ts'
import { answerWith } from '../http/response.ts'
import { EXPLANATIONS, errorPage, errorPageOf } from '../python/webob.ts'
import type { Environ, ErrorToRender } from '../python/wsgi.ts'
import { GlanceError } from './errors.ts'
import { type Call, dumpsUnicode, type Glance } from './resource.ts'
import { findRoute, LIST_VERSIONS } from './routes.ts'
import { belowVersion, versionList } from './versions.ts'

export type { Glance } from './resource.ts'

/** A request on its way. */
interface Visit {
  glance: Glance
  request: Request
  environ: Environ
  /** Only what comes past the token has one. */
  requestId?: string
}

/**
 * Glance's API on a cloud, as much of it as `openstack image list` and those who look for marks on images need.
 *
 * @returns a fetch that is told beside the request where it came in
 */
export function glanceApp(glance: Glance): (request: Request, environ: Environ) => Response {
  return (request, environ) => {
    const visit: Visit = { glance, request, environ }
    try {
      return answer(visit)
    } catch (error) {
      if (error instanceof GlanceError) return refusal(visit, error)
      throw error
    }
  }
}

/** What a request asks for. */
export interface Operation {
  /** `images:list`; undefined when nothing of that kind is at the path. */
  name: string | undefined
  /** Below the version. */
  path: string
}

/** What a request to Glance is for, without doing it. */
export function operationOf({ method, headers }: Request, { path }: Environ): Operation {
  const below = belowVersion(path, headers.get('accept'))
  if (below === undefined) return { name: LIST_VERSIONS, path }
  return { name: findRoute(below)?.route.methods[method]?.operation, path: below }
}

/** An answer of Glance's that nothing in it has led to, as WebOb has it. */
export function renderError(glance: Glance, { request, environ, status, message, headers }: ErrorToRender): Response {
  const requestId = status === 401 ? undefined : glance.requestId()
  return refusal(
    { glance, request, environ, ...(requestId && { requestId }) },
    new GlanceError(status, message, headers),
  )
}

function answer(visit: Visit): Response {
  const { glance, request, environ } = visit
  const { headers, method } = request
  const below = belowVersion(environ.path, headers.get('accept'))
  if (below === undefined) return listVersions(visit)
  const admitted = admit(glance.cloud, {
    token: headers.get('x-auth-token') ?? headers.get('x-storage-token'),
    serviceToken: headers.get('x-service-token'),
  })
  if (!admitted) throw new GlanceError(401)
  visit.requestId = glance.requestId()
  if (below === '') return redirect(visit)
  const found = findRoute(decoded(below))
  if (!found) throw new GlanceError(404)
  const known = Object.hasOwn(found.route.methods, method) ? found.route.methods[method] : undefined
  if (!known) throw new GlanceError(405, '', { Allow: Object.keys(found.route.methods).join(', ') })
  const hasBody = Number(headers.get('content-length') ?? 0) > 0 || headers.has('transfer-encoding')
  if (known.rejectsBody && hasBody) throw new GlanceError(400, 'A body is not expected with this request.')
  const call: Call = { cloud: glance.cloud, environ, token: admitted.token, params: found.params }
  const { status = 200, body } = known.run(call)
  return body === undefined ? respond(visit, status, null, HTML) : respond(visit, status, dumpsUnicode(body), JSON_TYPE)
}

const JSON_TYPE = 'application/json'
/** WebOb's own, where nobody says another. */
const HTML = 'text/html; charset=UTF-8'

/** At `/versions` as it is asked for; anywhere else, since the request names no version that there is. */
function listVersions(visit: Visit): Response {
  const { request, environ } = visit
  const asked = /^\/versions\/?$/.test(environ.path)
  // A preflight that comes to nothing is well received all the same. oslo_middleware/cors.py
  if (request.method === 'OPTIONS' && !asked) {
    return answerWith(null, { status: 200, headers: { 'Content-Length': '0' } })
  }
  return respond(visit, asked ? 200 : 300, dumpsUnicode(versionList(addressOf(visit))), JSON_TYPE)
}

function redirect(visit: Visit): Response {
  return answerWith(null, {
    status: 302,
    headers: {
      'Content-Type': 'text/plain; charset=utf8',
      Location: `${addressOf(visit)}/v2/`,
      'x-openstack-request-id': visit.requestId ?? '',
    },
  })
}

function refusal(visit: Visit, { status, message, headers }: GlanceError): Response {
  const { request, environ } = visit
  const challenge = status === 401 && { 'WWW-Authenticate': `Keystone uri="${environ.base}/identity/v3"` }
  const page = pageOf(visit, status, message)
  const isHead = request.method === 'HEAD'
  return respond(visit, status, isHead ? '' : page.body, isHead ? HTML : page.contentType, { ...challenge, ...headers })
}

/** What WebOb says of each status unless it is told. webob/exc.py */
const STATUSES: typeof EXPLANATIONS = {
  ...EXPLANATIONS,
  405: { title: 'Method Not Allowed', words: '' },
  413: { title: 'Request Entity Too Large', words: 'The body of your request was too large for this server.' },
  429: { title: 'Too Many Requests', words: 'The client has sent too many requests in a given amount of time.' },
}

function pageOf({ request }: Visit, status: number, message: string) {
  const { title = 'Unknown', words = '' } = STATUSES[status] ?? {}
  const accept = request.headers.get('accept')
  if (status !== 405) return errorPage(status, title, message || words, accept)
  const text = (escaped: (piece: string) => string) =>
    `The method ${escaped(request.method)} is not allowed for this resource. <br /><br />\n${escaped(message)}`
  return errorPageOf(status, title, text, accept, (body) => ({ message: body, code: `${status} ${title}`, title }))
}

function respond(
  { request, requestId }: Visit,
  status: number,
  body: string | null,
  contentType: string,
  headers: Record<string, string> = {},
): Response {
  const isHead = request.method === 'HEAD'
  return answerWith(isHead ? null : body, {
    status,
    headers: {
      'Content-Type': contentType,
      ...(body !== null && { 'Content-Length': `${Buffer.byteLength(body)}` }),
      ...headers,
      ...(requestId !== undefined && { 'x-openstack-request-id': requestId }),
    },
  })
}

function addressOf({ environ }: Visit): string {
  return `${environ.base}/image`
}

/** The bytes of the path, read as UTF-8. */
function decoded(path: string): string {
  return /^[\0-\x7f]*$/.test(path) ? path : Buffer.from(path, 'latin1').toString('utf8')
}
