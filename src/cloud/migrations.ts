/** Migrations: records of instances that moved, are moving, or were evacuated. */

import { findHostMapping } from './cells.ts'
import { type Cloud, changed, nextId } from './cloud.ts'
import { impossible } from './errors.ts'
import { findInstance } from './instances.ts'

export const MIGRATION_TYPES = ['migration', 'resize', 'live-migration', 'evacuation'] as const
export type MigrationType = (typeof MIGRATION_TYPES)[number]

/** A migration of any other status is in progress. nova/db/main/api.py `migration_get_in_progress_by_host_and_node` */
const ENDED = new Set(['confirmed', 'reverted', 'error', 'failed', 'completed', 'cancelled', 'done'])

export interface Migration {
  id: number
  type: MigrationType
  /** Nova's word for how far it is: `accepted`, `preparing`, `running`, `done`, `completed`, `error` … */
  status: string
  source: string
  dest: string | null
  /** The UUID of the instance; null when that is not known any more. */
  instance: string | null
}

export interface NewMigration {
  type: MigrationType
  status: string
  source: string
  dest?: string | null | undefined
  /** The instance's UUID or name. */
  instance?: string | null | undefined
  /** Default: the next. */
  id?: number | undefined
}

/** @throws {CloudError} Impossible: there is no such instance, or the id is taken */
export function recordMigration(cloud: Cloud, wanted: NewMigration): Migration {
  if (wanted.id !== undefined && cloud.state.migrations.has(wanted.id)) {
    impossible(`id ${wanted.id} is that of another migration already`, { path: ['id'] })
  }
  const instance = wanted.instance ? findInstance(cloud, wanted.instance) : undefined
  if (wanted.instance && !instance) impossible(`there is no instance "${wanted.instance}"`, { path: ['instance'] })
  const migration: Migration = {
    id: nextId(cloud, 'migrations', wanted.id),
    type: wanted.type,
    status: wanted.status,
    source: wanted.source,
    dest: wanted.dest ?? null,
    instance: instance?.uuid ?? null,
  }
  cloud.state.migrations.set(migration.id, migration)
  changed(cloud, about('migration.recorded', migration))
  return migration
}

export function changeMigration(
  cloud: Cloud,
  migration: Migration,
  change: { status?: string | undefined; dest?: string | null | undefined },
): void {
  migration.status = change.status ?? migration.status
  if (change.dest !== undefined) migration.dest = change.dest
  changed(cloud, about('migration.updated', migration))
}

export function removeMigration(cloud: Cloud, migration: Migration): void {
  cloud.state.migrations.delete(migration.id)
  changed(cloud, about('migration.removed', migration))
}

/** Those under way that start or end on the host. */
export function inProgressOn(cloud: Cloud, host: string): Migration[] {
  return [...cloud.state.migrations.values()].filter(
    ({ status, source, dest }) => !ENDED.has(status) && (source === host || dest === host),
  )
}

/** Whether instances were evacuated from the host, and its nova-compute has not started since. Asks the given cell only. */
export function hasDoneEvacuations(cloud: Cloud, host: string, cell: string | undefined): boolean {
  return evacuationsFrom(cloud, host).some(
    ({ status, source }) => status === 'done' && (findHostMapping(cloud, source)?.cell ?? cell) === cell,
  )
}

/** The host's nova-compute starts: what was evacuated from it is cleaned up. nova/compute/manager.py `_destroy_evacuated_instances` */
export function completeEvacuations(cloud: Cloud, host: string): void {
  for (const migration of evacuationsFrom(cloud, host)) {
    if (migration.status === 'done') changeMigration(cloud, migration, { status: 'completed' })
  }
}

function evacuationsFrom(cloud: Cloud, host: string): Migration[] {
  const lower = host.toLowerCase()
  return [...cloud.state.migrations.values()].filter(
    ({ type, source }) => type === 'evacuation' && source.toLowerCase() === lower,
  )
}

function about(type: `migration.${'recorded' | 'updated' | 'removed'}`, { id, source, dest }: Migration) {
  return { type, id, source, dest } as const
}
