/** Reads a world file, or a world as it would stand in one. */

import { createClock } from '../cloud/clock.ts'
import { createCloud } from '../cloud/description.ts'
import { CloudError } from '../cloud/errors.ts'
import { type Checked, check, checkInTurns } from '../reading/check.ts'
import type { Complaint } from '../reading/complaint.ts'
import { takeTurns } from '../reading/turns.ts'
import { readYaml } from '../reading/yaml.ts'
import { fromWorldFile, type WorldDescription } from './world-file.ts'
import { type WorldFile, WorldSchema } from './world-schema.ts'

/**
 * The world that a text describes; the cloud is made once, to see that it can be.
 *
 * @param file the name to put before the line and the column
 * @throws {InputError} with `file:line:column: what is wrong` for each complaint
 */
export function readWorld(text: string, file: string): WorldDescription {
  return readYaml(text, file, checkWorld)
}

/** The world that a value describes, as it came out of YAML or JSON; or every complaint about it. The cloud is made once, too. */
export function checkWorld(value: unknown): Checked<WorldDescription> {
  const checked = tooMany(value) ?? check(WorldSchema, value)
  if (checked.complaints !== undefined) return checked
  const description = fromWorldFile(checked.value)
  const clock = createClock({ mode: 'manual', start: description.clock?.start ?? 0 })
  try {
    createCloud(withoutRepeats(description), { seed: 0, clock })
  } catch (error) {
    return { complaints: [whatCannotBe(error)] }
  }
  return { value: description }
}

/** The same, while others have their turn. Whether there can be such a cloud shows when it is made: see `made`. */
export async function checkWorldInTurns(value: unknown): Promise<Checked<WorldDescription>> {
  const checked = tooMany(value) ?? (await checkInTurns(WorldSchema, value))
  if (checked.complaints !== undefined) return checked
  return { value: await describedInTurns(checked.value) }
}

/** How many entries a list of a world may have, so that no file takes all of the memory; of some there are many for each host. */
const MOST_ENTRIES = 200_000
const MANY = ['instances', 'migrations', 'tasks', 'allocations']
const MOST_OF_MANY = 1_000_000

function tooMany(value: unknown): { complaints: Complaint[] } | undefined {
  const complaints = Object.entries(value ?? {}).flatMap(([key, list]): Complaint[] => {
    const most = MANY.includes(key) ? MOST_OF_MANY : MOST_ENTRIES
    if (!Array.isArray(list) || list.length <= most) return []
    return [{ message: `expected no more than ${most} entries; got ${list.length}`, path: [key] }]
  })
  return complaints.length > 0 ? { complaints } : undefined
}

/** What the file describes, a part of a long list at a time. */
async function describedInTurns(file: WorldFile): Promise<WorldDescription> {
  const turn = takeTurns()
  const long = Object.entries(file).flatMap(([key, list]) => {
    return Array.isArray(list) && list.length > PART ? [{ key, list }] : []
  })
  const without = Object.fromEntries(long.map(({ key }) => [key, undefined]))
  const description: { [name: string]: unknown } = { ...fromWorldFile({ ...file, ...without }) }
  for (const { key, list } of long) {
    for (let from = 0; from < list.length; from += PART) {
      await turn()
      const part = fromWorldFile({ [key]: list.slice(from, from + PART) })
      for (const [name, entries] of Object.entries(part)) {
        if (!Array.isArray(entries)) continue
        const before = description[name]
        if (Array.isArray(before)) before.push(...entries)
        else description[name] = entries
      }
    }
  }
  return description
}

/** How many entries are described at a time. */
const PART = 100

/** What is being made of a description, or why there can be no such cloud. */
export async function made<Value>(making: Promise<Value>): Promise<Checked<Value>> {
  try {
    return { value: await making }
  } catch (error) {
    return { complaints: [whatCannotBe(error)] }
  }
}

/** @throws what is no refusal */
function whatCannotBe(error: unknown): Complaint {
  if (!(error instanceof CloudError) || error.refusal.code !== 'Impossible') throw error
  const { message, path = [], hint } = error.refusal
  return { message, path, hint }
}

/** What can be wrong with so many instances is wrong with the first. Only where others name them do all have to be there. */
function withoutRepeats(description: WorldDescription): WorldDescription {
  const { instances, migrations = [], tasks = [] } = description
  if (!instances || migrations.length > 0 || tasks.length > 0) return description
  return { ...description, instances: instances.map((each) => ({ ...each, count: each.count && 1 })) }
}
