/** Reads a scenario, by name, from its file or as it is written out, to be played on a world that is served. */

import { dirname, isAbsolute, join } from 'node:path'
import { complaintLine, InputError } from './reading/complaint.ts'
import { readText } from './reading/file.ts'
import { stepLines } from './scenarios/report.ts'
import { checkScenario, readScenario, type Scenario } from './scenarios/scenario.ts'
import { isBuiltIn } from './worlds/built-in.ts'
import { builtInScenarioFile, startScenario } from './worlds/scenarios.ts'
import { VOCABULARY } from './worlds/stage.ts'
import type { World } from './worlds/world.ts'
import type { WorldFile } from './worlds/world-schema.ts'

/** A scenario that is ready to be played on a cloud that is served. */
export interface Cast {
  /** The world that it is about, if it says. */
  world: string | WorldFile | undefined
  seed: number | undefined
  /** @param print told of each step in a line */
  start(world: World, origin: string, print: (line: string) => void): void
}

/**
 * Read a scenario, to be played while a cloud is served.
 *
 * @param given the name of one that comes with novasim, a file's path, or a scenario as it would stand in a file
 * @throws {InputError} with `file:line:column: what is wrong` for each complaint
 */
export async function cast(given: string | object): Promise<Cast> {
  const file = typeof given === 'string' ? scenarioFile(given) : ''
  const scenario = typeof given === 'string' ? await readScenarioFile(file) : written(given)
  return {
    world: worldOf(scenario, file),
    seed: scenario.seed,
    start: (world, origin, print) =>
      void startScenario(world, scenario, origin, (step) => print(stepLines(step, process.stderr.isTTY === true))),
  }
}

/** What has no dot and no slash is the name of one that comes with novasim, where there is such. */
export function scenarioFile(given: string): string {
  return /[./]/.test(given) ? given : (builtInScenarioFile(given) ?? given)
}

/** @throws {InputError} with `file:line:column: what is wrong` for each complaint */
export async function readScenarioFile(file: string): Promise<Scenario> {
  return readScenario(await readText(file), file, VOCABULARY)
}

/** The world that a scenario is about. A file is named from the scenario's own folder. */
export function worldOf({ world }: Scenario, file: string): string | WorldFile | undefined {
  const named = typeof world === 'string' && !isBuiltIn(world) && !isAbsolute(world)
  return named ? join(dirname(file), world) : (world as string | WorldFile | undefined)
}

function written(given: object): Scenario {
  const { value, complaints } = checkScenario(given, VOCABULARY)
  if (complaints === undefined) return value
  throw new InputError(
    complaints,
    complaints.map((each) => complaintLine('scenario', each)),
  )
}
