/** What is done to an instance's row alone: its lock, and a state that somebody knows better. */

import type { Cloud } from './cloud.ts'
import { beginAction, beginEvent, finishAction, finishEvent } from './instance-actions.ts'
import type { Actor } from './instance-checks.ts'
import { type Instance, writeInstance } from './instances.ts'
import { endTask, tasksOf } from './tasks.ts'

/** Its owner's lock is not changed by its owner. nova/compute/api.py `lock` */
export function lockInstance(cloud: Cloud, instance: Instance, reason: string | null, by: Actor): void {
  const isOwner = instance.projectId === by.projectId
  if (instance.lockedBy !== null && isOwner) return
  const action = beginAction(cloud, instance.uuid, 'lock', by)
  beginEvent(cloud, instance.uuid, action, 'api_lock', null)
  const lockedReason = reason ?? instance.lockedReason
  writeInstance(cloud, instance, { lockedBy: isOwner ? 'owner' : 'admin', lockedReason })
  finishEvent(cloud, instance.uuid, action, 'api_lock')
}

/** nova/compute/api.py `unlock` */
export function unlockInstance(cloud: Cloud, instance: Instance, by: Actor): void {
  const action = beginAction(cloud, instance.uuid, 'unlock', by)
  beginEvent(cloud, instance.uuid, action, 'api_unlock', null)
  writeInstance(cloud, instance, { lockedBy: null, lockedReason: null })
  finishEvent(cloud, instance.uuid, action, 'api_unlock')
}

/**
 * Say that an instance is in a state, and that nothing is done to it. Whatever was being done comes to nothing.
 *
 * @see nova/api/openstack/compute/admin_actions.py `_reset_state`
 */
export function resetState(cloud: Cloud, instance: Instance, vmState: 'active' | 'error', by: Actor): void {
  const action = beginAction(cloud, instance.uuid, 'resetState', by)
  for (const task of tasksOf(cloud, instance.uuid)) if (task.migration === null) endTask(cloud, task)
  writeInstance(cloud, instance, { vmState, taskState: null })
  finishAction(cloud, instance.uuid, action)
}
