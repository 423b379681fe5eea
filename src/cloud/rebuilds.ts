/** Rebuilding an instance: in its place from an image, or on another host after its own has died. nova/compute/api.py `rebuild`, `evacuate` */

import type { Cloud } from './cloud.ts'
import { refuse } from './errors.ts'
import { beginAction, beginEvent, finishEvent } from './instance-actions.ts'
import { type Actor, checkLock, checkState, hostOf, isHostUp } from './instance-checks.ts'
import { RUNNING, SHUTDOWN, type VmState } from './instance-states.ts'
import { type Instance, writeInstance } from './instances.ts'
import { changeMigration, recordMigration } from './migrations.ts'
import { forcedTo, selectHost } from './scheduler.ts'
import { claimAlso, claimOn, errorOut, failEvent, faultOf, type Work } from './stages.ts'
import { addTask, type Task } from './tasks.ts'

const REBUILDABLE: readonly VmState[] = ['active', 'stopped', 'error']
const EVENT = 'compute_rebuild_instance'
const SCHEDULING = 'conductor_rebuild_server'

/** What becomes different with a rebuild; what is not named stays. */
export type RebuildChange = Pick<Instance, 'image'> &
  Partial<
    Pick<
      Instance,
      | 'name'
      | 'description'
      | 'metadata'
      | 'keyName'
      | 'userData'
      | 'hostname'
      | 'accessIpV4'
      | 'accessIpV6'
      | 'diskConfig'
    >
  >

/** @throws {CloudError} InstanceLocked, InstanceInState */
export function rebuildInstance(cloud: Cloud, instance: Instance, change: RebuildChange, by: Actor): void {
  checkLock(instance, by)
  checkState(instance, 'rebuild', { vm: REBUILDABLE })
  writeInstance(cloud, instance, { ...change, taskState: 'rebuilding', progress: 0 })
  const action = beginAction(cloud, instance.uuid, 'rebuild', by)
  const takes = cloud.state.durations.rebuild
  addTask(cloud, {
    kind: 'rebuild',
    instance: instance.uuid,
    stage: 'rebuild',
    host: instance.host,
    after: Math.round(takes / 2),
    takes,
    action,
    wish: { was: instance.vmState },
  })
}

export interface EvacuationWish {
  /** Where to; null: wherever the scheduler likes. */
  host: string | null
  /** Without asking the scheduler whether that host will do. */
  forced: boolean
  /** It is not started there, whatever it was. */
  stopped: boolean
}

/**
 * Evacuate an instance from a host that is down. The record of it is `done` until the host's nova-compute starts again, and what
 * the instance has allocated on the dead host stays until then.
 *
 * @throws {CloudError} InstanceInState, HostStillUp
 */
export function evacuateInstance(cloud: Cloud, instance: Instance, wish: EvacuationWish, by: Actor): void {
  checkState(instance, 'evacuate', { vm: REBUILDABLE, task: null })
  const source = hostOf(instance)
  if (isHostUp(cloud, source)) refuse({ code: 'HostStillUp', host: source })
  writeInstance(cloud, instance, { taskState: 'rebuilding' })
  const action = beginAction(cloud, instance.uuid, 'evacuate', by)
  const { id } = recordMigration(cloud, {
    type: 'evacuation',
    status: 'accepted',
    source,
    dest: wish.host,
    destNode: null,
    destHost: null,
    instance: instance.uuid,
    userId: by.userId,
    projectId: by.projectId,
    updatedAt: null,
  })
  const takes = cloud.state.durations.evacuate
  addTask(cloud, {
    kind: 'evacuate',
    instance: instance.uuid,
    migration: id,
    stage: 'schedule',
    host: null,
    after: 0,
    takes,
    action,
    wish: { was: instance.vmState, ...wish },
  })
}

export const REBUILD: Work = {
  stages: {
    rebuild(cloud, { host, action, instance: uuid }, instance) {
      beginEvent(cloud, uuid, action, EVENT, host)
      writeInstance(cloud, instance, { taskState: 'rebuild_spawning' })
      return { stage: 'finish', host, share: 0.5 }
    },
    finish(cloud, task, instance) {
      writeInstance(cloud, instance, { ...rebuilt(cloud, task) })
      finishEvent(cloud, task.instance, task.action, EVENT)
      return undefined
    },
  },
  fail(cloud, task, instance, message) {
    failEvent(cloud, task, EVENT, message)
    errorOut(cloud, instance, message)
  },
}

export const EVACUATION: Work = {
  stages: {
    schedule(cloud, task, instance) {
      const { wish, migration, instance: uuid, action } = task
      beginEvent(cloud, uuid, action, SCHEDULING, null)
      const source = hostOf(instance)
      const named = typeof wish.host === 'string' ? wish.host : null
      const { flavor, cell, pinnedZone } = instance
      const choice =
        wish.forced && named
          ? forcedTo(cloud, instance, named)
          : selectHost(cloud, { instance: uuid, flavor, zone: pinnedZone, host: named, ignored: [source], cell })
      if ('refused' in choice) {
        if (migration !== null) changeMigration(cloud, { id: migration }, { status: 'error' })
        // Whoever did without the scheduler finds it as it was.
        if (wish.forced) writeInstance(cloud, instance, { taskState: null, fault: faultOf(cloud, choice.refused) })
        else errorOut(cloud, instance, choice.refused)
        failEvent(cloud, task, SCHEDULING, choice.refused)
        return undefined
      }
      const dest = choice.host
      claimAlso(cloud, instance, dest)
      finishEvent(cloud, uuid, action, SCHEDULING)
      return { stage: 'claim', host: dest, share: 0.4 }
    },
    claim(cloud, { host, migration, instance: uuid, action }, instance) {
      beginEvent(cloud, uuid, action, EVENT, host)
      const destHost = cloud.state.hypervisors.get(host ?? '')?.hostIp ?? null
      if (migration !== null) {
        changeMigration(cloud, { id: migration }, { status: 'pre-migrating', dest: host, destNode: host, destHost })
      }
      writeInstance(cloud, instance, { taskState: 'rebuild_spawning' })
      return { stage: 'finish', host, share: 0.6 }
    },
    finish(cloud, task, instance) {
      const { host, migration } = task
      writeInstance(cloud, instance, { host, ...rebuilt(cloud, task) })
      if (migration !== null) changeMigration(cloud, { id: migration }, { status: 'done' })
      finishEvent(cloud, task.instance, task.action, EVENT)
      return undefined
    },
  },
  fail(cloud, task, instance, message) {
    if (task.migration !== null) changeMigration(cloud, { id: task.migration }, { status: 'failed' })
    failEvent(cloud, task, task.stage === 'schedule' ? SCHEDULING : EVENT, message)
    if (instance.host !== null) claimOn(cloud, instance, instance.flavor, [instance.host])
    errorOut(cloud, instance, message)
  },
}

/** One that was stopped is stopped again. */
function rebuilt(cloud: Cloud, { wish }: Task): Partial<Instance> {
  const stopped = wish.was === 'stopped' || wish.stopped === true
  return {
    vmState: stopped ? 'stopped' : 'active',
    powerState: stopped ? SHUTDOWN : RUNNING,
    taskState: null,
    launchedAt: cloud.clock.now(),
  }
}
