/** The routes together, as Nova's paste pipeline and its router have them. */

import { Hono } from 'hono'
import { type Environ, parseQuery, withPath } from '../python/wsgi.ts'
import { versionIn } from './content-type.ts'
import { type ApiMethod, callMethod, type Nova, noSuchPath, type Visit } from './resource.ts'
import { DELETE_SERVICE, indexServices, UPDATE_SERVICE } from './services.ts'
import { CHOOSE_VERSION, LIST_VERSIONS, SHOW_VERSION } from './versions.ts'

/** What the router is given beside the request. */
interface Bindings {
  visit: Visit
  /** The path below /v2.1 and the project. */
  path: string
}

/**
 * Nova's API on a cloud.
 *
 * @returns a fetch that is told beside the request where it came in
 */
export function novaApp(nova: Nova): (request: Request, environ: Environ) => Response | Promise<Response> {
  const api = new Hono<{ Bindings: Bindings }>({ getPath: (_, options) => options?.env?.path ?? '/' })
  const route = (verb: 'get' | 'put' | 'delete', path: string, method: ApiMethod) => {
    api[verb](path, (c) => callMethod(c.env.visit, method, c.req.param('id') ?? ''))
  }
  route('get', '/', SHOW_VERSION)
  route('get', '/versions/:id', SHOW_VERSION)
  route('get', '/os-services', indexServices(nova.cloud))
  route('put', '/os-services/:id', UPDATE_SERVICE)
  route('delete', '/os-services/:id', DELETE_SERVICE)
  api.notFound((c) => noSuchPath(c.env.visit))
  api.onError((error) => {
    throw error
  })

  return (request, environ) => {
    const path = environ.path.includes('//') ? environ.path.replace(/\/\/+/g, '/') : environ.path
    const legacy = path.startsWith('/v2/') || path === '/v2'
    const root = legacy ? '/v2' : '/v2.1'
    const visit: Visit = { nova, request, environ, legacy, projectId: undefined, access: 'token' }
    const below = path === root || path.startsWith(`${root}/`) ? path.slice(root.length) : undefined
    if (below === undefined) return discover(visit, path)
    if (below === '' || below === '/') return callMethod({ ...visit, access: 'open' }, SHOW_VERSION, '')
    return api.fetch(withMethod(visit), { visit, path: withoutProject(visit, below) })
  }
}

/** Outside of both APIs: the list of them at the root, a choice elsewhere, or the one that a header names. */
function discover(visit: Visit, path: string): Response | Promise<Response> {
  const { headers } = visit.request
  const named = versionIn(headers.get('accept'), headers.get('content-type'))
  if (named === '2' || named === '2.1') {
    return callMethod({ ...visit, legacy: named === '2', access: 'open' }, SHOW_VERSION, '')
  }
  const environ = withPath(visit.environ, path)
  return callMethod({ ...visit, environ, access: 'root' }, path === '/' ? LIST_VERSIONS : CHOOSE_VERSION, '')
}

/** The old form names the project first, in hexadecimal digits and dashes. nova/api/openstack/__init__.py `ProjectMapper` */
function withoutProject(visit: Visit, below: string): string {
  const match = /^\/([\da-f-]+)(\/.*)$/.exec(below)
  if (!match) return escapePercent(below)
  visit.projectId = match[1]
  return escapePercent(match[2] ?? '/')
}

/** The router decodes what it matched, and it has been decoded already. */
function escapePercent(path: string): string {
  return path.includes('%') ? path.replaceAll('%', '%25') : path
}

/** `?_method=PUT` chooses the route of another method. routes/middleware.py `RoutesMiddleware`. Of HEAD, no route knows. */
function withMethod({ request, environ }: Visit): Request {
  if (request.method === 'HEAD') return new Request(request.url, { method: 'PATCH' })
  if (!environ.query.includes('_method')) return request
  try {
    const method = parseQuery(environ.query).get('_method')?.at(-1)
    return method ? new Request(request.url, { method: method.toUpperCase() }) : request
  } catch {
    return request
  }
}
