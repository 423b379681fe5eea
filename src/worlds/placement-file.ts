/** Placement's and Glance's parts of a world file, made into those of a description, and the other way round. */

import type { Consumer } from '../cloud/allocations.ts'
import type { CloudDescription } from '../cloud/description.ts'
import type { NewImage } from '../cloud/images.ts'
import type { Inventory, NewResourceProvider } from '../cloud/resource-providers.ts'
import { mapValues } from './map-values.ts'
import { moment, text } from './moment.ts'
import type { WorldFile } from './world-schema.ts'

type Entry<Key extends keyof WorldFile> = NonNullable<WorldFile[Key]> extends (infer Item)[] ? Item : never
type InventoryEntry = NonNullable<Entry<'resource_providers'>['inventories']>[string]
type Custom = NonNullable<CloudDescription['traits']>[number]

/** The most of a resource class that Placement can speak of. placement/db/constants.py `MAX_INT` */
const MAX_INT = 0x7fffffff

export function fromProviderEntry(entry: Entry<'resource_providers'>): NewResourceProvider {
  const { created_at, updated_at, inventories, ...same } = entry
  return {
    ...same,
    inventories: inventories && mapValues(inventories, fromInventoryEntry),
    createdAt: moment(created_at) ?? undefined,
    updatedAt: moment(updated_at),
  }
}

export function toProviderEntry(provider: NewResourceProvider): Entry<'resource_providers'> {
  const { uuid, name, generation, parent, inventories, traits, aggregates, createdAt, updatedAt } = provider
  return {
    ...{ uuid, name, generation, parent },
    inventories: inventories && mapValues(inventories, toInventoryEntry),
    traits: traits && [...traits],
    aggregates: aggregates && [...aggregates],
    created_at: text(createdAt) ?? undefined,
    updated_at: text(updatedAt),
  }
}

export function fromAllocationEntry(entry: Entry<'allocations'>): Consumer {
  return {
    uuid: entry.consumer,
    generation: entry.generation ?? 1,
    projectId: entry.project_id,
    userId: entry.user_id,
    type: entry.consumer_type ?? null,
    holdings: Object.entries(entry.resources).map(([provider, resources]) => ({ provider, resources })),
    changedAt: moment(entry.updated_at) ?? 0,
  }
}

export function toAllocationEntry(consumer: Consumer): Entry<'allocations'> {
  return {
    consumer: consumer.uuid,
    project_id: consumer.projectId,
    user_id: consumer.userId,
    consumer_type: consumer.type,
    generation: consumer.generation,
    resources: Object.fromEntries(consumer.holdings.map(({ provider, resources }) => [provider, { ...resources }])),
    updated_at: text(consumer.changedAt) ?? undefined,
  }
}

export function fromCustomEntry({ name, created_at }: Entry<'traits'>): Custom {
  return { name, createdAt: moment(created_at) ?? undefined }
}

export function toCustomEntry({ name, createdAt }: Custom): Entry<'traits'> {
  return { name, created_at: text(createdAt) ?? undefined }
}

export function fromImageEntry(entry: Entry<'images'>): NewImage {
  const { min_disk, min_ram, size, disk_format, container_format, created_at, updated_at, ...same } = entry
  return {
    ...same,
    minDiskGb: min_disk,
    minRamMb: min_ram,
    sizeBytes: size,
    diskFormat: disk_format,
    containerFormat: container_format,
    createdAt: moment(created_at) ?? undefined,
    updatedAt: moment(updated_at) ?? undefined,
  }
}

export function toImageEntry(image: NewImage): Entry<'images'> {
  const { id, name, status, visibility, tags, owner, hidden, properties } = image
  return {
    ...{ id, name, status, visibility },
    tags: tags && [...tags],
    min_disk: image.minDiskGb,
    min_ram: image.minRamMb,
    size: image.sizeBytes,
    disk_format: image.diskFormat,
    container_format: image.containerFormat,
    ...{ owner, protected: image.protected, hidden },
    properties: properties && { ...properties },
    created_at: text(image.createdAt) ?? undefined,
    updated_at: text(image.updatedAt) ?? undefined,
  }
}

function fromInventoryEntry(entry: InventoryEntry): Inventory {
  return {
    total: entry.total,
    reserved: entry.reserved ?? 0,
    minUnit: entry.min_unit ?? 1,
    maxUnit: entry.max_unit ?? MAX_INT,
    stepSize: entry.step_size ?? 1,
    allocationRatio: entry.allocation_ratio ?? 1,
    changedAt: moment(entry.updated_at) ?? 0,
  }
}

function toInventoryEntry(inventory: Inventory): InventoryEntry {
  return {
    total: inventory.total,
    reserved: inventory.reserved,
    min_unit: inventory.minUnit,
    max_unit: inventory.maxUnit,
    step_size: inventory.stepSize,
    allocation_ratio: inventory.allocationRatio,
    updated_at: text(inventory.changedAt) ?? undefined,
  }
}
