/** Hypervisors: what each compute host offers. */

import { type Cloud, nextId } from './cloud.ts'
import { impossible } from './errors.ts'
import { uuidFor } from './ids.ts'

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

/** A host says what it offers. Part of registering its service; nobody else calls it. */
export function addHypervisor(cloud: Cloud, host: string): void {
  const id = nextId(cloud, 'compute_nodes')
  const uuid = uuidFor(cloud.seed, 'hypervisor', host, id)
  cloud.state.hypervisors.set(host, { id, uuid, host, ...DEFAULT_HYPERVISOR })
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
  cloud.state.hypervisors.set(host, { ...known, ...named })
  if (offer.id !== undefined) nextId(cloud, 'compute_nodes', offer.id)
}

/** A host's service is deleted: its hypervisor and resource provider go. */
export function removeHypervisor(cloud: Cloud, host: string): void {
  cloud.state.hypervisors.delete(host)
}
