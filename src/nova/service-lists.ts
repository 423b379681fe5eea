/** The lists of services, as bytes that are made anew only when something in them has changed. */

import { zoneOf, zonesByHost } from '../cloud/aggregates.ts'
import type { Cloud } from '../cloud/cloud.ts'
import { isUp, listServices, nextChangeByTime, type Service, updatedAt, wholeSeconds } from '../cloud/services.ts'
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
export function serviceLists(cloud: Cloud): (shape: Shape, filter: Filter) => string | Uint8Array<ArrayBuffer> {
  const kept = keptLists(cloud)
  const jsonOf = keptPieces()
  return (shape, filter) => {
    const key = `${shape.uuid}${shape.forcedDown}${shape.downCells} ${filter.binary} ${filter.host}`
    return kept(key, (now) => {
      const services = listServices(cloud, (service) => matches(service, filter))
      return {
        json: listJson(cloud, services, shape, filter, now, jsonOf),
        until: services.reduce((soonest, service) => Math.min(soonest, nextChangeByTime(service, now)), Infinity),
      }
    })
  }
}

/** A service as JSON, and everything of it that can change and is shown. */
interface Piece {
  json: string
  disabled: boolean
  disabledReason: string | null
  forcedDown: boolean
  zone: string
  up: boolean
  updated: number | null
}

/** Each service as JSON, made anew when something that is shown is another: one that changes must not cost all the others. */
function keptPieces(): (service: Service, shape: Shape, zone: string, now: number) => string {
  const kept = new Map<Shape, WeakMap<Service, Piece>>()
  return (service, shape, zone, now) => {
    const { disabled, disabledReason, forcedDown } = service
    const at = updatedAt(service, now)
    const updated = at === null ? null : wholeSeconds(at)
    const up = isUp(service, now)
    const pieces = kept.get(shape) ?? new WeakMap<Service, Piece>()
    kept.set(shape, pieces)
    const piece = pieces.get(service)
    if (
      piece?.updated === updated &&
      piece.up === up &&
      piece.disabled === disabled &&
      piece.disabledReason === disabledReason &&
      piece.forcedDown === forcedDown &&
      piece.zone === zone
    ) {
      return piece.json
    }
    const json = serviceJson(service, shape, zone, now, updated)
    pieces.set(service, { json, disabled, disabledReason, forcedDown, zone, up, updated })
    return json
  }
}

function listJson(
  cloud: Cloud,
  services: Service[],
  shape: Shape,
  filter: Filter,
  now: number,
  jsonOf: ReturnType<typeof keptPieces>,
): string {
  const zones = zonesByHost(cloud)
  const known = new Map<string, string[]>()
  for (const service of services) {
    const json = jsonOf(service, shape, zoneOf(service, zones), now)
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
