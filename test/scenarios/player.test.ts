import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator.ts'
import { play } from '../../src/scenarios/player.ts'
import { readScenario } from '../../src/scenarios/scenario.ts'
import { clientOf } from '../../src/worlds/scenarios.ts'
import { stageOf, VOCABULARY } from '../../src/worlds/stage.ts'
import { boot } from '../support/boot.ts'
import { run } from '../support/command.ts'

const complaintOf = (steps: string): string => {
  try {
    readScenario(`steps:\n${steps}`, 's.yaml', VOCABULARY)
  } catch (error) {
    return (error as Error).message
  }
  return 'no complaint'
}

async function playSteps(steps: string) {
  const emulator = createEmulator({ clock: 'manual' })
  const world = await emulator.ready
  const scenario = readScenario(`steps:\n${steps}`, 's.yaml', VOCABULARY)
  const outcome = await play(scenario, stageOf(world, clientOf(emulator.fetch), true)).done
  return { world, outcome, problems: outcome.played.flatMap(({ problems }) => problems) }
}

test.each([
  [
    'an unknown step',
    '  - {forcedown: host1}\n',
    's.yaml:2:6: steps[0].forcedown: unknown key "forcedown" (did you mean "force-down"?)',
  ],
  [
    'two things in one step',
    '  - {silence: a, restart: a}\n',
    /a step does one thing; this one does silence and restart \(make it two steps\)/,
  ],
  ['a step that does nothing', '  - {}\n', /this step does nothing/],
  ['a time that is none', '  - {at: later, silence: a}\n', /steps\[0\]\.at: expected a duration such as "61s"/],
  [
    'an unknown action of a fault',
    '  - fault: {name: x, do: {dely: 3s}}\n',
    /s\.yaml:2:\d+: steps\[0\]\.fault\.do.*dely.*did you mean "delay"/,
  ],
  ['an unknown ready-made fault', '  - fault: conflct\n', /steps\[0\]\.fault/],
  [
    'an unknown operation',
    '  - expect: {requests: {operation: os-services:remove}}\n',
    /s\.yaml:2:.*there is no operation "os-services:remove"/,
  ],
  [
    'an unknown word of a match',
    '  - expect: {requests: {operatoin: x}}\n',
    /unknown key "operatoin" \(did you mean "operation"\?\)/,
  ],
  [
    'an unknown state',
    '  - expect: {service: {host: a, state: dwon}}\n',
    /expected up or down; got "dwon" \(did you mean "down"\?\)/,
  ],
])('%s is complained of where it stands', (_, steps, expected) => {
  expect(complaintOf(steps)).toMatch(expected)
})

test('the faults of a scenario are rules, or the names of ready-made ones, from the start and in a step', async () => {
  await using nova = await boot()
  const { json } = await nova.control('POST', '/scenarios', {
    faults: ['lost-answer', { match: { operation: 'os-services:delete', method: 'GET' }, do: 'conflict' }],
    steps: [
      { fault: { do: { delay: 1 } } },
      { fault: { do: { delay: 2 } } },
      { fault: 'lost-answer' },
      { fault: { name: 'conflict', do: 'over-limit' } },
    ],
  })
  expect(json.warnings).toEqual([
    'conflict: it never matches: os-services:delete is never asked for by GET, but by DELETE',
  ])
  const { faults } = (await nova.control('GET', '/faults')).json
  expect(faults).toMatchObject([
    { name: 'lost-answer' },
    { name: 'conflict', do: 'over-limit' },
    { name: 'fault-1', do: { delay: 1 } },
    { name: 'fault-2', do: { delay: 2 } },
  ])
})

test.each([
  ['world: defualt', 's.yaml:1:1: world: there is no file and no built-in world "defualt" (did you mean "default"?)'],
  ['world: {servces: []}', 's.yaml:1:9: world.servces: unknown key "servces" (did you mean "services"?)'],
  ['world: bad.yaml', 'bad.yaml:1:1: servces: unknown key "servces" (did you mean "services"?)'],
  ['faults: [conflct]', /^s\.yaml:1:10: faults\[0\]\.do: expected .* \(did you mean "conflict"\?\)$/],
  ['faults: [7]', 's.yaml:1:10: faults[0]: expected a rule, or the name of a ready-made fault; got 7'],
])('of a scenario with %s nothing is played, and it is said what is wrong, and where', async (line, expected) => {
  const folder = mkdtempSync(join(tmpdir(), 'novasim-'))
  writeFileSync(join(folder, 'bad.yaml'), 'servces: []\n')
  writeFileSync(join(folder, 's.yaml'), `${line}\nsteps: [{say: hello}]\n`)
  writeFileSync(join(folder, 'good.yaml'), 'steps: [{say: hello}]\n')
  const { code, stdout, stderr } = await run(['play', join(folder, 'good.yaml'), join(folder, 's.yaml')])
  rmSync(folder, { recursive: true })
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr.replaceAll(`${folder}/`, '').replace('novasim: ', '').trim()).toMatch(expected)
})

test.each([
  [{ operaton: 'x' }, 'steps[0].expect.requests.operaton', 'did you mean "operation"?'],
  [{ operation: 'os-services:delte' }, 'steps[0].expect.requests.operation', 'did you mean "os-services:delete"?'],
])('the requests %j cannot be expected, in words of where it was written', async (requests, path, hint) => {
  await using nova = await boot()
  const { status, json } = await nova.control('POST', '/scenarios', { steps: [{ expect: { requests } }] })
  expect([status, json.error.path, json.error.hint]).toEqual([400, path, hint])
})

test('a scenario without steps is none', () => {
  expect(() => readScenario('name: x\n', 's.yaml', VOCABULARY)).toThrow('"steps" is missing; it is a list')
})

test('an hour of a scenario takes no time on a clock that stands', async () => {
  const began = performance.now()
  const { world, outcome } = await playSteps(
    '  - {at: 1h, silence: host1}\n  - {at: 2h, expect: {service: {host: host1, state: down}}}\n',
  )
  expect(outcome.passed).toBe(true)
  expect(world.cloud.clock.now()).toBe(Date.UTC(2026, 0, 1, 2))
  expect(performance.now() - began).toBeLessThan(5000)
})

test('what is not as expected is told with what is there instead, and nothing is played after it', async () => {
  const { outcome, problems } = await playSteps(
    '  - expect: {service: {host: host1, state: down, status: disabled}}\n  - {silence: host1}\n',
  )
  expect(outcome.passed).toBe(false)
  expect(problems).toEqual([
    'nova-compute@host1: state: expected "down", got "up"',
    'nova-compute@host1: status: expected "disabled", got "enabled"',
  ])
  expect(outcome.played).toHaveLength(1)
})

test.each([
  ['  - {evacuate: {from: host1, to: host2}}\n', /the nova-compute on host "host1" is up \(force it down first/],
  ['  - {silence: host9}\n', /there is no service "nova-compute@host9"|there is no service "host9"/],
  ['  - {delete-service: host1}\n', /HostHasInstances/],
  ['  - {clear-fault: nothing}\n', /there is no fault "nothing"/],
  ['  - {when: {service: {host: host1, state: down}}, within: 5s, silence: host1}\n', /did not come so within 5s/],
  [
    '  - {expect: {requests: {operation: "os-services:delete", times: 2}}}\n',
    /expected: .*os-services:delete.*exactly 2|twice/,
  ],
  ['  - {ask: {path: /v2.1/os-services, token: reader, status: 200}}\n', /expected the answer 200, got 403/],
  ['  - {when: {command: ended}, say: done}\n', /there is no command/],
])('%s fails in words', async (steps, words) => {
  const { problems } = await playSteps(steps)
  expect(problems.join('\n')).toMatch(words)
})

test('a migration takes its time, and fails when a host goes down on the way', async () => {
  const { outcome } = await playSteps(`
  - {migrate: {instance: host1-1, to: host2, takes: 2m}}
  - {at: 1m, expect: {instance: {name: host1-1, host: host1, status: MIGRATING}}}
  - {at: 2m, expect: {instance: {name: host1-1, host: host2, status: ACTIVE}}}
  - {migrate: {instance: host1-2, to: host2, takes: 5m}}
  - {silence: host2}
  - {at: 8m, expect: {instance: {name: host1-2, host: host1, status: ACTIVE}}}
  - {expect: {migrations: {source: host1, status: error, count: 1}}}
`)
  expect(outcome.played.flatMap(({ problems }) => problems)).toEqual([])
})

test('over control a scenario is played by name, on the time of the world, and says how far it is', async () => {
  await using nova = await boot()
  const { status, json } = await nova.control('POST', '/scenarios', { name: 'compute-goes-silent' })
  expect(status).toBe(201)
  expect(json).toMatchObject({ name: 'a compute goes silent and returns', status: 'playing', played: [] })
  await nova.control('POST', '/clock/advance', { by: '10s' })
  expect((await nova.control('GET', `/scenarios/${json.id}`)).json.played).toHaveLength(1)
  await nova.control('POST', '/clock/advance', { by: '10m' })
  expect((await nova.control('GET', `/scenarios/${json.id}`)).json).toMatchObject({ status: 'passed', next: null })
  expect((await nova.control('DELETE', `/scenarios/${json.id}`)).status).toBe(204)
})

test('over control a scenario that is written out is checked first, and one that nobody knows is said so', async () => {
  await using nova = await boot()
  expect((await nova.control('POST', '/scenarios', { steps: [{ silnce: 'host1' }] })).json.error).toEqual({
    message: 'unknown key "silnce"',
    path: 'steps[0].silnce',
    hint: 'did you mean "silence"?',
  })
  expect((await nova.control('POST', '/scenarios', { name: 'quiet-clod' })).json.error.hint).toBe(
    'did you mean "quiet-cloud"?',
  )
  const file = { world: '../x.yaml', steps: [{ say: 'hello' }] }
  expect((await nova.control('POST', '/scenarios', file)).json.error.message).toMatch(/cannot name a file/)
  expect((await nova.control('GET', '/scenarios')).json.scenarios).toEqual([])
})
