/** How Placement takes a request: token → version → content type → route → method → envelope. placement/deploy.py `deploy` */

import { admit } from '../cloud/admission.ts'
import { CloudError } from '../cloud/errors.ts'
import { bytesOf } from '../http/request.ts'
import { answerWith, type Body, LONGEST_TEXT, lengthOf } from '../http/response.ts'
import { dumps } from '../python/json.ts'
import { PyError } from '../python/values.ts'
import { EXPLANATIONS, errorPageOf, stripTags } from '../python/webob.ts'
import type { Environ, ErrorToRender } from '../python/wsgi.ts'
import { PlacementError } from './errors.ts'
import { NEWEST, negotiate } from './microversion.ts'
import type { Answer, Call, Placement } from './resource.ts'
import { allowedAt, findRoute, methodOf, operationAt } from './routes.ts'

export type { Placement } from './resource.ts'

/** A request on its way: what is known of it is what its answer can say. */
interface Visit {
  placement: Placement
  request: Request
  environ: Environ
  requestId: string
  /** The minor number of the microversion, once it is known. */
  version?: number
}

/**
 * Placement's API on a cloud.
 *
 * @returns a fetch that is told beside the request where it came in
 */
export function placementApp(
  placement: Placement,
): (request: Request, environ: Environ) => Response | Promise<Response> {
  return (request, environ) => {
    const visit = createVisit(placement, request, environ)
    const length = Number(request.headers.get('content-length') ?? 0)
    if (length === 0 && !request.headers.has('transfer-encoding')) return answer(visit, new Uint8Array())
    return bytesOf(request).then((bytes) => answer(visit, bytes))
  }
}

/** What a request asks for. */
export interface Operation {
  /** `resource_providers:list`; undefined when nothing of that kind is at the path. */
  name: string | undefined
  /** As the routes have it. */
  path: string
  /** The minor number of the microversion; undefined when it is none that there is. */
  version: number | undefined
}

/** What a request to Placement is for, without doing it. */
export function operationOf({ method, headers }: Request, { path }: Environ): Operation {
  const route = findRoute(path)?.route
  let version: number | undefined
  try {
    version = negotiate(headers)
  } catch {
    version = undefined
  }
  return { name: route && operationAt(route, method), path: path === '' ? '/' : path, version }
}

/** An answer of Placement's that nothing in it has led to, in its envelope. */
export function renderError(
  placement: Placement,
  { request, environ, status, message, headers }: ErrorToRender,
): Response {
  const visit = createVisit(placement, request, environ)
  if (status === 401) return unauthorized(visit, message)
  try {
    visit.version = negotiate(request.headers)
  } catch {
    // A version that there is not is of no matter to who answers in its place.
  }
  return refusal(visit, new PlacementError(status, message, headers && { headers }))
}

function createVisit(placement: Placement, request: Request, environ: Environ): Visit {
  return { placement, request, environ, requestId: placement.requestId() }
}

function answer(visit: Visit, bytes: Uint8Array): Response | Promise<Response> {
  const { placement, request, environ } = visit
  const { cloud } = placement
  const open = environ.path === '' || environ.path === '/'
  const { headers } = request
  const admitted = open
    ? undefined
    : admit(cloud, {
        token: headers.get('x-auth-token') ?? headers.get('x-storage-token'),
        serviceToken: headers.get('x-service-token'),
      })
  if (!open && !admitted) return unauthorized(visit)
  try {
    const version = negotiate(headers)
    visit.version = version
    if (bytes.length > 0 && !headers.get('content-type')) {
      throw new PlacementError(400, 'content-type header required when content-length > 0', { within: false })
    }
    const found = findRoute(environ.path)
    if (!found) throw new PlacementError(404, '', { within: false })
    const method = methodOf(found.route, request.method)
    if (!method) {
      throw new PlacementError(405, 'The method specified is not allowed for this resource.', {
        headers: { Allow: allowedAt(found.route) },
      })
    }
    const { params } = found
    const call: Call = { cloud, request, environ, version, token: admitted?.token, params, bytes }
    const said = method(call)
    if (!(said instanceof Promise)) return respond(visit, version, said)
    return said.then(
      (known) => respond(visit, version, known),
      (error: unknown) => answerError(visit, error),
    )
  } catch (error) {
    return answerError(visit, error)
  }
}

/** @throws whatever is not Placement's to answer, but a mistake of ours */
function answerError(visit: Visit, error: unknown): Response {
  if (error instanceof PlacementError) return refusal(visit, error)
  // What no method has expected. placement/fault_wrap.py `FaultWrapper`
  const words = error instanceof CloudError || error instanceof PyError ? error.message : undefined
  if (words === undefined) throw error
  return refusal(visit, new PlacementError(500, words))
}

function respond(visit: Visit, version: number, { status = 200, headers, modified, ...said }: Answer): Response {
  const timed = version >= 15 && modified !== undefined
  const date = timed && modified !== null && { 'Last-Modified': new Date(modified).toUTCString() }
  const body = bodyOf(said)
  return answerWith(visit.request.method === 'HEAD' ? null : body, {
    status,
    headers: {
      ...(body !== null && { 'Content-Type': 'application/json', 'Content-Length': `${lengthOf(body)}` }),
      ...(body === null && status !== 204 && { 'Content-Length': '0' }),
      ...located(visit, headers),
      ...date,
      ...(timed && { 'Cache-Control': 'no-cache' }),
      ...versionHeaders(version),
      Vary: 'openstack-api-version',
      'x-openstack-request-id': visit.requestId,
    },
  })
}

/** Of ASCII: each of its characters is a byte. */
function bodyOf({ body, pieces }: Pick<Answer, 'body' | 'pieces'>): Body {
  if (!pieces) return body === undefined ? null : dumps(body)
  return lengthOf(pieces) > LONGEST_TEXT ? pieces : Buffer.concat(pieces).toString('latin1')
}

/** WebOb makes a whole address of what begins with a slash. */
function located({ environ }: Visit, { Location, ...headers }: Record<string, string> = {}): Record<string, string> {
  return Location === undefined ? headers : { ...headers, Location: `${environ.base}/placement${Location}` }
}

function versionHeaders(version: number): Record<string, string> {
  return { 'OpenStack-API-Version': `placement 1.${version}` }
}

/** What went wrong, in Placement's envelope. placement/util.py `json_error_formatter` */
function refusal(visit: Visit, error: PlacementError): Response {
  const { request, requestId, version } = visit
  const { status, code } = error
  const accept = request.headers.get('accept')
  const { title, text } = pageOf(visit, error)
  const page = errorPageOf(status, title, text, !accept || accept === '*/*' ? 'application/json' : accept, (body) => ({
    errors: [
      {
        status,
        title,
        detail: stripTags(body),
        ...(version !== undefined && version >= 23 && { code }),
        request_id: requestId,
        ...(status === 406 && version === undefined && { max_version: `1.${NEWEST}`, min_version: '1.0' }),
      },
    ],
  }))
  const isHead = request.method === 'HEAD'
  return answerWith(isHead ? null : page.body, {
    status,
    headers: {
      'Content-Type': isHead ? 'text/html; charset=UTF-8' : page.contentType,
      'Content-Length': isHead ? '0' : `${Buffer.byteLength(page.body)}`,
      ...error.headers,
      ...(version !== undefined && status !== 500 && versionHeaders(version)),
      ...(version !== undefined && status !== 500 && error.within && { Vary: 'openstack-api-version' }),
      'x-openstack-request-id': requestId,
    },
  })
}

/** The page of a status: three of them speak of the request. webob/exc.py `body_template_obj` */
function pageOf({ request }: Visit, { status, detail }: PlacementError) {
  const known = EXPLANATIONS[status]
  switch (status) {
    case 405:
      return {
        title: 'Method Not Allowed',
        text: (escaped: (piece: string) => string) =>
          `The method ${escaped(request.method)} is not allowed for this resource. <br /><br />\n${escaped(detail)}`,
      }
    case 406: {
      const accept = request.headers.get('accept')
      const wanted = !accept || accept === '*/*' ? 'application/json' : accept
      return {
        title: 'Not Acceptable',
        text: (escaped: (piece: string) => string) =>
          'The resource could not be generated that was acceptable to your browser\n' +
          `(content of type ${escaped(wanted)}. <br /><br />\n${escaped(detail)}`,
      }
    }
    case 415:
      return {
        title: 'Unsupported Media Type',
        text: (escaped: (piece: string) => string) =>
          `The request media type ${escaped(request.headers.get('content-type') || 'None')} is not supported by this server.\n` +
          `<br /><br />\n${escaped(detail)}`,
      }
    default:
      return {
        title: known?.title ?? 'Unknown',
        text: (escaped: (piece: string) => string) =>
          `${escaped(known?.words ?? '')}<br /><br />\n${escaped(detail)}\n\n`,
      }
  }
}

/** The token's keeper has an envelope of its own. keystonemiddleware/auth_token/__init__.py */
function unauthorized(visit: Visit, message = 'The request you have made requires authentication.'): Response {
  const body = dumps({ error: { code: 401, title: 'Unauthorized', message } })
  return answerWith(body, {
    status: 401,
    headers: {
      'Content-Type': 'application/json',
      'Content-Length': `${Buffer.byteLength(body)}`,
      'WWW-Authenticate': `Keystone uri="${visit.environ.base}/identity/v3"`,
      'x-openstack-request-id': visit.requestId,
    },
  })
}
