/** The lists of services, as bytes that are made anew only when something in them has changed. */

import { zoneOf, zonesByHost } from '../cloud/aggregates.ts'
import type { Cloud } from '../cloud/cloud.ts'
import { listServices, nextChangeByTime, type Service, updatedAt, wholeSeconds } from '../cloud/services.ts'
import { quote } from '../python/json.ts'
import { keptLists } from './kept.ts'
import { type Shape, serviceJson } from './service-view.ts'

export interface Filter {
  /** Empty for any. */
  host: string
  /** Empty for any. */
  binary: string
}

/**
 * The list as Nova gives it. It stays the same until an operation changes the cloud, a process reports (which moves
 * `updated_at`), or a service has been silent for a minute.
 */
export function serviceLists(cloud: Cloud): (shape: Shape, filter: Filter) => Uint8Array<ArrayBuffer> {
  const kept = keptLists(cloud)
  return (shape, filter) => {
    const key = `${shape.uuid}${shape.forcedDown}${shape.downCells} ${filter.binary} ${filter.host}`
    return kept(key, (now) => {
      const services = listServices(cloud).filter((service) => matches(service, filter))
      return {
        json: listJson(cloud, services, shape, filter, now),
        until: services.reduce((soonest, service) => Math.min(soonest, nextChangeByTime(service, now)), Infinity),
      }
    })
  }
}

function listJson(cloud: Cloud, services: Service[], shape: Shape, filter: Filter, now: number): string {
  const zones = zonesByHost(cloud)
  const known = new Map<string, string[]>()
  for (const service of services) {
    const updated = updatedAt(service, now)
    const json = serviceJson(
      service,
      shape,
      zoneOf(service, zones),
      now,
      updated === null ? null : wholeSeconds(updated),
    )
    const cell = known.get(service.cell)
    if (cell) cell.push(json)
    else known.set(service.cell, [json])
  }
  const parts = cloud.state.cells.flatMap(({ name, down }) => {
    if (!down) return known.get(name) ?? []
    return shape.downCells ? unknownServices(cloud, name, filter) : []
  })
  return `{"services": [${parts.join(', ')}]}`
}

/** Of a cell that is down, Nova knows the compute hosts, from the API's own database. nova/compute/api.py `_service_get_all_cells` */
function unknownServices(cloud: Cloud, cell: string, filter: Filter): string[] {
  return [...cloud.state.hostMappings.values()]
    .filter((mapping) => mapping.cell === cell && matches({ host: mapping.host, binary: 'nova-compute' }, filter))
    .map(({ host }) => `{"binary": "nova-compute", "host": ${quote(host)}, "status": "UNKNOWN"}`)
}

function matches(service: { host: string; binary: string }, { host, binary }: Filter): boolean {
  return (host === '' || service.host === host) && (binary === '' || service.binary === binary)
}
