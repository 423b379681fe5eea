import { readdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator.ts'
import { play } from '../../src/scenarios/player.ts'
import { readScenario } from '../../src/scenarios/scenario.ts'
import { viewOf } from '../../src/worlds/journal-view.ts'
import { clientOf } from '../../src/worlds/scenarios.ts'
import { stageOf, VOCABULARY } from '../../src/worlds/stage.ts'
import type { World } from '../../src/worlds/world.ts'
import type { WorldFile } from '../../src/worlds/world-schema.ts'

const files = readdirSync('scenarios')
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => `scenarios/${file}`)

test('there are at least ten nights to play', () => {
  expect(files.length).toBeGreaterThanOrEqual(10)
})

test.each(files)(
  '%s passes, and leaves the journal that it always left; `npx vitest -u` makes it again',
  async (file) => {
    const { outcome, journal } = await played(file)
    expect(outcome.played.flatMap(({ problems }) => problems)).toEqual([])
    expect(outcome.passed).toBe(true)
    await expect(journal).toMatchFileSnapshot(`golden/${basename(file, '.yaml')}.jsonl`)
  },
)

async function played(file: string) {
  const scenario = readScenario(readFileSync(file, 'utf8'), file, VOCABULARY)
  const emulator = createEmulator({
    world: (scenario.world ?? 'default') as string | WorldFile,
    clock: 'manual',
    seed: 1,
  })
  const world = await emulator.ready
  const outcome = await play(scenario, stageOf(world, clientOf(emulator.fetch), true)).done
  return { outcome, journal: journalOf(world) }
}

/** Every entry as a line, without what is of this very run: the wall's time. */
function journalOf(world: World): string {
  const place = { cloud: world.cloud, seed: world.seed, prefix: '' }
  const lines = world.journal.entries().map((entry) => {
    const { real: _, ...view } = viewOf(place, entry)
    return JSON.stringify(view)
  })
  return `${lines.join('\n')}\n`
}
