/** The scenarios that are played, or were, on each world; and those that come with novasim, by name. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setClock } from '../cloud/cloud.ts'
import { decodePath, type Environ } from '../python/wsgi.ts'
import { clockOf } from '../reading/clock.ts'
import { type Outcome, type Played, type Playing, play } from '../scenarios/player.ts'
import { readScenario, type Scenario } from '../scenarios/scenario.ts'
import type { Stage } from '../scenarios/stage.ts'
import { stageOf, VOCABULARY } from './stage.ts'
import type { World } from './world.ts'
import { worldPrefix } from './worlds.ts'

/** A scenario on a world. */
export interface HeldScenario {
  id: string
  /** Without its world. */
  scenario: Scenario
  playing: Playing
  /** Undefined while it is played. */
  outcome: Outcome | undefined
}

const held = new WeakMap<World, Map<string, HeldScenario>>()

export function scenariosOf(world: World): Map<string, HeldScenario> {
  const known = held.get(world) ?? new Map<string, HeldScenario>()
  held.set(world, known)
  return known
}

/**
 * Begin to play on a world that others use too: its time is waited for, never moved. A clock mode that the scenario names is
 * set, and so are its faults; its world is for whoever calls this to put in place before.
 *
 * @param origin the emulator's address, for the links in what the world answers
 */
export function startScenario(
  world: World,
  scenario: Scenario,
  origin: string,
  onStep?: (played: Played) => void,
): HeldScenario {
  const base = origin + worldPrefix(world.name)
  const stage = stageOf(
    world,
    clientOf((request) => world.fetch(request, environOf(request, base))),
    false,
  )
  if (scenario.clock) setClock(world.cloud, clockOf(scenario.clock))
  for (const fault of scenario.faults ?? []) stage.setFault(fault)
  const entry: HeldScenario = {
    id: world.controlId(),
    scenario: { ...scenario, world: undefined },
    playing: play(scenario, stage, onStep),
    outcome: undefined,
  }
  const { stop } = entry.playing
  world.ended.addEventListener('abort', stop, { once: true })
  void entry.playing.done.then((outcome) => {
    entry.outcome = outcome
    world.ended.removeEventListener('abort', stop)
  })
  hold(world, entry)
  return entry
}

/** How many a world remembers once they have ended. */
const ENDED_KEPT = 1000

/** Of those that have ended, the oldest is forgotten when there are many. */
function hold(world: World, entry: HeldScenario): void {
  const known = scenariosOf(world)
  known.set(entry.id, entry)
  if (known.size <= ENDED_KEPT) return
  const oldest = [...known.values()].find(({ outcome }) => outcome !== undefined)
  if (oldest) known.delete(oldest.id)
}

/** The world begins anew: nothing goes on in it. */
export function stopScenarios(world: World): void {
  for (const { playing } of scenariosOf(world).values()) playing.stop()
  held.delete(world)
}

type Fetch = (request: Request) => Response | Promise<Response>

/** A client in this process. */
export function clientOf(fetch: Fetch): Stage['ask'] {
  return async ({ method, path, headers, body }) => {
    const counted = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
    const init = { method, headers: { ...headers, ...counted }, ...(body !== undefined && { body }) }
    const response = await fetch(new Request(`http://novasim.internal${path}`, init))
    return { status: response.status, text: await response.text() }
  }
}

function environOf({ url }: Request, base: string): Environ {
  const { pathname, search } = new URL(url)
  return { path: decodePath(pathname), query: search.slice(1), base }
}

/** The names of the scenarios that come with novasim. */
export function builtInScenarios(): string[] {
  const files = readdirSync(scenarioFolder())
  return files.filter((file) => file.endsWith('.yaml')).map((file) => file.replace(/\.yaml$/, ''))
}

/** The file of one of them; undefined when there is none of that name. */
export function builtInScenarioFile(name: string): string | undefined {
  return builtInScenarios().includes(name) ? join(scenarioFolder(), `${name}.yaml`) : undefined
}

export function builtInScenario(name: string): Scenario | undefined {
  const file = builtInScenarioFile(name)
  return file === undefined ? undefined : readScenario(readFileSync(file, 'utf8'), `${name}.yaml`, VOCABULARY)
}

/** The folder lies beside that of the code, wherever that is: in the sources and in the package it is not equally deep. */
function scenarioFolder(): string {
  for (let folder = import.meta.dirname; dirname(folder) !== folder; folder = dirname(folder)) {
    const wanted = join(folder, 'scenarios')
    if (existsSync(join(wanted, 'scenario.schema.json'))) return wanted
  }
  throw new Error('the folder "scenarios" is missing from this installation of novasim')
}
