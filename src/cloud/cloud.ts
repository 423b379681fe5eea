/** The pretend cloud: all its state in one plain place, and the one way to change it. */

import type { Aggregate } from './aggregates.ts'
import type { Consumer, Load } from './allocations.ts'
import type { Cell, HostMapping } from './cells.ts'
import type { Clock, ClockState } from './clock.ts'
import { type Durations, REAL_DURATIONS } from './durations.ts'
import type { CloudEvent } from './events.ts'
import type { Flavor } from './flavors.ts'
import type { Hypervisor } from './hypervisors.ts'
import type { Identity } from './identity.ts'
import type { Image } from './images.ts'
import type { InstanceAction } from './instance-actions.ts'
import type { Instance } from './instances.ts'
import type { Migration } from './migrations.ts'
import type { DeletedService } from './owner.ts'
import type { LeftProcess } from './processes.ts'
import { NEWEST_RELEASE } from './releases.ts'
import type { ResourceClass } from './resource-classes.ts'
import type { ResourceProvider } from './resource-providers.ts'
import type { Service } from './services.ts'
import type { Task } from './tasks.ts'
import type { Trait } from './traits.ts'
import type { Usage } from './usage.ts'

/** Everything a cloud holds. Maps and records only, so that `structuredClone` keeps and compares it. */
export interface CloudState {
  /** Nova's release, one of `RELEASES`. It caps the microversions that are offered. */
  release: string
  /** In the order in which Nova asks them. */
  cells: Cell[]
  /** By host in lower case: which cell has this compute host. */
  hostMappings: Map<string, HostMapping>
  /** By UUID. */
  services: Map<string, Service>
  /** The UUID of a service by what else is unique in its cell: its id, and its binary and host. See `keysOf` in services.ts. */
  serviceKeys: Map<string, string>
  /** The UUIDs of the services on a host, by host. */
  servicesOn: Map<string, readonly string[]>
  /** By UUID. Nobody lists them; faults and the journal tell by them what a request was about. No part of a description. */
  deletedServices: Map<string, DeletedService>
  /** By host. Its UUID is also that of the resource provider that stands for it. */
  hypervisors: Map<string, Hypervisor>
  /** By UUID. */
  resourceProviders: Map<string, ResourceProvider>
  /** The UUIDs of those that have a name, by the name in lower case. */
  providersNamed: Map<string, readonly string[]>
  /** Those that somebody made, by name. */
  resourceClasses: Map<string, ResourceClass>
  /** Those that somebody made, by name. */
  traits: Map<string, Trait>
  /** Who has something of a resource provider, by the consumer's UUID. */
  allocations: Map<string, Consumer>
  /** What is allocated of a resource provider, by its UUID; of one that is not here, nothing. See `usageOf`. */
  allocationsOn: Map<string, Load>
  /** What goes on, or could be started, on hosts whose service was deleted. By binary and host, see `findLeftProcess`. */
  leftProcesses: Map<string, LeftProcess>
  /** By its id, in lower case. */
  flavors: Map<string, Flavor>
  /** By UUID. */
  images: Map<string, Image>
  /** By UUID. */
  instances: Map<string, Instance>
  /** Those that are deleted, by UUID: Nova keeps their rows, and shows them to who asks for such. */
  deletedInstances: Map<string, Instance>
  /** What was done to each instance, by its UUID. */
  instanceActions: Map<string, readonly InstanceAction[]>
  /** The UUIDs of the instances on a host, by host. */
  instancesOn: Map<string, Set<string>>
  /** What the instances on a host take of it, by host; of one that is not here, nothing. See `usageOn`. */
  usedOn: Map<string, Usage>
  /** What the instances of a project take, by its id; of one that is not here, nothing. See `usageOfProject`. */
  usedBy: Map<string, Usage>
  /** By id. */
  aggregates: Map<number, Aggregate>
  /** By id. */
  migrations: Map<number, Migration>
  /** The work that is under way, by its id. */
  tasks: Map<number, Task>
  /** How long each kind of it takes. */
  durations: Durations
  identity: Identity
  /** How many ids each table has given out, by the table's name. */
  counters: Map<string, number>
}

export interface Cloud {
  /** All ids that the cloud makes up come from it. */
  readonly seed: number
  readonly clock: Clock
  state: CloudState
  /**
   * Goes up by one with each change but of who is logged in: what was read at the same revision is still true, except for what time
   * alone changes.
   */
  revision: number
  /** Told of each change, after it. */
  readonly listeners: Set<(event: CloudEvent) => void>
  /** Calls off what waits for a process that has no service. processes.ts */
  sleeping?: (() => void) | undefined
  /** Calls off what waits for the next task. work.ts */
  waiting?: (() => void) | undefined
}

/** An empty cloud. Public functions that fill one: `createCloud` in description.ts. */
export function emptyCloud(seed: number, clock: Clock): Cloud {
  return {
    seed,
    clock,
    state: {
      release: NEWEST_RELEASE,
      cells: [],
      hostMappings: new Map(),
      services: new Map(),
      serviceKeys: new Map(),
      servicesOn: new Map(),
      deletedServices: new Map(),
      hypervisors: new Map(),
      resourceProviders: new Map(),
      providersNamed: new Map(),
      resourceClasses: new Map(),
      traits: new Map(),
      allocations: new Map(),
      allocationsOn: new Map(),
      leftProcesses: new Map(),
      flavors: new Map(),
      images: new Map(),
      instances: new Map(),
      deletedInstances: new Map(),
      instanceActions: new Map(),
      instancesOn: new Map(),
      usedOn: new Map(),
      usedBy: new Map(),
      aggregates: new Map(),
      migrations: new Map(),
      tasks: new Map(),
      durations: REAL_DURATIONS,
      identity: {
        users: new Map(),
        projects: new Map(),
        grants: [],
        applicationCredentials: new Map(),
        tokens: new Map(),
      },
      counters: new Map(),
    },
    revision: 0,
    listeners: new Set(),
  }
}

/** Most clients log in for each command, and no list shows it. */
const LOGINS: ReadonlySet<string> = new Set(['token.issued', 'token.revoked'])

/** Say that the cloud has changed. Every operation ends with it, and nothing else calls it. */
export function changed(cloud: Cloud, event: CloudEvent): void {
  if (!LOGINS.has(event.type)) cloud.revision++
  for (const listener of cloud.listeners) listener(event)
}

/** The next integer id of a table, as a database's AUTO_INCREMENT gives it: never one that was given before. */
export function nextId(cloud: Cloud, table: string, wanted?: number): number {
  const next = peekId(cloud, table)
  const id = wanted ?? next
  cloud.state.counters.set(table, Math.max(next - 1, id))
  return id
}

/** The id that `nextId` would give. */
export function peekId(cloud: Cloud, table: string): number {
  return (cloud.state.counters.get(table) ?? 0) + 1
}

/** Move or stop the cloud's time. Units: milliseconds since 1970. */
export function setClock(cloud: Cloud, change: Partial<ClockState>): void {
  cloud.clock.set(change)
  changed(cloud, { type: 'clock.moved', now: cloud.clock.now() })
}

/**
 * Let so many milliseconds pass, through what waits for a moment on the way; what each sets going comes to rest before time
 * goes on, so that it may wait again.
 */
export async function passTime(cloud: Cloud, ms: number): Promise<void> {
  await cloud.clock.pass(ms)
  changed(cloud, { type: 'clock.moved', now: cloud.clock.now() })
}
