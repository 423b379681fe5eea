import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator.ts'
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
  [{ trickle: { bytes: 4000, every: 0 } }, 1],
  [{ stale: '30s' }, 1],
  [{ duplicate: true }, 2],
  [{ 'expire-token': true }, 0],
  ['conflict', 0],
  ['messaging-timeout', 0],
]

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

const body = (host: string) => ({ host, binary: 'nova-compute', disabled_reason: 'x', forced_down: true })
const request = fc.oneof(
  fc.constantFrom('/os-services', '/os-services?host=host1').map((path) => ({ method: 'GET', path })),
  fc
    .tuple(
      fc.constantFrom('disable', 'enable', 'disable-log-reason', 'force-down'),
      fc.constantFrom('host1', 'host2', 'x'),
    )
    .map(([action, host]) => ({ method: 'PUT', path: `/os-services/${action}`, body: body(host) })),
  fc.constantFrom(1, 3, 4, 99).map((id) => ({ method: 'DELETE', path: `/os-services/${id}` })),
)
interface Asked {
  method: string
  path: string
  body?: object
}

async function open(faults: object[]) {
  const world = {
    services: ['host1', 'host2', 'host3', 'host4'].map((host) => ({ binary: 'nova-compute', host })),
    instances: [{ name: 'a', host: 'host1' }],
  }
  const emulator = createEmulator({ world, clock: 'manual', faults: faults as never })
  return { emulator, world: await emulator.ready }
}

/** Ask, and read whatever comes of it to its end. */
async function ask(emulator: ReturnType<typeof createEmulator>, { method, path, body: sent }: Asked): Promise<void> {
  const headers = {
    'x-auth-token': 'admin',
    'content-type': 'application/json',
    'openstack-api-version': 'compute 2.11',
  }
  const init = { method, headers, ...(sent && { body: JSON.stringify(sent) }) }
  try {
    const answer = await emulator.fetch(new Request(`http://novasim.test/v2.1${path}`, init))
    await answer.arrayBuffer()
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError)
  }
}

function stateOf({ cloud, describe }: World): string {
  return JSON.stringify([describe(), [...cloud.state.identity.tokens], cloud.revision])
}

test('no fault changes the cloud other than by the operation that it lets through, as often as it lets it through', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(rule, { maxLength: 5 }), fc.array(request, { maxLength: 8 }), async (rules, requests) => {
      const names = rules.map((_, index) => `f${index}`)
      const spoilt = await open(
        rules.map(({ do: [what], ...rest }, index) => ({ ...rest, do: what, name: names[index] })),
      )
      const plain = await open([])
      for (const each of requests) {
        const before = spoilt.world.faults.list().map(({ fired }) => fired)
        await ask(spoilt.emulator, each as Asked)
        const fired = spoilt.world.faults.list().findIndex((after, index) => after.fired > before[index]!)
        const times = fired < 0 ? 1 : rules[fired]!.do[1]
        for (let time = 0; time < times; time++) await ask(plain.emulator, each as Asked)
        expect(stateOf(spoilt.world)).toBe(stateOf(plain.world))
      }
    }),
    { numRuns: 150 },
  )
})

test('two worlds of one seed, with the same rules and requests, answer the same', async () => {
  const answers = async (rules: { do: [object | string, number] }[], requests: Asked[]) => {
    const { emulator } = await open(
      rules.map(({ do: [what], ...rest }, index) => ({ ...rest, do: what, name: `f${index}` })),
    )
    const seen: unknown[] = []
    for (const { method, path, body: sent } of requests) {
      const headers = { 'x-auth-token': 'admin', 'content-type': 'application/json' }
      const init = { method, headers, ...(sent && { body: JSON.stringify(sent) }) }
      try {
        const answer = await emulator.fetch(new Request(`http://novasim.test/v2.1${path}`, init))
        seen.push([answer.status, [...answer.headers], await answer.text()])
      } catch (error) {
        seen.push(String(error))
      }
    }
    return seen
  }
  await fc.assert(
    fc.asyncProperty(fc.array(rule, { maxLength: 4 }), fc.array(request, { maxLength: 6 }), async (rules, requests) => {
      expect(await answers(rules, requests as Asked[])).toEqual(await answers(rules, requests as Asked[]))
    }),
    { numRuns: 60 },
  )
})
