/** A path of Nova's, taken apart: which API, which project, and the rest. nova/api/openstack/__init__.py */

import { parseQuery } from '../python/wsgi.ts'

export interface PathParts {
  /** With no slash twice. */
  path: string
  /** Whether it is under /v2, the API as it was before there were microversions. */
  legacy: boolean
  /** What is below /v2.1 or /v2; undefined outside of both. */
  below: string | undefined
}

export function takeApart(asked: string): PathParts {
  const path = asked.includes('//') ? asked.replace(/\/\/+/g, '/') : asked
  const legacy = path.startsWith('/v2/') || path === '/v2'
  const root = legacy ? '/v2' : '/v2.1'
  const below = path === root || path.startsWith(`${root}/`) ? path.slice(root.length) : undefined
  return { path, legacy, below }
}

/** The old form names the project first, in hexadecimal digits and dashes. nova/api/openstack/__init__.py `ProjectMapper` */
export function splitProject(below: string): { projectId: string | undefined; rest: string } {
  const match = /^\/([\da-f-]+)(\/.*)$/s.exec(below)
  return match
    ? { projectId: match[1], rest: withoutNewline(match[2] ?? '/') }
    : { projectId: undefined, rest: withoutNewline(below) }
}

/** The routes' patterns end in `$`, and Python's also stands before a newline at the very end. */
function withoutNewline(path: string): string {
  return path.endsWith('\n') ? path.replace(/(^\/|[^/])\n$/, '$1') : path
}

/** `?_method=PUT` chooses the route of another method. routes/middleware.py `RoutesMiddleware` */
export function routedMethod(method: string, query: string): string {
  if (!query.includes('_method')) return method
  try {
    return parseQuery(query).get('_method')?.at(-1)?.toUpperCase() || method
  } catch {
    return method
  }
}
