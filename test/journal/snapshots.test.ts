import { expect, test } from 'vitest'
import { BOTH_WAYS, type Booted, boot } from '../support/boot.ts'

/** What a client sees that does a bit of everything, to be compared byte for byte. */
async function walk(nova: Booted): Promise<unknown[]> {
  const seen: unknown[] = []
  const see = ({ status, text, headers }: Awaited<ReturnType<Booted['ask']>>) => {
    const kept = ['x-openstack-request-id', 'x-subject-token', 'content-length']
    seen.push([status, text, ...kept.map((name) => headers.get(name))])
  }
  const auth = {
    identity: {
      methods: ['password'],
      password: { user: { name: 'admin', domain: { id: 'default' }, password: 'secret' } },
    },
  }
  see(await nova.ask('/identity/v3/auth/tokens', { method: 'POST', token: null, body: { auth } }))
  see(await nova.nova('/os-services', { version: '2.53' }))
  see(await nova.nova('/os-services/disable', { method: 'PUT', body: { host: 'host2', binary: 'nova-compute' } }))
  see(await nova.control('POST', '/services', { binary: 'nova-compute', host: 'host9' }))
  await nova.control('POST', '/clock/advance', { by: '70s' })
  see(await nova.nova('/os-services', { version: '2.53' }))
  see(await nova.control('GET', '/resource-providers'))
  see(await nova.control('POST', '/worlds', {}))
  await nova.ask(`/_novasim/worlds/${JSON.parse((seen.at(-1) as string[])[1]!).name}`, { method: 'DELETE' })
  const journal = (await nova.control('GET', '/journal')).json
  // All of it but for the time on the wall, and the length of a log-in that the client counts.
  seen.push(journal.entries.map((entry: object) => ({ ...entry, real: undefined })))
  seen.push(journal.requests, journal.counts)
  return seen
}

test.each(BOTH_WAYS)('%s: a world that is restored answers byte for byte as it did', async (_, start) => {
  await using nova = await start()
  await nova.control('POST', '/faults', {
    name: 'often',
    match: { method: 'GET' },
    do: { status: 503 },
    probability: 0.5,
  })
  for (const name of ['host1-1', 'host1-2']) await nova.control('DELETE', `/instances/${name}`)
  await nova.control('DELETE', '/services/nova-compute@host1')
  await nova.nova('/os-services')
  const { status, json: snapshot } = await nova.control('POST', '/snapshots')
  expect(status).toBe(201)
  const first = await walk(nova)
  for (let round = 0; round < 2; round++) {
    expect((await nova.control('POST', `/snapshots/${snapshot.id}/restore`)).status).toBe(200)
    expect(await walk(nova)).toEqual(first)
  }
})

test('a token that was had at a snapshot is good again once it is restored, and one that came after is not', async () => {
  await using nova = await boot()
  const password = { user: { name: 'admin', domain: { id: 'default' }, password: 'secret' } }
  const auth = {
    identity: { methods: ['password'], password },
    scope: { project: { name: 'admin', domain: { id: 'default' } } },
  }
  const logIn = async () => {
    const { headers } = await nova.ask('/identity/v3/auth/tokens', { method: 'POST', token: null, body: { auth } })
    return headers.get('x-subject-token')!
  }
  const before = await logIn()
  await nova.control('POST', '/snapshots', { id: 'here' })
  const after = await logIn()
  await nova.control('DELETE', '/journal')
  await nova.control('POST', '/snapshots/here/restore')
  expect((await nova.nova('/os-services', { token: before })).status).toBe(200)
  expect((await nova.nova('/os-services', { token: after })).status).toBe(401)
})

test('what a process without a service is about to do, it does at its time after a restore too', async () => {
  await using nova = await boot({ world: { services: [{ binary: 'nova-compute', host: 'host1' }] } })
  await nova.control('DELETE', '/services/nova-compute@host1')
  await nova.control('POST', '/snapshots', { id: 'here' })
  const providers = async () => (await nova.control('GET', '/resource-providers')).json.resource_providers.length
  for (let round = 0; round < 2; round++) {
    expect(await providers()).toBe(0)
    await nova.control('POST', '/clock/advance', { by: '1m' })
    expect(await providers()).toBe(1)
    await nova.control('POST', '/snapshots/here/restore')
  }
})

test('what waits for the clock still waits as long as before when the world goes to another moment', async () => {
  await using nova = await boot()
  await nova.control('POST', '/snapshots', { id: 'here' })
  await nova.control('POST', '/clock/advance', { by: '1h' })
  let done = false
  void nova.cloud.clock.after(10_000).then(() => (done = true))
  await nova.control('POST', '/snapshots/here/restore')
  await nova.control('POST', '/clock/advance', { by: '9.999s' })
  expect(done).toBe(false)
  await nova.control('POST', '/clock/advance', { by: '1ms' })
  expect(done).toBe(true)
})

test('a restored world does not change what was kept', async () => {
  await using nova = await boot()
  await nova.control('POST', '/snapshots', { id: 'here' })
  const before = (await nova.control('GET', '/state')).json
  for (let round = 0; round < 2; round++) {
    await nova.control('PATCH', '/services/nova-compute@host1', { status: 'disabled', disabled_reason: 'x' })
    await nova.control('POST', '/aggregates', { name: 'rack1', hosts: ['host1'] })
    await nova.control('POST', '/snapshots/here/restore')
    expect((await nova.control('GET', '/state')).json).toEqual(before)
  }
})

test('snapshots are listed, shown, and removed', async () => {
  await using nova = await boot()
  const { json: made } = await nova.control('POST', '/snapshots')
  await nova.control('POST', '/snapshots', { id: 'named' })
  expect((await nova.control('POST', '/snapshots', { id: 'named' })).status).toBe(409)
  const listed = (await nova.control('GET', '/snapshots')).json.snapshots
  expect(listed.map(({ id }: { id: string }) => id)).toEqual([made.id, 'named'])
  expect((await nova.control('GET', '/snapshots/named')).json).toMatchObject({
    services: 5,
    at: '2026-01-01T00:00:00.000Z',
  })
  expect((await nova.control('DELETE', '/snapshots/named')).status).toBe(204)
  const missing = await nova.control('POST', '/snapshots/named/restore')
  expect(missing.status).toBe(404)
  expect(missing.json.error.message).toBe('there is no snapshot "named"')
})

test('a world that has gone back gives no snapshot an id that another has', async () => {
  await using nova = await boot()
  const ids = new Set<string>()
  for (let round = 0; round < 3; round++) {
    ids.add((await nova.control('POST', '/snapshots')).json.id)
    await nova.control('POST', '/reset')
  }
  expect(ids.size).toBe(3)
})

test('a reset world answers byte for byte as it did at first', async () => {
  await using nova = await boot()
  const first = await walk(nova)
  await nova.control('POST', '/reset')
  expect(await walk(nova)).toEqual(first)
})

test('a move that was under way is under way again, and ends when it would have ended', async () => {
  await using nova = await boot()
  const steps = [{ migrate: { instance: 'host1-1', to: 'host2' } }]
  await nova.control('POST', '/scenarios', { steps })
  await nova.control('POST', '/clock/advance', { by: '4s' })
  const { json: kept } = await nova.control('POST', '/snapshots')
  const isMoving = async () => (await nova.control('GET', '/instances/host1-1')).json
  for (let round = 0; round < 2; round++) {
    await nova.control('POST', '/clock/advance', { by: '5s' })
    expect(await isMoving()).toMatchObject({ status: 'MIGRATING', host: 'host1' })
    await nova.control('POST', '/clock/advance', { by: '1s' })
    expect(await isMoving()).toMatchObject({ status: 'ACTIVE', host: 'host2' })
    await nova.control('POST', `/snapshots/${kept.id}/restore`)
  }
  await nova.control('POST', '/reset')
  expect(nova.cloud.clock.waiting()).toBe(0)
})
