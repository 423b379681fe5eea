/** Hypervisors: what each compute host offers. */

import { releaseOf } from './allocations.ts'
import { type Cloud, nextId } from './cloud.ts'
import { impossible } from './errors.ts'
import { uuidFor } from './ids.ts'
import { addComputeProvider, offerInventories, removeComputeProvider } from './resource-providers.ts'

/** A row of Nova's `compute_nodes`, and the resource provider of the same UUID. Sizes as Nova gives them. */
export interface Hypervisor {
  id: number
  uuid: string
  host: string
  hypervisorType: string
  hypervisorVersion: number
  hostIp: string
  vcpus: number
  memoryMb: number
  localGb: number
}

/** What a host offers; the defaults of `DEFAULT_HYPERVISOR` stand for what is not named. */
export type HypervisorWish = { host: string } & {
  [Key in keyof Omit<Hypervisor, 'host'>]?: Hypervisor[Key] | undefined
}

export const DEFAULT_HYPERVISOR = {
  hypervisorType: 'QEMU',
  hypervisorVersion: 8_002_002,
  hostIp: '192.168.0.1',
  vcpus: 64,
  memoryMb: 262_144,
  localGb: 2_000,
}

/**
 * A host says what it offers. Part of registering its service; nobody else calls it.
 *
 * @param before what it was when its service was deleted: it has kept its UUID, and the database its row
 */
export function addHypervisor(cloud: Cloud, host: string, before?: Hypervisor | null): void {
  const hypervisor = before ?? newHypervisor(cloud, host)
  cloud.state.hypervisors.set(host, Object.freeze(hypervisor))
  addComputeProvider(cloud, hypervisor)
}

/** A host says that it offers something else. @throws {CloudError} Impossible: no nova-compute runs there */
export function describeHypervisor(cloud: Cloud, { host, ...offer }: HypervisorWish): void {
  const known = cloud.state.hypervisors.get(host)
  if (!known) {
    impossible(`no nova-compute runs on host "${host}"`, {
      path: ['name'],
      hint: `add {binary: nova-compute, host: ${host}} to the services`,
    })
  }
  const named = Object.fromEntries(Object.entries(offer).filter(([, value]) => value !== undefined))
  const described: Hypervisor = Object.freeze({ ...known, ...named })
  cloud.state.hypervisors.set(host, described)
  if (described.uuid === known.uuid) offerInventories(cloud, described)
  else {
    removeComputeProvider(cloud, known.uuid)
    addComputeProvider(cloud, described)
  }
  if (offer.id !== undefined) nextId(cloud, 'compute_nodes', offer.id)
}

/** A host's service is deleted: its hypervisor and resource provider go. */
export function removeHypervisor(cloud: Cloud, host: string): Hypervisor | undefined {
  const hypervisor = cloud.state.hypervisors.get(host)
  cloud.state.hypervisors.delete(host)
  if (!hypervisor) return undefined
  releaseEvacuated(cloud, hypervisor)
  removeComputeProvider(cloud, hypervisor.uuid)
  return hypervisor
}

/**
 * What was evacuated keeps what it had of its old host until that host's process starts again, or its service is deleted.
 *
 * @see nova/scheduler/client/report.py `_remove_allocations_for_evacuated_instances`
 */
function releaseEvacuated(cloud: Cloud, { host, uuid }: Hypervisor): void {
  for (const { type, status, source, instance } of cloud.state.migrations.values()) {
    if (type === 'evacuation' && status === 'done' && source === host && instance) releaseOf(cloud, instance, uuid)
  }
}

function newHypervisor(cloud: Cloud, host: string): Hypervisor {
  const id = nextId(cloud, 'compute_nodes')
  return { id, uuid: uuidFor(cloud.seed, 'hypervisor', host, id), host, ...DEFAULT_HYPERVISOR }
}
