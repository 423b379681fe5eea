/** os-services: schemas, views and methods, with their version thresholds. nova/api/openstack/compute/services.py */

import { zoneOf, zonesByHost } from '../cloud/aggregates.ts'
import { COMPUTE } from '../cloud/cells.ts'
import type { Cloud } from '../cloud/cloud.ts'
import { CloudError } from '../cloud/errors.ts'
import {
  deleteService,
  getService,
  type ServiceChange,
  updatedAt,
  updateService,
  updateServiceOf,
  wholeSeconds,
} from '../cloud/services.ts'
import { dumps } from '../python/json.ts'
import type { Schema } from '../python/jsonschema.ts'
import { isUuidLike } from '../python/uuid.ts'
import { asDict, isTrue, type PyDict, pythonInt } from '../python/values.ts'
import { NovaFault } from './errors.ts'
import { requireAdmin } from './policy.ts'
import type { ApiMethod, Call } from './resource.ts'
import { serviceLists } from './service-lists.ts'
import { FORCED_DOWN_FROM, serviceJson, shapeAt, UUID_FROM } from './service-view.ts'
import { BOOLEAN, boolFromString, FQDN, QUERY_PARAMETER } from './validate.ts'

/** From here on query parameters that nobody knows are refused. */
const STRICT_QUERY_FROM = 75

const NAME: Schema = { type: 'string', minLength: 1, maxLength: 255 }
const OF_HOST = { host: FQDN, binary: NAME, disabled_reason: NAME }
const UPDATE: Schema = {
  type: 'object',
  properties: OF_HOST,
  required: ['host', 'binary'],
  additionalProperties: false,
}
const UPDATE_BODY = [
  { from: 1, schema: UPDATE },
  { from: FORCED_DOWN_FROM, schema: { ...UPDATE, properties: { ...OF_HOST, forced_down: BOOLEAN } } },
  {
    from: UUID_FROM,
    schema: {
      type: 'object',
      properties: {
        status: { type: 'string', enum: ['enabled', 'disabled'] },
        disabled_reason: NAME,
        forced_down: BOOLEAN,
      },
      additionalProperties: false,
    },
  },
] as const

const INDEX: Schema = {
  type: 'object',
  properties: { host: QUERY_PARAMETER, binary: QUERY_PARAMETER },
  additionalProperties: true,
}
const INDEX_QUERY = [
  { from: 1, schema: INDEX },
  { from: STRICT_QUERY_FROM, schema: { ...INDEX, additionalProperties: false } },
]

/** GET /os-services */
export function indexServices(cloud: Cloud): ApiMethod {
  const lists = serviceLists(cloud)
  return {
    query: INDEX_QUERY,
    run: (call) => {
      requireAdmin(call, 'os_compute_api:os-services:list')
      return lists(shapeAt(call.version), {
        host: call.query.get('host')?.at(-1) ?? '',
        binary: call.query.get('binary')?.at(-1) ?? '',
      })
    },
  }
}

/** PUT /os-services/{id}: an action until 2.52, a service from 2.53. */
export const UPDATE_SERVICE: ApiMethod = {
  body: UPDATE_BODY,
  run: (call) => {
    const old = call.version < UUID_FROM
    if (!old && !isUuidLike(call.id)) throw new NovaFault(400, `Invalid uuid ${call.id}`)
    requireAdmin(call, 'os_compute_api:os-services:update')
    const body = asDict(call.body)
    return old ? performAction(call, body) : update(call, body)
  },
}

/** DELETE /os-services/{id} */
export const DELETE_SERVICE: ApiMethod = {
  status: 204,
  run: (call) => {
    requireAdmin(call, 'os_compute_api:os-services:delete')
    const { cloud, id } = call
    if (call.version >= UUID_FROM && !isUuidLike(id)) throw new NovaFault(400, `Invalid uuid ${id}`)
    const wanted = call.version < UUID_FROM ? { id: integerId(id) } : { uuid: id }
    try {
      deleteService(cloud, getService(cloud, wanted, id))
    } catch (error) {
      const gone = error instanceof CloudError && error.refusal.code === 'ServiceNotFound'
      throw gone ? new NovaFault(404, `Service ${id} not found.`) : error
    }
    return null
  },
}

/** @see nova/api/openstack/compute/services.py `_update_v253` */
function update({ cloud, id, version }: Call, body: PyDict): string {
  const service = getService(cloud, { uuid: id }, id)
  const change: ServiceChange = {}
  const reason = body.get('disabled_reason')
  if (body.get('status') === 'enabled') {
    if (service.binary === COMPUTE && isTrue(reason)) {
      throw new NovaFault(400, "Specifying 'disabled_reason' with status 'enabled' is invalid.")
    }
    Object.assign(change, { disabled: false, disabledReason: null })
  } else if (body.get('status') === 'disabled') {
    Object.assign(change, { disabled: true, disabledReason: reason ?? null })
  }
  if (body.has('forced_down')) change.forcedDown = boolFromString(body.get('forced_down'))
  const different = updateService(cloud, service, change)
  if (!body.has('status') && !body.has('forced_down')) {
    throw new NovaFault(400, "No updates were requested. Fields 'status' or 'forced_down' should be specified.")
  }
  // What has just been written still has its fraction of a second; the database drops it.
  const now = cloud.clock.now()
  const written = different ? now : updatedAt(service, now)
  const updated = written === null || different ? written : wholeSeconds(written)
  return `{"service": ${serviceJson(service, shapeAt(version), zoneOf(service, zonesByHost(cloud)), now, updated)}}`
}

/** What a PUT could do until 2.52, and from which version on. nova/api/openstack/compute/services.py `_update_v21` */
export const ACTIONS = [
  { name: 'enable', from: 1 },
  { name: 'disable', from: 1 },
  { name: 'disable-log-reason', from: 1 },
  { name: 'force-down', from: FORCED_DOWN_FROM },
] as const

/** Which action the path names; `update` from 2.53 on, where it names a service. */
export function actionAt(id: string, version: number): (typeof ACTIONS)[number]['name'] | 'update' | undefined {
  if (version >= UUID_FROM) return 'update'
  return ACTIONS.find(({ name, from }) => name === id && version >= from)?.name
}

/** @see nova/api/openstack/compute/services.py `_perform_action` */
function performAction({ cloud, id, version }: Call, body: PyDict): string {
  const host = String(body.get('host'))
  const binary = String(body.get('binary'))
  const given = body.get('disabled_reason')
  switch (actionAt(id, version)) {
    case 'enable':
      updateServiceOf(cloud, host, binary, { disabled: false, disabledReason: null })
      return dumps({ service: { host, binary, status: 'enabled' } })
    case 'disable':
      updateServiceOf(cloud, host, binary, { disabled: true, disabledReason: null })
      return dumps({ service: { host, binary, status: 'disabled' } })
    case 'disable-log-reason': {
      if (given === undefined) throw new NovaFault(400, 'Missing disabled reason field')
      const reason = String(given)
      updateServiceOf(cloud, host, binary, { disabled: true, disabledReason: reason })
      return dumps({ service: { host, binary, status: 'disabled', disabled_reason: reason } })
    }
    case 'force-down': {
      if (!body.has('forced_down')) throw new NovaFault(400, 'Missing forced_down field')
      const forcedDown = boolFromString(body.get('forced_down'))
      updateServiceOf(cloud, host, binary, { forcedDown })
      return dumps({ service: { host, binary, forced_down: forcedDown } })
    }
  }
  throw new NovaFault(404, 'Unknown action')
}

/** What Python takes for a number, as MySQL then reads it: up to what is no digit. @throws {NovaFault} 400 */
export function integerId(id: string): number {
  if (pythonInt(id) === undefined) throw new NovaFault(400, 'Invalid input received: id must be an integer')
  return Number(/^[ \t-\r]*([-+]?\d+)/.exec(id)?.[1] ?? 0)
}
