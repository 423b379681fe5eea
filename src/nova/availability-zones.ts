/** os-availability-zone: the zones that aggregates make, and what runs in each. nova/api/openstack/compute/availability_zone.py */

import { INTERNAL_ZONE, zoneOf, zonesByHost } from '../cloud/aggregates.ts'
import type { Cloud } from '../cloud/cloud.ts'
import { isUp, listServices, type Service, updatedAt, wholeSeconds } from '../cloud/services.ts'
import { eachInParts, type InParts } from '../http/in-turns.ts'
import { dumps, Json, quote, type Writable } from '../python/json.ts'
import { compareText } from '../python/values.ts'
import { keptLists, type Made, soonestChange } from './kept.ts'
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
export function detailZones(cloud: Cloud): ApiMethod {
  const kept = keptLists(cloud)
  return {
    query: NO_QUERY,
    run: (call) => {
      requireAdmin(call, 'os_compute_api:os-availability-zone:detail')
      return kept('all', (now) => detail(cloud, now))
    },
  }
}

function* detail(cloud: Cloud, now: number): InParts<Made> {
  const availabilityZoneInfo: Writable[] = []
  const so = { far: 0 }
  for (const { name, available, services } of zonesOf(cloud)) {
    const hosts = available ? yield* hostsView(services, now, so) : null
    availabilityZoneInfo.push({ zoneName: name, zoneState: { available }, hosts })
  }
  return { json: dumps({ availabilityZoneInfo }), until: soonestChange(cloud.state.services.values(), now) }
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

/** Written at once: of ten thousand objects that are only to be written most of the time goes into making them. */
function* hostsView(services: Service[], now: number, so: { far: number }): InParts<Json> {
  const byHost = new Map<string, Service[]>()
  for (const service of services) {
    const known = byHost.get(service.host)
    if (known) known.push(service)
    else byHost.set(service.host, [service])
  }
  const stateOf = statesAt(now)
  const hosts: string[] = []
  const add = ([host, its]: [string, Service[]]) => {
    // Of two that are called the same, in two cells, the second stands in the place of the first.
    const states = new Map(its.map((service) => [service.binary, stateOf(service)]))
    const binaries = [...states].map(([binary, state]) => `${quote(binary)}: ${state}`)
    hosts.push(`${quote(host)}: {${binaries.join(', ')}}`)
  }
  yield* eachInParts(byHost, add, so)
  return new Json(`{${hosts.join(', ')}}`)
}

/** What is said of a service. Most were last heard of in the same second. */
function statesAt(now: number): (service: Service) => string {
  const times = new Map<number, string>()
  return (service) => {
    const at = updatedAt(service, now)
    const seconds = at === null ? null : wholeSeconds(at)
    const written = seconds === null ? 'null' : (times.get(seconds) ?? `"${timeText(seconds)}"`)
    if (seconds !== null) times.set(seconds, written)
    return `{"available": ${isUp(service, now)}, "active": true, "updated_at": ${written}}`
  }
}
