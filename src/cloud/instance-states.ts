/** The states of an instance: what it is, what is being done to it, and the one word that the API makes of both. */

/** The statuses that Nova's API knows. nova/api/openstack/common.py `_STATE_MAP` */
export const INSTANCE_STATUSES = [
  'ACTIVE',
  'BUILD',
  'DELETED',
  'ERROR',
  'HARD_REBOOT',
  'MIGRATING',
  'PASSWORD',
  'PAUSED',
  'REBOOT',
  'REBUILD',
  'RESCUE',
  'RESIZE',
  'REVERT_RESIZE',
  'SHELVED',
  'SHELVED_OFFLOADED',
  'SHUTOFF',
  'SOFT_DELETED',
  'SUSPENDED',
  'UNKNOWN',
  'VERIFY_RESIZE',
] as const
export type InstanceStatus = (typeof INSTANCE_STATUSES)[number]

/** nova/objects/fields.py `InstanceState`; of `unknown` the API can make nothing. */
export const VM_STATES = [
  'active',
  'building',
  'deleted',
  'error',
  'paused',
  'rescued',
  'resized',
  'shelved',
  'shelved_offloaded',
  'soft-delete',
  'stopped',
  'suspended',
  'unknown',
] as const
export type VmState = (typeof VM_STATES)[number]

/** As much of nova/objects/fields.py `InstanceTaskState` as comes to pass here, or makes a status of its own. */
export const TASK_STATES = [
  'scheduling',
  'block_device_mapping',
  'networking',
  'spawning',
  'updating_password',
  'resize_prep',
  'resize_migrating',
  'resize_migrated',
  'resize_finish',
  'resize_reverting',
  'resize_confirming',
  'rebooting',
  'reboot_pending',
  'reboot_started',
  'rebooting_hard',
  'reboot_pending_hard',
  'reboot_started_hard',
  'powering-off',
  'powering-on',
  'rebuilding',
  'rebuild_block_device_mapping',
  'rebuild_spawning',
  'migrating',
  'deleting',
  'soft-deleting',
] as const
export type TaskState = (typeof TASK_STATES)[number]

/** nova/objects/fields.py `InstancePowerState`, by their numbers. */
export const NO_POWER = 0
export const RUNNING = 1
export const PAUSED = 3
export const SHUTDOWN = 4
export const SUSPENDED = 7

/** What an instance is, and what is being done to it. */
export interface InstanceState {
  readonly vmState: VmState
  readonly taskState: TaskState | null
  readonly powerState: number
}

const REBUILDS = {
  rebuilding: 'REBUILD',
  rebuild_block_device_mapping: 'REBUILD',
  rebuild_spawning: 'REBUILD',
} as const
const RESIZES = {
  resize_prep: 'RESIZE',
  resize_migrating: 'RESIZE',
  resize_migrated: 'RESIZE',
  resize_finish: 'RESIZE',
} as const

/** The status of each state, and of those tasks that have another. */
const STATUSES: Record<VmState, { status: InstanceStatus; tasks?: { readonly [Task in TaskState]?: InstanceStatus } }> =
  {
    active: {
      status: 'ACTIVE',
      tasks: {
        rebooting: 'REBOOT',
        reboot_pending: 'REBOOT',
        reboot_started: 'REBOOT',
        rebooting_hard: 'HARD_REBOOT',
        reboot_pending_hard: 'HARD_REBOOT',
        reboot_started_hard: 'HARD_REBOOT',
        updating_password: 'PASSWORD',
        migrating: 'MIGRATING',
        ...REBUILDS,
        ...RESIZES,
      },
    },
    building: { status: 'BUILD' },
    stopped: { status: 'SHUTOFF', tasks: { ...RESIZES, ...REBUILDS } },
    resized: { status: 'VERIFY_RESIZE', tasks: { resize_reverting: 'REVERT_RESIZE' } },
    paused: { status: 'PAUSED', tasks: { migrating: 'MIGRATING' } },
    suspended: { status: 'SUSPENDED' },
    rescued: { status: 'RESCUE' },
    error: { status: 'ERROR', tasks: REBUILDS },
    deleted: { status: 'DELETED' },
    'soft-delete': { status: 'SOFT_DELETED' },
    shelved: { status: 'SHELVED' },
    shelved_offloaded: { status: 'SHELVED_OFFLOADED' },
    unknown: { status: 'UNKNOWN' },
  }

/** What the API calls it. nova/api/openstack/common.py `status_from_state` */
export function statusOf({ vmState, taskState }: Pick<InstanceState, 'vmState' | 'taskState'>): InstanceStatus {
  const { status, tasks } = STATUSES[vmState]
  return (taskState !== null && tasks?.[taskState]) || status
}

/** The plainest state that the API calls so. */
export function stateFor(status: InstanceStatus): InstanceState {
  return STATES[status]
}

const state = (vmState: VmState, powerState: number, taskState: TaskState | null = null): InstanceState =>
  Object.freeze({ vmState, taskState, powerState })

const STATES: Record<InstanceStatus, InstanceState> = {
  ACTIVE: state('active', RUNNING),
  BUILD: state('building', NO_POWER, 'spawning'),
  DELETED: state('deleted', NO_POWER),
  ERROR: state('error', NO_POWER),
  HARD_REBOOT: state('active', RUNNING, 'rebooting_hard'),
  MIGRATING: state('active', RUNNING, 'migrating'),
  PASSWORD: state('active', RUNNING, 'updating_password'),
  PAUSED: state('paused', PAUSED),
  REBOOT: state('active', RUNNING, 'rebooting'),
  REBUILD: state('active', RUNNING, 'rebuilding'),
  RESCUE: state('rescued', RUNNING),
  RESIZE: state('active', RUNNING, 'resize_prep'),
  REVERT_RESIZE: state('resized', RUNNING, 'resize_reverting'),
  SHELVED: state('shelved', SHUTDOWN),
  SHELVED_OFFLOADED: state('shelved_offloaded', SHUTDOWN),
  SHUTOFF: state('stopped', SHUTDOWN),
  SOFT_DELETED: state('soft-delete', SHUTDOWN),
  SUSPENDED: state('suspended', SUSPENDED),
  UNKNOWN: state('unknown', NO_POWER),
  VERIFY_RESIZE: state('resized', RUNNING),
}
