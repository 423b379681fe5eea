/** A recording that answers in a world, and the world that it implies. */

import { loadRecording } from '../recordings/load.ts'
import type { Recording } from '../recordings/recording.ts'
import {
  createReplay,
  type ReplayElse,
  type ReplayIds,
  type ReplayMode,
  type ReplayTimes,
} from '../recordings/replay.ts'
import { readWorld } from './read.ts'
import type { Held } from './recordings.ts'
import { WALL } from './wall.ts'
import type { World } from './world.ts'
import type { WorldDescription } from './world-file.ts'

/** A file to be replayed, and how. */
export interface ReplayOf {
  file: string
  /** Strictly in order, or each request by what it asks for. Default `match`. */
  mode?: ReplayMode | undefined
  /** What becomes of a request that is not in it. Default `world`: the world answers. */
  otherwise?: ReplayElse | undefined
  /** Default `recorded`. */
  ids?: ReplayIds | undefined
  /** Default `moved`. */
  times?: ReplayTimes | undefined
}

/** @throws {InputError} when it is no recording, with the file and the line */
export async function loadReplay({
  file,
  ...options
}: ReplayOf): Promise<{ recording: Recording; holdIn(world: World): Held }> {
  const recording = await loadRecording(file)
  return {
    recording,
    holdIn: (world) => holdRecording(world, nameOf(file), recording, { ...options, fromTheBeginning: true }),
  }
}

export interface HoldOptions extends Omit<ReplayOf, 'file'> {
  on?: boolean | undefined
  fromTheBeginning?: boolean | undefined
}

/** Let a recording answer in a world, its ids from the world's seed and its times moved to the world's. */
export function holdRecording(world: World, name: string, recording: Recording, options: HoldOptions = {}): Held {
  const { mode, otherwise = 'world', ids, times, on = true, fromTheBeginning = false } = options
  const { seed, cloud } = world
  const replay = createReplay(recording, { mode, otherwise, ids, times, seed, now: () => cloud.clock.now() })
  return world.recordings.hold(name, replay, { on, fromTheBeginning })
}

/** The world that a recording implies, as it would be if it began now. */
export async function impliedWorld(recording: Recording, seed: number | undefined): Promise<WorldDescription> {
  const { seedOf } = await import('../recordings/seed.ts')
  const { yaml } = seedOf(recording, { startAt: WALL.now(), ...(seed !== undefined && { seed }) })
  const { clock, ...world } = readWorld(yaml, recording.file)
  return { ...world, clock: { ...clock, mode: 'real' } }
}

/** `evacuate` of `fixtures/evacuate.jsonl`. */
function nameOf(file: string): string {
  const base = file.replace(/^.*[\\/]/, '').replace(/\.[^.]+$/, '')
  return base || 'recording'
}
