/**
 * Processes without a service: what goes on, or waits to be started again, on a host whose service was deleted.
 *
 * A nova-compute that still runs then knows nothing of it but by errors in its log. With its next look at the host's resources
 * it makes the compute node and the resource provider again, and the host is mapped to its cell again; the API lists none of
 * it, for there is no service. Only when it is started again does it register, as another service.
 *
 * @see nova/compute/manager.py `update_available_resource`, nova/compute/resource_tracker.py `_init_compute_node`
 */

import { findHostMapping, mapHost } from './cells.ts'
import { type Cloud, changed } from './cloud.ts'
import { impossible } from './errors.ts'
import type { Hypervisor } from './hypervisors.ts'
import { addComputeProvider } from './resource-providers.ts'

/** `hung`: it is there, but does nothing, and reports no more. */
export const PROCESS_STATES = ['running', 'stopped', 'hung'] as const
export type ProcessState = (typeof PROCESS_STATES)[number]

/** How often a nova-compute looks at what its host offers. The spacing of Nova's periodic tasks. */
export const UPDATE_EVERY_MS = 60_000

export interface LeftProcess {
  binary: string
  host: string
  cell: string
  process: ProcessState
  /** What it registers again as its compute node, with the same id and UUID. Null for what is no nova-compute. */
  node: Hypervisor | null
  /** When it next looks at its host's resources, where that will change something. Milliseconds since 1970. */
  nextUpdate: number | null
}

/**
 * Its service is deleted.
 *
 * @param updatesAt a moment of its periodic work, past or to come; milliseconds since 1970. Default: now
 */
export function leaveProcess(cloud: Cloud, left: Omit<LeftProcess, 'nextUpdate'>, updatesAt?: number): void {
  const nextUpdate =
    left.process === 'running' && needsUpdate(cloud, left) ? nextAfter(cloud.clock.now(), updatesAt) : null
  cloud.state.leftProcesses.set(processKey(left), { ...left, nextUpdate })
  wakeProcesses(cloud)
}

/** It registers again, or a new one does in its place. @returns what was left of it */
export function takeLeftProcess(cloud: Cloud, place: { binary: string; host: string }): LeftProcess | undefined {
  const left = findLeftProcess(cloud, place)
  if (!left) return undefined
  cloud.state.leftProcesses.delete(processKey(left))
  wakeProcesses(cloud)
  return left
}

export function findLeftProcess(cloud: Cloud, place: { binary: string; host: string }): LeftProcess | undefined {
  return cloud.state.leftProcesses.get(processKey(place))
}

/** Stop or hang a process that has no service, or let a hung one go on. @throws {CloudError} Impossible: it is stopped */
export function changeLeftProcess(cloud: Cloud, left: LeftProcess, process: ProcessState): void {
  if (left.process === process) return
  if (left.process === 'stopped') {
    impossible(`the ${left.binary} on host "${left.host}" is stopped, so it cannot hang`, { hint: 'start it first' })
  }
  left.process = process
  // What has slept through its time is done at once.
  left.nextUpdate = process === 'running' && needsUpdate(cloud, left) ? cloud.clock.now() : null
  const { binary, host } = left
  changed(cloud, { type: `process.${process === 'running' ? 'resumed' : process}`, binary, host })
  wakeProcesses(cloud)
}

/** The host is gone for good, and the process with it. Its resource provider stays. */
export function forgetLeftProcess(cloud: Cloud, left: LeftProcess): void {
  takeLeftProcess(cloud, left)
  changed(cloud, { type: 'process.forgotten', binary: left.binary, host: left.host })
}

/** Wait for the next moment at which such a process does something. Whoever puts another state into the cloud calls it. */
export function wakeProcesses(cloud: Cloud): void {
  cloud.sleeping?.()
  cloud.sleeping = undefined
  const due = Math.min(
    ...[...cloud.state.leftProcesses.values()].map((left) => left.nextUpdate ?? Number.POSITIVE_INFINITY),
  )
  if (!Number.isFinite(due)) return
  const update = () => {
    for (const left of cloud.state.leftProcesses.values()) {
      if (left.nextUpdate !== null && left.nextUpdate <= due) updateResources(cloud, left)
    }
    wakeProcesses(cloud)
  }
  cloud.sleeping = cloud.clock.at(due, update, { background: true })
}

function updateResources(cloud: Cloud, left: LeftProcess): void {
  left.nextUpdate = null
  if (!left.node) return
  // The scheduler, told to discover hosts by itself, maps a compute node that is new. nova/scheduler/manager.py
  mapHost(cloud, left.host, left.cell)
  addComputeProvider(cloud, left.node)
}

/** Its compute node went with its service, even where its provider has stayed; it is mapped once that is there again. */
function needsUpdate(cloud: Cloud, { node, host }: Pick<LeftProcess, 'node' | 'host'>): boolean {
  return node !== null && !findHostMapping(cloud, host)
}

function nextAfter(now: number, updatesAt = now): number {
  return updatesAt > now
    ? updatesAt
    : updatesAt + (Math.floor((now - updatesAt) / UPDATE_EVERY_MS) + 1) * UPDATE_EVERY_MS
}

/** MySQL compares without case. */
function processKey({ binary, host }: { binary: string; host: string }): string {
  return `${binary}@${host.toLowerCase()}`
}
