/** Stop, start and reboot an instance. nova/compute/api.py `stop`, `start`, `reboot` */

import type { Cloud } from './cloud.ts'
import { beginAction, beginEvent, finishEvent } from './instance-actions.ts'
import { type Actor, checkLock, checkState, hostOf } from './instance-checks.ts'
import { RUNNING, SHUTDOWN, type TaskState } from './instance-states.ts'
import { type Instance, writeInstance } from './instances.ts'
import { failEvent, type Work } from './stages.ts'
import { addTask } from './tasks.ts'

const SETTLING: readonly (TaskState | null)[] = [
  null,
  'rebooting',
  'reboot_pending',
  'reboot_started',
  'rebooting_hard',
  'reboot_pending_hard',
  'reboot_started_hard',
]

/** @throws {CloudError} InstanceLocked, InstanceNotReady, InstanceInState */
export function stopInstance(cloud: Cloud, instance: Instance, by: Actor): void {
  checkLock(instance, by)
  const host = hostOf(instance)
  checkState(instance, 'stop', { vm: ['active', 'error'] })
  writeInstance(cloud, instance, { taskState: 'powering-off', progress: 0 })
  begin(cloud, instance, host, 'stop', by)
}

/** @throws {CloudError} InstanceLocked, InstanceNotReady, InstanceInState */
export function startInstance(cloud: Cloud, instance: Instance, by: Actor): void {
  checkLock(instance, by)
  const host = hostOf(instance)
  checkState(instance, 'start', { vm: ['stopped'] })
  writeInstance(cloud, instance, { taskState: 'powering-on' })
  begin(cloud, instance, host, 'start', by)
}

/** @throws {CloudError} InstanceLocked, InstanceInState */
export function rebootInstance(cloud: Cloud, instance: Instance, type: 'SOFT' | 'HARD', by: Actor): void {
  checkLock(instance, by)
  const hard = type === 'HARD'
  if (hard)
    checkState(instance, '_hard_reboot', { vm: ['active', 'stopped', 'paused', 'suspended', 'error'], task: SETTLING })
  else checkState(instance, '_soft_reboot', { vm: ['active'] })
  writeInstance(cloud, instance, { taskState: hard ? 'rebooting_hard' : 'rebooting' })
  begin(cloud, instance, instance.host ?? '', 'reboot', by)
}

export const STOP: Work = settling('compute_stop_instance', (instance) => ({
  vmState: 'stopped',
  powerState: SHUTDOWN,
  ...(instance.vmState === 'error' && { fault: instance.fault }),
}))

export const START: Work = settling('compute_start_instance', () => ({ vmState: 'active', powerState: RUNNING }))

export const REBOOT: Work = settling('compute_reboot_instance', () => ({ vmState: 'active', powerState: RUNNING }))

function begin(cloud: Cloud, instance: Instance, host: string, kind: 'stop' | 'start' | 'reboot', by: Actor): void {
  const action = beginAction(cloud, instance.uuid, kind, by)
  const takes = cloud.state.durations[kind]
  addTask(cloud, { kind, instance: instance.uuid, stage: kind, host, after: takes, takes, action })
}

/** One stage, after which the instance is as it says. */
function settling(event: string, outcome: (instance: Instance) => Partial<Instance>): Work {
  return {
    stages: Object.fromEntries(
      ['stop', 'start', 'reboot']
        .filter((kind) => event.includes(kind))
        .map((kind) => [
          kind,
          (cloud, task, instance) => {
            beginEvent(cloud, task.instance, task.action, event, task.host)
            writeInstance(cloud, instance, { ...outcome(instance), taskState: null })
            finishEvent(cloud, task.instance, task.action, event)
            return undefined
          },
        ]),
    ),
    fail(cloud, task, instance, message) {
      beginEvent(cloud, task.instance, task.action, event, task.host)
      failEvent(cloud, task, event, message)
      writeInstance(cloud, instance, { taskState: null })
    },
  }
}
