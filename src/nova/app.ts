/** The routes together, as Nova's paste pipeline and its router have them. */

import { Hono } from 'hono'
import { type Environ, withPath } from '../python/wsgi.ts'
import { versionIn } from './content-type.ts'
import { routedMethod, splitProject, takeApart } from './paths.ts'
import { callMethod, type Nova, noSuchPath, type Visit } from './resource.ts'
import { ROUTES } from './routes.ts'
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
  for (const { verb, path, methodOn } of ROUTES) {
    const method = methodOn(nova.cloud)
    api.on(verb, path, (c) => callMethod(c.env.visit, method, c.req.param('id') ?? ''))
  }
  api.notFound((c) => noSuchPath(c.env.visit))
  api.onError((error) => {
    throw error
  })

  return (request, environ) => {
    const { path, legacy, below } = takeApart(environ.path)
    const visit: Visit = { nova, request, environ, legacy, projectId: undefined, access: 'token' }
    if (below === undefined) return discover(visit, path)
    if (below === '' || below === '/') return callMethod({ ...visit, access: 'open' }, SHOW_VERSION, '')
    const { projectId, rest } = splitProject(below)
    visit.projectId = projectId
    return api.fetch(withMethod(visit), { visit, path: escapePercent(rest) })
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

/** The router decodes what it matched, and it has been decoded already. */
function escapePercent(path: string): string {
  return path.includes('%') ? path.replaceAll('%', '%25') : path
}

function withMethod({ request, environ }: Visit): Request {
  // Of HEAD, no route knows; Hono would take it for a GET.
  if (request.method === 'HEAD') return new Request(request.url, { method: 'PATCH' })
  const method = routedMethod(request.method, environ.query)
  return method === request.method ? request : new Request(request.url, { method })
}
