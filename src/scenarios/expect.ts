/** What a scenario expects of the cloud: is it so, and if not, what is there instead? */

import type { Cloud } from '../cloud/cloud.ts'
import { statusOf } from '../cloud/instance-states.ts'
import { findInstance } from '../cloud/instances.ts'
import { isUp } from '../cloud/services.ts'
import type { InstanceState, MigrationState, ServiceState } from './scenario.ts'
import { findNamed } from './step.ts'

/** A thing that is not as expected: one line for each difference. None when all is as expected. */
export type Differences = string[]

export function compareService(
  cloud: Cloud,
  { host, binary = 'nova-compute', gone, ...expected }: ServiceState,
): Differences {
  const name = `${binary}@${host}`
  const service = findNamed(cloud, name)
  if (!service || gone) return presence(name, service !== undefined, gone === true)
  return differences(name, expected, {
    state: isUp(service, cloud.clock.now()) ? 'up' : 'down',
    status: service.disabled ? 'disabled' : 'enabled',
    disabled_reason: service.disabledReason,
    forced_down: service.forcedDown,
  })
}

export function compareInstance(cloud: Cloud, { name, gone, ...expected }: InstanceState): Differences {
  const instance = findInstance(cloud, name)
  if (!instance || gone) return presence(`instance ${name}`, instance !== undefined, gone === true)
  return differences(`instance ${name}`, expected, { host: instance.host, status: statusOf(instance) })
}

/** At least one such migration, or exactly so many. */
export function compareMigrations(cloud: Cloud, { count, source, ...expected }: MigrationState): Differences {
  const ofHost = [...cloud.state.migrations.values()].filter((each) => each.source === source)
  const found = ofHost.filter(
    ({ type, status, dest }) => differences('', expected, { type, status, dest }).length === 0,
  ).length
  if (count === undefined ? found > 0 : found === count) return []
  const there = ofHost.map(({ type, status, dest }) => `${type} ${status} to ${dest ?? 'nowhere'}`)
  return [
    `migrations from ${source} ${JSON.stringify(expected)}: expected ${count ?? 'at least one'}, found ${found}`,
    `  there are: ${there.length > 0 ? there.join('; ') : 'none'}`,
  ]
}

function presence(name: string, there: boolean, gone: boolean): Differences {
  if (there === !gone) return []
  return [there ? `${name}: expected it to be gone; it is there` : `${name}: there is none`]
}

function differences(name: string, expected: object, actual: Record<string, unknown>): Differences {
  return Object.entries(expected).flatMap(([key, wanted]) =>
    wanted === undefined || actual[key] === wanted
      ? []
      : [`${name}: ${key}: expected ${JSON.stringify(wanted)}, got ${JSON.stringify(actual[key])}`],
  )
}
