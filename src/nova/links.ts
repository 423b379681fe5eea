/** Links: where a thing is, and where a list goes on. nova/api/openstack/common.py `ViewBuilder` */

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
  const names = [...call.query.keys()].filter((name) => name !== 'marker').sort()
  const query = names.map((name): [string, string] => [name, call.query.get(name)?.at(-1) ?? ''])
  const marked = [...query, ['marker', marker]].sort(([one = ''], [other = '']) => (one < other ? -1 : 1))
  const ordered = call.query.has('marker') ? marked : [...query, ['marker', marker]]
  const text = ordered.map(([name = '', value = '']) => `${quotePlus(name)}=${quotePlus(value)}`).join('&')
  return [{ rel: 'next', href: `${versioned(call)}${projectIn(call)}/${collection}?${text}` }]
}

/** How many to give at the most. A limit that the schema has let pass; the last one counts. */
export function limitOf({ query }: Call): number {
  return Math.min(MAX_LIMIT, Number(query.get('limit')?.at(-1) ?? MAX_LIMIT))
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
function projectIn({ token, environ }: Call): string {
  const scope = token?.scope
  const projectId = scope && 'projectId' in scope ? scope.projectId : ''
  const named = projectId !== '' && (environ.path.includes(projectId) || environ.query.includes(projectId))
  return named ? `/${projectId}` : ''
}

/** Python's `urllib.parse.quote_plus`. */
function quotePlus(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}
