/** A world file: what may stand in it, with Nova's names. The contract is the table in docs/world-file.md. */

import * as z from 'zod'
import { TASK_KINDS } from '../cloud/durations.ts'
import { ROLES } from '../cloud/identity.ts'
import { IMAGE_STATUSES, IMAGE_VISIBILITIES } from '../cloud/images.ts'
import { INSTANCE_STATUSES, TASK_STATES, VM_STATES } from '../cloud/instance-states.ts'
import { MIGRATION_TYPES } from '../cloud/migrations.ts'
import { PROCESS_STATES } from '../cloud/processes.ts'
import { RELEASE_NAMES } from '../cloud/releases.ts'
import { duration } from '../reading/duration.ts'
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

/** A flavor as an instance has kept it, where there is none such any more. */
const KeptFlavor = FlavorEntry.omit({ description: true, projects: true, created_at: true, updated_at: true }).extend({
  id: name,
  number: id,
})
const flavor = z.union([name, KeptFlavor])

export const FaultEntry = z.strictObject({
  code: count,
  message: z.string(),
  details: z.string().nullish(),
  created_at: time.optional(),
})

const ActionEntry = z.strictObject({
  id,
  action: name,
  request_id: name,
  user_id: name,
  project_id: name,
  started_at: time,
  updated_at: time.nullish(),
  message: z.string().nullish(),
  events: z.array(
    z.strictObject({
      name,
      host: name.nullish(),
      started_at: time,
      finished_at: time.nullish(),
      result: z.enum(['Success', 'Error']).nullish(),
      details: z.string().nullish(),
      traceback: z.string().nullish(),
    }),
  ),
})

export const InstanceEntry = z.strictObject({
  name,
  uuid: uuid.optional(),
  id: id.nullish(),
  host: name.nullish(),
  status: z.enum(INSTANCE_STATUSES).optional(),
  count: z.int().min(1, 'expected no less than 1').max(1_000_000, 'expected no more than 1000000').optional(),
  cell: name.nullish(),
  vm_state: z.enum(VM_STATES).optional(),
  task_state: z.enum(TASK_STATES).nullish(),
  power_state: count.optional(),
  flavor: flavor.optional(),
  old_flavor: flavor.nullish(),
  new_flavor: flavor.nullish(),
  old_vm_state: z.enum(VM_STATES).nullish(),
  image: name.nullish(),
  project: name.optional(),
  user: name.optional(),
  created_at: time.optional(),
  updated_at: time.nullish(),
  launched_at: time.nullish(),
  terminated_at: time.nullish(),
  deleted_at: time.nullish(),
  availability_zone: name.nullish(),
  metadata: z.record(z.string(), z.string()).optional(),
  tags: z.array(name).optional(),
  locked_by: z.enum(['owner', 'admin']).nullish(),
  locked_reason: z.string().nullish(),
  fault: FaultEntry.nullish(),
  hostname: z.string().optional(),
  description: z.string().nullish(),
  access_ip_v4: name.nullish(),
  access_ip_v6: name.nullish(),
  key_name: name.nullish(),
  config_drive: z.boolean().optional(),
  progress: count.optional(),
  reservation_id: name.nullish(),
  launch_index: count.optional(),
  user_data: z.string().nullish(),
  disk_config: z.enum(['AUTO', 'MANUAL']).optional(),
  scheduler_hints: z.record(z.string(), z.array(z.string())).optional(),
  actions: z.array(ActionEntry).optional(),
})

const ProgressEntry = z.strictObject({
  memory_total: count,
  memory_processed: count,
  memory_remaining: count,
  disk_total: count,
  disk_processed: count,
  disk_remaining: count,
})

export const MigrationEntry = z.strictObject({
  type: z.enum(MIGRATION_TYPES),
  status: name,
  source: name,
  dest: name.nullish(),
  instance: name.nullish(),
  id: id.optional(),
  uuid: uuid.optional(),
  source_node: name.nullish(),
  dest_node: name.nullish(),
  dest_host: name.nullish(),
  old_flavor: id.nullish(),
  new_flavor: id.nullish(),
  user_id: name.nullish(),
  project_id: name.nullish(),
  created_at: time.optional(),
  updated_at: time.nullish(),
  progress: ProgressEntry.nullish(),
})

const TaskEntry = z.strictObject({
  id,
  kind: z.enum(TASK_KINDS),
  instance: uuid,
  migration: id.nullable(),
  stage: name,
  host: name.nullable(),
  due_at: time,
  takes: duration,
  held: z.boolean(),
  fails_at: name.nullable(),
  action: id.nullable(),
  wish: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
})

/** How long each kind of work takes. */
export const DurationsEntry = z.partialRecord(z.enum(TASK_KINDS), duration)

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
  name: z.string().regex(/^CUSTOM_[A-Z0-9_]+$/, 'expected CUSTOM_ and capital letters, digits and underscores'),
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
  project: name.optional(),
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
  tasks: z.array(TaskEntry).optional(),
  durations: DurationsEntry.optional(),
  users: z.array(UserEntry).optional(),
  resource_providers: z.array(ResourceProviderEntry).optional(),
  allocations: z.array(AllocationEntry).optional(),
  resource_classes: z.array(CustomEntry).optional(),
  traits: z.array(CustomEntry).optional(),
  processes: z.array(LeftProcessEntry).optional(),
  counters: z.record(z.string(), count).optional(),
})

export type WorldFile = z.infer<typeof WorldSchema>
