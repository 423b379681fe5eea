/** Reads a scenario, by name, from its file or as it is written out, to be played on a world that is served. */

import { existsSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { type Complaint, complaintLine, InputError } from './reading/complaint.ts'
import { readText } from './reading/file.ts'
import { nearest } from './reading/nearest.ts'
import { stepLines } from './scenarios/report.ts'
import { checkScenario, readScenario, type Scenario, type Vocabulary } from './scenarios/scenario.ts'
import { BUILT_IN_WORLDS, isBuiltIn } from './worlds/built-in.ts'
import { loadWorld } from './worlds/load.ts'
import { builtInScenarioFile, startScenario } from './worlds/scenarios.ts'
import { VOCABULARY, warningsIn } from './worlds/stage.ts'
import type { World } from './worlds/world.ts'
import type { WorldFile } from './worlds/world-schema.ts'

/** A scenario that is ready to be played on a cloud that is served. */
export interface Cast {
  /** The world that it is about, if it says. */
  world: string | WorldFile | undefined
  seed: number | undefined
  /** Of its faults that can never match. */
  warnings: string[]
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
    warnings: warningsIn(scenario),
    start: (world, origin, print) =>
      void startScenario(world, scenario, origin, (step) => print(stepLines(step, process.stderr.isTTY === true))),
  }
}

/** What has no dot and no slash is the name of one that comes with novasim, where there is such. */
export function scenarioFile(given: string): string {
  return /[./]/.test(given) ? given : (builtInScenarioFile(given) ?? given)
}

/** @throws {InputError} with `file:line:column: what is wrong` for each complaint, those about a file for its world included */
export async function readScenarioFile(file: string): Promise<Scenario> {
  const checkWorld: Vocabulary['checkWorld'] = (world) =>
    typeof world === 'string' ? noSuchWorld(world, file) : VOCABULARY.checkWorld(world)
  const scenario = readScenario(await readText(file), file, { ...VOCABULARY, checkWorld })
  const world = worldOf(scenario, file)
  if (typeof world === 'string') await loadWorld(world)
  return scenario
}

function noSuchWorld(world: string, file: string): Complaint[] {
  if (isBuiltIn(world) || existsSync(fromFolderOf(file, world))) return []
  const names = Object.keys(BUILT_IN_WORLDS)
  const meant = nearest(world, names)
  const hint = meant ? `did you mean "${meant}"?` : `the built-in worlds are ${names.join(', ')}`
  return [{ message: `there is no file and no built-in world "${world}"`, path: [], hint }]
}

function fromFolderOf(file: string, named: string): string {
  return isAbsolute(named) ? named : join(dirname(file), named)
}

/** The world that a scenario is about. A file is named from the scenario's own folder. */
export function worldOf({ world }: Scenario, file: string): string | WorldFile | undefined {
  return typeof world === 'string' && !isBuiltIn(world) ? fromFolderOf(file, world) : (world as WorldFile | undefined)
}

function written(given: object): Scenario {
  const { value, complaints } = checkScenario(given, VOCABULARY)
  if (complaints === undefined) return value
  throw new InputError(
    complaints,
    complaints.map((each) => complaintLine('scenario', each)),
  )
}
