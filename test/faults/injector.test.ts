import { expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator.ts'
import { BOTH_WAYS, boot } from '../support/boot.ts'

const LIST = '/os-services'
const is = (status: number) => ({ status, message: String(status) })

async function statuses(nova: Awaited<ReturnType<typeof boot>>, count: number, path = LIST): Promise<number[]> {
  const seen = []
  for (let request = 0; request < count; request++) seen.push((await nova.nova(path)).status)
  return seen
}

test('the first rule that decides an answer decides it, and those below are not asked', async () => {
  await using nova = await boot({ faults: [{ do: is(503) }, { do: is(409) }] })
  expect(await statuses(nova, 2)).toEqual([503, 503])
  const { faults } = (await nova.control('GET', '/faults')).json
  expect(faults.map(({ matched, fired }: { matched: number; fired: number }) => [matched, fired])).toEqual([
    [2, 2],
    [0, 0],
  ])
})

test('once a rule is spent, the next is asked', async () => {
  await using nova = await boot({
    faults: [
      { do: is(503), times: 1 },
      { do: is(409), times: 1 },
    ],
  })
  expect(await statuses(nova, 3)).toEqual([503, 409, 200])
  const { faults } = (await nova.control('GET', '/faults')).json
  expect(faults[0]).toMatchObject({ name: 'fault-1', matched: 1, fired: 1, state: 'spent' })
})

test('the delays of all rules add up, above and below the one that decides', async () => {
  const faults = [{ do: { delay: '1s' } }, { do: is(503) }, { do: { delay: '2s' } }]
  await using nova = await boot({ faults })
  const asking = nova.nova(LIST)
  await until(() => nova.cloud.clock.waiting() === 1)
  let answered = false
  void asking.then(() => {
    answered = true
  })
  await nova.control('POST', '/clock/advance', { by: '2.9s' })
  expect(answered).toBe(false)
  await nova.control('POST', '/clock/advance', { by: '0.1s' })
  expect((await asking).status).toBe(503)
})

test('skip lets some pass, and times counts those after', async () => {
  await using nova = await boot({ faults: [{ do: is(503), skip: 2, times: 1 }] })
  expect(await statuses(nova, 4)).toEqual([200, 200, 503, 200])
})

test("for ends on the world's clock", async () => {
  await using nova = await boot({ faults: [{ do: is(503), for: '10s' }] })
  await nova.control('POST', '/clock/advance', { by: '9.999s' })
  expect(await statuses(nova, 1)).toEqual([503])
  await nova.control('POST', '/clock/advance', { by: '1ms' })
  expect(await statuses(nova, 1)).toEqual([200])
  expect((await nova.control('GET', '/faults/fault-1')).json.state).toBe('over')
})

test('chance is that of the seed', async () => {
  const run = async (seed: number) => {
    await using nova = await boot({ seed, faults: [{ do: is(503), probability: 0.5 }] })
    return await statuses(nova, 40)
  }
  const first = await run(1)
  expect(await run(1)).toEqual(first)
  expect(await run(2)).not.toEqual(first)
  const failed = first.filter((status) => status === 503).length
  expect(failed).toBeGreaterThan(8)
  expect(failed).toBeLessThan(32)
})

test('two worlds of the same seed and load go wrong in the same way, whatever else is asked', async () => {
  const faults = [
    { do: { garble: 20 }, probability: 0.4 },
    { do: { status: 503, message: 'x' }, probability: 0.3 },
    { do: { flap: { up: 2, down: 1 } } },
  ]
  const run = async () => {
    await using nova = await boot({ seed: 9, faults })
    const seen = []
    for (let request = 0; request < 30; request++) {
      const { status, text, headers } = await nova.nova(LIST)
      seen.push([status, text, headers.get('x-openstack-request-id')])
    }
    return seen
  }
  expect(await run()).toEqual(await run())
})

test('a delay by median and p99 is spread so', async () => {
  await using nova = await boot({ faults: [{ do: { delay: { median: '1s', p99: '10s' } } }] })
  const waits = []
  for (let request = 0; request < 400; request++) {
    const asking = nova.nova(LIST)
    await until(() => nova.cloud.clock.waiting() === 1)
    const began = nova.cloud.clock.now()
    while (nova.cloud.clock.waiting() > 0) nova.cloud.clock.advance(50)
    waits.push(nova.cloud.clock.now() - began)
    await asking
  }
  waits.sort((one, other) => one - other)
  expect(waits[200]).toBeGreaterThan(800)
  expect(waits[200]).toBeLessThan(1250)
  expect(waits[396]).toBeGreaterThan(5000)
  expect(waits[396]).toBeLessThan(25_000)
})

test('reset brings back the rules that the world began with, and clears their counts', async () => {
  await using nova = await boot({ faults: [{ name: 'a', do: is(503), times: 1 }] })
  expect(await statuses(nova, 2)).toEqual([503, 200])
  await nova.control('POST', '/faults', { name: 'b', do: is(409) })
  await nova.control('DELETE', '/faults/a')
  await nova.control('POST', '/reset')
  const { faults } = (await nova.control('GET', '/faults')).json
  expect(faults).toMatchObject([{ name: 'a', matched: 0, fired: 0, state: 'active' }])
  expect(await statuses(nova, 2)).toEqual([503, 200])
})

test('what an injector knows is kept and given back: rules, counts, chance, what each remembers', async () => {
  const emulator = createEmulator({
    clock: 'manual',
    faults: [
      { name: 'once', do: is(503), times: 1 },
      { name: 'maybe', do: is(500), probability: 0.5 },
      { name: 'limit', do: { throttle: { requests: 3, per: '1h' } } },
    ],
  })
  const { faults } = await emulator.ready
  const ask = async (count: number) => {
    const seen = []
    for (let request = 0; request < count; request++) {
      const asked = new Request('http://x/v2.1/os-services', { headers: { 'x-auth-token': 'admin' } })
      seen.push((await emulator.fetch(asked)).status)
    }
    return seen
  }
  await ask(3)
  const kept = faults.state()
  const first = await ask(10)
  faults.clear()
  expect(await ask(1)).toEqual([200])
  faults.restore(kept)
  expect(await ask(10)).toEqual(first)
  faults.restore(kept)
  expect(faults.list().map(({ fired }) => fired)).toEqual(kept.rules.map(({ counts }) => counts.fired))
})

test('rules that have done nothing yet can be asked for', async () => {
  const emulator = createEmulator({ faults: [{ name: 'never', match: { host: 'x' }, do: is(503) }, 'lost-answer'] })
  const { faults } = await emulator.ready
  expect(faults.unused()).toEqual(['never', 'lost-answer'])
})

test('with no rules there is no layer on the way', async () => {
  const emulator = createEmulator()
  const { layers, faults } = await emulator.ready
  expect(layers).toEqual([])
  const { rules } = faults.state()
  expect(rules).toEqual([])
})

test('faults of one world are no matter to another', async () => {
  await using nova = await boot({ faults: [{ do: is(503) }] })
  await nova.control('POST', '/worlds', { name: 'other' })
  expect((await nova.ask('/w/other/v2.1/os-services')).status).toBe(200)
  expect((await nova.nova(LIST)).status).toBe(503)
})

test.each(BOTH_WAYS)('%s: the journal says what a fault did, and what became of the answer', async (_, start) => {
  await using nova = await start({ faults: [{ name: 'lost', times: 1, do: { drop: 'after' } }] })
  await nova.control('POST', '/faults', { name: 'cut', times: 1, do: { truncate: 20 } })
  await nova.control('POST', '/faults', { name: 'wrong', do: { gateway: 502 } })
  for (let request = 0; request < 3; request++) await nova.nova(LIST).catch(() => {})
  const { entries } = (await nova.control('GET', '/journal?operation=os-services:list')).json
  expect(entries.map(({ faults }: { faults: object[] }) => faults)).toEqual([
    [{ fault: 'lost', did: 'drop' }],
    [{ fault: 'cut', did: 'truncate' }],
    [{ fault: 'wrong', did: 'gateway' }],
  ])
  expect(entries[0]).toMatchObject({ answer: null, failure: 'the connection was closed without an answer' })
  expect(entries[1].answer).toBeNull()
  expect(entries[1].failure).toMatch(
    /^the connection was closed after 20 bytes of a body that was to have \d+, in an answer with status 200$/,
  )
  expect(entries[2].answer).toMatchObject({ status: 502 })
  expect(entries[2].answer.body).toContain('502 Bad Gateway')
})

test('control is not spoilt by faults', async () => {
  await using nova = await boot({ faults: [{ do: { drop: 'before' } }] })
  expect((await nova.control('GET', '/faults')).status).toBe(200)
})

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}
