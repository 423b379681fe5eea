/** Resource classes: what providers have an amount of. Placement's `resource_classes`. */

import { type Cloud, changed, nextId } from './cloud.ts'
import { refuse } from './errors.ts'

/** Those that Placement has from the beginning, in the order of their ids, from 0. os_resource_classes `STANDARDS` */
export const STANDARD_RESOURCE_CLASSES: readonly string[] = [
  'VCPU',
  'MEMORY_MB',
  'DISK_GB',
  'PCI_DEVICE',
  'SRIOV_NET_VF',
  'NUMA_SOCKET',
  'NUMA_CORE',
  'NUMA_THREAD',
  'NUMA_MEMORY_MB',
  'IPV4_ADDRESS',
  'VGPU',
  'VGPU_DISPLAY_HEAD',
  'NET_BW_EGR_KILOBIT_PER_SEC',
  'NET_BW_IGR_KILOBIT_PER_SEC',
  'PCPU',
  'MEM_ENCRYPTION_CONTEXT',
  'FPGA',
  'PGPU',
  'NET_PACKET_RATE_KILOPACKET_PER_SEC',
  'NET_PACKET_RATE_EGR_KILOPACKET_PER_SEC',
  'NET_PACKET_RATE_IGR_KILOPACKET_PER_SEC',
]

/** Where the ids of those that somebody made begin. placement/objects/resource_class.py `MIN_CUSTOM_RESOURCE_CLASS_ID` */
const FIRST_CUSTOM_ID = 10_000

const STANDARD_IDS = new Map(STANDARD_RESOURCE_CLASSES.map((name, id) => [name, id]))

/** One that somebody made. Milliseconds since 1970. */
export interface ResourceClass {
  id: number
  name: string
  createdAt: number
}

/** Make one. @returns whether there was none of that name before */
export function createResourceClass(cloud: Cloud, name: string, createdAt = cloud.clock.now()): boolean {
  if (resourceClassId(cloud, name) !== undefined) return false
  const id = FIRST_CUSTOM_ID - 1 + nextId(cloud, 'resource_classes')
  cloud.state.resourceClasses.set(name, { id, name, createdAt })
  changed(cloud, { type: 'resource-class.created', name })
  return true
}

/** Give one another name; whatever has of it follows. @throws {CloudError} ResourceClassExists */
export function renameResourceClass(cloud: Cloud, known: ResourceClass, name: string): void {
  if (resourceClassId(cloud, name) !== undefined) refuse({ code: 'ResourceClassExists', name })
  const { resourceClasses, resourceProviders, allocations } = cloud.state
  const rename = <Value>(record: Readonly<Record<string, Value>>) => renamed(record, known.name, name)
  resourceClasses.delete(known.name)
  resourceClasses.set(name, { ...known, name })
  for (const provider of resourceProviders.values()) provider.inventories = rename(provider.inventories)
  for (const consumer of allocations.values()) {
    consumer.holdings = consumer.holdings.map((each) => ({ ...each, resources: rename(each.resources) }))
  }
  for (const load of cloud.state.allocationsOn.values()) load.used = rename(load.used)
  changed(cloud, { type: 'resource-class.updated', name })
}

/** @throws {CloudError} ResourceClassInUse */
export function deleteResourceClass(cloud: Cloud, { name }: ResourceClass): void {
  for (const { inventories } of cloud.state.resourceProviders.values()) {
    if (Object.hasOwn(inventories, name)) refuse({ code: 'ResourceClassInUse', name })
  }
  cloud.state.resourceClasses.delete(name)
  changed(cloud, { type: 'resource-class.deleted', name })
}

/** The id by which Placement sorts what it tells of providers; undefined when there is no such class. */
export function resourceClassId(cloud: Cloud, name: string): number | undefined {
  return STANDARD_IDS.get(name) ?? cloud.state.resourceClasses.get(name)?.id
}

/** A record by resource class, in the order of their ids. */
export function inClassOrder<Value>(cloud: Cloud, record: Readonly<Record<string, Value>>): [string, Value][] {
  const idOf = ([name]: [string, Value]) => resourceClassId(cloud, name) ?? Number.POSITIVE_INFINITY
  return Object.entries(record).sort((one, other) => idOf(one) - idOf(other))
}

function renamed<Value>(record: Readonly<Record<string, Value>>, from: string, to: string): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key === from ? to : key, value]))
}
