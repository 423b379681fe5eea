/** The lists of servers. nova/compute/api.py `get_all`, nova/compute/instance_list.py */

import { zonesByHost } from '../cloud/aggregates.ts'
import { findCell, reach } from '../cloud/cells.ts'
import type { Cloud } from '../cloud/cloud.ts'
import { projectOf } from '../cloud/identity.ts'
import type { Instance } from '../cloud/instances.ts'
import { dumps } from '../python/json.ts'
import { NovaFault } from './errors.ts'
import { keptLists, type Made } from './kept.ts'
import { limitOf, markerOf, nextLink } from './links.ts'
import { requireRole } from './policy.ts'
import type { ApiMethod, Call } from './resource.ts'
import { readWanted, type Wanted } from './server-filters.ts'
import { Order } from './server-order.ts'
import { SERVERS_QUERY } from './server-query.ts'
import { briefView, detailedView, look, unknownDetails, unknownView } from './server-view.ts'

/** GET /servers */
export function listServers(cloud: Cloud): ApiMethod {
  return listing(cloud, 'index')
}

/** GET /servers/detail */
export function detailServers(cloud: Cloud): ApiMethod {
  return listing(cloud, 'detail')
}

function listing(cloud: Cloud, action: 'index' | 'detail'): ApiMethod {
  const kept = keptLists(cloud)
  return {
    query: SERVERS_QUERY,
    run: (call) => {
      requireRole(call, `os_compute_api:servers:${action}`, 'reader', projectOf(call.token))
      return kept(keyOf(call), () => make(call, action))
    },
  }
}

/** All that tells one answer from another: what is asked, where, and by whom. */
function keyOf({ version, legacy, environ, token }: Call): string {
  const scope = JSON.stringify(token?.scope)
  return `${version} ${legacy} ${environ.base} ${environ.path} ${token?.userId} ${scope} ${environ.query}`
}

function make(call: Call, action: 'index' | 'detail'): Made {
  const { cloud } = call
  const looking = look(call)
  const wanted = readWanted(call, action)
  const limit = limitOf(call)
  const found = wanted ? page(cloud, wanted, limit, markerOf(call)) : []
  const unknown = wanted?.downCells ? unreachable(cloud, wanted.downCells.projectId) : []
  const view = action === 'index' ? briefView : detailedView
  const servers = [
    ...unknown.map((each) =>
      action === 'index' ? unknownView(looking, each) : unknownDetails(looking, each, undefined),
    ),
    ...found.map((each) => view(looking, each)),
  ]
  const last = found.at(-1) ?? unknown.at(-1)
  const full = limit > 0 && servers.length === limit && last !== undefined
  const path = action === 'index' ? 'servers' : 'servers/detail'
  const json = dumps({ servers, ...(full && { servers_links: nextLink(call, path, last.uuid) }) })
  return { json, until: looking.until }
}

/** @throws {NovaFault} 400: there is no such marker; {UnexpectedError}, {CloudError} CellUnreachable */
function page(cloud: Cloud, wanted: Wanted, limit: number, marker: string | undefined): Instance[] {
  const after = marker ? markerAt(cloud, marker) : undefined
  if (limit === 0) return []
  const zones = zonesByHost(cloud)
  const order = new Order(wanted.sort, zones)
  const isWanted = (instance: Instance) =>
    (!after || order.compare(instance, after) > 0) && wanted.tests.every((test) => test(instance, zones))
  const parts = partsOf(cloud, wanted, order).map((part) => firstOf(part, limit, isWanted))
  return order.merge(parts, limit)
}

/** Those that come first. */
function firstOf(instances: readonly Instance[], limit: number, isWanted: (instance: Instance) => boolean): Instance[] {
  const found: Instance[] = []
  for (const instance of instances) {
    if (!isWanted(instance)) continue
    found.push(instance)
    if (found.length === limit) break
  }
  return found
}

/** What each database has, in the order that is wanted: first of all those that are in no cell yet, then cell by cell. */
function partsOf(cloud: Cloud, { host, deleted, isDefault }: Wanted, order: Order): Instance[][] {
  const { state } = cloud
  const { instances, deletedInstances } = state
  if (host === undefined && deleted === false && isDefault) return newestFirst(cloud)
  const gone =
    deleted === false ? [] : [...deletedInstances.values()].filter((each) => host === undefined || each.host === host)
  const here =
    host === undefined
      ? [...instances.values()]
      : [...(state.instancesOn.get(host) ?? [])].flatMap((uuid) => instances.get(uuid) ?? [])
  const live = deleted === true ? here.filter(({ vmState }) => vmState === 'soft-delete') : here
  return byCell(cloud, [...gone, ...live]).map((part) => order.sort(part))
}

/** All that are not gone, in the order of lists that say none, sorted once for as long as nothing changes. */
function newestFirst(cloud: Cloud): Instance[][] {
  const known = sorted.get(cloud)
  if (known?.revision === cloud.revision) return known.parts
  const parts = byCell(cloud, [...cloud.state.instances.values()]).map((part) => part.sort(byAge))
  sorted.set(cloud, { revision: cloud.revision, parts })
  return parts
}

/** What `Order` makes of that, for 100,000 at once. */
function byAge(one: Instance, other: Instance): number {
  const difference = Math.floor(other.createdAt / 1000) - Math.floor(one.createdAt / 1000)
  return difference !== 0 ? difference : one.uuid < other.uuid ? -1 : 1
}

const sorted = new WeakMap<Cloud, { revision: number; parts: Instance[][] }>()

/** What is in a cell that is down is in none of them. */
function byCell({ state }: Cloud, instances: Instance[]): Instance[][] {
  const down = new Set(state.cells.filter((cell) => cell.down).map(({ name }) => name))
  const parts = new Map<string | null, Instance[]>([[UNSCHEDULED, []]])
  for (const instance of instances) {
    if (instance.cell !== null && down.has(instance.cell)) continue
    const cell = instance.id === null ? UNSCHEDULED : instance.cell
    const part = parts.get(cell)
    if (part) part.push(instance)
    else parts.set(cell, [instance])
  }
  return [...parts.values()]
}

const UNSCHEDULED = '(none yet)'

function markerAt(cloud: Cloud, marker: string): Instance {
  const { instances, deletedInstances } = cloud.state
  const uuid = marker.toLowerCase()
  const found = instances.get(uuid) ?? deletedInstances.get(uuid)
  if (!found) throw new NovaFault(400, `marker [${marker}] not found`)
  if (found.cell !== null) reach(cloud, found.cell)
  return found
}

/** What the API's own database knows to be in the cells that are down. nova/compute/api.py `_generate_minimal_construct_for_down_cells` */
function unreachable({ state }: Cloud, projectId: string | undefined): Instance[] {
  const cells = state.cells.filter(({ down }) => down).map(({ name }) => name)
  if (cells.length === 0) return []
  return cells.flatMap((cell) =>
    [...state.instances.values()].filter(
      (each) => each.cell === cell && (projectId === undefined || each.projectId === projectId),
    ),
  )
}

/** Whether the cell that has the instance answers. */
export function isReachable(cloud: Cloud, { cell }: Instance): boolean {
  return cell === null || findCell(cloud, cell)?.down !== true
}
