/** The lists of flavors: what is filtered, in which order, and in pages. nova/api/openstack/compute/flavors.py `_get_flavors` */

import type { Cloud } from '../cloud/cloud.ts'
import type { Flavor } from '../cloud/flavors.ts'
import { isAdmin, projectOf } from '../cloud/identity.ts'
import { dumps, type Writable } from '../python/json.ts'
import type { Schema } from '../python/jsonschema.ts'
import { matcherOf } from '../python/regex.ts'
import { pythonInt } from '../python/values.ts'
import { NovaFault, UnexpectedError } from './errors.ts'
import { limitOf, markerOf, nextLink } from './links.ts'
import type { ApiMethod, Call } from './resource.ts'
import { boolOrUndefined, NON_NEGATIVE_INTEGER, severalTimes } from './validate.ts'

/** By what a list can be sorted, and what that is of a flavor. */
const SORT_KEYS: { readonly [key: string]: (flavor: Flavor) => string | number | boolean | null } = {
  created_at: ({ createdAt }) => createdAt,
  description: ({ description }) => description,
  disabled: ({ disabled }) => disabled,
  ephemeral_gb: ({ ephemeralGb }) => ephemeralGb,
  flavorid: ({ flavorId }) => flavorId,
  id: ({ id }) => id,
  is_public: ({ isPublic }) => isPublic,
  memory_mb: ({ ramMb }) => ramMb,
  name: ({ name }) => name,
  root_gb: ({ diskGb }) => diskGb,
  rxtx_factor: ({ rxtxFactor }) => rxtxFactor,
  swap: ({ swapMb }) => swapMb,
  updated_at: ({ updatedAt }) => updatedAt,
  vcpu_weight: () => null,
  vcpus: ({ vcpus }) => vcpus,
}

const TEXT = severalTimes({ type: 'string' })

function query(keys: string[], more: { additionalProperties: boolean; name?: Schema }): Schema {
  const { additionalProperties, name } = more
  return {
    type: 'object',
    properties: {
      limit: severalTimes(NON_NEGATIVE_INTEGER),
      marker: TEXT,
      is_public: TEXT,
      minRam: TEXT,
      minDisk: TEXT,
      sort_key: severalTimes({ type: 'string', enum: keys }),
      sort_dir: severalTimes({ type: 'string', enum: ['asc', 'desc'] }),
      ...(name && { name }),
    },
    additionalProperties,
  }
}

const KEYS = Object.keys(SORT_KEYS)
const LIST_QUERY = [
  { from: 1, schema: query(KEYS, { additionalProperties: true }) },
  { from: 75, schema: query(KEYS, { additionalProperties: false }) },
  {
    from: 102,
    schema: query(
      KEYS.filter((key) => key !== 'rxtx_factor'),
      { additionalProperties: false, name: TEXT },
    ),
  },
] as const satisfies ApiMethod['query']

/** A list of flavors, each as `view` shows it. @param collection where it goes on */
export function flavorList(
  collection: 'flavors' | 'flavors/detail',
  view: (call: Call, flavor: Flavor) => Writable,
): ApiMethod {
  return {
    query: LIST_QUERY,
    run: (call) => {
      const limit = limitOf(call)
      const found = flavorsFor(call, limit)
      const last = found.at(-1)
      const more = limit > 0 && found.length === limit && last
      return dumps({
        flavors: found.map((flavor) => view(call, flavor)),
        ...(more && { flavors_links: nextLink(call, collection, last.flavorId) }),
      })
    },
  }
}

function flavorsFor(call: Call, limit: number): Flavor[] {
  const { cloud, token, query } = call
  const last = (name: string) => query.get(name)?.at(-1)
  const admin = isAdmin(cloud, token)
  const projectId = projectOf(token)
  const isPublic = admin ? isPublicFilter(last('is_public')) : true
  const [minRam, minDisk] = [sizeFilter('minRam', last('minRam')), sizeFilter('minDisk', last('minDisk'))]
  const name = last('name')
  const pattern = name === undefined ? undefined : (matcherOf(name) ?? refuseRegex())
  const found = [...cloud.state.flavors.values()].filter(
    (flavor) =>
      (isPublic === undefined ||
        flavor.isPublic === isPublic ||
        (isPublic && projectId !== undefined && flavor.projects.includes(projectId))) &&
      (admin || (!flavor.disabled && (flavor.isPublic || flavor.projects.includes(projectId ?? '')))) &&
      flavor.ramMb >= minRam &&
      flavor.diskGb >= minDisk &&
      (pattern === undefined || pattern.test(flavor.name)),
  )
  const compare = order(last('sort_key') || 'flavorid', last('sort_dir') === 'desc')
  const marker = markerOf(call)
  const after = marker === undefined ? undefined : markerRow(cloud, marker)
  return found
    .sort(compare)
    .filter((flavor) => after === undefined || compare(flavor, after) > 0)
    .slice(0, limit)
}

function markerRow({ state }: Cloud, marker: string): Flavor {
  const row = state.flavors.get(marker.toLowerCase())
  if (!row) throw new NovaFault(400, `marker [${marker}] not found`)
  return row
}

/** As MySQL orders: texts without case, null first, and the row's number when all else is equal. */
function order(key: string, descending: boolean): (one: Flavor, other: Flavor) => number {
  const of = SORT_KEYS[key] ?? SORT_KEYS.flavorid
  const direction = descending ? -1 : 1
  return (one, other) => (compareValues(of?.(one) ?? null, of?.(other) ?? null) || one.id - other.id) * direction
}

function compareValues(one: string | number | boolean | null, other: string | number | boolean | null): number {
  if (one === null || other === null) return Number(other === null) - Number(one === null)
  const [a, b] = [one, other].map((each) => (typeof each === 'string' ? each.toLowerCase() : Number(each)))
  return a === b ? 0 : (a ?? 0) < (b ?? 0) ? -1 : 1
}

/** Undefined is any. nova/api/openstack/compute/flavors.py `_parse_is_public` */
function isPublicFilter(text: string | undefined): boolean | undefined {
  if (text === undefined) return true
  if (text.toLowerCase() === 'none') return undefined
  const value = boolOrUndefined(text)
  if (value === undefined) throw new NovaFault(400, `Invalid is_public filter [${text}]`)
  return value
}

function sizeFilter(name: string, text: string | undefined): number {
  if (text === undefined) return Number.NEGATIVE_INFINITY
  const size = pythonInt(text)
  if (size === undefined) throw new NovaFault(400, `Invalid ${name} filter [${text}]`)
  return size
}

function refuseRegex(): never {
  throw new UnexpectedError('oslo_db.exception.DBError')
}
