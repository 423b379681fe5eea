/** Lists of things, and one thing: links, filters and pages. keystone/server/flask/common.py `ResourceBase` */

import { sameText } from '../cloud/identity.ts'
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
  /**
   * What `limit` and `marker` do. Default: nothing. `cut` takes the first few, and `sliced` does so as Python does: all but the
   * last few, when it is negative. `pages` goes on after the marker, and takes
   * a full page for one with more behind it; so do `filtered pages`, which have a filter of their own.
   */
  paging?: 'cut' | 'sliced' | 'pages' | 'filtered pages'
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
export function collection(call: Call, { name, filters = [], paging }: Listing, refs: Ref[]): Answer {
  const wanted = filtersOf(call, filters)
  const limit = paging ? limitOf(call) : undefined
  const { page, truncated } =
    paging === 'pages' || paging === 'filtered pages'
      ? nextRows(call, refs, wanted, limit, paging === 'pages' && wanted.length === 0)
      : firstRows(refs, wanted, limit, paging === 'cut')
  return view({
    [name]: page.map((ref) => linked(call, name, ref)),
    links: { next: truncated ? nextPage(call, page, limit ?? 0) : null, self: selfLink(call), previous: null },
    truncated: truncated ? true : undefined,
  })
}

interface Page {
  page: Ref[]
  truncated: boolean
}

/**
 * Whether the database would leave something out, which it is asked only when it can do all that the filters ask for.
 *
 * @throws {UncaughtError} the limit is no number, or a negative one, which no database knows
 */
export function isCutByDatabase(call: Call, filters: string[], refs: Ref[]): boolean {
  const [wanted, limit] = [filtersOf(call, filters), limitOf(call)]
  return wanted.every(isForDatabase) && firstRows(refs, wanted, limit, true).truncated
}

/** It compares without case. `sql.core._filter` */
function isForDatabase({ comparator, ignoreCase }: Filter): boolean {
  return comparator === 'equals' || ignoreCase
}

function firstRows(refs: Ref[], wanted: Filter[], limit: number | undefined, byDatabase: boolean): Page {
  const rows = refs.filter((ref) => wanted.every((filter) => matches(ref, filter)))
  // The database knows no negative limit.
  if (byDatabase && limit !== undefined && limit < 0) throw new UncaughtError('DBError')
  return limit !== undefined && rows.length > limit
    ? { page: rows.slice(0, limit), truncated: true }
    : { page: rows, truncated: false }
}

/** The database filters, but for what asks for the case of letters; that is done once the page has been cut. */
function nextRows(call: Call, refs: Ref[], wanted: Filter[], limit: number | undefined, plain: boolean): Page {
  const byDatabase = wanted.filter(isForDatabase)
  const matching = refs.filter((ref) => byDatabase.every((filter) => matches(ref, filter)))
  const marker = parameter(call, 'marker')
  const rows = marker ? matching.slice(placeAfter(refs, matching, marker)) : matching
  // Without a filter the database is asked for one row more than wanted, which tells whether there are more.
  if (plain) {
    const more = limit !== undefined && rows.length > limit
    return { page: more ? rows.slice(0, limit) : rows, truncated: more }
  }
  if (limit !== undefined && limit < 0) throw new UncaughtError('DBError')
  const cut = limit ? rows.slice(0, limit) : rows
  return {
    page: cut.filter((ref) => wanted.every((filter) => matches(ref, filter))),
    truncated: limit !== undefined && cut.length >= limit,
  }
}

export function byId(one: Ref, other: Ref): number {
  return one.id < other.id ? -1 : 1
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

function placeAfter(all: Ref[], rows: Ref[], marker: string): number {
  const last = all.find(({ id }) => sameText(id, marker))
  if (!last) throw new KeystoneError(404, `Marker ${marker} could not be found.`)
  const place = rows.findIndex(({ id }) => id > last.id)
  return place < 0 ? rows.length : place
}

/** [DEFAULT] `max_db_limit` */
const MOST = 1000

function limitOf(call: Call): number | undefined {
  const wanted = parameter(call, 'limit')
  if (!wanted) return undefined
  const limit = pythonInt(wanted)
  if (limit === undefined) throw new UncaughtError('ValueError')
  return Math.min(limit, MOST)
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
