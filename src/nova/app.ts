/** The routes together, as Nova's paste pipeline and its router have them. */

import { type Environ, withPath } from '../python/wsgi.ts'
import { acceptedBy, versionIn } from './content-type.ts'
import { serverError, UncaughtError } from './errors.ts'
import { formMethod, isForm } from './forms.ts'
import { routedMethod, splitProject, takeApart } from './paths.ts'
import { sayingsOf } from './releases.ts'
import { admit, answerError, callMethod, type Nova, noSuchPath, readBody, type Visit } from './resource.ts'
import { findRoute } from './router.ts'
import { ROUTES } from './routes.ts'
import { CHOOSE_VERSION, LIST_VERSIONS, SHOW_VERSION } from './versions.ts'

/**
 * Nova's API on a cloud.
 *
 * @returns a fetch that is told beside the request where it came in
 */
export function novaApp(nova: Nova): (request: Request, environ: Environ) => Response | Promise<Response> {
  const methods = new Map(ROUTES.map((route) => [route, route.methodOn(nova.cloud)]))

  const route = (visit: Visit, below: string, methodOf: () => string): Response | Promise<Response> => {
    const token = admit(visit)
    if (!('userId' in token)) return token
    visit.token = token
    const { projectId, rest } = splitProject(below)
    visit.projectId = projectId
    const way = findRoute(methodOf(), rest)
    const found = way && methods.get(way.route)
    return found ? callMethod(visit, found, way.params) : noSuchPath(visit)
  }

  /** Within an API. What has to be known before the route is: how long a body in chunks is, and what a form says. */
  const enter = (visit: Visit, below: string): Response | Promise<Response> => {
    const { request, environ } = visit
    const method = routedMethod(request.method, environ.query)
    const form = request.method === 'POST' && !environ.query.includes('_method') && isForm(request.headers)
    if (!form && !request.headers.has('transfer-encoding')) return route(visit, below, () => method)
    return readBody(visit).then((bytes) => {
      if (!(bytes instanceof Uint8Array)) return bytes
      try {
        return route(visit, below, () => (form ? formMethod(request, bytes) : method))
      } catch (error) {
        return answerError(visit, error)
      }
    })
  }

  /** Outside of both APIs: the list of them at the root, a choice elsewhere, or the one that a header names. */
  const discover = (visit: Visit, path: string, version: string | undefined): Response | Promise<Response> => {
    const named = versionIn(visit.request.headers.get('content-type')) ?? version
    const api = /^2(\.1)?(\/.*)?$/.exec(named ?? '')
    if (!api) {
      const environ = withPath(visit.environ, path)
      return callMethod({ ...visit, environ, access: 'root' }, path === '/' ? LIST_VERSIONS : CHOOSE_VERSION, NOTHING)
    }
    const there = { ...visit, legacy: api[1] === undefined }
    // With more than a slash after it, it passes for a path of the API, although the path is another one.
    if ((api[2]?.length ?? 0) > 1) return enter(there, visit.environ.path)
    return callMethod({ ...there, access: 'open' }, SHOW_VERSION, NOTHING)
  }

  return (request, environ) => {
    try {
      const { path, legacy, below } = takeApart(environ.path)
      const { type, version } = acceptedBy(request.headers.get('accept'), path)
      const visit: Visit = {
        nova,
        request,
        environ,
        legacy,
        accepted: type,
        length: Number(request.headers.get('content-length') ?? 0),
        projectId: undefined,
        access: 'token',
      }
      if (below === undefined) return discover(visit, path, version)
      if (below === '' || below === '/') return callMethod({ ...visit, access: 'open' }, SHOW_VERSION, NOTHING)
      return enter(visit, below)
    } catch (error) {
      if (error instanceof UncaughtError) return serverError(sayingsOf(nova.cloud).server)
      throw error
    }
  }
}

/** What the path of a version's document says. */
const NOTHING = Object.freeze({})
