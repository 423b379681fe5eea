/** Resource providers as a description has them: what a host's process has told of it goes without saying. */

import type { Cloud } from './cloud.ts'
import { impossible } from './errors.ts'
import type { Hypervisor } from './hypervisors.ts'
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

/**
 * What is said of each: without the traits and the inventories that its process has told of a host, which would be most of what is
 * said of a cloud.
 */
export function providerDescriber(cloud: Cloud): (provider: ResourceProvider) => NewResourceProvider {
  const { hypervisors, services, servicesOn } = cloud.state
  const tellsOf = tellsAlike(cloud)
  return (provider) => {
    const host = hypervisors.get(provider.name)
    // An orphan has nobody who tells.
    if (host?.uuid !== provider.uuid) return { ...provider }
    const isMarked = servicesOn.get(provider.name)?.some((uuid) => services.get(uuid)?.disabled)
    const { uuid, name, generation, parent, aggregates, createdAt, updatedAt } = provider
    const described: NewResourceProvider = { uuid, name, generation, parent, aggregates, createdAt, updatedAt }
    if (isMarked || !sameNames(provider.traits, COMPUTE_TRAITS)) described.traits = provider.traits
    if (!areTold(provider, tellsOf(host))) described.inventories = provider.inventories
    return described
  }
}

/** What the process of a host tells of it, at whatever moment: of most hosts it is the same. */
function tellsAlike(cloud: Cloud): (host: Hypervisor) => Inventories {
  const known = new Map<string, Inventories>()
  return (host) => {
    const key = `${host.vcpus} ${host.memoryMb} ${host.localGb}`
    const inventories = known.get(key) ?? inventoriesOf(cloud, host)
    known.set(key, inventories)
    return inventories
  }
}

/**
 * Make it again, without its parent.
 *
 * @param wanted nothing of it undefined
 * @param known the one that the process of its host has just made, where it is a host's
 * @throws {CloudError} Impossible: there is one of that UUID or that name
 */
export function restoreProvider(cloud: Cloud, wanted: NewResourceProvider, known: ResourceProvider | undefined): void {
  const { uuid, name } = wanted
  if (cloud.state.resourceProviders.has(uuid)) {
    impossible(`the UUID ${uuid} is that of another resource provider already`, { path: ['uuid'] })
  }
  if (findProviderNamed(cloud, name)) {
    impossible(`there is a resource provider "${name}" already`, { path: ['name'] })
  }
  const host = known && cloud.state.hypervisors.get(known.name)
  const told = host && { inventories: at(wanted.createdAt ?? known.createdAt, inventoriesOf(cloud, host)) }
  createResourceProvider(cloud, { ...known, ...told, generation: FIRST_GENERATION, ...wanted, parent: null })
}

/** As they are when they were told at a moment. */
function at(changedAt: number, inventories: Inventories): Inventories {
  const entries = Object.entries(inventories)
  if (entries.every(([, each]) => each.changedAt === changedAt)) return inventories
  return Object.fromEntries(entries.map(([name, each]) => [name, { ...each, changedAt }]))
}

/** Whether a provider has what its host tells, and has had it from the beginning. */
function areTold({ inventories, createdAt }: ResourceProvider, told: Inventories): boolean {
  const names = Object.keys(inventories)
  return sameNames(names, Object.keys(told)) && names.every((name) => isTold(inventories[name], told[name], createdAt))
}

function isTold(one: Inventory | undefined, told: Inventory | undefined, createdAt: number): boolean {
  return (
    one?.total === told?.total &&
    one?.reserved === told?.reserved &&
    one?.minUnit === told?.minUnit &&
    one?.maxUnit === told?.maxUnit &&
    one?.stepSize === told?.stepSize &&
    one?.allocationRatio === told?.allocationRatio &&
    one?.changedAt === createdAt
  )
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((name, index) => name === other[index]))
}
