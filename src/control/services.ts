/** /services: register, change and forget a compute service, and silence or start its process. */

import { Hono } from 'hono'
import type * as z from 'zod'
import { zoneOf, zonesByHost } from '../cloud/aggregates.ts'
import type { Cloud } from '../cloud/cloud.ts'
import { describeService } from '../cloud/description.ts'
import {
  deleteService,
  isUp,
  registerService,
  type Service,
  type ServiceChange,
  setProcess,
  updateService,
} from '../cloud/services.ts'
import { toServiceEntry } from '../worlds/world-file.ts'
import { ServiceEntry } from '../worlds/world-schema.ts'
import { json, nothing } from './answer.ts'
import { ControlError } from './errors.ts'
import { listAnswer } from './in-pieces.ts'
import { bodyOf, noSuch, type Place, parameter } from './request.ts'

/** A service that starts now: it has no past, so no times. */
export const NewService = ServiceEntry.omit({
  created_at: true,
  updated_at: true,
  last_seen_up: true,
  first_report_at: true,
})

export const ServicePatch = ServiceEntry.pick({ status: true, disabled_reason: true, forced_down: true, process: true })

export const services = new Hono<{ Bindings: Place }>()
  .get('/', (c) => listAnswer(c, 'services', (cloud) => [cloud.state.services.values(), viewOf(cloud)]))
  .post('/', async (c) => {
    const { cloud } = c.env.world
    const { status, disabled_reason, forced_down, process, ...named } = await bodyOf(c, NewService)
    const service = registerService(cloud, {
      ...named,
      disabled: status === 'disabled',
      disabledReason: disabled_reason,
      forcedDown: forced_down,
    })
    if (process !== undefined) setProcess(cloud, service, process)
    return json(viewOf(cloud)(service), 201)
  })
  .get('/:id', (c) => {
    const { cloud } = c.env.world
    return json(viewOf(cloud)(serviceAt(cloud, parameter(c, 'id'))))
  })
  .patch('/:id', async (c) => {
    const { cloud } = c.env.world
    const service = serviceAt(cloud, parameter(c, 'id'))
    const { process, ...row } = await bodyOf(c, ServicePatch)
    if (Object.keys(row).length > 0) updateService(cloud, service, toChange(row))
    if (process !== undefined) setProcess(cloud, service, process)
    return json(viewOf(cloud)(service))
  })
  .delete('/:id', (c) => {
    const { cloud } = c.env.world
    deleteService(cloud, serviceAt(cloud, parameter(c, 'id')))
    return nothing()
  })

function toChange({
  status,
  disabled_reason,
  forced_down,
}: Omit<z.infer<typeof ServicePatch>, 'process'>): ServiceChange {
  const change: ServiceChange = {}
  if (status !== undefined) change.disabled = status === 'disabled'
  if (disabled_reason !== undefined || status === 'enabled') change.disabledReason = disabled_reason ?? null
  if (forced_down !== undefined) change.forcedDown = forced_down
  return change
}

/** As in a world file, and what is worked out beside it: whether it is up, and its zone. */
function viewOf(cloud: Cloud): (service: Service) => object {
  const now = cloud.clock.now()
  const zones = zonesByHost(cloud)
  return (service) => ({
    ...toServiceEntry(describeService(service, now)),
    state: isUp(service, now) ? 'up' : 'down',
    zone: zoneOf(service, zones),
  })
}

/** By UUID, by `binary@host`, or by integer id. @throws {ControlError} 404, 409 */
function serviceAt(cloud: Cloud, wanted: string): Service {
  const byUuid = cloud.state.services.get(wanted.toLowerCase())
  if (byUuid) return byUuid
  const all = [...cloud.state.services.values()]
  const found = all.filter((service) => nameOf(service) === wanted || String(service.id) === wanted)
  if (found.length > 1) {
    throw new ControlError(409, { message: `"${wanted}" is more than one service`, path: [], hint: 'use its UUID' })
  }
  return found[0] ?? noSuch('service', wanted, all.map(nameOf))
}

function nameOf({ binary, host }: Service): string {
  return `${binary}@${host}`
}
