/** The lists of servers. nova/compute/api.py `get_all`, nova/compute/instance_list.py */

import { zonesByHost } from '../cloud/aggregates.ts'
import { findCell, reach } from '../cloud/cells.ts'
import type { Cloud } from '../cloud/cloud.ts'
import { projectOf } from '../cloud/identity.ts'
import type { Instance } from '../cloud/instances.ts'
import { dumps } from '../python/json.ts'
import { compareText } from '../python/values.ts'
import { NovaFault } from './errors.ts'
import { keptLists, type Made } from './kept.ts'
import { limitOf, markerOf, nextLink } from './links.ts'
import { requireRole } from './policy.ts'
import type { ApiMethod, Call } from './resource.ts'
import { COLUMNS } from './server-columns.ts'
import { readWanted, type Wanted } from './server-filters.ts'
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

/** @throws {NovaFault} 400: there is no such marker; {CloudError} CellUnreachable */
function page(cloud: Cloud, wanted: Wanted, limit: number, marker: string | undefined): Instance[] {
  const after = marker === undefined ? undefined : markerAt(cloud, marker)
  if (limit === 0) return []
  const zones = zonesByHost(cloud)
  const down = new Set(cloud.state.cells.filter((cell) => cell.down).map(({ name }) => name))
  const isWanted = (instance: Instance) =>
    (instance.cell === null || !down.has(instance.cell)) && wanted.tests.every((test) => test(instance, zones))
  const before = orderOf(wanted.sort, zones)
  const found: Instance[] = []
  for (const instance of candidates(cloud, wanted, before)) {
    if (after && before(instance, after) <= 0) continue
    if (!isWanted(instance)) continue
    found.push(instance)
    if (found.length === limit) break
  }
  return found
}

/** In the order that is wanted. */
function candidates({ state }: Cloud, { host, deleted }: Wanted, before: Order): Instance[] {
  const { instances, deletedInstances } = state
  const gone =
    deleted === false ? [] : [...deletedInstances.values()].filter((each) => host === undefined || each.host === host)
  const here =
    host === undefined
      ? [...instances.values()]
      : [...(state.instancesOn.get(host) ?? [])].flatMap((uuid) => instances.get(uuid) ?? [])
  const live = deleted === true ? here.filter(({ vmState }) => vmState === 'soft-delete') : here
  const all = gone.length === 0 ? live.reverse() : [...gone, ...live].reverse()
  // As a rule the newest stands last in the state and comes first in the list, so that there is nothing to sort.
  return inOrder(all, before) ? all : all.sort(before)
}

function inOrder(instances: Instance[], before: Order): boolean {
  return instances.every((each, index) => {
    const next = instances[index + 1]
    return next === undefined || before(each, next) <= 0
  })
}

type Order = (one: Instance, other: Instance) => number

/** Those that are in no cell yet come first. Text is compared without case, as MySQL does, and what says nothing is the least. */
function orderOf(sort: Wanted['sort'], zones: Map<string, string>): Order {
  const keys = sort.map(({ key, descending }) => ({ read: valueFor(key), sign: descending ? -1 : 1 }))
  return (one, other) => {
    if ((one.id === null) !== (other.id === null)) return one.id === null ? -1 : 1
    for (const { read, sign } of keys) {
      const difference = compare(read(one, zones), read(other, zones))
      if (difference !== 0) return difference * sign
    }
    return 0
  }
}

function valueFor(key: string): (instance: Instance, zones: Map<string, string>) => string | number | null {
  if (key === 'id') return ({ id }) => id
  if (key === 'created_at') return ({ createdAt }) => Math.floor(createdAt / 1000)
  return COLUMNS[key] ?? (() => null)
}

function compare(one: string | number | null, other: string | number | null): number {
  if (one === other) return 0
  if (one === null || other === null) return one === null ? -1 : 1
  if (typeof one === 'number' && typeof other === 'number') return one - other
  return compareText(String(one).toLowerCase(), String(other).toLowerCase())
}

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
