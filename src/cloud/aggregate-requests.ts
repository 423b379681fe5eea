/** What Nova's API lets be done to an aggregate, with the checks that it makes. nova/compute/api.py `AggregateAPI` */

import { type Aggregate, changeAggregate, createAggregate, removeAggregate, sameText } from './aggregates.ts'
import { COMPUTE, findHostMapping, reach } from './cells.ts'
import type { Cloud } from './cloud.ts'
import { type Refusal, refuse } from './errors.ts'
import { countInstancesOn } from './instances.ts'
import { findServiceOf } from './services.ts'

/** @throws {CloudError} AggregateNameExists */
export function requestAggregate(cloud: Cloud, name: string, availabilityZone: string | null): Aggregate {
  assertNameFree(cloud, name)
  return createAggregate(cloud, { name, availabilityZone })
}

/** @throws {CloudError} AggregateNameExists */
export function renameAggregate(cloud: Cloud, aggregate: Aggregate, name: string): void {
  assertNameFree(cloud, name, aggregate)
  changeAggregate(cloud, aggregate, { name })
}

/**
 * Give it other metadata: what is null goes, the rest is added or changed. The key `availability_zone` is its zone.
 *
 * @throws {CloudError} AggregateUnsafe, AggregateMetadataKeyExists (MySQL knows the key in another case)
 * @see nova/compute/api.py `update_aggregate`, `update_aggregate_metadata`
 */
export function setAggregateMetadata(
  cloud: Cloud,
  aggregate: Aggregate,
  change: Record<string, string | null>,
  doing: 'update' | 'update metadata',
): void {
  if ('availability_zone' in change) {
    const zone = change.availability_zone ?? ''
    assertZoneSafe(cloud, aggregate, zone, aggregate.hosts, doing)
    const moves = aggregate.metadata.availability_zone !== zone
    if (moves && aggregate.hosts.some((host) => countInstancesOn(cloud, host) > 0)) {
      unsafe(aggregate, doing, { why: 'HasInstances' })
    }
  }
  const kept = new Map(Object.entries(aggregate.metadata))
  for (const [key, value] of Object.entries(change)) {
    const known = Object.keys(aggregate.metadata).find((each) => sameText(each, key))
    if (value === null) {
      if (known !== undefined) kept.delete(known)
    } else if (known !== undefined && known !== key) {
      refuse({ code: 'AggregateMetadataKeyExists', id: aggregate.id, key: known })
    } else kept.set(key, value)
  }
  const metadata = Object.fromEntries(kept)
  changeAggregate(cloud, aggregate, { metadata, availabilityZone: metadata.availability_zone ?? null })
}

/**
 * @throws {CloudError} ComputeHostNotFound, CellUnreachable, AggregateUnsafe, AggregateHostExists
 * @see nova/compute/api.py `add_host_to_aggregate`
 */
export function addHostToAggregate(cloud: Cloud, findAggregate: () => Aggregate, host: string): Aggregate {
  if (computeHost(cloud, host) !== host) refuse({ code: 'ComputeHostNotFound', host })
  const aggregate = findAggregate()
  const zone = aggregate.metadata.availability_zone
  if (zone !== undefined) {
    assertZoneSafe(cloud, aggregate, zone, [host], 'add host')
    assertNothingMoves(cloud, aggregate, host, zonesOf(cloud, host)[0] ?? null, zone, 'add host')
  }
  if (aggregate.hosts.includes(host)) refuse({ code: 'AggregateHostExists', id: aggregate.id, host })
  changeAggregate(cloud, aggregate, { hosts: [...aggregate.hosts, host] })
  return aggregate
}

/**
 * @throws {CloudError} ComputeHostNotFound, CellUnreachable, AggregateUnsafe, AggregateHostNotFound
 * @see nova/compute/api.py `remove_host_from_aggregate`
 */
export function removeHostFromAggregate(cloud: Cloud, findAggregate: () => Aggregate, host: string): Aggregate {
  computeHost(cloud, host)
  const aggregate = findAggregate()
  const zone = aggregate.metadata.availability_zone
  if (zone !== undefined) {
    const left = zonesOf(cloud, host, aggregate)[0] ?? null
    assertNothingMoves(cloud, aggregate, host, zone, left, 'remove host')
  }
  if (!aggregate.hosts.some((each) => sameText(each, host))) {
    refuse({ code: 'AggregateHostNotFound', id: aggregate.id, host })
  }
  changeAggregate(cloud, aggregate, { hosts: aggregate.hosts.filter((each) => !sameText(each, host)) })
  return aggregate
}

/** @throws {CloudError} AggregateUnsafe: it has hosts. @see nova/compute/api.py `delete_aggregate` */
export function deleteAggregate(cloud: Cloud, aggregate: Aggregate): void {
  if (aggregate.hosts.length > 0) unsafe(aggregate, 'remove host', { why: 'NotEmpty' })
  removeAggregate(cloud, aggregate)
}

/** @param id as it was asked for, for the words of the refusal. @throws {CloudError} AggregateNotFound */
export function getAggregate(cloud: Cloud, number: number, id: string): Aggregate {
  return cloud.state.aggregates.get(number) ?? refuse({ code: 'AggregateNotFound', id })
}

function assertNameFree(cloud: Cloud, name: string, self?: Aggregate): void {
  for (const other of cloud.state.aggregates.values()) {
    if (other !== self && sameText(other.name, name)) refuse({ code: 'AggregateNameExists', name })
  }
}

/** @see nova/compute/api.py `is_safe_to_update_az` */
function assertZoneSafe(cloud: Cloud, self: Aggregate, zone: string, hosts: string[], doing: Doing): void {
  if (zone === '') unsafe(self, doing, { why: 'EmptyZone', name: self.name })
  const wanted = new Set(hosts)
  const zones = [...cloud.state.aggregates.values()].flatMap(({ id, hosts: theirs, metadata }) => {
    const other = metadata.availability_zone
    if (id === self.id || other === undefined || other === zone) return []
    return theirs.some((host) => wanted.has(host)) ? [other] : []
  })
  if (zones.length > 0) unsafe(self, doing, { why: 'OtherZones', zones })
}

function assertNothingMoves(
  cloud: Cloud,
  self: Aggregate,
  host: string,
  from: string | null,
  to: string | null,
  doing: 'add host' | 'remove host',
): void {
  const count = countInstancesOn(cloud, host)
  if (count > 0 && from !== to) unsafe(self, doing, { why: 'ZoneWouldChange', from, to, count })
}

/** The host as it is spelled. @see nova/compute/api.py `_get_service_in_cell_by_host` */
function computeHost(cloud: Cloud, host: string): string {
  const mapping = findHostMapping(cloud, host)
  if (!mapping) {
    for (const { name } of cloud.state.cells) reach(cloud, name)
    refuse({ code: 'ComputeHostNotFound', host })
  }
  reach(cloud, mapping.cell)
  return findServiceOf(cloud, host, COMPUTE, mapping.cell)?.host ?? refuse({ code: 'ComputeHostNotFound', host })
}

function zonesOf(cloud: Cloud, host: string, but?: Aggregate): string[] {
  return [...cloud.state.aggregates.values()].flatMap((aggregate) => {
    const zone = aggregate.metadata.availability_zone
    return aggregate !== but && zone !== undefined && aggregate.hosts.includes(host) ? [zone] : []
  })
}

type Unsafe = Extract<Refusal, { code: 'AggregateUnsafe' }>
type Doing = Unsafe['doing']

function unsafe({ id }: Aggregate, doing: Doing, reason: Unsafe['reason']): never {
  refuse({ code: 'AggregateUnsafe', id, doing, reason })
}
