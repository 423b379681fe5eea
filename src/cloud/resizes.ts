/** Cold migrations and resizes: to another host, there to be confirmed or reverted. nova/compute/api.py `resize`, `confirm_resize`, `revert_resize` */

import { moveAllocation, release } from './allocations.ts'
import type { Cloud } from './cloud.ts'
import { refuse } from './errors.ts'
import { beginAction, beginEvent, finishEvent } from './instance-actions.ts'
import { type Actor, checkLock, checkState, hostOf, isHostUp } from './instance-checks.ts'
import type { InstanceFlavor } from './instance-flavors.ts'
import { RUNNING, SHUTDOWN } from './instance-states.ts'
import { type Instance, writeInstance } from './instances.ts'
import { changeMigration, type Migration, recordMigration } from './migrations.ts'
import { selectHost } from './scheduler.ts'
import { errorOut, failEvent, faultOf, setOut, turnBack, type Work } from './stages.ts'
import { addTask, type Task } from './tasks.ts'

export interface ResizeWish {
  /** What it is to be; null: what it is, so that it but moves. */
  flavor: InstanceFlavor | null
  /** Where to; null: wherever the scheduler likes. */
  host: string | null
  diskConfig?: 'AUTO' | 'MANUAL'
}

/**
 * Begin to resize an instance, or to move it cold. It then waits to be confirmed or reverted.
 *
 * @throws {CloudError} InstanceLocked, InstanceInState, InstanceNotReady, HostOfInstanceDown, MigratesToItself,
 * ComputeHostNotFound, ResizeToNoDisk, FlavorNotFound, SameFlavor
 */
export function resizeInstance(
  cloud: Cloud,
  instance: Instance,
  { flavor, host, diskConfig = 'MANUAL' }: ResizeWish,
  by: Actor,
): void {
  checkLock(instance, by)
  checkState(instance, 'resize', { vm: ['active', 'stopped'] })
  const source = hostOf(instance)
  if (!isHostUp(cloud, source)) refuse({ code: 'HostOfInstanceDown' })
  if (host === source) refuse({ code: 'MigratesToItself' })
  if (host !== null && !cloud.state.hypervisors.has(host)) refuse({ code: 'ComputeHostNotFound', host })
  const before = instance.flavor
  if (flavor) {
    if (flavor.diskGb === 0 && before.diskGb !== 0) refuse({ code: 'ResizeToNoDisk' })
    if (flavor.id !== before.id && flavor.disabled) refuse({ code: 'FlavorNotFound', flavorId: flavor.flavorId })
    if (flavor.id === before.id) refuse({ code: 'SameFlavor' })
  }
  const after = flavor ?? before
  writeInstance(cloud, instance, { taskState: 'resize_prep', progress: 0, newFlavor: after, diskConfig })
  const action = beginAction(cloud, instance.uuid, flavor ? 'resize' : 'migrate', by)
  const migration = recordMigration(cloud, {
    type: flavor ? 'resize' : 'migration',
    status: 'pre-migrating',
    source,
    instance: instance.uuid,
    oldFlavor: before.id,
    newFlavor: after.id,
    userId: by.userId,
    projectId: by.projectId,
    updatedAt: null,
  })
  const takes = cloud.state.durations.resize
  addTask(cloud, {
    kind: 'resize',
    instance: instance.uuid,
    migration: migration.id,
    stage: 'schedule',
    host: null,
    after: 0,
    takes,
    action,
    wish: { host, was: instance.vmState },
  })
}

/** @throws {CloudError} InstanceLocked, InstanceInState, NotResized, HostOfInstanceDown */
export function confirmResize(cloud: Cloud, instance: Instance, by: Actor): void {
  checkLock(instance, by)
  checkState(instance, 'confirm_resize', { vm: ['resized'] })
  const migration = finishedOf(cloud, instance)
  if (!isHostUp(cloud, migration.source)) refuse({ code: 'HostOfInstanceDown' })
  changeMigration(cloud, migration, { status: 'confirming' })
  follow(cloud, instance, migration, { kind: 'confirm', action: 'confirmResize', host: migration.source }, by)
}

/** @throws {CloudError} InstanceLocked, InstanceInState, NotResized */
export function revertResize(cloud: Cloud, instance: Instance, by: Actor): void {
  checkLock(instance, by)
  checkState(instance, 'revert_resize', { vm: ['resized'] })
  const migration = finishedOf(cloud, instance)
  writeInstance(cloud, instance, { taskState: 'resize_reverting' })
  changeMigration(cloud, migration, { status: 'reverting' })
  follow(cloud, instance, migration, { kind: 'revert', action: 'revertResize', host: migration.dest }, by)
}

const SCHEDULING = 'conductor_migrate_server'

export const RESIZE: Work = {
  stages: {
    schedule(cloud, task, instance) {
      const { instance: uuid, action, wish } = task
      beginEvent(cloud, uuid, action, 'cold_migrate', null)
      beginEvent(cloud, uuid, action, SCHEDULING, null)
      const source = hostOf(instance)
      const flavor = instance.newFlavor ?? instance.flavor
      const named = typeof wish.host === 'string' ? wish.host : null
      const { cell, pinnedZone } = instance
      const choice = selectHost(cloud, {
        instance: uuid,
        flavor,
        zone: pinnedZone,
        host: named,
        ignored: [source],
        cell,
      })
      const migration = migrationOf(cloud, task)
      if ('refused' in choice || !migration) {
        const message = 'refused' in choice ? choice.refused : 'The migration is gone.'
        if (migration) changeMigration(cloud, migration, { status: 'error' })
        writeInstance(cloud, instance, { taskState: null, newFlavor: null, fault: faultOf(cloud, message) })
        failEvent(cloud, task, SCHEDULING, message)
        failEvent(cloud, task, 'cold_migrate', message)
        return undefined
      }
      const dest = choice.host
      setOut(cloud, instance, migration.uuid, flavor, dest)
      finishEvent(cloud, uuid, action, SCHEDULING)
      finishEvent(cloud, uuid, action, 'cold_migrate')
      return { stage: 'prepare', host: dest, share: 0.2, wish: { ...wish, dest } }
    },
    prepare(cloud, task, instance) {
      const { instance: uuid, action, host } = task
      beginEvent(cloud, uuid, action, 'compute_prep_resize', host)
      const migration = migrationOf(cloud, task)
      const destHost = cloud.state.hypervisors.get(host ?? '')?.hostIp ?? null
      if (migration) changeMigration(cloud, migration, { dest: host, destNode: host, destHost, status: 'migrating' })
      writeInstance(cloud, instance, { taskState: 'resize_migrating' })
      finishEvent(cloud, uuid, action, 'compute_prep_resize')
      return { stage: 'move', host: instance.host, share: 0.4 }
    },
    move(cloud, task, instance) {
      const { instance: uuid, action, wish } = task
      const dest = typeof wish.dest === 'string' ? wish.dest : hostOf(instance)
      beginEvent(cloud, uuid, action, 'compute_resize_instance', instance.host)
      const migration = migrationOf(cloud, task)
      if (migration) changeMigration(cloud, migration, { status: 'post-migrating' })
      writeInstance(cloud, instance, { host: dest, taskState: 'resize_finish' })
      finishEvent(cloud, uuid, action, 'compute_resize_instance')
      return { stage: 'finish', host: dest, share: 0.4 }
    },
    finish(cloud, task, instance) {
      const { instance: uuid, action, host, wish } = task
      beginEvent(cloud, uuid, action, 'compute_finish_resize', host)
      const migration = migrationOf(cloud, task)
      if (migration) changeMigration(cloud, migration, { status: 'finished' })
      const flavor = instance.newFlavor ?? instance.flavor
      writeInstance(cloud, instance, {
        vmState: 'resized',
        taskState: null,
        powerState: wish.was === 'stopped' ? SHUTDOWN : RUNNING,
        flavor,
        oldFlavor: instance.flavor,
        newFlavor: flavor,
        oldVmState: wish.was === 'stopped' ? 'stopped' : 'active',
        launchedAt: cloud.clock.now(),
      })
      finishEvent(cloud, uuid, action, 'compute_finish_resize')
      return undefined
    },
  },
  fail(cloud, task, instance, message) {
    const migration = migrationOf(cloud, task)
    if (migration) {
      turnBack(cloud, instance, migration.uuid)
      changeMigration(cloud, migration, { status: 'error' })
    }
    const name = { schedule: SCHEDULING, prepare: 'compute_prep_resize', move: 'compute_resize_instance' }[task.stage]
    beginEvent(cloud, task.instance, task.action, name ?? 'compute_finish_resize', task.host)
    failEvent(cloud, task, name ?? 'compute_finish_resize', message)
    const home = migration && instance.host !== migration.source ? { host: migration.source } : {}
    errorOut(cloud, writeInstance(cloud, instance, { ...home, newFlavor: null }), message)
  },
}

export const CONFIRMATION: Work = {
  stages: {
    confirm(cloud, task, instance) {
      const migration = migrationOf(cloud, task)
      beginEvent(cloud, task.instance, task.action, 'compute_confirm_resize', task.host)
      if (migration) {
        release(cloud, migration.uuid)
        changeMigration(cloud, migration, { status: 'confirmed' })
      }
      const stopped = instance.powerState === SHUTDOWN
      writeInstance(cloud, instance, { vmState: stopped ? 'stopped' : 'active', taskState: null, ...SETTLED })
      finishEvent(cloud, task.instance, task.action, 'compute_confirm_resize')
      return undefined
    },
  },
  fail: failFollowing('compute_confirm_resize'),
}

export const REVERSAL: Work = {
  stages: {
    revert(cloud, task) {
      beginEvent(cloud, task.instance, task.action, 'compute_revert_resize', task.host)
      finishEvent(cloud, task.instance, task.action, 'compute_revert_resize')
      return { stage: 'return', host: migrationOf(cloud, task)?.source ?? null, share: 0.5 }
    },
    return(cloud, task, instance) {
      beginEvent(cloud, task.instance, task.action, 'compute_finish_revert_resize', task.host)
      const migration = migrationOf(cloud, task)
      if (migration) {
        release(cloud, instance.uuid)
        moveAllocation(cloud, migration.uuid, instance.uuid)
        changeMigration(cloud, migration, { status: 'reverted' })
      }
      const stopped = instance.oldVmState === 'stopped'
      writeInstance(cloud, instance, {
        host: migration?.source ?? instance.host,
        flavor: instance.oldFlavor ?? instance.flavor,
        vmState: stopped ? 'stopped' : 'active',
        powerState: stopped ? SHUTDOWN : RUNNING,
        taskState: null,
        launchedAt: cloud.clock.now(),
        ...SETTLED,
      })
      finishEvent(cloud, task.instance, task.action, 'compute_finish_revert_resize')
      return undefined
    },
  },
  fail: failFollowing('compute_revert_resize'),
}

const SETTLED = { oldFlavor: null, newFlavor: null, oldVmState: null } as const

function failFollowing(event: string): Work['fail'] {
  return (cloud, task, instance, message) => {
    const migration = migrationOf(cloud, task)
    if (migration) changeMigration(cloud, migration, { status: 'error' })
    beginEvent(cloud, task.instance, task.action, event, task.host)
    failEvent(cloud, task, event, message)
    errorOut(cloud, instance, message)
  }
}

/** The migration that waits for a decision. @throws {CloudError} NotResized */
function finishedOf({ state }: Cloud, { uuid }: Instance): Migration {
  const all = [...state.migrations.values()].filter((each) => each.instance === uuid && each.status === 'finished')
  return all.at(-1) ?? refuse({ code: 'NotResized' })
}

function follow(
  cloud: Cloud,
  { uuid }: Instance,
  { id }: Migration,
  { kind, action, host }: { kind: 'confirm' | 'revert'; action: string; host: string | null },
  by: Actor,
): void {
  const takes = cloud.state.durations[kind]
  const after = Math.round(takes * (kind === 'revert' ? 0.5 : 1))
  const begun = beginAction(cloud, uuid, action, by)
  addTask(cloud, { kind, instance: uuid, migration: id, stage: kind, host, after, takes, action: begun })
}

function migrationOf({ state }: Cloud, { migration }: Task): Migration | undefined {
  return migration === null ? undefined : state.migrations.get(migration)
}
