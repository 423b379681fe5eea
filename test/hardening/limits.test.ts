/** How much there may be of what tests make: said clearly, before memory says it. */

import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { snapshot } from '../../src/cloud/snapshot.ts'
import { createEmulator } from '../../src/emulator.ts'
import { MOST_RULES } from '../../src/faults/injector.ts'
import { loadRules } from '../../src/faults/read.ts'
import { knownAt } from '../../src/worlds/known.ts'
import { createSnapshots, type Moment } from '../../src/worlds/snapshots.ts'
import { createWorlds } from '../../src/worlds/worlds.ts'
import { boot } from '../support/boot.ts'

test('there are no more rules than a world may have, and none of those that are too many is set', async () => {
  await using emulator = createEmulator()
  const { faults } = await emulator.ready
  const setsOf = async (...numbers: number[]) => {
    const written = numbers.map((n) => ({ name: `r${n}`, match: { host: `h${n}` }, do: { status: 409 } }))
    return (await loadRules(written, knownAt())).rules
  }
  faults.add(await setsOf(...Array(MOST_RULES - 1).keys()))
  const tooMany = await setsOf(MOST_RULES, MOST_RULES + 1)
  expect(() => faults.add(tooMany)).toThrow(
    `a world has no more than ${MOST_RULES} rules, and this would make ${MOST_RULES + 1}`,
  )
  expect(faults.find(`r${MOST_RULES}`)).toBeUndefined()
  faults.add(tooMany.slice(1))
  expect(faults.find(`r${MOST_RULES + 1}`)).toBeDefined()
})

test('there are no more worlds than there may be, and one that ends makes room', () => {
  const worlds = createWorlds({}, 3)
  for (const name of ['a', 'b', 'c']) worlds.open(name, {})
  expect(() => worlds.open('d', {})).toThrow('there are 3 worlds, and no more are made')
  worlds.close(worlds.find('a')!)
  expect(worlds.open('d', {}).name).toBe('d')
  for (const world of worlds.list()) world.end()
})

test('a journal is bounded by what it is told, not by what is asked', async () => {
  await using nova = await boot({ journal: { entries: 5 } })
  for (let n = 0; n < 20; n++) await nova.nova('/os-services')
  const { json } = await nova.control('GET', '/journal')
  expect(json.entries).toHaveLength(5)
})

test('there are no more snapshots than there is room for, and one that is removed makes room', async () => {
  await using emulator = createEmulator()
  const { cloud } = await emulator.ready
  let id = 0
  const snapshots = createSnapshots(
    {
      now: cloud.clock.now,
      newId: () => `s${++id}`,
      moment: () => ({ cloud: snapshot(cloud) }) as Moment,
      restore: () => {},
    },
    1,
  )
  const first = snapshots.keep()
  expect(() => snapshots.keep()).toThrow(/^the 1 snapshots of this world keep \d+ rows, and no more are made$/)
  snapshots.remove(first)
  snapshots.keep()
  expect(() => snapshots.keep()).toThrow('no more are made')
})

test('of scenarios that have ended a thousand are remembered', async () => {
  await using nova = await boot()
  const ids: string[] = []
  for (let n = 0; n < 1003; n++) {
    ids.push((await nova.control('POST', '/scenarios', { steps: [{ say: 'hello' }] })).json.id)
    await setImmediate()
  }
  const { json } = await nova.control('GET', '/scenarios')
  expect(json.scenarios.map(({ id }: { id: string }) => id)).toEqual(ids.slice(-1000))
})
