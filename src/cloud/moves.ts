/** Moves: instances that are evacuated from a dead host, or migrated from a living one, and the records that they leave. */

import { COMPUTE, findHostMapping } from './cells.ts'
import type { Cloud } from './cloud.ts'
import { impossible } from './errors.ts'
import { changeInstance, type Instance } from './instances.ts'
import { changeMigration, type Migration, type NewMigration, recordMigration } from './migrations.ts'
import { findServiceOf, isUp } from './services.ts'

/** How long a live migration takes, unless it is said. Milliseconds of the cloud's clock. */
export const MIGRATION_TAKES_MS = 10_000

/**
 * Rebuild every instance of a host on another. Each leaves an evacuation behind that is `done` until the host's
 * nova-compute starts again; until then the host cannot be forced up.
 *
 * @throws {CloudError} Impossible: a host is none, or the first one still counts as up, or the second one does not
 * @see nova/compute/api.py `evacuate`, nova/compute/manager.py `rebuild_instance`
 */
export function evacuateHost(cloud: Cloud, from: string, to: string): Migration[] {
  const [source, dest] = [computeOf(cloud, from), computeOf(cloud, to)]
  if (source.up)
    impossible(`the nova-compute on host "${from}" is up`, { hint: 'force it down first, as Nova asks for' })
  if (!dest.up) impossible(`the nova-compute on host "${to}" is down, so nothing can be evacuated to it`)
  return instancesOn(cloud, source.host).map((instance) => {
    const record = { type: 'evacuation', source: source.host, dest: dest.host, instance: instance.uuid } as const
    const migration = recordMigration(cloud, { ...record, status: 'done' })
    changeInstance(cloud, instance, { host: dest.host, status: 'ACTIVE' })
    return migration
  })
}

/**
 * Begin to move an instance live. It is `running` until the time is over, and ends in `error` when either host went down
 * on the way; the instance then stays where it was.
 *
 * @throws {CloudError} Impossible: the instance is on no host, or the other host is none or down
 */
export function migrateInstance(cloud: Cloud, instance: Instance, to: string, takesMs = MIGRATION_TAKES_MS): Migration {
  const dest = computeOf(cloud, to)
  if (instance.host === null) impossible(`the instance "${instance.name}" is on no host`)
  if (instance.host === dest.host) impossible(`the instance "${instance.name}" is on host "${to}" already`)
  if (!dest.up) impossible(`the nova-compute on host "${to}" is down, so nothing can be migrated to it`)
  const source = instance.host
  const record = { type: 'live-migration', source, dest: dest.host, instance: instance.uuid } as const
  const migration = recordMove(cloud, { ...record, status: 'running', endsAt: cloud.clock.now() + takesMs })
  changeInstance(cloud, instance, { status: 'MIGRATING' })
  return migration
}

/** A migration, and when the move ends that it is the record of, if one is under way. */
export interface NewMove extends NewMigration {
  /** Milliseconds since 1970. Default: nothing is under way, whatever its status says. */
  endsAt?: number | undefined
}

/** @throws {CloudError} Impossible: there is no such instance, or the id is taken */
export function recordMove(cloud: Cloud, { endsAt, ...wanted }: NewMove): Migration {
  const migration = recordMigration(cloud, wanted)
  if (endsAt !== undefined) cloud.state.arrivals.set(migration.id, endsAt)
  wakeMoves(cloud)
  return migration
}

/** Wait for the next move that ends. Whoever puts another state into the cloud calls it. */
export function wakeMoves(cloud: Cloud): void {
  cloud.moving?.()
  cloud.moving = undefined
  const [first, ...others] = cloud.state.arrivals
  if (!first) return
  const [id, endsAt] = others.reduce((next, each) => (each[1] < next[1] ? each : next), first)
  const arrive = () => {
    cloud.state.arrivals.delete(id)
    finish(cloud, id)
    wakeMoves(cloud)
  }
  cloud.moving = cloud.clock.at(endsAt, arrive)
}

function finish(cloud: Cloud, id: number): void {
  const migration = cloud.state.migrations.get(id)
  const instance = cloud.state.instances.get(migration?.instance ?? '')
  // Somebody else has ended it, or taken the instance away.
  if (migration?.status !== 'running' || !instance) return
  const arrived = upOn(cloud, migration.source) && migration.dest !== null && upOn(cloud, migration.dest)
  changeMigration(cloud, migration, { status: arrived ? 'completed' : 'error' })
  changeInstance(cloud, instance, { status: 'ACTIVE', ...(arrived && { host: migration.dest }) })
}

function instancesOn(cloud: Cloud, host: string): Instance[] {
  return [...cloud.state.instances.values()].filter((instance) => instance.host === host)
}

function computeOf(cloud: Cloud, host: string): { host: string; up: boolean } {
  const mapping = findHostMapping(cloud, host) ?? impossible(`no nova-compute runs on host "${host}"`)
  return { host: mapping.host, up: upOn(cloud, mapping.host) }
}

function upOn(cloud: Cloud, host: string): boolean {
  const cell = findHostMapping(cloud, host)?.cell
  const service = cell === undefined ? undefined : findServiceOf(cloud, host, COMPUTE, cell)
  return service !== undefined && isUp(service, cloud.clock.now())
}
