/** Scenarios: each is read, and can be played to some end; or it is refused in words. */

import { createEmulator } from '../../src/emulator.ts'
import type { FaultRule } from '../../src/handles/fault-rule.ts'
import { play } from '../../src/scenarios/player.ts'
import { readScenario, type Scenario } from '../../src/scenarios/scenario.ts'
import { clientOf } from '../../src/worlds/scenarios.ts'
import { stageOf, VOCABULARY, warningsIn } from '../../src/worlds/stage.ts'
import type { WorldFile } from '../../src/worlds/world-schema.ts'
import { createCorpus } from './corpus.ts'
import { gist, type Part, within } from './part.ts'
import { readOrRefused } from './refused.ts'
import { examplesIn, textsOf, YAML } from './seeds.ts'

const WITHIN_MS = 2000

/** A scenario that waits for a request of somebody's waits by the wall's clock. */
const PLAYED_MS = 100

export function scenarios(): Part<string> {
  const corpus = createCorpus([...textsOf(['scenarios/*.yaml']), ...examplesIn('docs/scenarios.md', 'yaml')], YAML)
  return {
    cases: corpus.texts,
    keep: corpus.keep,
    shown: (text) => text,
    run: (text) =>
      within(WITHIN_MS, async () => {
        const { value, refused } = await readOrRefused(() => readScenario(text, 'scenario.yaml', VOCABULARY))
        if (refused !== undefined) return refused
        warningsIn(value)
        return isBounded(value) ? played(value) : 'read'
      }),
  }
}

/** Played as `novasim play` does it, up to a moment of the wall's clock. */
async function played(scenario: Scenario): Promise<string> {
  const { world = 'default', faults, seed } = scenario
  const { value: emulator, refused } = await readOrRefused(async () => {
    const made = createEmulator({
      world: typeof world === 'string' ? 'default' : (world as WorldFile),
      clock: 'manual',
      seed,
      ...(faults && { faults: faults as FaultRule[] }),
    })
    await made.ready
    return made
  })
  if (refused !== undefined) return `its world: ${refused}`
  await using held = emulator
  const playing = play(scenario, stageOf(await held.ready, clientOf(held.fetch), true))
  const outcome = await Promise.race([playing.done, later(PLAYED_MS)])
  playing.stop()
  if (!outcome) return 'played, and waits'
  return `played: ${gist(outcome.played.at(-1)?.problems[0] ?? 'to its end')}`
}

/** Thousands of instances are right, and take their time. */
function isBounded(scenario: Scenario): boolean {
  return !/"count":\d{4}|"large"/.test(JSON.stringify([scenario.steps, scenario.world]))
}

function later(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined))
}
