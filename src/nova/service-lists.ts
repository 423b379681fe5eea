/** The lists of services, as bytes that are made anew only when something in them has changed. */

import { zoneOf, zonesByHost } from '../cloud/aggregates.ts'
import type { Cloud } from '../cloud/cloud.ts'
import { isUp, listServices, type Service, updatedAt, wholeSeconds } from '../cloud/services.ts'
import { eachInParts, type InParts } from '../http/in-turns.ts'
import { LONGEST_TEXT } from '../http/response.ts'
import { quote } from '../python/json.ts'
import { type Kept, keptLists, type Made, soonestChange, type Written } from './kept.ts'
import { exchangeRows, layOut, piecesOf, type RowBytes } from './row-bytes.ts'
import { watchServices } from './service-changes.ts'
import { type Shape, serviceJson } from './service-view.ts'

export interface Filter {
  /** Empty for any. */
  host: string
  /** Empty for any. */
  binary: string
}

/** A long list, and what it takes to exchange some of its services. */
interface Long {
  rows: RowBytes
  /** By UUID: where it stands. */
  places: Map<string, { service: Service; place: number }>
  zones: ReturnType<typeof zonesByHost>
}

/**
 * The list as Nova gives it. It stays the same until an operation changes the cloud, a process reports (which moves
 * `updated_at`), or a service has been silent for a minute.
 */
export function serviceLists(cloud: Cloud): (shape: Shape, filter: Filter) => Written | Promise<Written> {
  const kept = keptLists<Long>(cloud)
  const changes = watchServices(cloud)
  const jsonOf = keptPieces()
  function* make(shape: Shape, filter: Filter, now: number, last: Kept<Long> | undefined): InParts<Made<Long>> {
    const changed = last?.more && changes.since(last.revision)
    if (last?.more && changed) {
      const { rows, places, zones } = last.more
      const others = [...changed].flatMap((uuid) => places.get(uuid) ?? [])
      const news = others.map(({ service, place }): [number, string] => [
        place,
        jsonOf(service, shape, zoneOf(service, zones), now),
      ])
      const more = { rows: exchangeRows(rows, news), places, zones }
      const until = soonestChange(
        others.map(({ service }) => service),
        now,
      )
      return { json: piecesOf(more.rows), until: Math.min(last.until, until), more }
    }
    const services = listServices(cloud, filter)
    const made = yield* makeList(cloud, services, shape, filter, now, jsonOf)
    return { ...made, until: soonestChange(services, now) }
  }
  return (shape, filter) => {
    const key = `${shape.uuid}${shape.forcedDown}${shape.downCells} ${filter.binary} ${filter.host}`
    return kept(key, (now, last) => make(shape, filter, now, last))
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

function* makeList(
  cloud: Cloud,
  services: Service[],
  shape: Shape,
  filter: Filter,
  now: number,
  jsonOf: ReturnType<typeof keptPieces>,
): InParts<Omit<Made<Long>, 'until'>> {
  const zones = zonesByHost(cloud)
  const known = new Map<string, Service[]>()
  for (const service of services) {
    const cell = known.get(service.cell)
    if (cell) cell.push(service)
    else known.set(service.cell, [service])
  }
  const rows: string[] = []
  const places: Long['places'] = new Map()
  const so = { far: 0 }
  for (const { name, down } of cloud.state.cells) {
    if (down && shape.downCells) rows.push(...unknownServices(cloud, name, filter))
    const add = (service: Service) => {
      places.set(service.uuid, { service, place: rows.length })
      rows.push(jsonOf(service, shape, zoneOf(service, zones), now))
    }
    yield* eachInParts((!down && known.get(name)) || [], add, so)
  }
  const [before, between, after] = ['{"services": [', ', ', ']}']
  const length = rows.reduce((sum, row) => sum + row.length + between.length, before.length)
  if (length <= LONGEST_TEXT) return { json: before + rows.join(between) + after }
  const laid = layOut(before, rows, between, after)
  return { json: laid.bytes, more: { rows: laid, places, zones } }
}

/** Of a cell that is down, Nova knows the compute hosts, from the API's own database. nova/compute/api.py `_service_get_all_cells` */
function unknownServices(cloud: Cloud, cell: string, { host: wanted, binary }: Filter): string[] {
  if (binary !== '' && binary !== 'nova-compute') return []
  return [...cloud.state.hostMappings.values()]
    .filter((mapping) => mapping.cell === cell && (wanted === '' || mapping.host === wanted))
    .map(({ host }) => `{"binary": "nova-compute", "host": ${quote(host)}, "status": "UNKNOWN"}`)
}
