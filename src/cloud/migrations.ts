/** Migrations: records of instances that moved, are moving, or were evacuated. */

import { releaseFrom } from './allocations.ts'
import { findHostMapping } from './cells.ts'
import { type Cloud, changed, nextId } from './cloud.ts'
import { impossible } from './errors.ts'
import { uuidFor } from './ids.ts'
import { findInstance } from './instances.ts'

export const MIGRATION_TYPES = ['migration', 'resize', 'live-migration', 'evacuation'] as const
export type MigrationType = (typeof MIGRATION_TYPES)[number]

/** A migration of any other status is in progress. nova/db/main/api.py `migration_get_in_progress_by_host_and_node` */
const ENDED = new Set(['confirmed', 'reverted', 'error', 'failed', 'completed', 'cancelled', 'done'])

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/

/** How far a live migration is: what it has to carry over, has carried, and has left. Bytes. */
export interface MigrationProgress {
  readonly memoryTotal: number
  readonly memoryProcessed: number
  readonly memoryRemaining: number
  readonly diskTotal: number
  readonly diskProcessed: number
  readonly diskRemaining: number
}

/** A row of Nova's `migrations`. It is frozen, and replaced as a whole with each change. Times are milliseconds since 1970. */
export interface Migration {
  readonly id: number
  readonly uuid: string
  readonly type: MigrationType
  /** Nova's word for how far it is: `accepted`, `preparing`, `running`, `done`, `completed`, `error` … */
  readonly status: string
  /** The compute hosts; each has one node, of the same name. */
  readonly source: string
  readonly dest: string | null
  readonly sourceNode: string | null
  readonly destNode: string | null
  /** The address of the destination, of those that are not live. */
  readonly destHost: string | null
  /** The UUID of the instance; null when that is not known any more. */
  readonly instance: string | null
  /** The numbers of the flavors' rows. */
  readonly oldFlavor: number | null
  readonly newFlavor: number | null
  /** Whose request it was; null of records from before Nova kept that. */
  readonly userId: string | null
  readonly projectId: string | null
  readonly createdAt: number
  readonly updatedAt: number | null
  readonly progress: MigrationProgress | null
}

/** What is left out of a new one is as its instance and its hosts make it likely. */
export interface NewMigration {
  type: MigrationType
  status: string
  source: string
  dest?: string | null | undefined
  /** The instance's UUID or name. */
  instance?: string | null | undefined
  /** Default: the next. */
  id?: number | undefined
  /** Default: made from the seed. */
  uuid?: string | undefined
  sourceNode?: string | null | undefined
  destNode?: string | null | undefined
  destHost?: string | null | undefined
  oldFlavor?: number | null | undefined
  newFlavor?: number | null | undefined
  userId?: string | null | undefined
  projectId?: string | null | undefined
  /** Default: now. */
  createdAt?: number | undefined
  updatedAt?: number | null | undefined
  progress?: MigrationProgress | null | undefined
}

export type MigrationChange = { [Key in keyof Omit<Migration, 'id' | 'uuid' | 'type'>]?: Migration[Key] | undefined }

/** @throws {CloudError} Impossible: there is no such instance, or the id is taken */
export function recordMigration(cloud: Cloud, wanted: NewMigration): Migration {
  if (wanted.id !== undefined && cloud.state.migrations.has(wanted.id)) {
    impossible(`id ${wanted.id} is that of another migration already`, { path: ['id'] })
  }
  const { type, dest = null, source } = wanted
  const known = wanted.instance ? findInstance(cloud, wanted.instance) : undefined
  const instance = known ?? (wanted.instance ? cloud.state.deletedInstances.get(wanted.instance) : undefined)
  // A record may outlive its instance.
  if (wanted.instance && !instance && !UUID.test(wanted.instance)) {
    impossible(`there is no instance "${wanted.instance}"`, { path: ['instance'] })
  }
  const id = nextId(cloud, 'migrations', wanted.id)
  const flavor = type === 'evacuation' ? null : (instance?.flavor.id ?? null)
  const migration: Migration = Object.freeze({
    id,
    uuid: wanted.uuid ?? uuidFor(cloud.seed, 'migration', id),
    type,
    status: wanted.status,
    source,
    dest,
    sourceNode: wanted.sourceNode !== undefined ? wanted.sourceNode : source,
    destNode: wanted.destNode !== undefined ? wanted.destNode : dest,
    destHost:
      wanted.destHost !== undefined ? wanted.destHost : type === 'live-migration' ? null : addressOf(cloud, dest),
    instance: instance?.uuid ?? wanted.instance ?? null,
    oldFlavor: wanted.oldFlavor !== undefined ? wanted.oldFlavor : flavor,
    newFlavor: wanted.newFlavor !== undefined ? wanted.newFlavor : flavor,
    userId: wanted.userId !== undefined ? wanted.userId : (instance?.userId ?? null),
    projectId: wanted.projectId !== undefined ? wanted.projectId : (instance?.projectId ?? null),
    createdAt: wanted.createdAt ?? cloud.clock.now(),
    updatedAt: wanted.updatedAt !== undefined ? wanted.updatedAt : cloud.clock.now(),
    progress: wanted.progress ? Object.freeze({ ...wanted.progress }) : null,
  })
  cloud.state.migrations.set(migration.id, migration)
  changed(cloud, about('migration.recorded', migration))
  return migration
}

/** Write some of its columns, and with them `updated_at`. */
export function changeMigration(cloud: Cloud, { id }: Pick<Migration, 'id'>, change: MigrationChange): Migration {
  const before = getMigration(cloud, id)
  const named = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
  const after: Migration = Object.freeze({ ...before, updatedAt: cloud.clock.now(), ...named })
  cloud.state.migrations.set(id, after)
  changed(cloud, about('migration.updated', after))
  return after
}

export function removeMigration(cloud: Cloud, migration: Migration): void {
  cloud.state.migrations.delete(migration.id)
  changed(cloud, about('migration.removed', migration))
}

/** The migration as it is now. @throws {Error} it is gone: whoever asks has looked before */
export function getMigration(cloud: Cloud, id: number): Migration {
  const migration = cloud.state.migrations.get(id)
  if (!migration) throw new Error(`there is no migration ${id}`)
  return migration
}

/** Whether it is still under way. */
export function isInProgress({ status }: Migration): boolean {
  return !ENDED.has(status)
}

/** Those under way that start or end on the host. */
export function inProgressOn(cloud: Cloud, host: string): Migration[] {
  return [...cloud.state.migrations.values()].filter(
    (each) => isInProgress(each) && (each.source === host || each.dest === host),
  )
}

/** Whether instances were evacuated from the host, and its nova-compute has not started since. Asks the given cell only. */
export function hasDoneEvacuations(cloud: Cloud, host: string, cell: string | undefined): boolean {
  return evacuationsFrom(cloud, host).some(
    ({ status, source }) => status === 'done' && (findHostMapping(cloud, source)?.cell ?? cell) === cell,
  )
}

/** The evacuations from a host, whatever became of them. MySQL compares without case. */
export function evacuationsFrom(cloud: Cloud, host: string): Migration[] {
  const lower = host.toLowerCase()
  return [...cloud.state.migrations.values()].filter(
    ({ type, source }) => type === 'evacuation' && source.toLowerCase() === lower,
  )
}

/** The host's nova-compute starts: what was evacuated from it is cleaned up. nova/compute/manager.py `_destroy_evacuated_instances` */
export function completeEvacuations(cloud: Cloud, host: string): void {
  for (const migration of evacuationsFrom(cloud, host)) {
    if (migration.status !== 'done') continue
    const provider = cloud.state.hypervisors.get(migration.source)?.uuid
    if (provider !== undefined && migration.instance !== null) releaseFrom(cloud, migration.instance, provider)
    changeMigration(cloud, migration, { status: 'completed' })
  }
}

function addressOf(cloud: Cloud, host: string | null): string | null {
  return host === null ? null : (cloud.state.hypervisors.get(host)?.hostIp ?? null)
}

function about(type: `migration.${'recorded' | 'updated' | 'removed'}`, { id, source, dest }: Migration) {
  return { type, id, source, dest } as const
}
