/** Links: where a thing is, and where a list goes on. nova/api/openstack/common.py `ViewBuilder` */

import { projectOf } from '../cloud/identity.ts'
import { compareText, pythonInt } from '../python/values.ts'
import { NovaFault } from './errors.ts'
import type { Call } from './resource.ts'

/** The most that a list gives at once. Nova's `max_limit` default. */
export const MAX_LIMIT = 1000

export interface Link {
  rel: string
  href: string
  [more: string]: string
}

/** Where a thing is: at this version of the API, and whatever the version. */
export function linksTo(call: Call, collection: string, id: string): Link[] {
  return [
    { rel: 'self', href: `${versioned(call)}${projectIn(call)}/${collection}/${id}` },
    bookmarkOf(call, collection, id),
  ]
}

/** Where a thing is, whatever the version. */
export function bookmarkOf(call: Call, collection: string, id: string): Link {
  return { rel: 'bookmark', href: `${call.environ.base}${projectIn(call)}/${collection}/${id}` }
}

/** Where the list goes on after `marker`, with the same query. */
export function nextLink(call: Call, collection: string, marker: string): Link[] {
  const names = [...call.query.keys()].sort()
  if (!call.query.has('marker')) names.push('marker')
  const text = names
    .map((name) => `${quotePlus(name)}=${quotePlus(name === 'marker' ? marker : greatestOf(call.query.get(name)))}`)
    .join('&')
  return [{ rel: 'next', href: `${versioned(call)}${projectIn(call)}/${collection}?${text}` }]
}

/** Of what is said several times: Nova sorts it all, and the last one stays. */
function greatestOf(values: string[] = []): string {
  return [...values].sort(compareText).at(-1) ?? ''
}

/** How many to give at the most; the last one counts. @throws {NovaFault} 400: under /v2 no schema has looked at it */
export function limitOf({ query }: Call): number {
  const asked = query.get('limit')?.at(-1)
  if (asked === undefined) return MAX_LIMIT
  const limit = pythonInt(asked)
  if (limit === undefined) throw new NovaFault(400, 'Invalid input received: limit must be an integer')
  if (limit < 0) throw new NovaFault(400, 'Invalid input received: limit must be >= 0')
  return Math.min(MAX_LIMIT, limit)
}

/** The last one counts. */
export function markerOf({ query }: Call): string | undefined {
  return query.get('marker')?.at(-1)
}

/** The address of the API. */
function versioned({ environ, legacy }: Call): string {
  return `${environ.base}/${legacy ? 'v2' : 'v2.1'}`
}

/** The project, where it stands anywhere in the URL that was asked for. nova/api/openstack/common.py `_get_project_id` */
function projectIn({ token, environ, query }: Call): string {
  const projectId = projectOf(token)
  if (projectId === undefined) return ''
  // What the query had that no schema knows has been taken out of the URL.
  const isNamed = environ.path.includes(projectId) || [...query].flat(2).some((text) => text.includes(projectId))
  return isNamed ? `/${projectId}` : ''
}

/** Python's `urllib.parse.quote_plus`. */
function quotePlus(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}
