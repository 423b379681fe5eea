/** A world and a scenario as they are sent: by name, or written out. */

import type { Complaint } from '../reading/complaint.ts'
import { nearest, oneOf } from '../reading/nearest.ts'
import { checkScenario, type Scenario } from '../scenarios/scenario.ts'
import { BUILT_IN_WORLDS, builtInWorld, isBuiltIn } from '../worlds/built-in.ts'
import { checkWorldInTurns, made } from '../worlds/read.ts'
import { builtInScenario, builtInScenarios } from '../worlds/scenarios.ts'
import { VOCABULARY } from '../worlds/stage.ts'
import type { WorldDescription } from '../worlds/world-file.ts'
import { accepted, ControlError } from './errors.ts'

type Path = Complaint['path']

/** A world that is to be made. */
export interface GivenWorld {
  description: WorldDescription
  /** Where it stands in what was sent. */
  path: Path
}

/** What is to happen, and where it begins, when it says. */
export interface GivenScenario {
  scenario: Scenario
  world: GivenWorld | undefined
}

/**
 * A built-in world, or one as in a file. Files themselves are for whoever starts novasim to name, not for whoever reaches its port.
 *
 * @param path where it stands in what was sent
 * @throws {ControlError} 400 with everything that is wrong with it
 */
export async function worldFrom(given: unknown, path: Path): Promise<GivenWorld> {
  if (typeof given === 'string') return { description: builtIn(given, path), path }
  return { description: accepted(below(path, await checkWorldInTurns(given))), path }
}

/** What is made of a world that was given. @throws {ControlError} 400 where there can be no such cloud */
export async function madeOf<Value>({ path }: GivenWorld, making: Promise<Value>): Promise<Value> {
  return accepted(below(path, await made(making)))
}

function builtIn(given: string, path: Path): WorldDescription {
  if (isBuiltIn(given)) return builtInWorld(given)
  const names = Object.keys(BUILT_IN_WORLDS)
  const meant = nearest(given, names)
  const isFile = /[./\\]/.test(given)
  return refuse({
    message: isFile ? `what is sent cannot name a file: "${given}"` : `there is no built-in world "${given}"`,
    path,
    hint: meant ? `did you mean "${meant}"?` : `there is ${oneOf(names)}; or write the world out, as in a world file`,
  })
}

/**
 * One that comes with novasim, or one written out, with its world.
 *
 * @param path where it stands in what was sent
 * @throws {ControlError} 400 with everything that is wrong with it
 */
export async function scenarioFrom(given: unknown, path: Path): Promise<GivenScenario> {
  const inIt = [...path, 'world']
  if (typeof given === 'string') {
    const scenario = named(given, path)
    return { scenario, world: scenario.world === undefined ? undefined : await worldFrom(scenario.world, inIt) }
  }
  // A world in it may be long: it is checked first, while others have their turn.
  const written: unknown = typeof given === 'object' && given !== null && 'world' in given ? given.world : undefined
  const read = typeof written === 'object' ? await checkWorldInTurns(written) : undefined
  const checkWorld = () => read?.complaints ?? []
  const scenario = accepted(below(path, checkScenario(given, { ...VOCABULARY, checkWorld })))
  if (read?.value) return { scenario, world: { description: read.value, path: inIt } }
  return { scenario, world: scenario.world === undefined ? undefined : await worldFrom(scenario.world, inIt) }
}

function named(name: string, path: Path): Scenario {
  const known = builtInScenarios()
  const meant = nearest(name, known)
  const hint = meant ? `did you mean "${meant}"?` : `there is ${oneOf(known)}; or write its steps out`
  return builtInScenario(name) ?? refuse({ message: `there is no scenario "${name}"`, path, hint })
}

function refuse(complaint: Complaint): never {
  throw new ControlError(400, complaint)
}

/** What is checked stands there in what was sent. */
export function below<Checked extends { complaints?: Complaint[] }>(place: Path, checked: Checked): Checked {
  const { complaints } = checked
  if (complaints === undefined) return checked
  return { ...checked, complaints: complaints.map(({ path, ...same }) => ({ ...same, path: [...place, ...path] })) }
}
