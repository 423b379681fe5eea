/** The scheduler: which host an instance goes to. Predictable: the same world, seed and request have the same answer. */

import { DEFAULT_ZONE, zonesByHost } from './aggregates.ts'
import { hasRoom, usageOf } from './allocations.ts'
import { COMPUTE, findCell } from './cells.ts'
import type { Cloud } from './cloud.ts'
import { uuidFor } from './ids.ts'
import type { InstanceFlavor } from './instance-flavors.ts'
import { holdingOf, type Instance } from './instances.ts'
import type { ResourceProvider } from './resource-providers.ts'
import { isUp, type Service } from './services.ts'
import { DISABLED_TRAIT } from './traits.ts'

/** What Nova says when its filters leave none of the hosts that Placement has offered. nova/exception.py `NoValidHost` */
const NONE_LEFT = 'No valid host was found. There are not enough hosts available.'
/** What it says when Placement offers none. */
const NONE_OFFERED = 'No valid host was found. '

/** A host, or why there is none, as Nova words it. */
export type Choice = { host: string } | { refused: string }

export interface SchedulingWish {
  /** The instance's UUID: of hosts that are alike, each instance is drawn to one of its own. */
  instance: string
  flavor: InstanceFlavor
  /** Of this zone only. */
  zone?: string | null | undefined
  /** This host only. */
  host?: string | null | undefined
  /** Whoever named the host does not want it to be looked at whether it is up. */
  forced?: boolean | undefined
  /** None of these. */
  ignored?: readonly string[] | undefined
  /** Of this cell only. */
  cell?: string | null | undefined
}

/**
 * The host with the most memory free among those that will do: enabled, up, in the zone, with room for the flavor.
 *
 * @see nova/scheduler/manager.py `_schedule`; request_filter.py; filters/compute_filter.py; weights/ram.py
 */
export function selectHost(cloud: Cloud, wish: SchedulingWish): Choice {
  const zones = wish.zone ? zonesByHost(cloud) : undefined
  let best: { host: string; free: number; draw?: string } | undefined
  let offered = false
  const draw = (host: string) => uuidFor(cloud.seed, 'scheduling', wish.instance, host)
  for (const service of candidates(cloud, wish.host)) {
    const { host } = service
    if (zones && (zones.get(host) ?? DEFAULT_ZONE) !== wish.zone) continue
    const provider = providerOf(cloud, host)
    if (!provider || !isOffered(cloud, provider, wish)) continue
    offered = true
    if (wish.ignored?.includes(host) || (wish.cell && service.cell !== wish.cell)) continue
    if (!wish.forced && (service.disabled || !isUp(service, cloud.clock.now()))) continue
    const free = freeMemory(cloud, provider)
    if (best && free < best.free) continue
    if (best && free === best.free) {
      best.draw ??= draw(best.host)
      const mine = draw(host)
      if (mine < best.draw) best = { host, free, draw: mine }
    } else best = { host, free }
  }
  return best ? { host: best.host } : { refused: offered ? NONE_LEFT : NONE_OFFERED }
}

/**
 * The host that somebody has named without asking for it to be scheduled; it still has to have room in Placement.
 *
 * @see nova/scheduler/utils.py `claim_resources_on_destination`
 */
export function forcedTo(cloud: Cloud, { uuid, flavor }: Instance, host: string): Choice {
  const no = (why: string) => ({
    refused: `No valid host was found. Unable to move instance ${uuid} to host ${host}. ${why}`,
  })
  if ((cloud.state.allocations.get(uuid)?.holdings.length ?? 0) > 1) {
    return no('The instance has complex allocations on the source host so move cannot be forced.')
  }
  const provider = providerOf(cloud, host)
  if (!provider || !hasRoom(cloud, provider.uuid, holdingOf(flavor, provider.uuid).resources)) {
    return no('There is not enough capacity on the host for the instance.')
  }
  return { host }
}

/** The resource provider of a compute host. */
export function providerOf({ state }: Cloud, host: string): ResourceProvider | undefined {
  return state.resourceProviders.get(state.hypervisors.get(host)?.uuid ?? '')
}

function* candidates(cloud: Cloud, host: string | null | undefined): Iterable<Service> {
  for (const service of cloud.state.services.values()) {
    if (service.binary === COMPUTE && (!host || service.host === host) && !findCell(cloud, service.cell)?.down) {
      yield service
    }
  }
}

/** Whether Placement has it among its candidates: with room, and not marked as disabled. */
function isOffered(cloud: Cloud, provider: ResourceProvider, { flavor }: SchedulingWish): boolean {
  if (provider.traits.includes(DISABLED_TRAIT)) return false
  return hasRoom(cloud, provider.uuid, holdingOf(flavor, provider.uuid).resources)
}

function freeMemory(cloud: Cloud, { uuid, inventories }: ResourceProvider): number {
  const memory = inventories.MEMORY_MB
  return (memory?.total ?? 0) - (memory?.reserved ?? 0) - (usageOf(cloud, uuid).MEMORY_MB ?? 0)
}
