/** Flavors: how much of a host a server takes. nova/api/openstack/compute/flavors.py */

import {
  addFlavorAccess,
  createFlavor,
  deleteFlavor,
  describeFlavor,
  type Flavor,
  getFlavor,
  removeFlavorAccess,
} from '../cloud/flavors.ts'
import { isAdmin, projectOf } from '../cloud/identity.ts'
import { dumps } from '../python/json.ts'
import type { Schema } from '../python/jsonschema.ts'
import { dictAt, PyFloat, type PyValue, pythonFloat, pythonInt, strip } from '../python/values.ts'
import { NovaFault, UnexpectedError } from './errors.ts'
import { flavorList } from './flavor-lists.ts'
import { verifyProjectId } from './identity.ts'
import { linksTo } from './links.ts'
import { requireAdmin, requireContext } from './policy.ts'
import type { ApiMethod, Call } from './resource.ts'
import { BOOLEAN, boolFromString, NAME, NO_QUERY, within } from './validate.ts'

/** From here on a flavor can be described. */
const DESCRIPTION_FROM = 55
/** From here on its extra specs are shown with it. */
const EXTRA_SPECS_FROM = 61
/** From here on no swap is 0, where it was nothing. */
const NO_SWAP_FROM = 75
/** From here on what never had a meaning is gone: `rxtx_factor` and `disabled`. */
const TRIMMED_FROM = 102

/** The largest number that MySQL keeps in an INTEGER. nova/db/constants.py */
const MAX_INT = 0x7fffffff
const SIZE: Schema = { type: ['integer', 'string'], pattern: '^[0-9]+$', minimum: 1, maximum: MAX_INT }
const SIZE_OR_NONE: Schema = { ...SIZE, minimum: 0 }
const NEW_FLAVOR = {
  name: NAME,
  id: {
    type: ['string', 'number', 'null'],
    minLength: 1,
    maxLength: 255,
    pattern: '^(?! )[a-zA-Z0-9. _-]+(?<! )$',
  },
  ram: SIZE,
  vcpus: SIZE,
  disk: SIZE_OR_NONE,
  'OS-FLV-EXT-DATA:ephemeral': SIZE_OR_NONE,
  swap: SIZE_OR_NONE,
} as const satisfies { [name: string]: Schema }
const RXTX_FACTOR: Schema = {
  type: ['number', 'string'],
  pattern: '^[0-9]+(\\.[0-9]+)?$',
  exclusiveMinimum: 0,
  maximum: 3.40282e38,
}
const DESCRIPTION: Schema = { type: ['string', 'null'], minLength: 0, maxLength: 65_535, format: 'description' }

function newFlavor(properties: { [name: string]: Schema }): Schema {
  const required = ['name', 'ram', 'vcpus', 'disk']
  return within('flavor', { type: 'object', properties, required, additionalProperties: false })
}

const IS_PUBLIC = { 'os-flavor-access:is_public': BOOLEAN }
const CREATE_BODY = [
  { from: 1, schema: newFlavor({ ...NEW_FLAVOR, rxtx_factor: RXTX_FACTOR, ...IS_PUBLIC }) },
  {
    from: DESCRIPTION_FROM,
    schema: newFlavor({ ...NEW_FLAVOR, rxtx_factor: RXTX_FACTOR, ...IS_PUBLIC, description: DESCRIPTION }),
  },
  { from: TRIMMED_FROM, schema: newFlavor({ ...NEW_FLAVOR, ...IS_PUBLIC, description: DESCRIPTION }) },
] as const satisfies ApiMethod['body']

const DESCRIBED: Schema = {
  type: 'object',
  properties: { description: DESCRIPTION },
  required: ['description'],
  additionalProperties: false,
}
const TENANT: Schema = {
  type: 'object',
  properties: { tenant: { type: 'string', minLength: 1, maxLength: 255 } },
  required: ['tenant'],
  additionalProperties: false,
}

/** GET /flavors */
export const LIST_FLAVORS = flavorList('flavors', basicView)

/** GET /flavors/detail */
export const DETAIL_FLAVORS = flavorList('flavors/detail', view)

/** GET /flavors/{id} */
export const SHOW_FLAVOR: ApiMethod = {
  query: NO_QUERY,
  run: (call) => {
    requireContext(call)
    return dumps({ flavor: view(call, flavorFor(call, call.id)) })
  },
}

/** POST /flavors */
export const CREATE_FLAVOR: ApiMethod = {
  body: CREATE_BODY,
  run: (call) => {
    requireAdmin(call, 'os_compute_api:os-flavor-manage:create')
    const wanted = dictAt(call.body, 'flavor')
    const given = (key: string) => wanted.get(key)
    const description = given('description')
    const flavorId = given('id')
    const flavor = createFlavor(call.cloud, {
      name: strip(String(given('name'))),
      flavorId: isGiven(flavorId) ? idText(flavorId) : undefined,
      ramMb: integer(given('ram')),
      vcpus: integer(given('vcpus')),
      diskGb: integer(given('disk')),
      ephemeralGb: integer(given('OS-FLV-EXT-DATA:ephemeral') ?? 0),
      swapMb: integer(given('swap') ?? 0),
      rxtxFactor: factor(given('rxtx_factor') ?? 1),
      isPublic: boolFromString(given('os-flavor-access:is_public') ?? true),
      description: typeof description === 'string' ? description : null,
    })
    return dumps({ flavor: view(call, flavor) })
  },
}

/** PUT /flavors/{id} */
export const UPDATE_FLAVOR: ApiMethod = {
  versions: [DESCRIPTION_FROM, Number.POSITIVE_INFINITY],
  body: [{ from: DESCRIPTION_FROM, schema: within('flavor', DESCRIBED) }],
  run: (call) => {
    requireAdmin(call, 'os_compute_api:os-flavor-manage:update')
    const wanted = dictAt(call.body, 'flavor')
    const description = wanted.get('description')
    const flavor = describeFlavor(call.cloud, call.id, typeof description === 'string' ? description : null)
    return dumps({ flavor: view(call, flavor) })
  },
}

/** DELETE /flavors/{id} */
export const DELETE_FLAVOR: ApiMethod = {
  status: 202,
  run: (call) => {
    requireAdmin(call, 'os_compute_api:os-flavor-manage:delete')
    deleteFlavor(call.cloud, call.id)
    return ''
  },
}

/** GET /flavors/{id}/os-flavor-access */
export const LIST_FLAVOR_ACCESS: ApiMethod = {
  query: NO_QUERY,
  run: (call) => {
    requireAdmin(call, 'os_compute_api:os-flavor-access')
    const flavor = getFlavor(call.cloud, call.id)
    if (flavor.isPublic) throw new NovaFault(404, 'Access list not available for public flavors.')
    return accessView(flavor)
  },
}

/** From here on a flavor that is for all is not given to one more. */
const NO_ACCESS_TO_PUBLIC_FROM = 7

const ADD_ACCESS: ApiMethod = {
  body: [{ from: 1, schema: within('addTenantAccess', TENANT) }],
  run: (call) => {
    requireAdmin(call, 'os_compute_api:os-flavor-access:add_tenant_access')
    const tenant = tenantIn(call.body, 'addTenantAccess')
    verifyProjectId(call, tenant)
    const flavor = getFlavor(call.cloud, call.id)
    if (call.version >= NO_ACCESS_TO_PUBLIC_FROM && flavor.isPublic) {
      throw new NovaFault(409, 'Can not add access to a public flavor.')
    }
    addFlavorAccess(call.cloud, flavor, tenant)
    return accessView(flavor)
  },
}

const REMOVE_ACCESS: ApiMethod = {
  body: [{ from: 1, schema: within('removeTenantAccess', TENANT) }],
  run: (call) => {
    requireAdmin(call, 'os_compute_api:os-flavor-access:remove_tenant_access')
    const flavor = getFlavor(call.cloud, call.id)
    removeFlavorAccess(call.cloud, flavor, tenantIn(call.body, 'removeTenantAccess'))
    return accessView(flavor)
  },
}

/** POST /flavors/{id}/action */
export const ACT_ON_FLAVOR: ApiMethod = {
  actions: { addTenantAccess: ADD_ACCESS, removeTenantAccess: REMOVE_ACCESS },
  run: () => null,
}

/** Who is no admin finds those that are for all, and those that are for his project. @throws {CloudError} FlavorNotFound */
export function flavorFor({ cloud, token }: Call, flavorId: string): Flavor {
  return getFlavor(cloud, flavorId, isAdmin(cloud, token) ? undefined : { projectId: projectOf(token) })
}

function basicView(call: Call, { flavorId, name, description }: Flavor) {
  return {
    id: flavorId,
    name,
    links: linksTo(call, 'flavors', flavorId),
    ...(call.version >= DESCRIPTION_FROM && { description }),
  }
}

/** @see nova/api/openstack/compute/views/flavors.py `show` */
function view(call: Call, flavor: Flavor) {
  const { version } = call
  const old = version < TRIMMED_FROM
  return {
    id: flavor.flavorId,
    name: flavor.name,
    ram: flavor.ramMb,
    disk: flavor.diskGb,
    swap: flavor.swapMb || (version >= NO_SWAP_FROM ? 0 : ''),
    'OS-FLV-EXT-DATA:ephemeral': flavor.ephemeralGb,
    ...(old && { 'OS-FLV-DISABLED:disabled': flavor.disabled }),
    vcpus: flavor.vcpus,
    'os-flavor-access:is_public': flavor.isPublic,
    ...(old && { rxtx_factor: new PyFloat(flavor.rxtxFactor) }),
    links: linksTo(call, 'flavors', flavor.flavorId),
    ...(version >= DESCRIPTION_FROM && { description: flavor.description }),
    ...(version >= EXTRA_SPECS_FROM && { extra_specs: flavor.extraSpecs }),
  }
}

function accessView({ flavorId, projects }: Flavor): string {
  return dumps({ flavor_access: projects.map((project) => ({ flavor_id: flavorId, tenant_id: project })) })
}

function tenantIn(body: PyValue, action: string): string {
  return String(dictAt(body, action).get('tenant'))
}

function isGiven(value: PyValue | undefined): value is PyValue & {} {
  return value !== undefined && value !== null && value !== '' && value !== 0
}

/** Python's `str()`. */
function idText(value: PyValue): string {
  return value instanceof PyFloat ? dumps(value) : String(value)
}

/** The schema lets 1.0 pass, which Nova then does not take. nova/compute/flavors.py `create` */
function integer(value: PyValue | undefined): number {
  const number = typeof value === 'string' ? pythonInt(value) : value
  if (typeof number !== 'number') throw new UnexpectedError('nova.exception.InvalidInput')
  return number
}

function factor(value: PyValue): number {
  const number = value instanceof PyFloat ? value.value : typeof value === 'string' ? pythonFloat(value) : Number(value)
  if (number === undefined || number <= 0) throw new UnexpectedError('nova.exception.InvalidInput')
  return number
}
