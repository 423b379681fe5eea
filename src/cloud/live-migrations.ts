/** Live migrations: of an instance that runs, to another host of its cell. nova/compute/api.py `live_migrate`, nova/conductor/tasks/live_migrate.py */

import { release } from './allocations.ts'
import type { Cloud } from './cloud.ts'
import { refuse } from './errors.ts'
import { beginAction, beginEvent, finishEvent } from './instance-actions.ts'
import { type Actor, checkLock, checkState, computeServiceOf, hostOf, isHostUp } from './instance-checks.ts'
import { PAUSED, RUNNING } from './instance-states.ts'
import { type Instance, writeInstance } from './instances.ts'
import { changeMigration, type Migration, recordMigration } from './migrations.ts'
import { type Choice, forcedTo, selectHost } from './scheduler.ts'
import { failEvent, faultOf, setOut, turnBack, type Work } from './stages.ts'
import { addTask, changeTask, endTask, type Task, taskOfMigration } from './tasks.ts'
import { usageOn } from './usage.ts'

const SCHEDULING = 'conductor_migrate_server'
const EVENT = 'compute_live_migration'

export interface LiveMigrationWish {
  /** Where to; null: wherever the scheduler likes. */
  host: string | null
  /** Without asking the scheduler whether that host will do. */
  forced: boolean
  /** How long it takes in all. Milliseconds. Default: as the cloud's durations say. */
  takes?: number
}

/**
 * Begin to migrate an instance live. What turns up when a host is looked for ends the migration in `error`; nothing is thrown
 * for it.
 *
 * @throws {CloudError} InstanceLocked, InstanceInState, ComputeHostNotFound
 */
export function liveMigrateInstance(cloud: Cloud, instance: Instance, wish: LiveMigrationWish, by: Actor): Migration {
  checkLock(instance, by)
  checkState(instance, 'live_migrate', { vm: ['active', 'paused'] })
  if (wish.host && !cloud.state.hypervisors.has(wish.host)) refuse({ code: 'ComputeHostNotFound', host: wish.host })
  const source = hostOf(instance)
  writeInstance(cloud, instance, { taskState: 'migrating' })
  const action = beginAction(cloud, instance.uuid, 'live-migration', by)
  const migration = recordMigration(cloud, {
    type: 'live-migration',
    status: 'accepted',
    source,
    sourceNode: null,
    dest: wish.forced ? wish.host : null,
    destNode: null,
    instance: instance.uuid,
    userId: by.userId,
    projectId: by.projectId,
    updatedAt: null,
  })
  addTask(cloud, {
    kind: 'live-migrate',
    instance: instance.uuid,
    migration: migration.id,
    stage: 'schedule',
    host: null,
    after: 0,
    takes: wish.takes ?? cloud.state.durations['live-migrate'],
    action,
    wish: { host: wish.host, forced: wish.forced },
  })
  return migration
}

/** Give up a live migration that is under way: the instance stays where it is. @throws {CloudError} MigrationInState */
export function abortLiveMigration(cloud: Cloud, instance: Instance, migration: Migration, by: Actor): void {
  checkLock(instance, by)
  checkState(instance, 'live_migrate_abort', { task: ['migrating'], launched: false })
  beginAction(cloud, instance.uuid, 'live_migration_cancel', by)
  const task = taskOfMigration(cloud, migration.id)
  if (task) endTask(cloud, task)
  stay(cloud, instance, migration, 'cancelled')
}

/** Let a live migration that is running come to its end at once. @throws {CloudError} InstanceLocked, InstanceInState */
export function forceLiveMigration(cloud: Cloud, instance: Instance, migration: Migration, by: Actor): void {
  checkLock(instance, by)
  checkState(instance, 'live_migrate_force_complete', { vm: ['active'], task: ['migrating'] })
  beginAction(cloud, instance.uuid, 'live_migration_force_complete', by)
  const task = taskOfMigration(cloud, migration.id)
  if (task) changeTask(cloud, task, { due: cloud.clock.now(), held: false })
}

export const LIVE_MIGRATION: Work = {
  stages: {
    schedule(cloud, task, instance) {
      const { instance: uuid, action, wish } = task
      beginEvent(cloud, uuid, action, SCHEDULING, null)
      const found = destinationOf(cloud, task, instance)
      if ('refused' in found) {
        giveUp(cloud, task, instance, found.refused)
        return undefined
      }
      const dest = found.host
      const migration = migrationOf(cloud, task)
      if (migration) {
        setOut(cloud, instance, migration.uuid, instance.flavor, dest)
        const nodes = { sourceNode: instance.host, destNode: dest, dest }
        changeMigration(cloud, migration, { ...nodes, status: 'preparing' })
      }
      finishEvent(cloud, uuid, action, SCHEDULING)
      return { stage: 'prepare', host: null, share: 0.3, wish: { ...wish, dest } }
    },
    prepare(cloud, task, instance) {
      beginEvent(cloud, task.instance, task.action, EVENT, instance.host)
      const migration = migrationOf(cloud, task)
      if (migration) changeMigration(cloud, migration, { status: 'running' })
      return { stage: 'run', host: null, share: 0.7 }
    },
    run(cloud, task, instance) {
      const { dest } = task.wish
      const migration = migrationOf(cloud, task)
      const bothUp = typeof dest === 'string' && isAtWork(cloud, dest) && isAtWork(cloud, instance.host ?? '')
      if (!bothUp || !migration) {
        LIVE_MIGRATION.fail(cloud, task, instance, 'Live migration failed.')
        return undefined
      }
      release(cloud, migration.uuid)
      const vmState = instance.vmState
      writeInstance(cloud, instance, {
        host: dest,
        taskState: null,
        powerState: vmState === 'paused' ? PAUSED : RUNNING,
        progress: 0,
      })
      changeMigration(cloud, migration, { status: 'completed' })
      finishEvent(cloud, task.instance, task.action, EVENT)
      return undefined
    },
  },
  fail(cloud, task, instance, message) {
    if (task.stage === 'schedule') {
      beginEvent(cloud, task.instance, task.action, SCHEDULING, null)
      giveUp(cloud, task, instance, message)
      return
    }
    failEvent(cloud, task, EVENT, message)
    const migration = migrationOf(cloud, task)
    if (migration) stay(cloud, instance, migration, 'error')
  },
}

/** What a conductor finds for it, or why there is nothing. */
function destinationOf(cloud: Cloud, { wish }: Task, instance: Instance): Choice {
  const { uuid, flavor, cell, pinnedZone, powerState } = instance
  const source = hostOf(instance)
  const named = typeof wish.host === 'string' ? wish.host : null
  if (powerState !== RUNNING && powerState !== PAUSED) {
    return {
      refused: `Instance ${uuid} in power_state shutdown. Cannot live migrate while the instance is in this state.`,
    }
  }
  if (!isHostUp(cloud, source)) return { refused: unavailable(source) }
  if (named && wish.forced) {
    if (named === source) return { refused: `Unable to migrate instance (${uuid}) to current host (${source}).` }
    if (!isHostUp(cloud, named)) return { refused: unavailable(named) }
    return lackOfMemory(cloud, instance, named) ?? forcedTo(cloud, instance, named)
  }
  return selectHost(cloud, { instance: uuid, flavor, zone: pinnedZone, host: named, ignored: [source], cell })
}

/** nova/conductor/tasks/live_migrate.py `_check_destination_has_enough_memory` */
function lackOfMemory(cloud: Cloud, { uuid, flavor }: Instance, host: string): Choice | undefined {
  const free = (cloud.state.hypervisors.get(host)?.memoryMb ?? 0) - usageOn(cloud, host).memoryMb
  if (free > flavor.ramMb) return undefined
  const lack = `Lack of memory(host:${free}.0 <= instance:${flavor.ramMb})`
  return { refused: `Migration pre-check error: Unable to migrate ${uuid} to ${host}: ${lack}` }
}

/** Whether its nova-compute counts as up, and is there to carry anything over. */
function isAtWork(cloud: Cloud, host: string): boolean {
  return isHostUp(cloud, host) && computeServiceOf(cloud, host)?.process === 'running'
}

function unavailable(host: string): string {
  return `Compute service of ${host} is unavailable at this time.`
}

/** No host was found for it. */
function giveUp(cloud: Cloud, task: Task, instance: Instance, message: string): void {
  const migration = migrationOf(cloud, task)
  if (migration) changeMigration(cloud, migration, { status: 'error' })
  writeInstance(cloud, instance, {
    taskState: null,
    fault: faultOf(cloud, message),
  })
  failEvent(cloud, task, SCHEDULING, message)
}

/** It stays where it was. */
function stay(cloud: Cloud, instance: Instance, migration: Migration, status: string): void {
  turnBack(cloud, instance, migration.uuid)
  changeMigration(cloud, migration, { status })
  writeInstance(cloud, instance, { taskState: null, progress: 0 })
}

function migrationOf({ state }: Cloud, { migration }: Task): Migration | undefined {
  return migration === null ? undefined : state.migrations.get(migration)
}
