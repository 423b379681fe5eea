/** Which route a request takes, by its verb and its path. nova/api/openstack/compute/routes.py `APIRouterV21` */

import { RegExpRouter } from 'hono/router/reg-exp-router'
import { ROUTES, type Route } from './routes.ts'

/** A route, and what the path says where the route has a name for it: `/servers/:id`. */
export interface Way {
  route: Route
  params: Readonly<Record<string, string>>
}

interface Router {
  /** Those whose path names nothing, as `GET /os-services`: they come before the others, as they do in Nova. */
  still: Map<string, Way>
  others: RegExpRouter<Route>
}

const NO_PARAMS: Way['params'] = Object.freeze({})
let router: Router | undefined

/** @param path below /v2.1 and the project, unescaped */
export function findRoute(verb: string, path: string): Way | undefined {
  router ??= createRouter()
  const way = router.still.get(`${verb} ${path}`)
  if (way) return way
  const [found, stash] = router.others.match(verb, path)
  const [route, places] = found[0] ?? []
  if (!route || !places) return undefined
  const params: Record<string, string> = {}
  for (const name in places) {
    const place = places[name]
    params[name] = typeof place === 'number' ? (stash?.[place] ?? '') : (place ?? '')
  }
  return { route, params }
}

/** Hono's quickest router knows no path that names nothing beside one that does: /servers/detail and /servers/:id. */
function createRouter(): Router {
  const made: Router = { still: new Map(), others: new RegExpRouter() }
  for (const route of ROUTES) {
    if (route.path.includes(':')) made.others.add(route.verb, route.path, route)
    else made.still.set(`${route.verb} ${route.path}`, { route, params: NO_PARAMS })
  }
  return made
}
