/** Making instances: asked for, scheduled, and built on a host. nova/compute/api.py `create`, nova/conductor/manager.py `schedule_and_build_instances` */

import { zonesByHost } from './aggregates.ts'
import { COMPUTE, findHostMapping } from './cells.ts'
import { type Cloud, nextId } from './cloud.ts'
import { refuse } from './errors.ts'
import { uuidFor } from './ids.ts'
import { beginAction, beginEvent, failAction, finishEvent } from './instance-actions.ts'
import type { Actor } from './instance-checks.ts'
import type { InstanceFlavor } from './instance-flavors.ts'
import { NO_POWER, RUNNING } from './instance-states.ts'
import { addInstance, hostnameFor, type Instance, NO_HINTS, NO_METADATA, NO_TAGS, writeInstance } from './instances.ts'
import { selectHost } from './scheduler.ts'
import { claimOn, errorOut, failEvent, type Work } from './stages.ts'
import { addTask } from './tasks.ts'

/** What instances are to be. */
export interface BootWish {
  name: string
  description: string | null
  /** Default: made of the name. */
  hostname: string | null
  flavor: InstanceFlavor
  image: string
  metadata: Readonly<Record<string, string>>
  tags: readonly string[]
  keyName: string | null
  configDrive: boolean
  userData: string | null
  accessIpV4: string | null
  accessIpV6: string | null
  diskConfig: 'AUTO' | 'MANUAL'
  hints: Instance['hints']
  /** How many. */
  count: number
  zone: string | null
  /** To be on this host, which is looked at all the same. */
  host: string | null
  node: string | null
  /** To be on this host, whether it is up or not: `zone:host:node`. */
  forcedHost: string | null
  forcedNode: string | null
}

/**
 * Ask for instances. They are there at once, in `BUILD`; what becomes of them shows later.
 *
 * @throws {CloudError} ComputeHostNotFound, ZoneNotAvailable
 */
export function requestInstances(cloud: Cloud, wish: BootWish, by: Actor): Instance[] {
  const { host, node } = destinationOf(cloud, wish)
  const now = cloud.clock.now()
  const first = uuidFor(cloud.seed, 'instance', wish.name, nextId(cloud, 'build_requests'))
  const reservationId = `r-${first.slice(0, 8)}`
  return Array.from({ length: wish.count }, (_, index) => {
    const uuid = index === 0 ? first : uuidFor(cloud.seed, 'instance', wish.name, nextId(cloud, 'build_requests'))
    const name = wish.count > 1 ? `${wish.name}-${index + 1}` : wish.name
    const instance = addInstance(cloud, {
      uuid,
      id: null,
      name,
      host: null,
      cell: null,
      vmState: 'building',
      taskState: 'scheduling',
      powerState: NO_POWER,
      projectId: by.projectId,
      userId: by.userId,
      flavor: wish.flavor,
      image: wish.image,
      createdAt: now,
      updatedAt: now,
      launchedAt: null,
      terminatedAt: null,
      deletedAt: null,
      pinnedZone: wish.zone,
      metadata: Object.keys(wish.metadata).length > 0 ? Object.freeze({ ...wish.metadata }) : NO_METADATA,
      tags: wish.tags.length > 0 ? Object.freeze([...new Set(wish.tags)]) : NO_TAGS,
      lockedBy: null,
      lockedReason: null,
      fault: null,
      hostname: wish.hostname ?? hostnameFor(name, `Server-${uuid}`),
      description: wish.description,
      accessIpV4: wish.accessIpV4,
      accessIpV6: wish.accessIpV6,
      keyName: wish.keyName,
      configDrive: wish.configDrive,
      progress: 0,
      reservationId,
      launchIndex: index,
      userData: wish.userData,
      diskConfig: wish.diskConfig,
      hints: Object.keys(wish.hints).length > 0 ? Object.freeze({ ...wish.hints }) : NO_HINTS,
      oldFlavor: null,
      newFlavor: null,
      oldVmState: null,
    })
    const action = beginAction(cloud, uuid, 'create', by)
    const takes = cloud.state.durations.boot
    const { zone, forcedHost, forcedNode } = wish
    addTask(cloud, {
      kind: 'boot',
      instance: uuid,
      stage: 'schedule',
      host: null,
      after: Math.round(takes * 0.3),
      takes,
      action,
      wish: { zone, host: host ?? node, forcedHost: forcedHost ?? forcedNode, forcedNode },
    })
    return instance
  })
}

/** The zones that a server can be asked to be in: those that have an enabled nova-compute. nova/availability_zones.py */
export function availableZones(cloud: Cloud): Set<string> {
  const zones = zonesByHost(cloud)
  const available = new Set<string>()
  for (const { binary, host, disabled } of cloud.state.services.values()) {
    if (binary === COMPUTE && !disabled) available.add(zones.get(host) ?? 'nova')
  }
  return available
}

export const BOOT: Work = {
  stages: {
    schedule(cloud, { wish, action, instance: uuid }, instance) {
      const { zone, host, forcedHost, forcedNode } = wish
      const named = text(forcedHost) ?? text(host)
      const choice = isNoSuchHost(cloud, named, forcedNode)
        ? { refused: `No valid host was found. No such host - host: ${named} node: ${forcedNode ?? 'None'} ` }
        : selectHost(cloud, {
            ...{ instance: uuid, flavor: instance.flavor, zone: text(zone), host: named },
            forced: text(forcedHost) !== null,
          })
      if ('refused' in choice) {
        // It is kept in a cell that has no hosts. Its action has no event: it never got to one.
        const id = nextId(cloud, 'instances of cell0')
        errorOut(cloud, writeInstance(cloud, instance, { id }), choice.refused)
        failAction(cloud, uuid, action)
        return undefined
      }
      const found = choice.host
      const cell = findHostMapping(cloud, found)?.cell ?? null
      claimOn(cloud, instance, instance.flavor, [found])
      writeInstance(cloud, instance, { id: nextId(cloud, 'instances'), cell })
      return { stage: 'claim', host: found, share: 0.2 }
    },
    claim(cloud, { host, action, instance: uuid }, instance) {
      beginEvent(cloud, uuid, action, EVENT, host)
      writeInstance(cloud, instance, { host, taskState: 'spawning' })
      return { stage: 'spawn', host, share: 0.5 }
    },
    spawn(cloud, { action, instance: uuid }, instance) {
      const done = { vmState: 'active', taskState: null, powerState: RUNNING, launchedAt: cloud.clock.now() } as const
      writeInstance(cloud, instance, done)
      finishEvent(cloud, uuid, action, EVENT)
      return undefined
    },
  },
  fail(cloud, task, instance, message) {
    failEvent(cloud, task, EVENT, message)
    errorOut(cloud, instance, message)
  },
}

const EVENT = 'compute__do_build_and_run_instance'

/** Whether somebody has forced it to a host or a node that there is not. nova/scheduler/host_manager.py, nova/scheduler/manager.py */
function isNoSuchHost(cloud: Cloud, named: string | null, node: string | number | boolean | null | undefined): boolean {
  if (named === null) return false
  return !cloud.state.hypervisors.has(named) || (typeof node === 'string' && node !== named)
}

function text(value: string | number | boolean | null | undefined): string | null {
  return typeof value === 'string' ? value : null
}

/** The host and the node as they are spelled: MySQL compares without case. nova/compute/api.py `_validate_host_or_node` */
function destinationOf(cloud: Cloud, { host, node, zone, forcedHost }: BootWish): Pick<BootWish, 'host' | 'node'> {
  const [foundHost, foundNode] = [host, node].map((named) =>
    named === null
      ? null
      : (findHostMapping(cloud, named)?.host ?? refuse({ code: 'ComputeHostNotFound', host: named })),
  )
  if (foundHost && foundNode && foundHost !== foundNode) refuse({ code: 'ComputeHostNotFound', host: foundHost })
  if (zone !== null && forcedHost === null && !availableZones(cloud).has(zone)) {
    refuse({ code: 'ZoneNotAvailable', zone })
  }
  return { host: foundHost ?? null, node: foundNode ?? null }
}
