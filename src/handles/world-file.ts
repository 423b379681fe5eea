/** A world file as TypeScript sees it: what may stand in it, with Nova's names. docs/world-file.md says more. */

/** `real` goes by itself; `manual` stands until it is moved. */
export type ClockMode = 'real' | 'manual'

/** `stopped`: nobody hears from it; `hung`: it is there, but does nothing and reports no more. */
export type ProcessState = 'running' | 'stopped' | 'hung'

/** What Nova shows as an instance's `status`. */
export type InstanceStatus =
  | 'ACTIVE'
  | 'BUILD'
  | 'DELETED'
  | 'ERROR'
  | 'HARD_REBOOT'
  | 'MIGRATING'
  | 'PASSWORD'
  | 'PAUSED'
  | 'REBOOT'
  | 'REBUILD'
  | 'RESCUE'
  | 'RESIZE'
  | 'REVERT_RESIZE'
  | 'SHELVED'
  | 'SHELVED_OFFLOADED'
  | 'SHUTOFF'
  | 'SOFT_DELETED'
  | 'SUSPENDED'
  | 'UNKNOWN'
  | 'VERIFY_RESIZE'

/** What an instance is. */
export type VmState =
  | 'active'
  | 'building'
  | 'deleted'
  | 'error'
  | 'paused'
  | 'rescued'
  | 'resized'
  | 'shelved'
  | 'shelved_offloaded'
  | 'soft-delete'
  | 'stopped'
  | 'suspended'
  | 'unknown'

/** What is being done to an instance. */
export type TaskState =
  | 'scheduling'
  | 'block_device_mapping'
  | 'networking'
  | 'spawning'
  | 'updating_password'
  | 'resize_prep'
  | 'resize_migrating'
  | 'resize_migrated'
  | 'resize_finish'
  | 'resize_reverting'
  | 'resize_confirming'
  | 'rebooting'
  | 'reboot_pending'
  | 'reboot_started'
  | 'rebooting_hard'
  | 'reboot_pending_hard'
  | 'reboot_started_hard'
  | 'powering-off'
  | 'powering-on'
  | 'rebuilding'
  | 'rebuild_block_device_mapping'
  | 'rebuild_spawning'
  | 'migrating'
  | 'deleting'
  | 'soft-deleting'

/** A kind of work on an instance. */
export type TaskKind =
  | 'boot'
  | 'delete'
  | 'stop'
  | 'start'
  | 'reboot'
  | 'rebuild'
  | 'evacuate'
  | 'live-migrate'
  | 'resize'
  | 'confirm'
  | 'revert'

/** What kind of move a migration is. */
export type MigrationType = 'migration' | 'resize' | 'live-migration' | 'evacuation'

/** A role of Keystone's. */
export type Role = 'admin' | 'manager' | 'member' | 'reader' | 'service'

/** A compute service: `nova-compute` on a host, say. Times are texts such as `2026-01-01T00:00:00Z`. */
export type ServiceEntry = {
  binary: string
  host: string
  /** The integer id. Default: the next one of its cell. */
  id?: number | undefined
  /** Default: made from the seed. */
  uuid?: string | undefined
  /** Default `cell1`; for what is not nova-compute, that of the API. */
  cell?: string | undefined
  /** Default `enabled`. */
  status?: 'enabled' | 'disabled' | undefined
  disabled_reason?: string | null | undefined
  /** Default false. */
  forced_down?: boolean | undefined
  /** Default `running`. */
  process?: ProcessState | undefined
  created_at?: string | undefined
  /** When its row was last changed, by a report as well. */
  updated_at?: string | null | undefined
  /** When it last reported. */
  last_seen_up?: string | null | undefined
  first_report_at?: string | undefined
}

/** What a compute host offers. Memory in MiB, disks in GiB. */
export type HostEntry = {
  name: string
  id?: number | undefined
  uuid?: string | undefined
  hypervisor_type?: string | undefined
  hypervisor_version?: number | undefined
  host_ip?: string | undefined
  vcpus?: number | undefined
  memory_mb?: number | undefined
  local_gb?: number | undefined
}

/** A group of hosts, and the availability zone that it makes. */
export type AggregateEntry = {
  name: string
  id?: number | undefined
  uuid?: string | undefined
  availability_zone?: string | null | undefined
  hosts?: string[] | undefined
  metadata?: Record<string, string> | undefined
  created_at?: string | undefined
  updated_at?: string | null | undefined
}

/** How much of a host an instance takes. Sizes as Nova has them: megabytes and gigabytes. */
export type FlavorEntry = {
  name: string
  ram: number
  vcpus: number
  disk: number
  /** What the API calls its id. Default: a UUID, made from the seed. */
  id?: string | undefined
  /** The number of its row. Default: the next. */
  number?: number | undefined
  ephemeral?: number | undefined
  swap?: number | undefined
  rxtx_factor?: number | undefined
  /** Default true. */
  is_public?: boolean | undefined
  disabled?: boolean | undefined
  description?: string | null | undefined
  extra_specs?: Record<string, string> | undefined
  /** The ids of the projects that may use one that is not public. */
  projects?: string[] | undefined
  created_at?: string | undefined
  updated_at?: string | null | undefined
}

/** A flavor as an instance has kept it, where there is none such any more. */
export type KeptFlavor = {
  name: string
  ram: number
  vcpus: number
  disk: number
  id: string
  number: number
  ephemeral?: number | undefined
  swap?: number | undefined
  rxtx_factor?: number | undefined
  is_public?: boolean | undefined
  disabled?: boolean | undefined
  extra_specs?: Record<string, string> | undefined
}

/** Why an instance is in `ERROR`. */
export type FaultEntry = {
  code: number
  message: string
  details?: string | null | undefined
  created_at?: string | undefined
}

/** What was done to an instance. Exports have it. */
export type ActionEntry = {
  id: number
  action: string
  request_id: string
  user_id: string
  project_id: string
  started_at: string
  updated_at?: string | null | undefined
  message?: string | null | undefined
  events: {
    name: string
    host?: string | null | undefined
    started_at: string
    finished_at?: string | null | undefined
    result?: 'Success' | 'Error' | null | undefined
    details?: string | null | undefined
    traceback?: string | null | undefined
  }[]
}

/** An instance, or `count` of them: `{n}` in the name is then the number of each, from 1. */
export type InstanceEntry = {
  name: string
  uuid?: string | undefined
  /** The number of its row. */
  id?: number | null | undefined
  /** Null: on no host. */
  host?: string | null | undefined
  /** Default `ACTIVE`. */
  status?: InstanceStatus | undefined
  count?: number | undefined
  /** Default: that of its host. */
  cell?: string | null | undefined
  /** Default, as of the next two: that of its status. */
  vm_state?: VmState | undefined
  task_state?: TaskState | null | undefined
  power_state?: number | undefined
  /** An id or a name. Default: the first of the world's. */
  flavor?: string | KeptFlavor | undefined
  old_flavor?: string | KeptFlavor | null | undefined
  new_flavor?: string | KeptFlavor | null | undefined
  old_vm_state?: VmState | null | undefined
  /** An id or a name. Default: that of the first of the world's. */
  image?: string | null | undefined
  /** An id or a name. Default `admin`. */
  project?: string | undefined
  user?: string | undefined
  created_at?: string | undefined
  updated_at?: string | null | undefined
  launched_at?: string | null | undefined
  terminated_at?: string | null | undefined
  deleted_at?: string | null | undefined
  /** The zone that it was asked for in, and must not leave. */
  availability_zone?: string | null | undefined
  metadata?: Record<string, string> | undefined
  tags?: string[] | undefined
  locked_by?: 'owner' | 'admin' | null | undefined
  locked_reason?: string | null | undefined
  fault?: FaultEntry | null | undefined
  /** Default: made of its name. */
  hostname?: string | undefined
  description?: string | null | undefined
  access_ip_v4?: string | null | undefined
  access_ip_v6?: string | null | undefined
  key_name?: string | null | undefined
  config_drive?: boolean | undefined
  progress?: number | undefined
  reservation_id?: string | null | undefined
  launch_index?: number | undefined
  user_data?: string | null | undefined
  disk_config?: 'AUTO' | 'MANUAL' | undefined
  scheduler_hints?: Record<string, string[]> | undefined
  actions?: ActionEntry[] | undefined
}

/** A record of a move or an evacuation. */
export type MigrationEntry = {
  type: MigrationType
  /** Nova's word for how far it is: `accepted`, `running`, `done`, `completed`, `error` … */
  status: string
  source: string
  dest?: string | null | undefined
  /** The instance's UUID or name. */
  instance?: string | null | undefined
  id?: number | undefined
  uuid?: string | undefined
  source_node?: string | null | undefined
  dest_node?: string | null | undefined
  /** The address of the destination. */
  dest_host?: string | null | undefined
  /** The number of a flavor's row. */
  old_flavor?: number | null | undefined
  new_flavor?: number | null | undefined
  user_id?: string | null | undefined
  project_id?: string | null | undefined
  created_at?: string | undefined
  updated_at?: string | null | undefined
  /** Bytes. */
  progress?:
    | {
        memory_total: number
        memory_processed: number
        memory_remaining: number
        disk_total: number
        disk_processed: number
        disk_remaining: number
      }
    | null
    | undefined
}

/** Work on an instance that is under way. Exports have it. */
export type TaskEntry = {
  id: number
  kind: TaskKind
  instance: string
  migration: number | null
  stage: string
  host: string | null
  due_at: string
  takes: string | number
  held: boolean
  fails_at: string | null
  action: number | null
  wish: Record<string, string | number | boolean | null>
}

/** A cell: where services are kept. Default of all: `cell1`. */
export type CellEntry = {
  name: string
  /** Whether its database is away. */
  down?: boolean | undefined
  hosts?: string[] | undefined
}

/** How much a resource provider has of a resource class. */
export type InventoryEntry = {
  total: number
  /** Default 0. */
  reserved?: number | undefined
  /** Default 1. */
  min_unit?: number | undefined
  /** Default: the most there can be. */
  max_unit?: number | undefined
  /** Default 1. */
  step_size?: number | undefined
  /** Default 1. */
  allocation_ratio?: number | undefined
  updated_at?: string | undefined
}

/** A resource provider of Placement's. */
export type ResourceProviderEntry = {
  uuid: string
  name: string
  generation?: number | undefined
  /** The UUID of the one that it is a part of. */
  parent?: string | null | undefined
  /** By resource class. Default: a host's, what it offers; another's, nothing. */
  inventories?: Record<string, InventoryEntry> | undefined
  traits?: string[] | undefined
  aggregates?: string[] | undefined
  created_at?: string | undefined
  updated_at?: string | null | undefined
}

/** What a consumer has of resource providers. */
export type AllocationEntry = {
  consumer: string
  project_id: string
  user_id: string
  consumer_type?: string | null | undefined
  /** Default 1. */
  generation?: number | undefined
  /** By the provider's UUID, and by resource class. */
  resources: Record<string, Record<string, number>>
  updated_at?: string | undefined
}

/** A resource class or a trait that somebody made: its name begins with `CUSTOM_`. */
export type CustomEntry = {
  name: string
  created_at?: string | undefined
}

/** What instances can be made of. Sizes are Glance's: GB for disks, MB for memory, bytes for the image. */
export type ImageEntry = {
  /** Default: made from the seed. */
  id?: string | undefined
  name: string | null
  /** Default `active`. */
  status?: ImageStatus | undefined
  /** Default `public`. */
  visibility?: 'public' | 'private' | 'shared' | 'community' | undefined
  tags?: string[] | undefined
  min_disk?: number | undefined
  min_ram?: number | undefined
  size?: number | null | undefined
  /** Default `qcow2`. */
  disk_format?: string | null | undefined
  /** Default `bare`. */
  container_format?: string | null | undefined
  /** The id of a project. Default: that of `admin`. */
  owner?: string | null | undefined
  /** The same by its name. */
  project?: string | undefined
  protected?: boolean | undefined
  hidden?: boolean | undefined
  properties?: Record<string, string> | undefined
  created_at?: string | undefined
  updated_at?: string | undefined
}

/** What Glance shows as an image's `status`. */
export type ImageStatus =
  | 'queued'
  | 'saving'
  | 'uploading'
  | 'importing'
  | 'active'
  | 'killed'
  | 'deleted'
  | 'pending_delete'
  | 'deactivated'

/** What a host offers whose service was deleted. */
export type ProcessHost = {
  id: number
  uuid: string
  hypervisor_type?: string | undefined
  hypervisor_version?: number | undefined
  host_ip?: string | undefined
  vcpus?: number | undefined
  memory_mb?: number | undefined
  local_gb?: number | undefined
}

/** A process that goes on although its service was deleted. */
export type ProcessEntry = {
  binary: string
  host: string
  cell?: string | undefined
  process?: ProcessState | undefined
  hypervisor?: ProcessHost | undefined
  next_update_at?: string | undefined
}

/** Who can log in. */
export type UserEntry = {
  name: string
  /** Default `secret`. */
  password?: string | undefined
  project?: string | undefined
  roles?: Role[] | undefined
  system_roles?: Role[] | undefined
  domain_roles?: Role[] | undefined
}

/** A world as it would stand in a file. What is not named is as in an empty cloud. */
export type WorldFile = {
  /** Caps the microversions that it offers: `2026.2`. */
  release?: string | undefined
  /** What ids and chance are made from. Default 0. */
  seed?: number | undefined
  clock?: { start?: string | undefined; mode?: ClockMode | undefined; rate?: number | undefined } | undefined
  cells?: CellEntry[] | undefined
  services?: ServiceEntry[] | undefined
  hosts?: HostEntry[] | undefined
  aggregates?: AggregateEntry[] | undefined
  /** Default: m1.tiny, m1.small, m1.medium, m1.large and m1.xlarge. */
  flavors?: FlavorEntry[] | undefined
  /** Default: one, `cirros`. */
  images?: ImageEntry[] | undefined
  instances?: InstanceEntry[] | undefined
  migrations?: MigrationEntry[] | undefined
  tasks?: TaskEntry[] | undefined
  /** How long each kind of work takes: `{boot: 5s}`. */
  durations?: Partial<Record<TaskKind, string | number>> | undefined
  users?: UserEntry[] | undefined
  resource_providers?: ResourceProviderEntry[] | undefined
  /** Default: what the instances have. */
  allocations?: AllocationEntry[] | undefined
  resource_classes?: CustomEntry[] | undefined
  traits?: CustomEntry[] | undefined
  processes?: ProcessEntry[] | undefined
  /** How far ids have been counted; in what is exported. */
  counters?: Record<string, number> | undefined
}
