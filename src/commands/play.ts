/** `novasim play --url`: scenarios played on a novasim that runs already. */

import { dirname, isAbsolute, join } from 'node:path'
import type { Scenario } from '../handles/scenarios.ts'
import type { ScenarioView } from '../handles/views.ts'
import { readText } from '../reading/file.ts'
import { readYaml } from '../reading/yaml.ts'
import { stepLines } from '../scenarios/report.ts'
import { plain, type RemoteFlags, remote, write } from './remote.ts'

/** How often it is asked how far a scenario is, in milliseconds. */
const LOOK_EVERY_MS = 100

/**
 * Play one after the other, and say so line by line.
 *
 * @param given names of those that come with novasim, or files
 * @returns whether everything was as expected
 * @throws {InputError} when a file cannot be read, or is no YAML; every file is read before the first is played
 */
export async function playThere(given: string[], flags: RemoteFlags): Promise<boolean> {
  const read = await Promise.all(given.map(async (name) => ({ name, scenario: await scenarioOf(name) })))
  let passed = true
  for (const { name, scenario } of read) {
    if (!flags.json) write(name)
    const ended = await playOne(scenario, flags)
    if (flags.json) write(JSON.stringify(ended))
    else write(`${ended.status === 'failed' ? 'FAILED' : ended.status}\n`)
    if (ended.status !== 'passed') passed = false
  }
  return passed
}

async function playOne(scenario: string | Scenario, flags: RemoteFlags): Promise<ScenarioView> {
  const { scenarios, clock } = remote(flags)
  let view = await scenarios.play(scenario)
  if (view.status === 'playing' && (await clock.get()).mode === 'manual') {
    process.stderr.write('# its clock stands: novasim clock advance moves it on to the steps that wait for a time\n')
  }
  for (let shown = 0; ; view = await scenarios.get(view.id)) {
    if (!flags.json) for (const step of view.played.slice(shown)) write(plainLines(stepLines(step, false)))
    shown = view.played.length
    if (view.status !== 'playing') return view
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

/** What has no dot and no slash is a name. A world's file is named from the scenario's own folder, and is sent along. */
async function scenarioOf(given: string): Promise<string | Scenario> {
  if (!/[./]/.test(given)) return given
  const scenario = (await readValue(given)) as Scenario
  const { world } = scenario ?? {}
  if (typeof world !== 'string' || !/[./]/.test(world)) return scenario
  const file = isAbsolute(world) ? world : join(dirname(given), world)
  return { ...scenario, world: (await readValue(file)) as NonNullable<Scenario['world']> }
}

async function readValue(file: string): Promise<unknown> {
  return readYaml(await readText(file), file, (value) => ({ value }))
}

function plainLines(text: string): string {
  return text.split('\n').map(plain).join('\n')
}
