import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { BOTH_WAYS, type Booted, type Request$ } from '../support/boot.ts'

const FAULTS = [
  { match: { method: 'GET' }, do: { delay: { median: '200ms', p99: '5s' } }, probability: 0.4 },
  { match: { operation: 'os-services:*' }, do: 'messaging-timeout', probability: 0.15 },
  { match: { operation: 'os-services:delete' }, do: 'lost-answer', probability: 0.5 },
  { match: { operation: 'os-services:list' }, do: { garble: 6 }, probability: 0.2 },
  { match: { operation: 'tokens:issue' }, do: { gateway: 503 }, probability: 0.5 },
  { do: { flap: { up: 3, down: 1 } }, probability: 0.5, skip: 5 },
  { match: { host: 'host2' }, do: { throttle: { requests: 1, per: '1m' } }, probability: 0.8 },
]

const LOGIN = {
  auth: {
    identity: {
      methods: ['password'],
      password: { user: { name: 'admin', password: 'secret', domain: { id: 'default' } } },
    },
    scope: { project: { name: 'admin', domain: { id: 'default' } } },
  },
}

/** A few hundred requests, and what is steered in between. */
async function load(nova: Booted): Promise<void> {
  const put = (action: string, host: string): Request$ & { path: string } => ({
    path: `/v2.1/os-services/${action}`,
    method: 'PUT',
    version: '2.11',
    body: { host, binary: 'nova-compute', disabled_reason: 'maintenance', forced_down: true },
  })
  const requests: (Request$ & { path: string })[] = [
    { path: '/identity/v3/auth/tokens', method: 'POST', token: null, body: LOGIN },
    { path: '/v2.1/os-services' },
    { path: '/v2.1/os-services?host=host2', version: '2.53' },
    put('disable-log-reason', 'host2'),
    put('force-down', 'host1'),
    put('enable', 'host2'),
    { path: '/v2.1/os-services/3', method: 'DELETE' },
    { path: '/v2.1/nowhere' },
  ]
  for (let round = 0; round < 25; round++) {
    for (const { path, ...request } of requests) {
      let answered = false
      const answer = nova.ask(path, request).then(
        () => (answered = true),
        () => (answered = true),
      )
      // A delay waits for the world's clock, which stands.
      while (!answered && nova.cloud.clock.waiting() === 0) await setImmediate()
      await nova.control('POST', '/clock/advance', { by: '10s' })
      await answer
    }
    if (round === 10) await nova.control('PATCH', '/services/nova-compute@host3', { process: 'stopped' })
    if (round === 15) await nova.control('DELETE', '/instances/host1-1')
  }
}

/** All that is in a journal but for what is the wall's, and for the port. */
async function journalOf(start: (options: object) => Promise<Booted>, seed: number): Promise<string> {
  await using nova = await start({ seed, faults: FAULTS })
  await load(nova)
  const { text } = await nova.ask('/_novasim/journal?limit=1000', { token: null })
  const ofAnyPort = text.replace(/127\.0\.0\.1:\d+/g, '127.0.0.1')
  return JSON.stringify(
    JSON.parse(ofAnyPort),
    (key, value) => (key === 'real' || key === 'host' ? undefined : value),
    1,
  )
}

test.each(BOTH_WAYS)(
  '%s: two worlds under the same load and seed have the same journal, and another seed has another',
  async (_, start) => {
    const [one, other, different] = await Promise.all([journalOf(start, 7), journalOf(start, 7), journalOf(start, 8)])
    expect(JSON.parse(one).found).toBeGreaterThan(400)
    expect(
      new Set(
        JSON.parse(one).entries.flatMap(
          (each: { faults?: { did: string }[] }) => each.faults?.map(({ did }) => did) ?? [],
        ),
      ),
    ).toEqual(new Set(['delay', 'status', 'drop', 'garble', 'gateway', 'flap', 'throttle']))
    expect(other).toBe(one)
    expect(different).not.toBe(one)
  },
  60_000,
)
