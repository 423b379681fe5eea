/** Reads a world file, or a world as it would stand in one. */

import { createClock } from '../cloud/clock.ts'
import { createCloud } from '../cloud/description.ts'
import { CloudError } from '../cloud/errors.ts'
import { type Checked, check } from '../reading/check.ts'
import { readYaml } from '../reading/yaml.ts'
import { fromWorldFile, type WorldDescription } from './world-file.ts'
import { WorldSchema } from './world-schema.ts'

/**
 * The world that a text describes; the cloud is made once, to see that it can be.
 *
 * @param file the name to put before the line and the column
 * @throws {InputError} with `file:line:column: what is wrong` for each complaint
 */
export function readWorld(text: string, file: string): WorldDescription {
  return readYaml(text, file, checkWorld)
}

/** The world that a value describes, as it came out of YAML or JSON; or every complaint about it. */
export function checkWorld(value: unknown): Checked<WorldDescription> {
  const checked = check(WorldSchema, value)
  if (checked.complaints !== undefined) return checked
  const description = fromWorldFile(checked.value)
  try {
    const clock = createClock({ mode: 'manual', start: description.clock?.start ?? 0 })
    createCloud(withoutRepeats(description), { seed: 0, clock })
  } catch (error) {
    if (!(error instanceof CloudError) || error.refusal.code !== 'Impossible') throw error
    const { message, path = [], hint } = error.refusal
    return { complaints: [{ message, path, hint }] }
  }
  return { value: description }
}

/** What can be wrong with so many instances is wrong with the first. Only where others name them do all have to be there. */
function withoutRepeats(description: WorldDescription): WorldDescription {
  const { instances, migrations = [], tasks = [] } = description
  if (!instances || migrations.length > 0 || tasks.length > 0) return description
  return { ...description, instances: instances.map((each) => ({ ...each, count: each.count && 1 })) }
}
