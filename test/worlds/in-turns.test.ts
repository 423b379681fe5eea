/** A long world is checked and made in parts: what comes of it is what comes of it in one piece. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator.ts'
import { checkWorld, checkWorldInTurns } from '../../src/worlds/read.ts'
import { boot } from '../support/boot.ts'

const MANY = 250

/** What somebody may get wrong in an entry of a world file, or write of it that is right. */
const mistakes: fc.Arbitrary<object> = fc.constantFrom(
  { binary: 7 },
  { hots: 'host1', host: undefined },
  { status: 'on', id: 'one' },
  { created_at: 'yesterday' },
  { colour: 'red' },
  { forced_down: true, created_at: '2026-01-01T00:00:00Z' },
  JSON.parse('{"__proto__": {"host": "host1"}}') as object,
)
const wrongAround: fc.Arbitrary<object> = fc.constantFrom(
  {},
  { colour: 'red' },
  { seed: 'one', clock: { mode: 'slow' } },
  { hosts: [{ name: 'host1', vcpus: -1 }] },
  { cells: [{}], users: 'many' },
  JSON.parse('{"__proto__": {"seed": 1}}') as object,
)

test('in turns as in one piece: the same world, or the same complaints in the same order', async () => {
  await fc.assert(
    fc.asyncProperty(
      wrongAround,
      fc.array(fc.tuple(fc.nat(MANY - 1), mistakes), { maxLength: 3 }),
      fc.array(fc.tuple(fc.nat(MANY - 1), fc.constantFrom({ vcpus: 'few' }, { id: -1 }, {})), { maxLength: 2 }),
      async (around, ofServices, ofFlavors) => {
        const services: unknown[] = Array.from({ length: MANY }, (_, n) => ({
          binary: 'nova-compute',
          host: `host${n}`,
        }))
        const flavors: unknown[] = Array.from({ length: MANY }, (_, n) => ({
          id: `f${n}`,
          name: `f${n}`,
          vcpus: 1,
          ram: 64,
        }))
        const wrong = (entry: unknown, mistake: object) =>
          Object.defineProperties({ ...(entry as object) }, Object.getOwnPropertyDescriptors(mistake))
        for (const [at, mistake] of ofServices) services[at] = wrong(services[at], mistake)
        for (const [at, mistake] of ofFlavors) flavors[at] = wrong(flavors[at], mistake)
        const value = Object.defineProperties({ flavors, services }, Object.getOwnPropertyDescriptors(around))
        expect(await checkWorldInTurns(value)).toEqual(checkWorld(value))
      },
    ),
    { numRuns: 200 },
  )
})

const services = Array.from({ length: 3000 }, (_, n) => ({ binary: 'nova-compute', host: `host${n % 2999}` }))
const twice = {
  message: 'there is a nova-compute on host "host0" already',
  hint: 'remove one of the two, or name another host',
}

test.each([
  ['PUT', '/state', { services }, 'services[2999]'],
  ['POST', '/worlds', { name: 'another', world: { services } }, 'world.services[2999]'],
  ['POST', '/scenarios', { world: { services }, steps: [{ say: 'hello' }] }, 'world.services[2999]'],
  [
    ...(['POST', '/worlds'] as const),
    { name: 'another', scenario: { world: { services }, steps: [{ say: 'hello' }] } },
    'scenario.world.services[2999]',
  ],
])('%s %s of a cloud that cannot be is refused, says where, and changes nothing', async (method, path, body, where) => {
  const nova = await boot()
  const before = (await nova.control('GET', '/state')).json
  const { status, json } = await nova.control(method, path, body)
  expect([status, json]).toEqual([400, { error: { ...twice, path: where } }])
  expect((await nova.control('GET', '/state')).json).toEqual(before)
  expect((await nova.control('GET', '/worlds')).json).toMatchObject({ worlds: [{ name: 'default' }] })
})

const long = Array.from({ length: 10_000 }, (_, n) => ({ binary: 'nova-compute', host: `host${n}` }))

test.each([
  ['POST', '/reset', undefined],
  ['GET', '/state', undefined],
  ['PUT', '/state', { services: long }],
  ['POST', '/worlds', { name: 'another', world: { services: long } }],
  ['POST', '/scenarios', { world: { services: long }, steps: [{ say: 'hello' }] }],
])('others have their turn while %s %s works on 10,000 services', async (method, path, body) => {
  await using emulator = createEmulator({ world: { services: long } })
  await emulator.ready
  const sent = body === undefined ? {} : { body: JSON.stringify(body) }
  let turns = 0
  let done = false
  const count = () => {
    turns++
    if (!done) setImmediate(count)
  }
  setImmediate(count)
  const answer = await emulator.fetch(new Request(`http://novasim.test/_novasim${path}`, { method, ...sent }))
  await answer.arrayBuffer()
  done = true
  expect(answer.status).toBeLessThan(300)
  expect(turns).toBeGreaterThanOrEqual(4)
})
