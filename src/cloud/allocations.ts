/** Allocations: who has how much of which resource provider. Placement's `allocations` and `consumers`. */

import { type Cloud, changed } from './cloud.ts'
import { refuse } from './errors.ts'
import { inClassOrder } from './resource-classes.ts'
import { findResourceProvider, type Inventory, type ResourceProvider, touch } from './resource-providers.ts'

/** Amounts by resource class: `{VCPU: 1, MEMORY_MB: 512, DISK_GB: 1}`. Never one of 0. */
export type Resources = Readonly<Record<string, number>>

/** What is had of one provider. */
export interface Holding {
  /** The provider's UUID. */
  readonly provider: string
  readonly resources: Resources
}

/** Whoever has something: an instance by its UUID; while it moves, its migration has what it had at its source. */
export interface Consumer {
  uuid: string
  /** Goes up with each change. */
  generation: number
  projectId: string
  userId: string
  /** `INSTANCE`, `MIGRATION`; null where nobody has said. Nova says nothing. */
  type: string | null
  /** In the order in which they were allocated; none of one that was left behind, see `leaveConsumer`. Replaced as a whole. */
  holdings: readonly Holding[]
  /** Milliseconds since 1970. */
  changedAt: number
}

/** What a consumer is to have in place of what it has. */
export interface AllocationWish {
  consumer: string
  projectId: string
  userId: string
  /** Default: as it is; of a new one, null. */
  type?: string | null | undefined
  /** None: it is to have nothing any more. */
  holdings: readonly Holding[]
}

/** What is allocated of a provider: worked out from the consumers, and kept so that nobody has to count. */
export interface Load {
  /** Their UUIDs. */
  consumers: Set<string>
  used: Record<string, number>
}

/**
 * Give consumers what they wish in place of what they have, all of them or none.
 *
 * @param fits whether it has to fit in; not where the world says that it is so
 * @throws {CloudError} NoInventory, ConstraintsViolated, CapacityExceeded
 * @see placement/objects/allocation.py `_set_allocations`
 */
export function allocate(cloud: Cloud, wishes: readonly AllocationWish[], fits = true): void {
  const visited = visitedBy(cloud, wishes)
  if (fits) checkFit(cloud, wishes)
  for (const wish of wishes) {
    const before = cloud.state.allocations.get(wish.consumer)
    if (before) unload(cloud, before)
    if (wish.holdings.length === 0) {
      if (!before || before.holdings.length === 0) continue
      cloud.state.allocations.delete(wish.consumer)
      changed(cloud, { type: 'allocations.removed', consumer: wish.consumer })
      continue
    }
    const consumer: Consumer = {
      uuid: wish.consumer,
      generation: (before?.generation ?? 0) + 1,
      projectId: wish.projectId,
      userId: wish.userId,
      type: wish.type === undefined ? (before?.type ?? null) : wish.type,
      holdings: wish.holdings,
      changedAt: cloud.clock.now(),
    }
    keep(cloud, consumer)
    changed(cloud, { type: 'allocations.set', consumer: wish.consumer })
  }
  for (const provider of visited) touch(cloud, provider)
}

/**
 * Placement makes the row of a consumer before it allocates, and in two cases forgets to take it away again: when a provider
 * that is named does not exist, and when nothing is to be allocated. Whoever is to have something later has to know of it.
 *
 * @see placement/handlers/allocation.py `_set_allocations_for_consumer`
 */
export function leaveConsumer(cloud: Cloud, wish: Omit<AllocationWish, 'holdings'>): void {
  const { consumer: uuid, projectId, userId, type = null } = wish
  if (cloud.state.allocations.has(uuid)) return
  keep(cloud, { uuid, generation: 0, projectId, userId, type, holdings: [], changedAt: cloud.clock.now() })
  changed(cloud, { type: 'allocations.set', consumer: uuid })
}

/**
 * Take everything from a consumer. The providers' generations stay: nobody's view of them becomes wrong by it.
 *
 * @returns whether it had anything
 * @see placement/objects/allocation.py `delete_all`
 */
export function release(cloud: Cloud, uuid: string): boolean {
  const consumer = cloud.state.allocations.get(uuid)
  if (!consumer || consumer.holdings.length === 0) return false
  unload(cloud, consumer)
  cloud.state.allocations.delete(uuid)
  changed(cloud, { type: 'allocations.removed', consumer: uuid })
  return true
}

/** Take from a consumer what it has of one provider, and leave it the rest. nova/scheduler/client/report.py `remove_provider_tree_from_instance_allocation` */
export function releaseFrom(cloud: Cloud, uuid: string, provider: string): void {
  const consumer = cloud.state.allocations.get(uuid)
  if (!consumer) return
  const holdings = consumer.holdings.filter((holding) => holding.provider !== provider)
  if (holdings.length === consumer.holdings.length) return
  const { projectId, userId } = consumer
  allocate(cloud, [{ consumer: uuid, projectId, userId, holdings }], false)
}

/**
 * Give all that one consumer has to another: a migration takes over what its instance has at the source. Nothing happens when
 * the first has nothing.
 *
 * @see nova/scheduler/client/report.py `move_allocations`
 */
export function moveAllocation(cloud: Cloud, from: string, to: string): void {
  const source = cloud.state.allocations.get(from)
  if (!source || from === to) return
  const { projectId, userId, holdings } = source
  const wish = { projectId, userId, holdings }
  allocate(
    cloud,
    [
      { ...wish, consumer: to },
      { ...wish, consumer: from, holdings: [] },
    ],
    false,
  )
}

/**
 * Take from a consumer what it has of one provider, and leave it the rest.
 *
 * @see nova/scheduler/client/report.py `remove_provider_tree_from_instance_allocation`
 */
export function releaseOf(cloud: Cloud, uuid: string, provider: string): void {
  const consumer = cloud.state.allocations.get(uuid)
  if (!consumer?.holdings.some((each) => each.provider === provider)) return
  const { projectId, userId } = consumer
  const holdings = consumer.holdings.filter((each) => each.provider !== provider)
  allocate(cloud, [{ consumer: uuid, projectId, userId, holdings }], false)
}

/** Put a consumer as it is said to be: a world file's. Nothing is checked but that there are such providers. */
export function restoreConsumer(cloud: Cloud, consumer: Consumer): void {
  const before = cloud.state.allocations.get(consumer.uuid)
  if (before) unload(cloud, before)
  keep(cloud, consumer)
}

/** Whether so much is left of a provider, in such a piece. False when there is no such provider. */
export function hasRoom(cloud: Cloud, provider: string, resources: Resources): boolean {
  const known = cloud.state.resourceProviders.get(provider)
  if (!known) return false
  const used = usageOf(cloud, provider)
  for (const resourceClass in resources) {
    const amount = resources[resourceClass] ?? 0
    const inventory = known.inventories[resourceClass]
    if (!inventory || !allows(inventory, amount)) return false
    if (capacityOf(inventory) < (used[resourceClass] ?? 0) + amount) return false
  }
  return true
}

/** How much of a provider is had, by resource class; a class that nothing is had of may be missing. Not to be changed. */
export function usageOf(cloud: Cloud, provider: string): Resources {
  return cloud.state.allocationsOn.get(provider)?.used ?? NOTHING
}

/** Whether an inventory can be had in a piece of this size. */
export function allows({ minUnit, maxUnit, stepSize }: Inventory, amount: number): boolean {
  return amount >= minUnit && amount <= maxUnit && amount % stepSize === 0
}

/** How much can be had in all. A fraction counts. */
export function capacityOf({ total, reserved, allocationRatio }: Inventory): number {
  return (total - reserved) * allocationRatio
}

const NOTHING: Resources = Object.freeze({})

/** The providers whose generation goes up: of what is allocated, and of what a consumer has that is to have nothing. */
function visitedBy(cloud: Cloud, wishes: readonly AllocationWish[]): Set<ResourceProvider> {
  const visited = new Set<ResourceProvider>()
  for (const { consumer, holdings } of wishes) {
    const held = holdings.length > 0 ? holdings : (cloud.state.allocations.get(consumer)?.holdings ?? [])
    for (const { provider } of held) {
      const known = findResourceProvider(cloud, provider)
      if (known) visited.add(known)
    }
  }
  return visited
}

/** @see placement/objects/allocation.py `_check_capacity_exceeded` */
function checkFit(cloud: Cloud, wishes: readonly AllocationWish[]): void {
  checkInventories(cloud, wishes)
  const freed = freedBy(cloud, wishes)
  const summed = new Map<string, Record<string, number>>()
  for (const { holdings } of wishes) {
    for (const { provider, resources } of holdings) {
      const sums = summed.get(provider) ?? {}
      summed.set(provider, sums)
      for (const [resourceClass, amount] of Object.entries(resources)) {
        const sum = (sums[resourceClass] ?? 0) + amount
        sums[resourceClass] = sum
        const inventory = cloud.state.resourceProviders.get(provider)?.inventories[resourceClass]
        if (!inventory) refuse({ code: 'NoInventory', resourceClass, provider })
        if (!allows(inventory, amount)) refuse({ code: 'ConstraintsViolated', resourceClass, provider })
        const before = usageOf(cloud, provider)[resourceClass] ?? 0
        const used = before - (freed.get(provider)?.[resourceClass] ?? 0)
        // Whoever is over can still come down.
        if (capacityOf(inventory) < used + sum && (before === 0 || used + sum > before)) {
          refuse({ code: 'CapacityExceeded', resourceClass, provider })
        }
      }
    }
  }
}

/** Each provider has to have some of the classes that are asked of any. */
function checkInventories(cloud: Cloud, wishes: readonly AllocationWish[]): void {
  const holdings = wishes.flatMap((wish) =>
    wish.holdings.length > 0 ? wish.holdings : (cloud.state.allocations.get(wish.consumer)?.holdings ?? []),
  )
  const classes = Object.assign({}, ...holdings.map(({ resources }) => resources)) as Resources
  const without = new Set<string>()
  for (const { provider } of holdings) {
    const inventories = cloud.state.resourceProviders.get(provider)?.inventories ?? {}
    if (!Object.keys(classes).some((each) => Object.hasOwn(inventories, each))) without.add(provider)
  }
  if (without.size === 0) return
  const resourceClass = inClassOrder(cloud, classes)
    .map(([name]) => name)
    .join(', ')
  refuse({ code: 'NoInventory', resourceClass, provider: [...without].join(', ') })
}

/** What the consumers have now, which they give back first. */
function freedBy(cloud: Cloud, wishes: readonly AllocationWish[]): Map<string, Record<string, number>> {
  const freed = new Map<string, Record<string, number>>()
  for (const wish of wishes) {
    for (const { provider, resources } of cloud.state.allocations.get(wish.consumer)?.holdings ?? []) {
      const sums = freed.get(provider) ?? {}
      freed.set(provider, sums)
      for (const [name, amount] of Object.entries(resources)) sums[name] = (sums[name] ?? 0) + amount
    }
  }
  return freed
}

function keep({ state }: Cloud, consumer: Consumer): void {
  state.allocations.set(consumer.uuid, consumer)
  for (const { provider, resources } of consumer.holdings) {
    const load = state.allocationsOn.get(provider) ?? { consumers: new Set(), used: {} }
    state.allocationsOn.set(provider, load)
    load.consumers.add(consumer.uuid)
    for (const name in resources) load.used[name] = (load.used[name] ?? 0) + (resources[name] ?? 0)
  }
}

function unload({ state }: Cloud, { uuid, holdings }: Consumer): void {
  for (const { provider, resources } of holdings) {
    const load = state.allocationsOn.get(provider)
    if (!load) continue
    load.consumers.delete(uuid)
    for (const name in resources) load.used[name] = (load.used[name] ?? 0) - (resources[name] ?? 0)
    if (load.consumers.size === 0) state.allocationsOn.delete(provider)
  }
}
