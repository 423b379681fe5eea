/** What a request to Nova is for, without doing it: by the same table as the routes. */

import { RegExpRouter } from 'hono/router/reg-exp-router'
import { SmartRouter } from 'hono/router/smart-router'
import { TrieRouter } from 'hono/router/trie-router'
import type { Cloud } from '../cloud/cloud.ts'
import type { Environ } from '../python/wsgi.ts'
import { LOWEST, negotiate, newestOf } from './microversion.ts'
import { routedMethod, splitProject, takeApart } from './paths.ts'
import { ROUTES, type Route } from './routes.ts'

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

let router: SmartRouter<Route> | undefined

export function operationOf(cloud: Cloud, request: Request, environ: Environ): Operation {
  const { path, legacy, below } = takeApart(environ.path)
  if (below === undefined) return { name: path === '/' ? LIST_VERSIONS : CHOOSE_VERSION, path, version: undefined }
  const version = legacy ? LOWEST : versionOf(cloud, request)
  if (below === '' || below === '/') return { name: 'versions:show', path: '/', version }
  const { rest } = splitProject(below)
  router ??= createRouter()
  const [route] = router.match(routedMethod(request.method, environ.query), rest)[0][0] ?? []
  const id = rest.slice(rest.lastIndexOf('/') + 1)
  const name = route?.operationAt ? route.operationAt(id, version ?? LOWEST) : route?.operations[0]
  return { name, path: rest, version }
}

function createRouter(): SmartRouter<Route> {
  const made = new SmartRouter<Route>({ routers: [new RegExpRouter(), new TrieRouter()] })
  for (const route of ROUTES) made.add(route.verb, route.path, route)
  return made
}

function versionOf(cloud: Cloud, { headers }: Request): number | undefined {
  try {
    return negotiate(headers, newestOf(cloud))
  } catch {
    return undefined
  }
}
