/** What a request to Nova is for, without doing it: by the same table as the routes. */

import type { Cloud } from '../cloud/cloud.ts'
import type { Environ } from '../python/wsgi.ts'
import { LOWEST, negotiate, newestOf } from './microversion.ts'
import { routedMethod, splitProject, takeApart } from './paths.ts'
import { findRoute } from './router.ts'
import { ROUTES } from './routes.ts'

/** What a request asks for. */
export interface Operation {
  /** `os-services:delete`; undefined when nothing of that kind is at the path. */
  name: string | undefined
  /** The path below the API and the project. */
  path: string
  /** The minor number of the microversion; undefined when it is none that this cloud has, and where there are none. */
  version: number | undefined
}

/** The operations at the paths that are of none of the APIs. */
const LIST_VERSIONS = 'versions:list'
const CHOOSE_VERSION = 'versions:choose'

/** Each operation, and the methods that it can be asked for by. */
export function operations(): Map<string, string[]> {
  const found = new Map<string, string[]>([
    [LIST_VERSIONS, []],
    [CHOOSE_VERSION, []],
  ])
  for (const { verb, operations: names } of ROUTES) {
    for (const name of names) found.set(name, [...new Set([...(found.get(name) ?? []), verb])])
  }
  return found
}

/** @param body as far as it has been read: of some paths, it says what is to be done there */
export function operationOf(cloud: Cloud, request: Request, environ: Environ, body?: Uint8Array): Operation {
  const { path, legacy, below } = takeApart(environ.path)
  if (below === undefined) return { name: path === '/' ? LIST_VERSIONS : CHOOSE_VERSION, path, version: undefined }
  const version = legacy ? LOWEST : versionOf(cloud, request)
  if (below === '' || below === '/') return { name: 'versions:show', path: '/', version }
  const { rest } = splitProject(below)
  const { route, params = {} } = findRoute(routedMethod(request.method, environ.query), rest) ?? {}
  const asked = { id: params.id ?? '', version: version ?? LOWEST, body }
  const name = route?.operationAt ? route.operationAt(asked) : route?.operations[0]
  return { name, path: rest, version }
}

function versionOf(cloud: Cloud, { headers }: Request): number | undefined {
  try {
    return negotiate(headers, newestOf(cloud))
  } catch {
    return undefined
  }
}
