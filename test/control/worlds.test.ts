import { expect, test } from 'vitest'
import { boot } from '../support/boot.ts'

test('a world is made with the faults and the scenario that it begins with, as a start takes them', async () => {
  await using nova = await boot()
  const { status, json } = await nova.control('POST', '/worlds', {
    name: 'ci-7',
    clock: 'manual',
    faults: [
      'lost-answer',
      { name: 'no-get', match: { operation: 'os-services:list' }, do: { status: 503, message: 'no' } },
    ],
    scenario: 'compute-goes-silent',
  })
  expect([status, json.name, json.warnings]).toEqual([201, 'ci-7', undefined])
  expect((await nova.ask('/w/ci-7/v2.1/os-services')).status).toBe(503)
  expect((await nova.ask(`/w/ci-7/_novasim/scenarios/${json.scenario}`)).json).toMatchObject({
    name: 'a compute goes silent and returns',
    status: 'playing',
  })
  await nova.ask('/w/ci-7/_novasim/reset', { method: 'POST', token: null })
  expect((await nova.ask('/w/ci-7/_novasim/faults')).json.faults.map((each: { name: string }) => each.name)).toEqual([
    'lost-answer',
    'no-get',
  ])
})

test("a scenario's own world and seed are what the world is made of", async () => {
  await using nova = await boot()
  const scenario = {
    world: { services: [{ binary: 'nova-compute', host: 'lone' }] },
    seed: 12,
    steps: [{ silence: 'lone' }],
  }
  const { json } = await nova.control('POST', '/worlds', { name: 'a', scenario })
  expect(json.seed).toBe(12)
  const { services } = (await nova.ask('/w/a/_novasim/services')).json
  expect(services).toMatchObject([{ host: 'lone', process: 'stopped' }])
})

test('a world is of the release that is named, whatever its world file says, and still is after a reset', async () => {
  await using nova = await boot()
  const world = { release: '2024.1', services: [] }
  await nova.control('POST', '/worlds', { name: 'a', world, release: 'Zed' })
  const newest = async () => (await nova.ask('/w/a/')).json.versions[1].version
  expect(await newest()).toBe('2.93')
  await nova.ask('/w/a/_novasim/reset', { method: 'POST', token: null })
  expect(await newest()).toBe('2.93')
})

test('a rule that can never match is set, and warned of', async () => {
  await using nova = await boot()
  const faults = { name: 'x', match: { operation: 'os-services:delete', method: 'GET' }, do: 'conflict' }
  const { status, json } = await nova.control('POST', '/worlds', { name: 'a', faults })
  expect([status, json.warnings]).toEqual([
    201,
    ['x: it never matches: os-services:delete is never asked for by GET, but by DELETE'],
  ])
})

test.each([
  [{ faults: [{ do: 'conflct' }] }, 'faults[0].do', 'did you mean "conflict"?'],
  [{ faults: { match: { hots: 'a' }, do: 'conflict' } }, 'faults.match.hots', 'did you mean "host"?'],
  [
    { faults: [{ match: { operation: 'os-services:delte' }, do: 'conflict' }] },
    'faults[0].match.operation',
    'did you mean "os-services:delete"?',
  ],
  [{ scenario: 'quiet-clod' }, 'scenario', 'did you mean "quiet-cloud"?'],
  [{ scenario: { steps: [{ silnce: 'host1' }] } }, 'scenario.steps[0].silnce', 'did you mean "silence"?'],
  [{ scenario: { world: 'defualt', steps: [{ say: 'x' }] } }, 'scenario.world', 'did you mean "default"?'],
  [
    { scenario: { world: { servces: [] }, steps: [{ say: 'x' }] } },
    'scenario.world.servces',
    'did you mean "services"?',
  ],
  [{ release: '2024.3' }, 'release', 'did you mean "2024.2"?'],
  [{ world: { servces: [] } }, 'world.servces', 'did you mean "services"?'],
  [{ fautls: [] }, 'fautls', 'did you mean "faults"?'],
])('%j is refused with the place and the nearest right word, and no world is made', async (body, path, hint) => {
  await using nova = await boot()
  const { status, json } = await nova.control('POST', '/worlds', { name: 'a', ...body })
  expect([status, json.error.path, json.error.hint]).toEqual([400, path, hint])
  expect((await nova.control('GET', '/worlds')).json.worlds).toHaveLength(1)
})

test.each([
  [{ world: 'defualt', steps: [{ say: 'x' }] }, 'world'],
  [{ world: { servces: [] }, steps: [{ say: 'x' }] }, 'world.servces'],
])('a scenario that is played with the world %j is refused, and the cloud stays as it is', async (scenario, path) => {
  await using nova = await boot()
  const { status, json } = await nova.control('POST', '/scenarios', scenario)
  expect([status, json.error.path]).toEqual([400, path])
  expect((await nova.control('GET', '/services')).json.services).toHaveLength(5)
})
