/** Resource providers as a description has them: what a host's process has told of it goes without saying. */

import type { Cloud } from './cloud.ts'
import { impossible } from './errors.ts'
import {
  createResourceProvider,
  FIRST_GENERATION,
  findProviderNamed,
  type Inventory,
  inventoriesOf,
  type NewResourceProvider,
  type ResourceProvider,
} from './resource-providers.ts'
import { COMPUTE_TRAITS } from './traits.ts'

type Inventories = ResourceProvider['inventories']

/** Without the traits and the inventories that its process has told of a host: they would be most of what is said of a cloud. */
export function describeProvider(cloud: Cloud, provider: ResourceProvider): NewResourceProvider {
  const { hypervisors, services, servicesOn } = cloud.state
  const host = hypervisors.get(provider.name)
  // An orphan has nobody who tells.
  if (host?.uuid !== provider.uuid) return { ...provider }
  const isMarked = servicesOn.get(provider.name)?.some((uuid) => services.get(uuid)?.disabled)
  const { traits, inventories, ...rest } = provider
  return {
    ...rest,
    ...((isMarked || !sameNames(traits, COMPUTE_TRAITS)) && { traits }),
    ...(!sameInventories(inventories, at(provider.createdAt, inventoriesOf(cloud, host))) && { inventories }),
  }
}

/**
 * Make it again, without its parent.
 *
 * @param wanted nothing of it undefined
 * @param told as the process of its host has just told of it, where it is a host's
 * @throws {CloudError} Impossible: there is one of that UUID or that name
 */
export function restoreProvider(cloud: Cloud, wanted: NewResourceProvider, told: ResourceProvider | undefined): void {
  const { uuid, name } = wanted
  if (cloud.state.resourceProviders.has(uuid)) {
    impossible(`the UUID ${uuid} is that of another resource provider already`, { path: ['uuid'] })
  }
  if (findProviderNamed(cloud, name)) {
    impossible(`there is a resource provider "${name}" already`, { path: ['name'] })
  }
  const known = told && { ...told, inventories: at(wanted.createdAt ?? told.createdAt, told.inventories) }
  createResourceProvider(cloud, { ...known, generation: FIRST_GENERATION, ...wanted, parent: null })
}

/** As they are when they were told at a moment. */
function at(changedAt: number, inventories: Inventories): Inventories {
  const entries = Object.entries(inventories)
  if (entries.every(([, each]) => each.changedAt === changedAt)) return inventories
  return Object.fromEntries(entries.map(([name, each]) => [name, { ...each, changedAt }]))
}

function sameInventories(one: Inventories, other: Inventories): boolean {
  const [names, others] = [Object.keys(one), Object.keys(other)]
  return sameNames(names, others) && names.every((name) => sameInventory(one[name], other[name]))
}

function sameInventory(one: Inventory | undefined, other: Inventory | undefined): boolean {
  return (
    one?.total === other?.total &&
    one?.reserved === other?.reserved &&
    one?.minUnit === other?.minUnit &&
    one?.maxUnit === other?.maxUnit &&
    one?.stepSize === other?.stepSize &&
    one?.allocationRatio === other?.allocationRatio &&
    one?.changedAt === other?.changedAt
  )
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((name, index) => name === other[index]))
}
