/** os-hypervisors: what each compute host offers and uses. nova/api/openstack/compute/hypervisors.py */

import { COMPUTE, findHostMapping, reach } from '../cloud/cells.ts'
import type { Cloud } from '../cloud/cloud.ts'
import type { Hypervisor } from '../cloud/hypervisors.ts'
import { findServiceOf, isUp, nextTurnByTime, type Service } from '../cloud/services.ts'
import { usageOn } from '../cloud/usage.ts'
import { eachInParts, type InParts, inTurns } from '../http/in-turns.ts'
import { dumps, quote } from '../python/json.ts'
import type { Schema } from '../python/jsonschema.ts'
import { isUuidLike } from '../python/uuid.ts'
import { pythonInt } from '../python/values.ts'
import { NovaFault } from './errors.ts'
import { keptLists, type Made, soonestChange } from './kept.ts'
import { limitOf, markerOf, nextLink } from './links.ts'
import { requireAdmin } from './policy.ts'
import { sayingsOf } from './releases.ts'
import type { ApiMethod, Call } from './resource.ts'
import { instanceName } from './server-view.ts'
import { assertNoQuery, BOOLEAN, boolFromString, FQDN, NON_NEGATIVE_INTEGER, once, severalTimes } from './validate.ts'

/** From here on `cpu_info` is a dict, where it was a text. */
const CPU_INFO_FROM = 28
/** From here on the lists come in pages. */
const PAGES_FROM = 33
/** From here on hypervisors go by their UUID, and lists are searched by the query. */
const UUID_FROM = 53
/** From here on servers are listed even when there are none. */
const NO_SERVERS_FROM = 75
/** From here on what is used is left to Placement, and the uptime is told with the rest. */
const UPTIME_FROM = 88

const ANY: Schema = { type: 'object', properties: {}, additionalProperties: true }
const LIST_QUERY = [
  { from: 1, schema: ANY },
  {
    from: PAGES_FROM,
    schema: {
      type: 'object',
      properties: { limit: severalTimes(NON_NEGATIVE_INTEGER), marker: severalTimes({ type: 'string' }) },
      additionalProperties: true,
    },
  },
  {
    from: UUID_FROM,
    schema: {
      type: 'object',
      properties: {
        limit: once(NON_NEGATIVE_INTEGER),
        marker: once({ type: 'string' }),
        hypervisor_hostname_pattern: once(FQDN),
        with_servers: once(BOOLEAN),
      },
      additionalProperties: false,
    },
  },
] as const satisfies ApiMethod['query']
const SHOW_QUERY = [
  { from: 1, schema: ANY },
  {
    from: UUID_FROM,
    schema: { type: 'object', properties: { with_servers: once(BOOLEAN) }, additionalProperties: false },
  },
] as const satisfies ApiMethod['query']

/** GET /os-hypervisors */
export function listHypervisors(cloud: Cloud): ApiMethod {
  return listOf(cloud, 'list', false)
}

/** GET /os-hypervisors/detail */
export function detailHypervisors(cloud: Cloud): ApiMethod {
  return listOf(cloud, 'list-detail', true)
}

function listOf(cloud: Cloud, action: string, detail: boolean): ApiMethod {
  const kept = keptLists(cloud)
  return {
    query: LIST_QUERY,
    run: (call) => {
      requireAdmin(call, rule(action))
      const { version, environ } = call
      // An uptime is another with each second.
      if (detail && version >= UPTIME_FROM) return inTurns(cloud, () => list(call, detail, cloud.clock.now()))
      const key = `${version} ${environ.base} ${environ.path} ${environ.query}`
      return kept(key, (now) => listToKeep(call, detail, now))
    },
  }
}

function* listToKeep(call: Call, detail: boolean, now: number): InParts<Made> {
  return {
    json: yield* list(call, detail, now),
    until: soonestChange(call.cloud.state.services.values(), now, nextTurnByTime),
  }
}

/** GET /os-hypervisors/{id} */
export const SHOW_HYPERVISOR: ApiMethod = {
  query: SHOW_QUERY,
  run: (call) => {
    requireAdmin(call, rule('show'))
    const hypervisor = hypervisorAt(call)
    const service = serviceOf(call.cloud, hypervisor) ?? noHypervisor(call.id)
    return `{"hypervisor": ${view(call, hypervisor, service, { detail: true, servers: withServers(call), now: call.cloud.clock.now() })}}`
  },
}

/** GET /os-hypervisors/{id}/uptime */
export const SHOW_UPTIME: ApiMethod = {
  versions: [1, UPTIME_FROM - 1],
  run: (call) => {
    assertNoQuery(call)
    requireAdmin(call, rule('uptime'))
    const hypervisor = hypervisorAt(call)
    const service = serviceOf(call.cloud, hypervisor) ?? noHypervisor(call.id)
    const now = call.cloud.clock.now()
    if (!isUp(service, now)) {
      throw new NovaFault(400, `Compute service of ${service.host} is unavailable at this time.`)
    }
    const uptime = uptimeOf(hypervisor, service, now)
    if (uptime === null) throw new NovaFault(501, 'The requested functionality is not supported.')
    const shown = view(call, hypervisor, service, { detail: false, servers: false, now })
    return `{"hypervisor": ${shown.slice(0, -1)}, "uptime": ${dumps(uptime)}}}`
  },
}

/** GET /os-hypervisors/{pattern}/search, and /servers, which lists what runs on each as well. */
export const SEARCH_HYPERVISORS = search('search', false)
export const HYPERVISOR_SERVERS = search('servers', true)

/** GET /os-hypervisors/statistics: all that are enabled, summed up. nova/db/main/api.py `compute_node_statistics` */
export const HYPERVISOR_STATISTICS: ApiMethod = {
  versions: [1, UPTIME_FROM - 1],
  run: (call) => {
    assertNoQuery(call)
    requireAdmin(call, rule('statistics'))
    const enabled = hypervisorsOf(call.cloud).filter((each) => serviceOf(call.cloud, each)?.disabled === false)
    const all = enabled.map((each) => figures(call.cloud, each))
    const keys = sayingsOf(call.cloud).sortsStatistics ? [...FIGURES].sort() : FIGURES
    const sums = keys.map((key) => [key, all.reduce((sum, each) => sum + each[key], 0)])
    return dumps({ hypervisor_statistics: { count: enabled.length, ...Object.fromEntries(sums) } })
  },
}

function* list(call: Call, detail: boolean, now: number): InParts<string> {
  const { cloud, version, query } = call
  const asked = { detail, servers: version >= UUID_FROM && withServers(call), now }
  const pattern = version >= UUID_FROM ? query.get('hypervisor_hostname_pattern')?.at(-1) : undefined
  if (pattern !== undefined) {
    if (query.has('limit') || markerOf(call)) {
      const words = 'The server could not comply with the request since it is either malformed or otherwise incorrect.'
      throw new NovaFault(400, words)
    }
    return `{"hypervisors": ${yield* views(call, matching(cloud, pattern), asked)}}`
  }
  const paged = version >= PAGES_FROM
  const found = paged ? page(cloud, limitOf(call), markerOf(call)) : hypervisorsOf(cloud)
  const shown = found.filter((each) => serviceOf(cloud, each) !== undefined)
  const hypervisors = yield* views(call, shown, asked)
  const last = shown.at(-1)
  if (!paged || !last || shown.length !== limitOf(call)) return `{"hypervisors": ${hypervisors}}`
  const marker = String(version >= UUID_FROM ? last.uuid : last.id)
  const links = nextLink(call, detail ? 'os-hypervisors/detail' : 'os-hypervisors', marker)
  return `{"hypervisors": ${hypervisors}, "hypervisors_links": ${dumps(links)}}`
}

function search(action: string, servers: boolean): ApiMethod {
  return {
    versions: [1, UUID_FROM - 1],
    run: (call) => {
      assertNoQuery(call)
      requireAdmin(call, rule(action))
      return inTurns(call.cloud, function* () {
        const asked = { detail: false, servers, now: call.cloud.clock.now() }
        return `{"hypervisors": ${yield* views(call, matching(call.cloud, call.id), asked)}}`
      })
    },
  }
}

/** @throws {CloudError} CellUnreachable */
function hypervisorsOf(cloud: Cloud): Hypervisor[] {
  return cloud.state.cells.flatMap(({ name }) => hypervisorsIn(cloud, name))
}

function hypervisorsIn(cloud: Cloud, cell: string): Hypervisor[] {
  reach(cloud, cell)
  return [...cloud.state.hypervisors.values()]
    .filter(({ host }) => findHostMapping(cloud, host)?.cell === cell)
    .sort((one, other) => one.id - other.id)
}

/** @see nova/compute/api.py `compute_node_get_all` */
function page(cloud: Cloud, limit: number, marker: string | undefined): Hypervisor[] {
  const found: Hypervisor[] = []
  let after = marker
  let left = limit
  for (const { name } of cloud.state.cells) {
    const here = hypervisorsIn(cloud, name)
    let from = 0
    if (after !== undefined) {
      from = here.findIndex(({ id, uuid }) => uuid === after?.toLowerCase() || id === mysqlInt(after)) + 1
      if (from === 0) continue
      after = undefined
    }
    found.push(...here.slice(from, from + left))
    left = limit - found.length
    if (limit > 0 && left <= 0) break
  }
  if (after !== undefined && found.length === 0) throw new NovaFault(400, `marker [${marker}] not found`)
  return found
}

/** What MySQL takes a text for where it wants a number. */
function mysqlInt(text = ''): number {
  return isUuidLike(text) ? Number.NaN : Number(/^\s*(\d+)/.exec(text)?.[1] ?? 0)
}

/** What processes whose service was deleted have made again: it is found, and shown to nobody. */
function nodesWithoutService(cloud: Cloud): Hypervisor[] {
  return [...cloud.state.leftProcesses.values()].flatMap(({ host, node }) => {
    return node && findHostMapping(cloud, host) ? [node] : []
  })
}

/** @throws {NovaFault} 404 when there is none. `%` and `_` are MySQL's, for any text and any character */
function matching(cloud: Cloud, pattern: string): Hypervisor[] {
  const like = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.')
  const isMeant = ({ host }: { host: string }) => new RegExp(like, 'is').test(host)
  const found = hypervisorsOf(cloud).filter(isMeant)
  if (found.length === 0 && !nodesWithoutService(cloud).some(isMeant))
    throw new NovaFault(404, `No hypervisor matching '${pattern}' could be found.`)
  return found
}

/** @throws {NovaFault} 400, 404; {CloudError} CellUnreachable. @see nova/compute/api.py `compute_node_get` */
function hypervisorAt({ cloud, id, version }: Call): Hypervisor {
  if (version >= UUID_FROM && !isUuidLike(id)) throw new NovaFault(400, `Invalid uuid ${id}`)
  if (version < UUID_FROM && pythonInt(id) === undefined) noHypervisor(id)
  const wanted = isUuidLike(id) ? id.toLowerCase() : pythonInt(id)
  for (const { name } of cloud.state.cells) {
    const found = hypervisorsIn(cloud, name).find((each) => each.uuid === wanted || each.id === wanted)
    if (found) return found
  }
  return noHypervisor(id)
}

function noHypervisor(id: string): never {
  throw new NovaFault(404, `Hypervisor with ID '${id}' could not be found.`)
}

function serviceOf(cloud: Cloud, { host }: Hypervisor): Service | undefined {
  const cell = findHostMapping(cloud, host)?.cell
  return cell === undefined ? undefined : findServiceOf(cloud, host, COMPUTE, cell)
}

interface Shown {
  detail: boolean
  /** Whether to list what runs on it. */
  servers: boolean
  /** The moment at which it is up or not: one for a whole list. */
  now: number
}

/** As JSON. Those whose service is gone are shown to nobody. */
function* views(call: Call, hypervisors: Hypervisor[], shown: Shown): InParts<string> {
  const all: string[] = []
  yield* eachInParts(hypervisors, (each) => {
    const service = serviceOf(call.cloud, each)
    if (service) all.push(view(call, each, service, shown))
  })
  return `[${all.join(', ')}]`
}

/**
 * As JSON, written at once: there may be ten thousand of them, and before there were pages all are asked for.
 *
 * @see nova/api/openstack/compute/hypervisors.py `_view_hypervisor`
 */
function view(
  { cloud, version }: Call,
  hypervisor: Hypervisor,
  service: Service,
  { detail, servers, now }: Shown,
): string {
  const byUuid = version >= UUID_FROM
  const up = isUp(service, now)
  const host = quote(hypervisor.host)
  let text = `{"id": ${byUuid ? quote(hypervisor.uuid) : hypervisor.id}, "hypervisor_hostname": ${host}`
  text += `, "state": "${up ? 'up' : 'down'}", "status": "${service.disabled ? 'disabled' : 'enabled'}"`
  if (detail) {
    text += `, "hypervisor_type": ${quote(hypervisor.hypervisorType)}`
    text += `, "hypervisor_version": ${hypervisor.hypervisorVersion}, "host_ip": ${quote(hypervisor.hostIp)}`
    text += `, "service": {"id": ${byUuid ? quote(service.uuid) : service.id}, "host": ${host}`
    text += `, "disabled_reason": ${dumps(service.disabledReason)}}`
    if (version < UPTIME_FROM) {
      const all = figures(cloud, hypervisor)
      for (const name of FIGURES) text += `, "${name}": ${all[name]}`
      text += `, "cpu_info": ${version >= CPU_INFO_FROM ? CPU_INFO : CPU_INFO_TEXT}`
    } else text += `, "uptime": ${dumps(up ? uptimeOf(hypervisor, service, now) : null)}`
  }
  const here = servers ? serversOn(cloud, hypervisor.host) : []
  if (here.length > 0 || (servers && version >= NO_SERVERS_FROM)) text += `, "servers": ${dumps(here)}`
  return `${text}}`
}

/** In the order in which they are shown. */
const FIGURES = [
  ...(['vcpus', 'memory_mb', 'local_gb', 'vcpus_used', 'memory_mb_used', 'local_gb_used'] as const),
  ...(['free_ram_mb', 'free_disk_gb', 'current_workload', 'running_vms', 'disk_available_least'] as const),
]

function figures(
  cloud: Cloud,
  { host, vcpus, memoryMb, localGb, hypervisorType }: Hypervisor,
): Record<(typeof FIGURES)[number], number> {
  const used = usageOn(cloud, host)
  return {
    vcpus,
    memory_mb: memoryMb,
    local_gb: localGb,
    vcpus_used: used.vcpus,
    memory_mb_used: used.memoryMb,
    local_gb_used: used.localGb,
    free_ram_mb: memoryMb - used.memoryMb,
    free_disk_gb: localGb - used.localGb,
    current_workload: 0,
    running_vms: used.instances,
    // Nova's fake driver does not know.
    disk_available_least: hypervisorType === 'fake' ? 0 : localGb - used.localGb,
  }
}

/** What Nova's fake driver says, and its API reference shows. nova/virt/fake.py */
const CPU_INFO = dumps({
  arch: 'x86_64',
  model: 'Nehalem',
  vendor: 'Intel',
  features: ['pge', 'clflush'],
  topology: { cores: 1, threads: 1, sockets: 4 },
})
const CPU_INFO_TEXT = quote(CPU_INFO)

function serversOn({ state }: Cloud, host: string): { name: string; uuid: string }[] {
  return [...(state.instancesOn.get(host) ?? [])].flatMap((uuid) => {
    const instance = state.instances.get(uuid)
    return instance ? [{ name: instanceName(instance.id ?? 0), uuid }] : []
  })
}

/** What `uptime` prints on the host; Nova's fake driver cannot tell. nova/virt/libvirt/driver.py `get_host_uptime` */
function uptimeOf({ hypervisorType }: Hypervisor, { createdAt }: Service, now: number): string | null {
  if (hypervisorType === 'fake') return null
  const minutes = Math.max(0, Math.floor((now - createdAt) / 60_000))
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24]
  const span = `${String(hours).padStart(2)}:${String(minutes % 60).padStart(2, '0')}`
  const up = `${days > 0 ? `${days} day${days === 1 ? '' : 's'}, ` : ''}${hours > 0 ? span : `${minutes % 60} min`}`
  return ` ${new Date(now).toISOString().slice(11, 19)} up ${up},  0 users,  load average: 0.00, 0.00, 0.00`
}

function withServers({ query }: Call): boolean {
  return boolFromString(query.get('with_servers')?.at(-1) ?? false)
}

function rule(action: string): string {
  return `os_compute_api:os-hypervisors:${action}`
}
