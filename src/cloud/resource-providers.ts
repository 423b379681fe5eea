/** Resource providers: what Placement keeps of each compute host, and what is left of one whose service is gone. */

import { type Cloud, changed } from './cloud.ts'
import { impossible, refuse } from './errors.ts'
import type { Hypervisor } from './hypervisors.ts'
import { isBefore, LESS_OVERCOMMIT_SINCE } from './releases.ts'
import { COMPUTE_TRAITS, DISABLED_TRAIT } from './traits.ts'

/** A row of Placement's `resource_providers`, and what hangs on it. Times are milliseconds since 1970. */
export interface ResourceProvider {
  /** Of a compute host's: that of the hypervisor it stands for. */
  uuid: string
  /** Of a compute host's: the host's name. Unique, as the UUID is. */
  name: string
  /** Goes up with each change of what it holds, and of what is allocated of it. */
  generation: number
  /** The UUID of the provider that it is a part of. */
  parent: string | null
  /** By resource class. Replaced as a whole when one changes. */
  inventories: Readonly<Record<string, Inventory>>
  /** Names, in the order in which they were set. */
  traits: readonly string[]
  /** UUIDs. Nova puts its aggregates' here. */
  aggregates: readonly string[]
  createdAt: number
  updatedAt: number | null
}

/** How much there is of a resource class, and in what pieces it can be had. A row of Placement's `inventories`. */
export interface Inventory {
  total: number
  reserved: number
  minUnit: number
  maxUnit: number
  stepSize: number
  allocationRatio: number
  /** Milliseconds since 1970. */
  changedAt: number
}

export interface NewResourceProvider {
  uuid: string
  name: string
  /** Default: none. */
  parent?: string | null | undefined
  /** Default 0. */
  generation?: number | undefined
  /** Default: none. */
  inventories?: Readonly<Record<string, Inventory>> | undefined
  /** Default: none. */
  traits?: readonly string[] | undefined
  /** Default: none. */
  aggregates?: readonly string[] | undefined
  /** Default: now. */
  createdAt?: number | undefined
  updatedAt?: number | null | undefined
}

/** What a compute host's is at once it has been made: nova-compute then writes its inventory and its traits. */
export const FIRST_GENERATION = 2

/** The defaults of Nova's `initial_cpu_allocation_ratio` and `initial_ram_allocation_ratio`. That of disk is 1. */
const ALLOCATION_RATIOS = { cpu: 4, ram: 1 }
const EARLIER_ALLOCATION_RATIOS = { cpu: 16, ram: 1.5 }

/** What a host keeps for itself. Nova's `reserved_host_memory_mb` default. */
const RESERVED_MEMORY_MB = 512

/**
 * A host tells Placement of itself. Nothing happens when it has done so before.
 *
 * @see nova/compute/resource_tracker.py `_update_to_placement`
 */
export function addComputeProvider(cloud: Cloud, hypervisor: Hypervisor): void {
  if (cloud.state.resourceProviders.has(hypervisor.uuid)) return
  const inventories = inventoriesOf(cloud, hypervisor)
  const { uuid, host: name } = hypervisor
  add(cloud, { uuid, name, generation: FIRST_GENERATION, inventories, traits: COMPUTE_TRAITS })
}

/**
 * Make a resource provider.
 *
 * @throws {CloudError} ProviderExists, ProviderParent
 * @see placement/objects/resource_provider.py `_create_in_db`
 */
export function createResourceProvider(cloud: Cloud, wanted: NewResourceProvider): ResourceProvider {
  const { uuid, name, parent = null } = wanted
  if (parent !== null) {
    if (parent === uuid) refuse({ code: 'ProviderParent', why: 'itself' })
    if (!findResourceProvider(cloud, parent)) refuse({ code: 'ProviderParent', why: 'unknown' })
  }
  if (cloud.state.resourceProviders.has(uuid)) refuse({ code: 'ProviderExists', uuid })
  if (findProviderNamed(cloud, name)) refuse({ code: 'ProviderExists', name })
  return add(cloud, wanted)
}

/**
 * Give it another name, or another parent; what is not named stays.
 *
 * @param mayMove whether one that has a parent may get another, or none
 * @throws {CloudError} ProviderExists, ProviderParent
 * @see placement/objects/resource_provider.py `_update_in_db`
 */
export function updateResourceProvider(
  cloud: Cloud,
  provider: ResourceProvider,
  change: { name?: string | undefined; parent?: string | null | undefined },
  mayMove: boolean,
): void {
  const { name = provider.name, parent = provider.parent } = change
  if (parent === null) {
    if (provider.parent !== null && !mayMove) refuse({ code: 'ProviderParent', why: 'leaves' })
  } else {
    const above = findResourceProvider(cloud, parent)
    if (!above) refuse({ code: 'ProviderParent', why: 'unknown' })
    if (provider.parent !== null && provider.parent !== above.uuid && !mayMove) {
      refuse({ code: 'ProviderParent', why: 'moves' })
    }
    if (lineOf(cloud, above).includes(provider)) refuse({ code: 'ProviderParent', why: 'loop' })
  }
  const other = findProviderNamed(cloud, name)
  if (other && other !== provider) refuse({ code: 'ProviderExists', name })
  // SQLAlchemy writes a row, and with it `updated_at`, only when a value is another than before.
  if (name === provider.name && parent === provider.parent) return
  unfile(cloud, provider)
  provider.name = name
  file(cloud, provider)
  provider.parent = parent
  provider.updatedAt = cloud.clock.now()
  changed(cloud, about('updated', provider))
}

/** Put a provider below another, as a world file says. @throws {CloudError} Impossible: there is no such parent, or it is a part of it */
export function restoreParent(cloud: Cloud, uuid: string, parent: string): void {
  const provider = cloud.state.resourceProviders.get(uuid)
  const above = cloud.state.resourceProviders.get(parent)
  if (!above) impossible(`there is no resource provider ${parent}`, { path: ['parent'] })
  if (!provider || lineOf(cloud, above).includes(provider)) {
    impossible(`the resource provider ${parent} is a part of ${uuid} itself`, { path: ['parent'] })
  }
  provider.parent = parent
}

/** Forget one. @throws {CloudError} ProviderHasChildren, ProviderInUse */
export function deleteResourceProvider(cloud: Cloud, provider: ResourceProvider): void {
  const { uuid } = provider
  for (const { parent } of cloud.state.resourceProviders.values()) {
    if (parent === uuid) refuse({ code: 'ProviderHasChildren', provider: uuid })
  }
  if (isAllocated(cloud, uuid)) refuse({ code: 'ProviderInUse', provider: uuid })
  cloud.state.resourceProviders.delete(uuid)
  unfile(cloud, provider)
  changed(cloud, about('removed', provider))
}

/**
 * A host's service is deleted, and Nova takes its provider away, the parts of it first. One that instances still have allocations of stays behind:
 * Nova only logs that.
 *
 * @see nova/scheduler/client/report.py `delete_resource_provider`
 */
export function removeComputeProvider(cloud: Cloud, uuid: string): void {
  const provider = cloud.state.resourceProviders.get(uuid)
  if (!provider) return
  const parts = [...cloud.state.resourceProviders.values()].filter(({ parent }) => parent === uuid)
  for (const part of parts) removeComputeProvider(cloud, part.uuid)
  const whole = parts.every((part) => !cloud.state.resourceProviders.has(part.uuid))
  if (whole && !isAllocated(cloud, uuid)) deleteResourceProvider(cloud, provider)
}

/**
 * Say anew how much it has, of all classes.
 *
 * @throws {CloudError} InventoryInUse: something is allocated of a class that it would have no more of
 * @see placement/objects/resource_provider.py `_set_inventory`
 */
export function setInventories(
  cloud: Cloud,
  provider: ResourceProvider,
  inventories: Readonly<Record<string, Inventory>>,
): void {
  const used = cloud.state.allocationsOn.get(provider.uuid)?.used ?? {}
  const classes = Object.keys(provider.inventories).filter(
    (each) => !Object.hasOwn(inventories, each) && (used[each] ?? 0) > 0,
  )
  if (classes.length > 0) refuse({ code: 'InventoryInUse', provider: provider.uuid, classes })
  provider.inventories = frozenInventories(inventories)
  touch(cloud, provider)
}

/** A host offers something else than before: its nova-compute tells Placement, and leaves alone what others put there. */
export function offerInventories(cloud: Cloud, hypervisor: Hypervisor): void {
  const provider = cloud.state.resourceProviders.get(hypervisor.uuid)
  if (provider) {
    setInventories(cloud, provider, { ...provider.inventories, ...inventoriesOf(cloud, hypervisor) })
  }
}

/** Say which traits it has. Its generation stays when it has had the same. */
export function setProviderTraits(cloud: Cloud, provider: ResourceProvider, traits: readonly string[]): void {
  const same = traits.length === provider.traits.length && traits.every((each) => provider.traits.includes(each))
  if (same) return
  provider.traits = frozen(traits)
  touch(cloud, provider)
}

/**
 * A service is disabled, or enabled again: its nova-compute marks its provider, so that the scheduler passes it over.
 *
 * @see nova/compute/manager.py `_update_compute_provider_status`
 */
export function markDisabled(cloud: Cloud, provider: ResourceProvider, disabled: boolean): void {
  const others = provider.traits.filter((each) => each !== DISABLED_TRAIT)
  setProviderTraits(cloud, provider, disabled ? [...others, DISABLED_TRAIT] : others)
}

/** Say which aggregates it is in. @param counts whether its generation goes up: not before microversion 1.19 */
export function setProviderAggregates(
  cloud: Cloud,
  provider: ResourceProvider,
  aggregates: readonly string[],
  counts = true,
): void {
  provider.aggregates = frozen(aggregates)
  if (counts) touch(cloud, provider)
  else changed(cloud, about('updated', provider))
}

/** What is held of it, or of it no more, is another than before. */
export function touch(cloud: Cloud, provider: ResourceProvider): void {
  provider.generation++
  provider.updatedAt = cloud.clock.now()
  changed(cloud, about('updated', provider))
}

/** MySQL compares without case. */
export function findResourceProvider(cloud: Cloud, uuid: string): ResourceProvider | undefined {
  return cloud.state.resourceProviders.get(uuid) ?? cloud.state.resourceProviders.get(uuid.toLowerCase())
}

/** MySQL compares without case. */
export function findProviderNamed({ state }: Cloud, name: string): ResourceProvider | undefined {
  const [first] = state.providersNamed.get(name.toLowerCase()) ?? []
  return first === undefined ? undefined : state.resourceProviders.get(first)
}

function file({ state }: Cloud, { name, uuid }: ResourceProvider): void {
  const key = name.toLowerCase()
  state.providersNamed.set(key, Object.freeze([...(state.providersNamed.get(key) ?? []), uuid]))
}

function unfile({ state }: Cloud, { name, uuid }: ResourceProvider): void {
  const key = name.toLowerCase()
  const others = state.providersNamed.get(key)?.filter((each) => each !== uuid) ?? []
  if (others.length > 0) state.providersNamed.set(key, others)
  else state.providersNamed.delete(key)
}

/** The UUID of the provider at the top of the tree that it is in: its own where it has no parent. */
export function rootOf(cloud: Cloud, provider: ResourceProvider): string {
  return lineOf(cloud, provider).at(-1)?.uuid ?? provider.uuid
}

/** Whether no service stands behind it any more: the host's was deleted, but its process made the provider again. */
export function isOrphan(cloud: Cloud, provider: ResourceProvider): boolean {
  return cloud.state.hypervisors.get(provider.name)?.uuid !== provider.uuid
}

/** It, its parent, the parent's parent. */
function lineOf(cloud: Cloud, provider: ResourceProvider): ResourceProvider[] {
  const line = [provider]
  for (let above = provider.parent; above !== null; ) {
    const next = cloud.state.resourceProviders.get(above)
    if (!next || line.includes(next)) break
    line.push(next)
    above = next.parent
  }
  return line
}

function add(cloud: Cloud, wanted: NewResourceProvider): ResourceProvider {
  const now = cloud.clock.now()
  const provider: ResourceProvider = {
    uuid: wanted.uuid,
    name: wanted.name,
    generation: wanted.generation ?? 0,
    parent: wanted.parent ?? null,
    inventories: frozenInventories(wanted.inventories ?? {}),
    traits: frozen(wanted.traits ?? []),
    aggregates: frozen(wanted.aggregates ?? []),
    createdAt: wanted.createdAt ?? now,
    // One without a parent is written twice: only then is its own number known, which is that of its root.
    updatedAt: wanted.updatedAt !== undefined ? wanted.updatedAt : wanted.parent ? null : now,
  }
  cloud.state.resourceProviders.set(provider.uuid, provider)
  file(cloud, provider)
  changed(cloud, about('created', provider))
  return provider
}

/** What is frozen, snapshots have in common. */
function frozen(names: readonly string[]): readonly string[] {
  return Object.isFrozen(names) ? names : Object.freeze([...names])
}

function frozenInventories(inventories: Readonly<Record<string, Inventory>>): Readonly<Record<string, Inventory>> {
  if (Object.isFrozen(inventories)) return inventories
  const copies = Object.entries(inventories).map(([name, inventory]) => [name, Object.freeze({ ...inventory })])
  return Object.freeze(Object.fromEntries(copies))
}

/** What nova-compute tells of its host now. Of what there is nothing of, it does not speak. */
export function inventoriesOf({ clock, state }: Cloud, hypervisor: Hypervisor): Record<string, Inventory> {
  const { vcpus, memoryMb, localGb } = hypervisor
  const ratios = isBefore(state.release, LESS_OVERCOMMIT_SINCE) ? EARLIER_ALLOCATION_RATIOS : ALLOCATION_RATIOS
  const inventory = (total: number, reserved: number, allocationRatio: number): Inventory => ({
    ...{ total, reserved: Math.min(reserved, total) },
    ...{ minUnit: 1, maxUnit: total, stepSize: 1, allocationRatio },
    changedAt: clock.now(),
  })
  return {
    ...(vcpus > 0 && { VCPU: inventory(vcpus, 0, ratios.cpu) }),
    ...(memoryMb > 0 && { MEMORY_MB: inventory(memoryMb, RESERVED_MEMORY_MB, ratios.ram) }),
    ...(localGb > 0 && { DISK_GB: inventory(localGb, 0, 1) }),
  }
}

function isAllocated(cloud: Cloud, uuid: string): boolean {
  return (cloud.state.allocationsOn.get(uuid)?.consumers.size ?? 0) > 0
}

function about(what: 'created' | 'updated' | 'removed', { uuid, name }: ResourceProvider) {
  return { type: `resource-provider.${what}`, uuid, name } as const
}
