import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEmulator, type Emulator } from '../../src/emulator.ts'
import { READY_MADE } from '../../src/faults/catalogue.ts'
import { DECIDING, type Doing } from '../../src/faults/rule.ts'
import type { World } from '../../src/worlds/world.ts'

/** What a rule may do, and how many times the operation happens when it fires. */
const DOINGS: [object | string, number][] = [
  [{ status: 503, message: 'x' }, 0],
  [{ status: 200, body: { services: [] } }, 0],
  [{ status: 409, message: '{host} {id}', after: true }, 1],
  [{ gateway: 502 }, 0],
  [{ gateway: 504, after: true }, 1],
  [{ drop: 'before' }, 0],
  [{ drop: 'after' }, 1],
  [{ reset: 'before' }, 0],
  [{ reset: 'after' }, 1],
  [{ reset: true }, 1],
  [{ truncate: true }, 1],
  [{ truncate: { bytes: 3, announce: 'cut' } }, 1],
  [{ 'content-length': 7 }, 1],
  [{ garble: 4 }, 1],
  [{ trickle: { bytes: 400, every: '1s' } }, 1],
  [{ stale: '30s' }, 1],
  [{ throttle: { requests: 1, per: '10m' } }, 0],
  [{ flap: { up: 1, down: 2 } }, 0],
  [{ flap: { up: '1s', down: '1m', with: { duplicate: 'first' } } }, 2],
  [{ duplicate: true }, 2],
  [{ 'expire-token': true }, 0],
  [{ delay: '3s' }, 1],
  [{ delay: { from: 1, to: 5 }, drop: 'after' }, 1],
  ...Object.entries(READY_MADE).map(([name, { do: does }]): [string, number] => [name, happens(does)]),
]

function happens(does: Doing): number {
  const { status, gateway, after, drop, reset, throttle, duplicate, flap } = does
  if (flap) return happens(flap.with ?? { gateway: { status: 503 } })
  if (status !== undefined || gateway) return after ? 1 : 0
  if (drop === 'before' || reset === 'before' || throttle || does['expire-token']) return 0
  return duplicate ? 2 : 1
}

const doing = fc.constantFrom(...DOINGS)
const match = fc.record(
  {
    method: fc.constantFrom('GET', 'PUT', 'DELETE', ['PUT', 'DELETE']),
    path: fc.constantFrom('/os-services', '/os-services/*', '**'),
    host: fc.constantFrom('host1', 'host*', 'host9'),
    user: fc.constantFrom('admin', 'reader'),
    operation: fc.constantFrom('os-services:*', 'os-services:disable', 'os-services:delete'),
  },
  { requiredKeys: [] },
)
const rule = fc.record(
  { match, do: doing, times: fc.nat(3), skip: fc.nat(2), probability: fc.constantFrom(0.5, 1) },
  { requiredKeys: ['do'] },
)

interface Asked {
  method: string
  path: string
  body?: object
}

const LOGIN = {
  identity: {
    methods: ['password'],
    password: { user: { name: 'admin', password: 'secret', domain: { id: 'default' } } },
  },
}
const change = { binary: 'nova-compute', disabled_reason: 'x', forced_down: true }
const REQUESTS: Asked[] = [
  { method: 'POST', path: '/identity/v3/auth/tokens', body: { auth: LOGIN } },
  { method: 'GET', path: '/v2.1/os-services' },
  { method: 'GET', path: '/v2.1/os-services?host=host1' },
  ...['disable', 'enable', 'disable-log-reason', 'force-down'].flatMap((action) =>
    ['host1', 'host2', 'x'].map((host) => ({
      method: 'PUT',
      path: `/v2.1/os-services/${action}`,
      body: { ...change, host },
    })),
  ),
  ...[1, 3, 4, 99].map((id) => ({ method: 'DELETE', path: `/v2.1/os-services/${id}` })),
]

interface Open {
  emulator: Emulator
  world: World
}

async function open(faults: object[]): Promise<Open> {
  const world = {
    services: ['host1', 'host2', 'host3', 'host4'].map((host) => ({ binary: 'nova-compute', host })),
    instances: [{ name: 'a', host: 'host1' }],
  }
  const emulator = createEmulator({ world, clock: 'manual', faults: faults as never })
  return { emulator, world: await emulator.ready }
}

/** Ask, and read whatever comes of it to its end, however long that takes. @returns when the cloud was changed, if it was */
async function ask({ emulator, world }: Open, asked: Asked): Promise<number | undefined> {
  const { cloud } = world
  let changedAt: number | undefined
  // What a timer changes is no request's doing.
  const told = () => {
    if (cloud.clock.ring() === 0) changedAt ??= cloud.clock.now()
  }
  cloud.listeners.add(told)
  let pending = true
  const answer = answerTo(emulator, asked).finally(() => (pending = false))
  await cloud.clock.pass(0)
  while (pending) await cloud.clock.pass(1000)
  cloud.listeners.delete(told)
  await answer
  return changedAt
}

async function answerTo(emulator: Emulator, { method, path, body }: Asked): Promise<unknown> {
  const headers = {
    ...(!path.startsWith('/identity') && { 'x-auth-token': 'admin' }),
    'content-type': 'application/json',
    'openstack-api-version': 'compute 2.11',
  }
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
  try {
    const answer = await emulator.fetch(new Request(`http://novasim.test${path}`, init))
    return [answer.status, [...answer.headers], await answer.text()]
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
    return String(error)
  }
}

function stateOf({ cloud, describe }: World): string {
  return JSON.stringify([describe(), [...cloud.state.identity.tokens], cloud.revision], null, 1)
}

type Rule = { do: [object | string, number] }

/** Asks a world with these faults and one with none, and compares: as often as the fault lets it, and when. */
async function expectOnlyWhatIsLetThrough(rules: Rule[], requests: Asked[]): Promise<number> {
  const named = rules.map(({ do: [does], ...rest }, index) => ({ ...rest, do: does, name: `f${index}` }))
  const [spoilt, plain] = [await open(named), await open([])]
  const firedOf = () => spoilt.world.faults.list().map(({ fired }) => fired)
  const now = ({ world }: Open) => world.cloud.clock.now()
  let firings = 0
  for (const each of requests) {
    for (const { world } of [spoilt, plain]) world.cloud.clock.advance(50)
    const before = firedOf()
    const changedAt = await ask(spoilt, each)
    const fired = rules.filter((_, index) => firedOf()[index]! > before[index]!)
    firings += fired.length
    // What only delays lets it happen once, so of those that fired together one says how often.
    const times = fired.reduce((product, { do: [, happens] }) => product * happens, 1)
    if (changedAt !== undefined) plain.world.cloud.clock.advance(changedAt - now(plain))
    for (let time = 0; time < times; time++) await answerTo(plain.emulator, each)
    plain.world.cloud.clock.advance(now(spoilt) - now(plain))
    expect(stateOf(spoilt.world)).toBe(stateOf(plain.world))
  }
  return firings
}

test.each(DOINGS)('%j changes the cloud only by the operation that it lets through', async (...does) => {
  const firings = await expectOnlyWhatIsLetThrough([{ do: does }], [...REQUESTS, ...REQUESTS])
  if (!NEVER_HERE.includes(String(does[0]))) expect(firings).toBeGreaterThan(0)
})

/** They are about requests that are not among these: a newer version, a UUID, a server. */
const NEVER_HERE = ['older-api-node', 'unknown-service', 'cell-down', 'quota-exceeded', 'evacuations-not-completed']

test('no faults together change the cloud other than by the operation that they let through', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(rule, { maxLength: 5 }),
      fc.array(fc.constantFrom(...REQUESTS), { maxLength: 8 }),
      async (rules, requests) => void (await expectOnlyWhatIsLetThrough(rules as Rule[], requests)),
    ),
    { numRuns: 150 },
  )
}, 60_000)

test('all that a rule may do is asked about here', () => {
  const asked = new Set(DOINGS.flatMap(([does]) => (typeof does === 'string' ? ['fault'] : Object.keys(does))))
  expect([...asked]).toEqual(expect.arrayContaining([...DECIDING, 'delay']))
})

test('two worlds of one seed, with the same rules and requests, answer the same', async () => {
  const answers = async (rules: Rule[], requests: Asked[]) => {
    const { emulator, world } = await open(
      rules.map(({ do: [does], ...rest }, index) => ({ ...rest, do: does, name: `f${index}` })),
    )
    const seen: unknown[] = []
    for (const each of requests) {
      let pending = true
      const answer = answerTo(emulator, each).finally(() => (pending = false))
      await world.cloud.clock.pass(0)
      while (pending) await world.cloud.clock.pass(1000)
      seen.push(await answer)
    }
    return seen
  }
  await fc.assert(
    fc.asyncProperty(
      fc.array(rule, { maxLength: 4 }),
      fc.array(fc.constantFrom(...REQUESTS), { maxLength: 6 }),
      async (rules, requests) => {
        expect(await answers(rules as Rule[], requests)).toEqual(await answers(rules as Rule[], requests))
      },
    ),
    { numRuns: 60 },
  )
}, 60_000)
