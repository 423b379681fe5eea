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

/** An instance, or `count` of them: `{n}` in the name is then the number of each, from 1. */
export type InstanceEntry = {
  name: string
  uuid?: string | undefined
  /** Null: on no host. */
  host?: string | null | undefined
  /** Default `ACTIVE`. */
  status?: InstanceStatus | undefined
  count?: number | undefined
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
}

/** A cell: where services are kept. Default of all: `cell1`. */
export type CellEntry = {
  name: string
  /** Whether its database is away. */
  down?: boolean | undefined
  hosts?: string[] | undefined
}

/** What Placement keeps of a host. */
export type ResourceProviderEntry = {
  uuid: string
  name: string
  generation?: number | undefined
}

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
  instances?: InstanceEntry[] | undefined
  migrations?: MigrationEntry[] | undefined
  users?: UserEntry[] | undefined
  resource_providers?: ResourceProviderEntry[] | undefined
  processes?: ProcessEntry[] | undefined
  /** How far ids have been counted; in what is exported. */
  counters?: Record<string, number> | undefined
}
