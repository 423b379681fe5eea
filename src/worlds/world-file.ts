/** A world file made into the description of a cloud, and a cloud's description made into a world file. */

import type { AggregateWish } from '../cloud/aggregates.ts'
import type { CloudDescription, ServiceDescription } from '../cloud/description.ts'
import type { NewFlavor } from '../cloud/flavors.ts'
import type { HypervisorWish } from '../cloud/hypervisors.ts'
import {
  fromDurations,
  fromInstanceEntry,
  fromMigrationEntry,
  fromTaskEntry,
  toDurations,
  toInstanceEntry,
  toMigrationEntry,
  toTaskEntry,
} from './instance-file.ts'
import { moment, text } from './moment.ts'
import {
  fromAllocationEntry,
  fromCustomEntry,
  fromImageEntry,
  fromProviderEntry,
  toAllocationEntry,
  toCustomEntry,
  toImageEntry,
  toProviderEntry,
} from './placement-file.ts'
import type { WorldFile } from './world-schema.ts'

/** What a world is made of: its cloud, and the seed that its ids come from. */
export interface WorldDescription extends CloudDescription {
  /** Default 0. */
  seed?: number | undefined
}

type ServiceEntry = NonNullable<WorldFile['services']>[number]

/** What the file describes. It has been checked against the schema before. */
export function fromWorldFile({ resource_providers, resource_classes, ...file }: WorldFile): WorldDescription {
  const { clock } = file
  return {
    ...file,
    clock: clock && { ...clock, start: moment(clock.start) ?? undefined },
    services: file.services?.map(fromServiceEntry),
    hosts: file.hosts?.map(({ name, ...offer }) => ({ name, ...fromOffer(offer) })),
    aggregates: file.aggregates?.map(fromAggregateEntry),
    flavors: file.flavors?.map(fromFlavorEntry),
    instances: file.instances?.map(fromInstanceEntry),
    migrations: file.migrations?.map(fromMigrationEntry),
    tasks: file.tasks?.map(fromTaskEntry),
    durations: file.durations && fromDurations(file.durations),
    users: file.users?.map(({ system_roles, domain_roles, ...same }) => ({
      ...same,
      systemRoles: system_roles,
      domainRoles: domain_roles,
    })),
    images: file.images?.map(fromImageEntry),
    resourceProviders: resource_providers?.map(fromProviderEntry),
    allocations: file.allocations?.map(fromAllocationEntry),
    resourceClasses: resource_classes?.map(fromCustomEntry),
    traits: file.traits?.map(fromCustomEntry),
    processes: file.processes?.map(({ hypervisor, next_update_at, ...same }) => ({
      ...same,
      node: hypervisor && { ...fromOffer(hypervisor), id: hypervisor.id, uuid: hypervisor.uuid },
      nextUpdate: moment(next_update_at) ?? undefined,
    })),
  }
}

/** What an entry of `services` describes. */
export function fromServiceEntry(entry: ServiceEntry): ServiceDescription {
  const { status, disabled_reason, forced_down, created_at, updated_at, last_seen_up, first_report_at, ...same } = entry
  return {
    ...same,
    disabled: status && status === 'disabled',
    disabledReason: disabled_reason,
    forcedDown: forced_down,
    createdAt: moment(created_at) ?? undefined,
    updatedAt: moment(updated_at),
    lastSeenUp: moment(last_seen_up),
    firstReportAt: moment(first_report_at) ?? undefined,
  }
}

/**
 * The file that describes it, in the order in which people read: what is whole first, what hangs on it after. What is undefined is
 * to be left out, as JSON leaves it out.
 */
export function toWorldFile({ seed, release, clock, ...parts }: WorldDescription): WorldFile {
  return {
    release,
    seed,
    clock: clock && { ...clock, start: text(clock.start) ?? undefined },
    cells: parts.cells,
    services: parts.services?.map(toServiceEntry),
    hosts: parts.hosts?.map(({ name, ...offer }) => ({ name, ...toOffer(offer) })),
    aggregates: parts.aggregates?.map(({ availabilityZone, createdAt, updatedAt, ...same }) => ({
      ...same,
      availability_zone: availabilityZone,
      created_at: text(createdAt) ?? undefined,
      updated_at: text(updatedAt),
    })),
    flavors: parts.flavors?.map(toFlavorEntry),
    images: parts.images?.map(toImageEntry),
    instances: parts.instances?.map(toInstanceEntry),
    migrations: parts.migrations?.map(toMigrationEntry),
    tasks: parts.tasks?.map(toTaskEntry),
    durations: parts.durations && toDurations(parts.durations),
    users: parts.users?.map(({ systemRoles, domainRoles, ...same }) => ({
      ...same,
      system_roles: systemRoles,
      domain_roles: domainRoles,
    })),
    resource_providers: parts.resourceProviders?.map(toProviderEntry),
    allocations: parts.allocations?.map(toAllocationEntry),
    resource_classes: parts.resourceClasses?.map(toCustomEntry),
    traits: parts.traits?.map(toCustomEntry),
    processes: parts.processes?.map(({ node, nextUpdate, ...same }) => ({
      ...same,
      hypervisor: node && { ...toOffer(node), id: node.id, uuid: node.uuid },
      next_update_at: text(nextUpdate) ?? undefined,
    })),
    counters: parts.counters,
  }
}

/** The entry that describes a service. */
export function toServiceEntry(service: ServiceDescription): ServiceEntry {
  const { id, uuid, binary, host, cell, disabled, disabledReason, forcedDown, process } = service
  return {
    ...{ id, uuid, binary, host, cell },
    status: disabled ? 'disabled' : 'enabled',
    disabled_reason: disabledReason,
    forced_down: forcedDown,
    process,
    created_at: text(service.createdAt) ?? undefined,
    updated_at: text(service.updatedAt),
    last_seen_up: text(service.lastSeenUp),
    first_report_at: text(service.firstReportAt) ?? undefined,
  }
}

type AggregateEntry = NonNullable<WorldFile['aggregates']>[number]

/** What an entry of `aggregates` describes. */
export function fromAggregateEntry(entry: AggregateEntry): AggregateWish {
  const { availability_zone, created_at, updated_at, ...same } = entry
  return {
    ...same,
    availabilityZone: availability_zone,
    createdAt: moment(created_at) ?? undefined,
    updatedAt: moment(updated_at),
  }
}

type FlavorEntry = NonNullable<WorldFile['flavors']>[number]

/** What an entry of `flavors` describes. Its sizes are Nova's: megabytes and gigabytes. */
export function fromFlavorEntry(entry: FlavorEntry): NewFlavor {
  const {
    id,
    number,
    ram,
    disk,
    ephemeral,
    swap,
    rxtx_factor,
    is_public,
    extra_specs,
    created_at,
    updated_at,
    ...same
  } = entry
  return {
    ...same,
    id: number,
    flavorId: id,
    ramMb: ram,
    diskGb: disk,
    ephemeralGb: ephemeral,
    swapMb: swap,
    rxtxFactor: rxtx_factor,
    isPublic: is_public,
    extraSpecs: extra_specs,
    createdAt: moment(created_at) ?? undefined,
    updatedAt: moment(updated_at),
  }
}

/** The entry that describes a flavor. */
export function toFlavorEntry(flavor: NewFlavor): FlavorEntry {
  const { name, vcpus, disabled, description, projects } = flavor
  return {
    id: flavor.flavorId,
    number: flavor.id,
    name,
    ram: flavor.ramMb,
    vcpus,
    disk: flavor.diskGb,
    ephemeral: flavor.ephemeralGb,
    swap: flavor.swapMb,
    rxtx_factor: flavor.rxtxFactor,
    is_public: flavor.isPublic,
    ...{ disabled, description },
    extra_specs: flavor.extraSpecs,
    projects,
    created_at: text(flavor.createdAt) ?? undefined,
    updated_at: text(flavor.updatedAt),
  }
}

type OfferEntry = Omit<NonNullable<WorldFile['hosts']>[number], 'name'>
type Offer = Omit<HypervisorWish, 'host'>

function fromOffer({ hypervisor_type, hypervisor_version, host_ip, memory_mb, local_gb, ...same }: OfferEntry): Offer {
  return {
    ...same,
    hypervisorType: hypervisor_type,
    hypervisorVersion: hypervisor_version,
    hostIp: host_ip,
    memoryMb: memory_mb,
    localGb: local_gb,
  }
}

function toOffer({ id, uuid, hypervisorType, hypervisorVersion, vcpus, ...offer }: Offer): OfferEntry {
  return {
    ...{ id, uuid },
    hypervisor_type: hypervisorType,
    hypervisor_version: hypervisorVersion,
    vcpus,
    memory_mb: offer.memoryMb,
    local_gb: offer.localGb,
    host_ip: offer.hostIp,
  }
}
