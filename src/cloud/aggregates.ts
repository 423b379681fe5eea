/** Aggregates: groups of hosts, and the availability zones that they make. */

import { COMPUTE, findHostMapping } from './cells.ts'
import { type Cloud, changed, nextId } from './cloud.ts'
import { impossible } from './errors.ts'
import { uuidFor } from './ids.ts'
import { setProviderAggregates } from './resource-providers.ts'

/** The zone of a compute host that no aggregate puts elsewhere. Nova's `default_availability_zone` default. */
export const DEFAULT_ZONE = 'nova'

/** The zone of every service that is not a nova-compute. Nova's `internal_service_availability_zone` default. */
export const INTERNAL_ZONE = 'internal'

export interface Aggregate {
  id: number
  uuid: string
  name: string
  hosts: string[]
  /** The key `availability_zone` makes a zone of the aggregate. */
  metadata: Record<string, string>
  /** Milliseconds since 1970. */
  createdAt: number
  /** When it was last given another name; nothing else is written to its row. */
  updatedAt: number | null
}

export interface AggregateWish {
  name: string
  availabilityZone?: string | null | undefined
  hosts?: string[] | undefined
  metadata?: Record<string, string> | undefined
  /** Default: the next. */
  id?: number | undefined
  /** Default: made from the seed. */
  uuid?: string | undefined
  /** Default: now. */
  createdAt?: number | undefined
  /** Default: never. */
  updatedAt?: number | null | undefined
}

export type AggregateChange = {
  [Key in keyof Omit<AggregateWish, 'id' | 'uuid' | 'createdAt' | 'updatedAt'>]?: AggregateWish[Key] | undefined
}

/** @throws {CloudError} Impossible: its name or id is taken, or a host cannot be in it */
export function createAggregate(cloud: Cloud, wanted: AggregateWish): Aggregate {
  const { name, id, uuid } = wanted
  for (const other of cloud.state.aggregates.values()) {
    if (sameText(other.name, name)) taken(other.name)
    if (other.id === id) impossible(`id ${id} is that of the aggregate "${other.name}" already`, { path: ['id'] })
  }
  const metadata = { ...wanted.metadata }
  if (wanted.availabilityZone) metadata.availability_zone = wanted.availabilityZone
  const hosts = membersOf(cloud, wanted.hosts ?? [], metadata.availability_zone)
  const given = nextId(cloud, 'aggregates', id)
  const aggregate: Aggregate = {
    id: given,
    uuid: uuid ?? uuidFor(cloud.seed, 'aggregate', name, given),
    ...{ name, hosts, metadata: inKeyOrder(metadata) },
    createdAt: wanted.createdAt ?? cloud.clock.now(),
    updatedAt: wanted.updatedAt ?? null,
  }
  cloud.state.aggregates.set(given, aggregate)
  regrouped(cloud, 'aggregate.created', aggregate, [])
  return aggregate
}

/** What is not named stays. @throws {CloudError} Impossible: its name is taken, or a host cannot be in it */
export function changeAggregate(cloud: Cloud, aggregate: Aggregate, change: AggregateChange): void {
  for (const other of cloud.state.aggregates.values()) {
    if (other !== aggregate && sameText(other.name, change.name)) taken(other.name)
  }
  const metadata = { ...(change.metadata ?? aggregate.metadata) }
  const zone = change.availabilityZone === undefined ? aggregate.metadata.availability_zone : change.availabilityZone
  if (zone) metadata.availability_zone = zone
  else delete metadata.availability_zone
  const hosts = membersOf(cloud, change.hosts ?? aggregate.hosts, metadata.availability_zone, aggregate)
  if (change.name !== undefined && change.name !== aggregate.name) aggregate.updatedAt = cloud.clock.now()
  aggregate.name = change.name ?? aggregate.name
  aggregate.metadata = inKeyOrder(metadata)
  const before = aggregate.hosts
  aggregate.hosts = hosts
  regrouped(cloud, 'aggregate.updated', aggregate, before)
}

export function removeAggregate(cloud: Cloud, aggregate: Aggregate): void {
  cloud.state.aggregates.delete(aggregate.id)
  regrouped(cloud, 'aggregate.removed', { ...aggregate, hosts: [] }, aggregate.hosts)
}

/** A host's service is deleted: its aggregates lose it. */
export function leaveAggregates(cloud: Cloud, host: string): void {
  for (const aggregate of cloud.state.aggregates.values()) {
    if (!aggregate.hosts.includes(host)) continue
    const before = aggregate.hosts
    aggregate.hosts = before.filter((each) => each !== host)
    regrouped(cloud, 'aggregate.updated', aggregate, before)
  }
}

/** Those of a table of aggregates, until one of them is changed: to look at every host for each request would be too much. */
const zonesKnown = new WeakMap<Cloud['state']['aggregates'], ReadonlyMap<string, string>>()

/** The zone of each host that an aggregate puts into one. */
export function zonesByHost({ state }: Cloud): ReadonlyMap<string, string> {
  const known = zonesKnown.get(state.aggregates)
  if (known) return known
  const zones = new Map<string, string>()
  for (const { hosts, metadata } of state.aggregates.values()) {
    if (metadata.availability_zone === undefined) continue
    for (const host of hosts) zones.set(host, metadata.availability_zone)
  }
  zonesKnown.set(state.aggregates, zones)
  return zones
}

/** @see nova/availability_zones.py `set_availability_zones` */
export function zoneOf(service: { binary: string; host: string }, zones: ReadonlyMap<string, string>): string {
  return service.binary === COMPUTE ? (zones.get(service.host) ?? DEFAULT_ZONE) : INTERNAL_ZONE
}

/** As the database reads it: by the index that its keys are in, without case. */
function inKeyOrder(metadata: Record<string, string>): Record<string, string> {
  const order = ([one]: [string, string], [other]: [string, string]) => {
    const [a, b] = [one.toLowerCase(), other.toLowerCase()]
    return a < b ? -1 : a > b ? 1 : 0
  }
  return Object.fromEntries(Object.entries(metadata).sort(order))
}

/** MySQL compares without case. */
export function sameText(one: string, other: string | undefined): boolean {
  return one.toLowerCase() === other?.toLowerCase()
}

type Change = 'aggregate.created' | 'aggregate.updated' | 'aggregate.removed'

/** @param before the hosts that it had */
function regrouped(cloud: Cloud, type: Change, aggregate: Aggregate, before: string[]): void {
  const { id, name } = aggregate
  zonesKnown.delete(cloud.state.aggregates)
  tellPlacement(cloud, aggregate, before)
  changed(cloud, { type, id, name })
}

/**
 * The resource providers of the hosts are in an aggregate of the same UUID. One that Placement does not know is passed over.
 *
 * @see nova/scheduler/client/report.py `aggregate_add_host`, `aggregate_remove_host`
 */
function tellPlacement(cloud: Cloud, { uuid, hosts }: Aggregate, before: string[]): void {
  const providerOf = (host: string) => cloud.state.resourceProviders.get(cloud.state.hypervisors.get(host)?.uuid ?? '')
  const [had, has] = [new Set(before), new Set(hosts)]
  for (const host of hosts) {
    const provider = had.has(host) ? undefined : providerOf(host)
    if (provider) setProviderAggregates(cloud, provider, [...provider.aggregates, uuid])
  }
  for (const host of before) {
    const provider = has.has(host) ? undefined : providerOf(host)
    if (!provider) continue
    setProviderAggregates(
      cloud,
      provider,
      provider.aggregates.filter((each) => each !== uuid),
    )
  }
}

function taken(name: string): never {
  impossible(`there is an aggregate "${name}" already`, { path: ['name'] })
}

/** The hosts as they are spelled, each a compute host and in one zone at the most, as Nova has it. */
function membersOf(cloud: Cloud, hosts: string[], zone: string | undefined, self?: Aggregate): string[] {
  const elsewhere = new Map<string, Aggregate>()
  for (const other of zone === undefined ? [] : cloud.state.aggregates.values()) {
    const theirs = other.metadata.availability_zone
    if (other === self || theirs === undefined || theirs === zone) continue
    for (const host of other.hosts) if (!elsewhere.has(host)) elsewhere.set(host, other)
  }
  return hosts.map((host, index) => {
    const path = ['hosts', index]
    const mapping = findHostMapping(cloud, host)
    if (!mapping) impossible(`no nova-compute runs on host "${host}"`, { path })
    const other = elsewhere.get(mapping.host)
    if (other) {
      const theirs = other.metadata.availability_zone
      impossible(`host "${host}" is in availability zone "${theirs}" already, by aggregate "${other.name}"`, {
        path,
        hint: 'a host is in one availability zone only',
      })
    }
    return mapping.host
  })
}
