/** A world file: what may stand in it, with Nova's names. The contract is the table in docs/world-file.md. */

import * as z from 'zod'
import { ROLES } from '../cloud/identity.ts'
import { IMAGE_STATUSES, IMAGE_VISIBILITIES } from '../cloud/images.ts'
import { INSTANCE_STATUSES } from '../cloud/instances.ts'
import { MIGRATION_TYPES } from '../cloud/migrations.ts'
import { PROCESS_STATES } from '../cloud/processes.ts'
import { RELEASE_NAMES } from '../cloud/releases.ts'
import { toMs } from '../reading/time.ts'

const name = z.string().min(1, 'expected a text that is not empty')
const count = z.int().min(0, 'expected no less than 0')
const id = z.int().min(1, 'expected no less than 1').max(2_147_483_647, 'expected no more than 2147483647')
/** Of a resource class, or of a trait. */
const resourceClass = z.string().regex(/^[A-Z0-9_]+$/, 'expected capital letters, digits and underscores')
const uuid = z
  .string()
  .regex(/^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/, 'expected a UUID in lower case, with dashes')
/** A moment: 2026-01-01T00:00:00Z. One that names no zone is UTC, as Nova's are. */
export const time = z
  .string()
  .refine((text) => Number.isFinite(toMs(text)), 'expected a time such as 2026-01-01T00:00:00Z')

/** How many seconds pass in a second of the wall. */
export const rate = z
  .number()
  .gt(0, 'expected more than 0; a clock that stands is mode: manual')
  .max(1e6, 'expected no more than 1000000')

export const CLOCK_MODES = ['real', 'manual'] as const
const SERVICE_STATUSES = ['enabled', 'disabled'] as const

export const ServiceEntry = z.strictObject({
  binary: name,
  host: name,
  id: id.optional(),
  uuid: uuid.optional(),
  cell: name.optional(),
  status: z.enum(SERVICE_STATUSES).optional(),
  disabled_reason: name.max(255, 'expected no more than 255 characters').nullish(),
  forced_down: z.boolean().optional(),
  process: z.enum(PROCESS_STATES).optional(),
  created_at: time.optional(),
  updated_at: time.nullish(),
  last_seen_up: time.nullish(),
  first_report_at: time.optional(),
})

export const HostEntry = z.strictObject({
  name,
  id: id.optional(),
  uuid: uuid.optional(),
  hypervisor_type: name.optional(),
  hypervisor_version: count.optional(),
  host_ip: name.optional(),
  vcpus: count.optional(),
  memory_mb: count.optional(),
  local_gb: count.optional(),
})

export const AggregateEntry = z.strictObject({
  name,
  id: id.optional(),
  uuid: uuid.optional(),
  availability_zone: name.nullish(),
  hosts: z.array(name).optional(),
  metadata: z.record(z.string(), z.string()).optional(),
  created_at: time.optional(),
  updated_at: time.nullish(),
})

export const FlavorEntry = z.strictObject({
  name,
  ram: count,
  vcpus: count,
  disk: count,
  id: z.string().min(1, 'expected a text that is not empty').optional(),
  number: id.optional(),
  ephemeral: count.optional(),
  swap: count.optional(),
  rxtx_factor: z.number().gt(0, 'expected more than 0').optional(),
  is_public: z.boolean().optional(),
  disabled: z.boolean().optional(),
  description: z.string().nullish(),
  extra_specs: z.record(z.string(), z.string()).optional(),
  projects: z.array(name).optional(),
  created_at: time.optional(),
  updated_at: time.nullish(),
})

export const InstanceEntry = z.strictObject({
  name,
  uuid: uuid.optional(),
  host: name.nullish(),
  status: z.enum(INSTANCE_STATUSES).optional(),
  count: z.int().min(1, 'expected no less than 1').max(1_000_000, 'expected no more than 1000000').optional(),
})

export const MigrationEntry = z.strictObject({
  type: z.enum(MIGRATION_TYPES),
  status: name,
  source: name,
  dest: name.nullish(),
  instance: name.nullish(),
  id: id.optional(),
  ends_at: time.optional(),
})

export const CellEntry = z.strictObject({
  name,
  down: z.boolean().optional(),
  hosts: z.array(name).optional(),
})

/** Placement's names for what there is of a resource class. */
const InventoryEntry = z.strictObject({
  total: count,
  reserved: count.optional(),
  min_unit: count.optional(),
  max_unit: count.optional(),
  step_size: z.int().min(1, 'expected no less than 1').optional(),
  allocation_ratio: z.number().gt(0, 'expected more than 0').optional(),
  updated_at: time.optional(),
})

export const ResourceProviderEntry = z.strictObject({
  uuid,
  name,
  generation: count.optional(),
  parent: uuid.nullish(),
  inventories: z.record(resourceClass, InventoryEntry).optional(),
  traits: z.array(name).optional(),
  aggregates: z.array(name).optional(),
  created_at: time.optional(),
  updated_at: time.nullish(),
})

export const AllocationEntry = z.strictObject({
  consumer: uuid,
  project_id: name,
  user_id: name,
  consumer_type: name.nullish(),
  generation: count.optional(),
  resources: z.record(uuid, z.record(resourceClass, z.int().min(1, 'expected no less than 1'))),
  updated_at: time.optional(),
})

/** A resource class or a trait that somebody made. */
const CustomEntry = z.strictObject({
  name: resourceClass.startsWith('CUSTOM_', 'expected a name that begins with CUSTOM_'),
  created_at: time.optional(),
})

export const ImageEntry = z.strictObject({
  id: uuid.optional(),
  name: name.nullable(),
  status: z.enum(IMAGE_STATUSES).optional(),
  visibility: z.enum(IMAGE_VISIBILITIES).optional(),
  tags: z.array(name).optional(),
  min_disk: count.optional(),
  min_ram: count.optional(),
  size: count.nullish(),
  disk_format: name.nullish(),
  container_format: name.nullish(),
  owner: name.nullish(),
  protected: z.boolean().optional(),
  hidden: z.boolean().optional(),
  properties: z.record(z.string(), z.string()).optional(),
  created_at: time.optional(),
  updated_at: time.optional(),
})

export const LeftProcessEntry = z.strictObject({
  binary: name,
  host: name,
  cell: name.optional(),
  process: z.enum(PROCESS_STATES).optional(),
  hypervisor: HostEntry.omit({ name: true }).extend({ id, uuid }).optional(),
  next_update_at: time.optional(),
})

export const UserEntry = z.strictObject({
  name,
  password: z.string().optional(),
  project: name.optional(),
  roles: z.array(z.enum(ROLES)).optional(),
  system_roles: z.array(z.enum(ROLES)).optional(),
  domain_roles: z.array(z.enum(ROLES)).optional(),
})

export const WorldSchema = z.strictObject({
  release: z.string().toLowerCase().pipe(z.enum(RELEASE_NAMES)).optional(),
  seed: z.int().optional(),
  clock: z
    .strictObject({ start: time.optional(), mode: z.enum(CLOCK_MODES).optional(), rate: rate.optional() })
    .optional(),
  cells: z.array(CellEntry).optional(),
  services: z.array(ServiceEntry).optional(),
  hosts: z.array(HostEntry).optional(),
  aggregates: z.array(AggregateEntry).optional(),
  flavors: z.array(FlavorEntry).optional(),
  images: z.array(ImageEntry).optional(),
  instances: z.array(InstanceEntry).optional(),
  migrations: z.array(MigrationEntry).optional(),
  users: z.array(UserEntry).optional(),
  resource_providers: z.array(ResourceProviderEntry).optional(),
  allocations: z.array(AllocationEntry).optional(),
  resource_classes: z.array(CustomEntry).optional(),
  traits: z.array(CustomEntry).optional(),
  processes: z.array(LeftProcessEntry).optional(),
  counters: z.record(z.string(), count).optional(),
})

export type WorldFile = z.infer<typeof WorldSchema>
