/** What control's routes answer, as TypeScript sees it. Times are texts such as `2026-01-01T00:00:00.000Z`. */

import type {
  ClockMode,
  FaultEntry,
  InstanceStatus,
  MigrationType,
  ProcessState,
  TaskState,
  VmState,
} from './world-file.ts'

/** That novasim is ready. */
export interface HealthView {
  status: 'ok'
  version: string
  /** How many there are. */
  worlds: number
  /** In seconds. */
  uptime: number
}

/** A world, where it is, and how to log in there. */
export interface WorldView {
  name: string
  seed: number
  url: string
  auth_url: string
  control_url: string
  /** The `OS_*` variables that log a client in. */
  env: Record<string, string>
}

/** A compute service. */
export interface ServiceView {
  id: number
  uuid: string
  binary: string
  host: string
  cell: string
  status: 'enabled' | 'disabled'
  disabled_reason: string | null
  forced_down: boolean
  process: ProcessState
  created_at: string
  /** When its row was last changed, by a report as well; null before the first. */
  updated_at: string | null
  last_seen_up: string | null
  first_report_at?: string | undefined
  /** As Nova would say it now. */
  state: 'up' | 'down'
  /** Its availability zone. */
  zone: string
}

/** What can be changed of a service. */
export interface ServiceChange {
  status?: 'enabled' | 'disabled' | undefined
  disabled_reason?: string | null | undefined
  forced_down?: boolean | undefined
  /** `stopped` silences it, `hung` too but it is there, `running` starts it again, or lets it go on. */
  process?: ProcessState | undefined
}

/** An instance: where it is, and how. */
export interface InstanceView {
  uuid: string
  name: string
  /** Null when it is on none. */
  host: string | null
  status: InstanceStatus
  /** What the status is made of. */
  vm_state: VmState
  task_state: TaskState | null
  /** 0: none, 1: running, 3: paused, 4: shut down, 7: suspended. */
  power_state: number
  /** The name of its flavor. */
  flavor: string
  image: string | null
  metadata: Record<string, string>
  tags: string[]
  locked_by: 'owner' | 'admin' | null
  locked_reason: string | null
  /** Percent of a live migration. */
  progress: number
  fault: FaultEntry | null
}

/** What can be changed of an instance: `host` moves it. */
export interface InstanceChange {
  name?: string | undefined
  host?: string | null | undefined
  status?: InstanceStatus | undefined
  vm_state?: VmState | undefined
  task_state?: TaskState | null | undefined
  power_state?: number | undefined
  metadata?: Record<string, string> | undefined
  tags?: string[] | undefined
  locked_by?: 'owner' | 'admin' | null | undefined
  locked_reason?: string | null | undefined
  fault?: FaultEntry | null | undefined
  progress?: number | undefined
}

/** A group of hosts. */
export interface AggregateView {
  id: number
  uuid: string
  name: string
  availability_zone: string | null
  hosts: string[]
  metadata: Record<string, string>
}

/** What can be changed of an aggregate. Lists and metadata are replaced as a whole. */
export interface AggregateChange {
  name?: string | undefined
  availability_zone?: string | null | undefined
  hosts?: string[] | undefined
  metadata?: Record<string, string> | undefined
}

/** A record of a move or an evacuation. */
export interface MigrationView {
  id: number
  type: MigrationType
  status: string
  source: string
  dest: string | null
  /** The UUID of the instance; null when that is not known any more. */
  instance: string | null
  /** What it does next; null when nothing carries it on. */
  stage: string | null
  /** Whether it waits there until it is let go. */
  held: boolean
  /** The stage at which it is to fail. */
  fails_at: string | null
}

/** What can be changed of a migration. */
export interface MigrationChange {
  /** Of one that is under way: let it wait where it is, or go on. */
  held?: boolean | undefined
  /** Of one that is under way: the stage at which it fails. */
  fails_at?: string | null | undefined
  status?: string | undefined
  dest?: string | null | undefined
}

/** A cell, and whether its database is away. */
export interface CellView {
  name: string
  down: boolean
  hosts: string[]
}

/** The process of a service, or one that goes on although its service was deleted. */
export interface ProcessView {
  /** `nova-compute@host1`. */
  name: string
  binary: string
  host: string
  cell: string
  process: ProcessState
  /** The UUID of its service; null where that was deleted. */
  service: string | null
  next_update_at?: string | null | undefined
}

/** What Placement keeps of a host. */
export interface ResourceProviderView {
  uuid: string
  name: string
  generation: number
  /** Whether the service of the host was deleted. */
  orphan: boolean
}

/** A world's time. */
export interface ClockView {
  mode: ClockMode
  /** How many seconds pass in a second of the wall. */
  rate: number
  now: string
}

/** A scenario on a world, and how far it is. */
export interface ScenarioView {
  id: string
  name: string | null
  status: 'playing' | 'passed' | 'failed' | 'stopped'
  /** How many steps it has. */
  steps: number
  /** Those that have been performed; `at` in milliseconds since the scenario began, `problems` is what was not as it had to be. */
  played: { index: number; at: number; line: string; problems: string[] }[]
  /** The step that comes next. */
  next: string | null
}

/** A moment that is kept. */
export interface SnapshotView {
  id: string
  at: string
  /** How many services there were. */
  services: number
  /** The id of the last entry of the journal. */
  journal: number
}
