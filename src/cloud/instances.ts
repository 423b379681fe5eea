/** Instances: place, move, change and remove one; as much of them as the hosts they run on need. */

import { findHostMapping } from './cells.ts'
import { type Cloud, changed, nextId } from './cloud.ts'
import { impossible } from './errors.ts'
import { uuidFor } from './ids.ts'

/** The statuses that Nova's API knows. nova/api/openstack/common.py `_STATE_MAP` */
export const INSTANCE_STATUSES = [
  'ACTIVE',
  'BUILD',
  'DELETED',
  'ERROR',
  'HARD_REBOOT',
  'MIGRATING',
  'PASSWORD',
  'PAUSED',
  'REBOOT',
  'REBUILD',
  'RESCUE',
  'RESIZE',
  'REVERT_RESIZE',
  'SHELVED',
  'SHELVED_OFFLOADED',
  'SHUTOFF',
  'SOFT_DELETED',
  'SUSPENDED',
  'UNKNOWN',
  'VERIFY_RESIZE',
] as const

export type InstanceStatus = (typeof INSTANCE_STATUSES)[number]

export interface Instance {
  uuid: string
  name: string
  /** The compute host it is on; null when it is on none (not yet scheduled, or shelved and offloaded). */
  host: string | null
  status: InstanceStatus
}

export interface NewInstance {
  name: string
  /** Default: none. */
  host?: string | null | undefined
  /** Default `ACTIVE`. */
  status?: InstanceStatus | undefined
  /** Default: made from the seed. */
  uuid?: string | undefined
}

/** What of an instance can be changed. What is not named stays. */
export interface InstanceChange {
  name?: string | undefined
  host?: string | null | undefined
  status?: InstanceStatus | undefined
}

/**
 * Put an instance where it is said to be; nothing is scheduled.
 *
 * @throws {CloudError} Impossible: the host has no nova-compute, or the UUID is taken
 */
export function placeInstance(cloud: Cloud, wanted: NewInstance): Instance {
  const host = computeHost(cloud, wanted.host)
  if (wanted.uuid !== undefined && cloud.state.instances.has(wanted.uuid)) {
    impossible(`the UUID ${wanted.uuid} is that of another instance already`, { path: ['uuid'] })
  }
  const instance: Instance = {
    uuid: wanted.uuid ?? uuidFor(cloud.seed, 'instance', wanted.name, nextId(cloud, 'instances')),
    name: wanted.name,
    host,
    status: wanted.status ?? 'ACTIVE',
  }
  cloud.state.instances.set(instance.uuid, instance)
  settle(cloud, instance, host)
  changed(cloud, { type: 'instance.placed', ...instance })
  return instance
}

/** Place several, all or none: `web-{n}` says where the number goes; else it stands behind. Without a count it is one, as named. */
export function placeInstances(
  cloud: Cloud,
  { count, ...wanted }: NewInstance & { count?: number | undefined },
): Instance[] {
  if (count === undefined) return [placeInstance(cloud, wanted)]
  if (wanted.uuid !== undefined) impossible('several instances cannot have one UUID', { path: ['uuid'] })
  return Array.from({ length: count }, (_, index) =>
    placeInstance(cloud, { ...wanted, name: numbered(wanted.name, index + 1) }),
  )
}

/** Move an instance, or say how it is. @throws {CloudError} Impossible: the host has no nova-compute */
export function changeInstance(cloud: Cloud, instance: Instance, change: InstanceChange): void {
  const host = change.host === undefined ? instance.host : computeHost(cloud, change.host)
  instance.name = change.name ?? instance.name
  instance.status = change.status ?? instance.status
  leave(cloud, instance)
  settle(cloud, instance, host)
  changed(cloud, { type: 'instance.updated', ...instance })
}

export function removeInstance(cloud: Cloud, instance: Instance): void {
  cloud.state.instances.delete(instance.uuid)
  leave(cloud, instance)
  changed(cloud, { type: 'instance.removed', ...instance })
}

/** Every instance counts that is on the host, whatever its status. nova/objects/instance.py `get_count_by_hosts` */
export function countInstancesOn(cloud: Cloud, host: string): number {
  return cloud.state.instancesOn.get(host)?.size ?? 0
}

/** The instance of this UUID, or else of this name. */
export function findInstance(cloud: Cloud, wanted: string): Instance | undefined {
  const byUuid = cloud.state.instances.get(wanted)
  if (byUuid) return byUuid
  for (const instance of cloud.state.instances.values()) if (instance.name === wanted) return instance
}

function numbered(name: string, n: number): string {
  return name.includes('{n}') ? name.replaceAll('{n}', String(n)) : `${name}-${n}`
}

function settle({ state }: Cloud, instance: Instance, host: string | null): void {
  instance.host = host
  if (host === null) return
  const there = state.instancesOn.get(host) ?? new Set()
  state.instancesOn.set(host, there.add(instance.uuid))
}

function leave({ state }: Cloud, { uuid, host }: Instance): void {
  if (host !== null) state.instancesOn.get(host)?.delete(uuid)
}

function computeHost(cloud: Cloud, host: string | null | undefined): string | null {
  if (host === undefined || host === null) return null
  const mapping = findHostMapping(cloud, host)
  if (mapping) return mapping.host
  const hosts = [...cloud.state.hostMappings.values()].map((each) => each.host)
  impossible(`no nova-compute runs on host "${host}"`, {
    path: ['host'],
    hint: hosts.length > 0 ? `the compute hosts are ${some(hosts)}` : 'the cloud has no nova-compute service yet',
  })
}

function some(names: string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ')
}
