/** os-availability-zone: the zones that aggregates make, and what runs in each. nova/api/openstack/compute/availability_zone.py */

import { INTERNAL_ZONE, zoneOf, zonesByHost } from '../cloud/aggregates.ts'
import type { Cloud } from '../cloud/cloud.ts'
import { isUp, listServices, type Service, updatedAt, wholeSeconds } from '../cloud/services.ts'
import { dumps, type Writable } from '../python/json.ts'
import { compareText } from '../python/values.ts'
import { requireAdmin, requireProjectScope } from './policy.ts'
import type { ApiMethod } from './resource.ts'
import { timeText } from './service-view.ts'
import { NO_QUERY } from './validate.ts'

/** GET /os-availability-zone: for everybody with a project or none, and without the zone of Nova's own services. */
export const LIST_ZONES: ApiMethod = {
  query: NO_QUERY,
  run: (call) => {
    requireProjectScope(call, 'os_compute_api:os-availability-zone:list')
    const availabilityZoneInfo = zonesOf(call.cloud)
      .filter(({ name }) => name !== INTERNAL_ZONE)
      .map(({ name, available }) => ({ zoneName: name, zoneState: { available }, hosts: null }))
    return dumps({ availabilityZoneInfo })
  },
}

/** GET /os-availability-zone/detail */
export const DETAIL_ZONES: ApiMethod = {
  query: NO_QUERY,
  run: (call) => {
    requireAdmin(call, 'os_compute_api:os-availability-zone:detail')
    const availabilityZoneInfo = zonesOf(call.cloud).map(({ name, available, services }) => ({
      zoneName: name,
      zoneState: { available },
      hosts: available ? hostsView(services, call.cloud.clock.now()) : null,
    }))
    return dumps({ availabilityZoneInfo })
  },
}

interface Zone {
  name: string
  /** Whether any of its services is enabled. */
  available: boolean
  /** Those that are. */
  services: Service[]
}

/** First those that are available, then the others, each by name. nova/availability_zones.py `_get_availability_zones` */
function zonesOf(cloud: Cloud): Zone[] {
  const byHost = zonesByHost(cloud)
  const zones = new Map<string, Service[]>()
  for (const service of listServices(cloud)) {
    const name = zoneOf(service, byHost)
    const known = zones.get(name) ?? []
    if (!service.disabled) known.push(service)
    zones.set(name, known)
  }
  return [...zones]
    .map(([name, services]) => ({ name, available: services.length > 0, services }))
    .sort((one, other) => Number(other.available) - Number(one.available) || compareText(one.name, other.name))
}

function hostsView(services: Service[], now: number): { [host: string]: Writable } {
  const hosts: { [host: string]: { [binary: string]: Writable } } = {}
  for (const service of services) {
    const updated = updatedAt(service, now)
    hosts[service.host] = {
      ...hosts[service.host],
      [service.binary]: {
        available: isUp(service, now),
        active: true,
        updated_at: updated === null ? null : timeText(wholeSeconds(updated)),
      },
    }
  }
  return hosts
}
