/** Deleting an instance: by its host, or by the API alone where the host is down. nova/compute/api.py `_delete` */

import { release } from './allocations.ts'
import type { Cloud } from './cloud.ts'
import { beginAction, beginEvent, finishEvent } from './instance-actions.ts'
import { type Actor, checkLock, isHostUp } from './instance-checks.ts'
import { NO_POWER } from './instance-states.ts'
import { type Instance, writeInstance } from './instances.ts'
import { changeMigration, isInProgress } from './migrations.ts'
import { errorOut, failEvent, turnBack, type Work } from './stages.ts'
import { addTask, endTask, tasksOf } from './tasks.ts'

const EVENT = 'compute_terminate_instance'

/** @throws {CloudError} InstanceLocked */
export function deleteInstance(cloud: Cloud, instance: Instance, by: Actor): void {
  checkLock(instance, by)
  const { uuid, host } = instance
  const deleting = instance.taskState === 'deleting'
  if (host === null) {
    callOff(cloud, instance)
    bury(cloud, instance, {})
    return
  }
  confirmOnDeletion(cloud, instance)
  if (!isHostUp(cloud, host)) {
    callOff(cloud, instance)
    bury(cloud, instance, GONE)
    return
  }
  if (deleting) return
  callOff(cloud, instance)
  writeInstance(cloud, instance, { taskState: 'deleting', progress: 0 })
  const action = beginAction(cloud, uuid, 'delete', by)
  const takes = cloud.state.durations.delete
  addTask(cloud, { kind: 'delete', instance: uuid, stage: 'delete', host, after: takes, takes, action })
}

export const DELETION: Work = {
  stages: {
    delete(cloud, { instance: uuid, action, host }, instance) {
      beginEvent(cloud, uuid, action, EVENT, host)
      finishEvent(cloud, uuid, action, EVENT)
      bury(cloud, instance, GONE)
      return undefined
    },
  },
  fail(cloud, task, instance, message) {
    beginEvent(cloud, task.instance, task.action, EVENT, task.host)
    failEvent(cloud, task, EVENT, message)
    errorOut(cloud, instance, message)
  },
}

const GONE = { vmState: 'deleted', taskState: null, powerState: NO_POWER } as const

/** Its row stays, marked. What it has allocated is free. */
function bury(cloud: Cloud, instance: Instance, state: Partial<Instance>): void {
  const now = cloud.clock.now()
  release(cloud, instance.uuid)
  writeInstance(cloud, instance, {
    ...state,
    ...(state.vmState === 'deleted' && { terminatedAt: now }),
    deletedAt: now,
  })
}

/** Whatever is being done to it comes to nothing, and it has what it had where it is. */
function callOff(cloud: Cloud, instance: Instance): void {
  const { uuid } = instance
  for (const task of tasksOf(cloud, uuid)) endTask(cloud, task)
  for (const migration of cloud.state.migrations.values()) {
    if (migration.instance !== uuid || !isInProgress(migration)) continue
    if (instance.host === migration.source) turnBack(cloud, instance, migration.uuid)
    else release(cloud, migration.uuid)
    changeMigration(cloud, migration, { status: migration.type === 'live-migration' ? 'cancelled' : 'error' })
  }
}

/** nova/compute/api.py `_confirm_resize_on_deleting` */
function confirmOnDeletion(cloud: Cloud, { uuid, vmState }: Instance): void {
  if (vmState !== 'resized') return
  for (const migration of cloud.state.migrations.values()) {
    if (migration.instance !== uuid || migration.status !== 'finished') continue
    release(cloud, migration.uuid)
    changeMigration(cloud, migration, { status: 'confirmed' })
  }
}
