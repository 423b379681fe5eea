/** Lists of things, and one thing: links, filters and pages. keystone/server/flask/common.py `ResourceBase` */

import type { Writable } from '../python/json.ts'
import { pythonInt } from '../python/values.ts'
import { KeystoneError, UncaughtError } from './errors.ts'
import { type Answer, type Call, parameter, view } from './resource.ts'

/** A thing as Keystone shows it, but for its link. */
export interface Ref {
  id: string
  [attribute: string]: Writable | undefined
}

export interface Listing {
  /** The key of the list, and what the links of its members go by. */
  name: string
  /** The parameters that filter. */
  filters?: string[]
  /** Whether there are pages. Default false. */
  paged?: boolean
}

interface Filter {
  attribute: string
  comparator: string
  ignoreCase: boolean
  value: string
}

/** A member's answer, with its link: `{"user": {…, "links": {"self": …}}}`. */
export function member(call: Call, key: string, collection: string, ref: Ref): Answer {
  return view({ [key]: linked(call, collection, ref) })
}

/** A list's answer, after the filters that the query names; in the order of the ids, as InnoDB keeps rows. */
export function collection(call: Call, { name, filters = [] }: Listing, refs: Ref[]): Answer {
  const wanted = filtersOf(call, filters)
  const found = refs.filter((ref) => wanted.every((filter) => matches(ref, filter)))
  const marker = parameter(call, 'marker')
  const rest = marker && filters.length > 0 ? found.slice(placeAfter(found, marker)) : found
  const limit = filters.length > 0 ? limitOf(call) : undefined
  const truncated = limit !== undefined && rest.length > limit
  const page = truncated ? rest.slice(0, limit) : rest
  return view({
    [name]: page.map((ref) => linked(call, name, ref)),
    links: { next: truncated ? nextPage(call, page, limit) : null, self: selfLink(call), previous: null },
    truncated: truncated ? true : undefined,
  })
}

export function byId(one: Ref, other: Ref): number {
  return one.id < other.id ? -1 : 1
}

/** How MySQL compares texts: without case, and without spaces at the end. */
export function sameText(one: string, other: string): boolean {
  return one === other || one.toLowerCase().trimEnd() === other.toLowerCase().trimEnd()
}

/** What was found, or else a 404 in Keystone's words. */
export function found<Thing>(thing: Thing | undefined, error: () => KeystoneError): Thing {
  if (thing === undefined) throw error()
  return thing
}

export function linked(call: Call, name: string, ref: Ref): Ref {
  return { ...ref, links: { self: `${call.url}/${name}/${ref.id}` } }
}

/** Where the request came in, as Keystone would write it. `full_url` */
export function selfLink(call: Call): string {
  const { query } = call.environ
  return `${pathLink(call)}${query === '' ? '' : `?${query}`}`
}

/** `base_url(PATH_INFO)` */
function pathLink({ url, environ }: Call): string {
  const below = environ.path.replace(/^\/+|\/+$/g, '').replace(/^v3\/?/, '')
  return below === '' ? url : `${url}/${below}`
}

function nextPage(call: Call, page: Ref[], limit: number): string | null {
  const last = page.at(-1)
  if (!last) return null
  const values = new Map<string, string>()
  for (const [name, [value = '']] of call.query) values.set(name, value)
  values.set('marker', last.id)
  values.set('limit', `${limit}`)
  return `${pathLink(call)}?${new URLSearchParams([...values])}`
}

function placeAfter(refs: Ref[], marker: string): number {
  const place = refs.findIndex(({ id }) => sameText(id, marker))
  if (place < 0) throw new KeystoneError(404, `Marker ${marker} could not be found.`)
  return place + 1
}

function limitOf(call: Call): number | undefined {
  const wanted = parameter(call, 'limit')
  if (!wanted) return undefined
  const limit = pythonInt(wanted)
  if (limit === undefined) throw new UncaughtError('ValueError')
  return limit
}

/** `name=x`, `name__contains=x`, `name__istartswith=x`. `build_driver_hints` */
function filtersOf({ query }: Call, names: string[]): Filter[] {
  const filters: Filter[] = []
  for (const [key, values] of query) {
    const [attribute = '', ...rest] = key.split('__')
    if (!names.includes(key) && !names.some((name) => key.startsWith(`${name}__`))) continue
    const comparator = names.includes(key) ? 'equals' : rest.join('__')
    const ignoreCase = comparator.startsWith('i')
    for (const value of values) {
      filters.push({
        attribute: comparator === 'equals' ? key : attribute,
        comparator: ignoreCase ? comparator.slice(1) : comparator,
        ignoreCase,
        value,
      })
    }
  }
  return filters
}

function matches(ref: Ref, { attribute, comparator, ignoreCase, value }: Filter): boolean {
  const has = ref[attribute] ?? null
  if (typeof has === 'boolean') return comparator !== 'equals' || has !== isFalse(value)
  if (comparator === 'equals') return has === null ? false : sameText(String(has), value)
  if (typeof has !== 'string') return false
  const [text, part] = ignoreCase ? [has.toLowerCase(), value.toLowerCase()] : [has, value]
  switch (comparator) {
    case 'contains':
      return text.includes(part)
    case 'startswith':
      return text.startsWith(part)
    case 'endswith':
      return text.endsWith(part)
    default:
      return true
  }
}

/** oslo.utils `strutils.FALSE_STRINGS`; anything else, an empty text too, counts as true. */
function isFalse(value: string): boolean {
  return ['0', 'f', 'false', 'off', 'n', 'no'].includes(value.trim().toLowerCase())
}
