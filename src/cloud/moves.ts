/** Moves, as whoever steers the world has them happen: of all instances of a dead host, or of one, live. */

import { findHostMapping } from './cells.ts'
import type { Cloud } from './cloud.ts'
import { impossible } from './errors.ts'
import { uuidFor } from './ids.ts'
import { type Actor, isHostUp } from './instance-checks.ts'
import { type Instance, instancesOn } from './instances.ts'
import { liveMigrateInstance } from './live-migrations.ts'
import { evacuateInstance } from './rebuilds.ts'
import { workOff } from './work.ts'

/** How long a live migration takes, unless it is said. Milliseconds of the cloud's clock. */
export const MIGRATION_TAKES_MS = 10_000

/** What Nova evacuates; the others it would refuse. */
const EVACUABLE = new Set(['active', 'stopped', 'error'])

/**
 * Rebuild the instances of a host on another. Each leaves an evacuation behind that is `done` until the host's nova-compute
 * starts again; until then the host cannot be forced up.
 *
 * @throws {CloudError} Impossible: a host is none, or the first one still counts as up, or the second one does not
 */
export function evacuateHost(cloud: Cloud, from: string, to: string): void {
  const [source, dest] = [computeOf(cloud, from), computeOf(cloud, to)]
  if (isHostUp(cloud, source)) {
    impossible(`the nova-compute on host "${from}" is up`, { hint: 'force it down first, as Nova asks for' })
  }
  if (!isHostUp(cloud, dest)) {
    impossible(`the nova-compute on host "${to}" is down, so nothing can be evacuated to it`)
  }
  for (const instance of instancesOn(cloud, source)) {
    if (!EVACUABLE.has(instance.vmState)) continue
    evacuateInstance(cloud, instance, { host: dest, forced: false, stopped: false }, operator(cloud, instance))
  }
  workOff(cloud)
}

/**
 * Begin to move an instance live. It is under way until the time is over, and ends in `error` when either host went down on the
 * way; the instance then stays where it was.
 *
 * @throws {CloudError} Impossible: the instance is on no host, or the other host is none or down; InstanceInState
 */
export function migrateInstance(cloud: Cloud, instance: Instance, to: string, takes = MIGRATION_TAKES_MS): void {
  const dest = computeOf(cloud, to)
  if (instance.host === null) impossible(`the instance "${instance.name}" is on no host`)
  if (instance.host === dest) impossible(`the instance "${instance.name}" is on host "${to}" already`)
  if (!isHostUp(cloud, dest)) {
    impossible(`the nova-compute on host "${to}" is down, so nothing can be migrated to it`)
  }
  liveMigrateInstance(cloud, instance, { host: dest, forced: true, takes }, operator(cloud, instance))
  workOff(cloud)
}

/** Who steers the world does in the name of the instance's owner, and is kept away by no lock. */
function operator(cloud: Cloud, { uuid, userId, projectId }: Instance): Actor {
  const made = cloud.state.counters.get('instance_actions') ?? 0
  return { requestId: `req-${uuidFor(cloud.seed, 'operator', uuid, made)}`, userId, projectId, isAdmin: true }
}

function computeOf(cloud: Cloud, host: string): string {
  return findHostMapping(cloud, host)?.host ?? impossible(`no nova-compute runs on host "${host}"`)
}
