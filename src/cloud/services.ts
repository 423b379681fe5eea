/** Services: register, hear from, update and delete one; is it up? */

import { leaveAggregates } from './aggregates.ts'
import { COMPUTE, DEFAULT_CELL, findCell, findHostMapping, forgetHost, mapHost, reach } from './cells.ts'
import { type Cloud, changed, nextId } from './cloud.ts'
import { impossible, refuse } from './errors.ts'
import type { CloudEvent } from './events.ts'
import { addHypervisor, removeHypervisor } from './hypervisors.ts'
import { uuidFor } from './ids.ts'
import { countInstancesOn } from './instances.ts'
import { completeEvacuations, hasDoneEvacuations, inProgressOn } from './migrations.ts'
import { type LeftProcess, leaveProcess, type ProcessState, takeLeftProcess } from './processes.ts'
import { EVACUATIONS_HOLD_DOWN_SINCE, isBefore } from './releases.ts'
import { markDisabled } from './resource-providers.ts'

/** How long a service may go unheard before it counts as down. Nova's `service_down_time` default. */
export const SERVICE_DOWN_AFTER_MS = 60_000

/** How often a running process reports that it is there. Nova's `report_interval` default. */
export const REPORT_EVERY_MS = 10_000

/** How long after its start a process reports for the first time. nova/servicegroup/api.py `INITIAL_REPORTING_DELAY` */
export const FIRST_REPORT_AFTER_MS = 5_000

/** The services whose state nobody reports, so Nova never lists them. They take up an id all the same. */
const UNLISTED = new Set(['nova-osapi_compute', 'nova-metadata'])

/** A row of Nova's `services` table, and the process that it stands for. Times are milliseconds since 1970. */
export interface Service {
  /** Unique in its cell only. */
  id: number
  uuid: string
  binary: string
  host: string
  cell: string
  disabled: boolean
  disabledReason: string | null
  forcedDown: boolean
  createdAt: number
  /** When a request last changed the row; reports of the process are not counted here. */
  changedAt: number | null
  process: ProcessState
  /** When it was last heard from, not counting the reports of a process that is running now. */
  lastSeenUp: number | null
  /** When the running process reported first, or will; the others follow every ten seconds. Null when it is stopped. */
  reportsFrom: number | null
}

export interface NewService {
  binary: string
  host: string
  /** Default: that of the host, or `cell1`. */
  cell?: string | undefined
  /** Default: the next of its cell. */
  id?: number | undefined
  /** Default: made from the seed. */
  uuid?: string | undefined
  disabled?: boolean | undefined
  disabledReason?: string | null | undefined
  forcedDown?: boolean | undefined
}

/** What of a service can be changed. What is not named stays. */
export interface ServiceChange {
  disabled?: boolean
  disabledReason?: string | null
  forcedDown?: boolean
}

/**
 * A process starts for the first time, or again after its service was deleted: its row, its host's mapping and its hypervisor
 * are made.
 * It is first heard from five seconds later.
 *
 * @throws {CloudError} Impossible: there is no such cell, there is one already, or its id, UUID or host belong to another
 */
export function registerService(cloud: Cloud, wanted: NewService): Service {
  const { binary, host } = wanted
  const cell = wanted.cell ?? findHostMapping(cloud, host)?.cell ?? DEFAULT_CELL
  if (!findCell(cloud, cell)) {
    impossible(`there is no cell "${cell}"`, {
      path: ['cell'],
      hint: `the cells are ${cloud.state.cells.map(({ name }) => name).join(', ')}`,
    })
  }
  if (findServiceOf(cloud, host, binary, cell)) {
    impossible(`there is a ${binary} on host "${host}" already`, {
      hint: 'remove one of the two, or name another host',
    })
  }
  const other = wanted.id === undefined ? undefined : findServiceById(cloud, wanted.id, cell)
  if (other) impossible(`id ${other.id} is that of ${other.binary} on "${other.host}" already`, { path: ['id'] })
  if (wanted.uuid !== undefined && cloud.state.services.has(wanted.uuid)) {
    impossible(`the UUID ${wanted.uuid} is that of another service already`, { path: ['uuid'] })
  }
  if (binary === COMPUTE) mapHost(cloud, host, cell)

  const now = cloud.clock.now()
  const id = nextId(cloud, servicesOf(cell), wanted.id)
  const service: Service = {
    id,
    uuid: wanted.uuid ?? uuidFor(cloud.seed, 'service', cell, binary, host, id),
    binary,
    host,
    cell,
    disabled: wanted.disabled ?? false,
    disabledReason: wanted.disabledReason ?? null,
    forcedDown: wanted.forcedDown ?? false,
    createdAt: now,
    changedAt: null,
    process: 'running',
    lastSeenUp: null,
    reportsFrom: wholeSeconds(now + FIRST_REPORT_AFTER_MS),
  }
  const { services, servicesOn, serviceKeys } = cloud.state
  services.set(service.uuid, service)
  const others = servicesOn.get(service.host)
  servicesOn.set(service.host, Object.freeze(others ? [...others, service.uuid] : [service.uuid]))
  for (const key of keysOf(service)) serviceKeys.set(key, service.uuid)
  const left = takeLeftProcess(cloud, service)
  if (binary === COMPUTE) {
    addHypervisor(cloud, host, left?.node)
    tellPlacement(cloud, service)
  }
  changed(cloud, about('service.registered', service))
  return service
}

/** The process ends, or is killed: nobody hears from it any more. */
export function stopProcess(cloud: Cloud, service: Service): void {
  if (service.process !== 'stopped') fallSilent(cloud, service, 'stopped')
}

/**
 * The process hangs: it is there, but does nothing, and nobody hears from it any more.
 *
 * @throws {CloudError} Impossible: it is stopped
 */
export function hangProcess(cloud: Cloud, service: Service): void {
  if (service.process === 'hung') return
  if (service.process === 'stopped') {
    impossible(`the ${service.binary} on host "${service.host}" is stopped, so it cannot hang`, {
      hint: 'start it first',
    })
  }
  fallSilent(cloud, service, 'hung')
}

/**
 * The process starts again: it is heard from five seconds later, and completes the evacuations from its host. One that hung
 * goes on instead: it is heard from at once.
 */
export function startProcess(cloud: Cloud, service: Service): void {
  if (service.process === 'running') return
  if (service.process === 'hung') {
    service.process = 'running'
    service.reportsFrom = wholeSeconds(cloud.clock.now())
    changed(cloud, about('service.resumed', service))
    return
  }
  service.process = 'running'
  service.reportsFrom = wholeSeconds(cloud.clock.now() + FIRST_REPORT_AFTER_MS)
  if (service.binary === COMPUTE) completeEvacuations(cloud, service.host)
  changed(cloud, about('service.started', service))
  if (service.binary === COMPUTE) tellPlacement(cloud, service)
}

/** Bring a service's process into a state. @throws {CloudError} Impossible: it would hang, but is stopped */
export function setProcess(cloud: Cloud, service: Service, process: ProcessState): void {
  if (process === 'running') startProcess(cloud, service)
  else if (process === 'hung') hangProcess(cloud, service)
  else stopProcess(cloud, service)
}

/**
 * A process whose service was deleted starts again: it registers as a new service, with a new id and a new UUID, while its
 * hypervisor is the one that it was. It completes the evacuations from its host only when it has made its compute node again
 * before: without that it does not know where they were from, and leaves them until it is started another time.
 *
 * @see nova/compute/manager.py `_get_nodes`, `_destroy_evacuated_instances`
 */
export function startLeftProcess(cloud: Cloud, { binary, host, cell }: LeftProcess): Service {
  const hasNode = findHostMapping(cloud, host) !== undefined
  const service = registerService(cloud, { binary, host, cell })
  if (binary === COMPUTE && hasNode) completeEvacuations(cloud, host)
  return service
}

/**
 * Change one compute service. All or nothing: every check comes before the first write.
 *
 * @returns whether anything is different now: Nova leaves `updated_at` alone when not
 * @throws {CloudError} ServiceNotFound, CellUnreachable, NotAComputeService, EvacuationsNotCompleted, TextNotStorable
 * @see nova/api/openstack/compute/services.py `_update_v253`
 */
export function updateService(cloud: Cloud, service: Service, change: ServiceChange): boolean {
  if (service.binary !== COMPUTE) refuse({ code: 'NotAComputeService', binary: service.binary })
  if (change.forcedDown === false && isHeldDown(cloud, service.host, service.cell)) {
    refuse({ code: 'EvacuationsNotCompleted', host: service.host })
  }
  return changeService(cloud, service, change)
}

/**
 * Change the compute service of a host, as Nova did before microversion 2.53.
 *
 * @throws {CloudError} NotAComputeService, EvacuationsNotCompleted, HostNotMapped, CellUnreachable, HostBinaryNotFound,
 * TextNotStorable
 * @see nova/api/openstack/compute/services.py `_update`, `_forced_down`
 */
export function updateServiceOf(cloud: Cloud, host: string, binary: string, change: ServiceChange): void {
  // Nova has not yet chosen the host's cell when it looks for evacuations, so it asks the API's own: the first.
  if (binary === COMPUTE && change.forcedDown === false && isHeldDown(cloud, host, cloud.state.cells[0]?.name)) {
    refuse({ code: 'EvacuationsNotCompleted', host })
  }
  if (binary !== COMPUTE) refuse({ code: 'NotAComputeService', binary })
  const mapping = findHostMapping(cloud, host) ?? refuse({ code: 'HostNotMapped', host })
  reach(cloud, mapping.cell)
  const service = findServiceOf(cloud, mapping.host, binary, mapping.cell)
  changeService(cloud, service ?? refuse({ code: 'HostBinaryNotFound', host, binary }), change)
}

/** Whether evacuations keep a host from being forced up. Older releases do not look. */
function isHeldDown(cloud: Cloud, host: string, cell: string | undefined): boolean {
  return !isBefore(cloud.state.release, EVACUATIONS_HOLD_DOWN_SINCE) && hasDoneEvacuations(cloud, host, cell)
}

/**
 * Forget a service. A compute host leaves its aggregates, and its hypervisor and resource provider go with it. Its process
 * knows nothing of it: see processes.ts.
 *
 * @throws {CloudError} HostHasInstances, MigrationsInProgress, HostProviderGone
 * @see nova/api/openstack/compute/services.py `delete`, nova/scheduler/client/report.py `delete_resource_provider`
 */
export function deleteService(cloud: Cloud, service: Service): void {
  const { host } = service
  let node: LeftProcess['node'] = null
  if (service.binary === COMPUTE) {
    const count = countInstancesOn(cloud, host)
    if (count > 0) refuse({ code: 'HostHasInstances', host, count })
    const moving = inProgressOn(cloud, host).length
    if (moving > 0) refuse({ code: 'MigrationsInProgress', host, count: moving })
    const { uuid = '' } = cloud.state.hypervisors.get(host) ?? {}
    if (!cloud.state.resourceProviders.has(uuid)) refuse({ code: 'HostProviderGone', host })
    leaveAggregates(cloud, host)
    node = removeHypervisor(cloud, host) ?? null
    forgetHost(cloud, host)
  }
  const { services, servicesOn, serviceKeys } = cloud.state
  services.delete(service.uuid)
  const others = servicesOn.get(service.host)?.filter((uuid) => uuid !== service.uuid) ?? []
  if (others.length > 0) servicesOn.set(service.host, others)
  else servicesOn.delete(service.host)
  for (const key of keysOf(service)) serviceKeys.delete(key)
  const { id, uuid, binary, cell, process, reportsFrom } = service
  cloud.state.deletedServices.set(uuid, { id, binary, host })
  const startedAt = reportsFrom === null ? undefined : reportsFrom - FIRST_REPORT_AFTER_MS
  leaveProcess(cloud, { binary, host, cell, process, node }, startedAt)
  changed(cloud, about('service.deleted', service))
}

/**
 * The service with this UUID or integer id, looked for as Nova does: cell after cell, and for an integer id in all of them.
 *
 * @throws {CloudError} ServiceNotFound, ServiceNotUnique, CellUnreachable (a dead cell is reached before it is found)
 * @see nova/compute/api.py `_find_service_in_cell`
 */
export function getService(cloud: Cloud, wanted: { uuid: string } | { id: number }, serviceId: string): Service {
  let found: Service | undefined
  const byUuid = 'uuid' in wanted ? cloud.state.services.get(wanted.uuid.toLowerCase()) : undefined
  for (const cell of cloud.state.cells) {
    if (cell.down) refuse({ code: 'CellUnreachable', cell: cell.name })
    if ('uuid' in wanted) {
      if (byUuid?.cell === cell.name) return byUuid
      continue
    }
    const here = findServiceById(cloud, wanted.id, cell.name)
    if (found && here) refuse({ code: 'ServiceNotUnique', serviceId })
    found ??= here
  }
  return found ?? refuse({ code: 'ServiceNotFound', serviceId })
}

/**
 * The services that Nova lists, or those of a host or a binary: cell after cell and by id within a cell; nothing of a cell that is down.
 *
 * @param filter what is empty is not asked for
 */
export function listServices({ state }: Cloud, { host = '', binary = '' } = {}): Service[] {
  const { services, servicesOn } = state
  const there =
    host === '' ? [...services.values()] : (servicesOn.get(host) ?? []).flatMap((uuid) => services.get(uuid) ?? [])
  const all = there.filter((each) => !UNLISTED.has(each.binary) && (binary === '' || each.binary === binary))
  return state.cells
    .filter((cell) => !cell.down)
    .flatMap((cell) => all.filter((service) => service.cell === cell.name).sort((one, other) => one.id - other.id))
}

/** Whether it has been heard from within the last minute, by the clock, and nobody forced it down. */
export function isUp(service: Service, now: number): boolean {
  if (service.forcedDown) return false
  // Nova takes the distance, so a report from the future counts too. nova/servicegroup/drivers/db.py `is_up`
  return Math.abs(now - lastHeard(service, now)) <= SERVICE_DOWN_AFTER_MS
}

/** When its row was last written, by a report or by a request. Null before the first of either. */
export function updatedAt(service: Service, now: number): number | null {
  const report = lastReport(service, now)
  if (service.changedAt === null) return report
  return report === null ? service.changedAt : Math.max(report, service.changedAt)
}

/**
 * When this service will next look different though nobody changes it: its next report, or the moment it counts as down.
 * Infinity when never.
 */
export function nextChangeByTime(service: Service, now: number): number {
  if (service.reportsFrom !== null) {
    if (now < service.reportsFrom) return Math.min(service.reportsFrom, downFrom(service, now))
    return (lastReport(service, now) ?? now) + REPORT_EVERY_MS
  }
  return isUp(service, now) ? downFrom(service, now) : Number.POSITIVE_INFINITY
}

/** When this service will next be up, or down, though nobody changes it. Infinity when never. */
export function nextTurnByTime(service: Service, now: number): number {
  const isReporting = service.reportsFrom !== null && now >= service.reportsFrom
  return isReporting ? Number.POSITIVE_INFINITY : nextChangeByTime(service, now)
}

/** When it last reported, at whole seconds, as MySQL keeps times. */
export function lastReport(service: Service, now: number): number | null {
  if (service.reportsFrom === null || now < service.reportsFrom) return service.lastSeenUp
  return now - ((now - service.reportsFrom) % REPORT_EVERY_MS)
}

/** MySQL's DATETIME has no fraction of a second. */
export function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000) * 1000
}

/** The name of a cell's table of services, each with ids of its own. */
export function servicesOf(cell: string): string {
  return `services of ${cell}`
}

/** Its resource provider says whether it is disabled. nova/compute/api.py `HostAPI._update_compute_provider_status` */
function tellPlacement(cloud: Cloud, { host, disabled }: Service): void {
  const provider = cloud.state.resourceProviders.get(cloud.state.hypervisors.get(host)?.uuid ?? '')
  if (provider) markDisabled(cloud, provider, disabled)
}

function fallSilent(cloud: Cloud, service: Service, process: 'stopped' | 'hung'): void {
  service.lastSeenUp = lastReport(service, cloud.clock.now())
  service.reportsFrom = null
  service.process = process
  changed(cloud, about(`service.${process}`, service))
}

function changeService(cloud: Cloud, service: Service, change: ServiceChange): boolean {
  if (change.disabledReason) assertStorable(change.disabledReason)
  const different =
    (change.disabled !== undefined && change.disabled !== service.disabled) ||
    (change.disabledReason !== undefined && change.disabledReason !== service.disabledReason) ||
    (change.forcedDown !== undefined && change.forcedDown !== service.forcedDown)
  // SQLAlchemy writes a row, and with it `updated_at`, only when a value is another than before.
  if (!different) return false
  // The API asks the process to mark its provider, unless it counts as down: then that waits for its start.
  const reached = change.disabled !== undefined && service.process === 'running' && isUp(service, cloud.clock.now())
  service.disabled = change.disabled ?? service.disabled
  if (change.disabledReason !== undefined) service.disabledReason = change.disabledReason
  service.forcedDown = change.forcedDown ?? service.forcedDown
  service.changedAt = cloud.clock.now()
  if (reached) tellPlacement(cloud, service)
  changed(cloud, about('service.updated', service))
  return true
}

function lastHeard(service: Service, now: number): number {
  return lastReport(service, now) ?? wholeSeconds(service.createdAt)
}

function downFrom(service: Service, now: number): number {
  return lastHeard(service, now) + SERVICE_DOWN_AFTER_MS + 1
}

/** The service of a host, whatever the case its name is written in: MySQL compares without. */
export function findServiceOf(cloud: Cloud, host: string, binary: string, cell: string): Service | undefined {
  return cloud.state.services.get(cloud.state.serviceKeys.get(hostKey(cell, host, binary)) ?? '')
}

function findServiceById(cloud: Cloud, id: number, cell: string): Service | undefined {
  return cloud.state.services.get(cloud.state.serviceKeys.get(idKey(cell, id)) ?? '')
}

function keysOf({ cell, id, host, binary }: Service): string[] {
  return [idKey(cell, id), hostKey(cell, host, binary)]
}

function idKey(cell: string, id: number): string {
  return `${cell}#${id}`
}

function hostKey(cell: string, host: string, binary: string): string {
  return `${cell} ${binary} ${host.toLowerCase()}`
}

/** Nova's tables are utf8mb3: they keep no character beyond U+FFFF, and PyMySQL cannot send half of one. */
function assertStorable(text: string): void {
  if (!text.isWellFormed()) refuse({ code: 'TextNotStorable', why: 'lone-surrogate' })
  if (/[\u{10000}-\u{10ffff}]/u.test(text)) refuse({ code: 'TextNotStorable', why: 'beyond-basic-plane' })
}

function about(type: Extract<CloudEvent['type'], `service.${string}`>, { uuid, binary, host }: Service): CloudEvent {
  return { type, uuid, binary, host }
}
