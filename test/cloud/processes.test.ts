import { expect, test } from 'vitest'
import { type Booted, boot } from '../support/boot.ts'

const HOST1 = '/services/nova-compute@host1'
const PROCESS1 = '/processes/nova-compute@host1'

/** A world in which the service of a host was deleted while its process ran, 65 s after the world began. */
async function bootWithOrphan(): Promise<Booted> {
  const nova = await boot({
    world: { services: ['host1', 'host2'].map((host) => ({ binary: 'nova-compute', host })) },
  })
  await nova.control('POST', '/clock/advance', { by: '65s' })
  await nova.control('DELETE', HOST1)
  return nova
}

const advance = (nova: Booted, by: string) => nova.control('POST', '/clock/advance', { by })
const providersOf = async (nova: Booted) =>
  (await nova.control('GET', '/resource-providers')).json.resource_providers.map(
    ({ name, orphan }: { name: string; orphan: boolean }) => (orphan ? `${name}, an orphan` : name),
  )
const hostsOf = async (nova: Booted) =>
  (await nova.nova('/os-services')).json.services.map(({ host }: { host: string }) => host)

test('a process that hangs is listed up until 60 s are over, and is heard from at once when it goes on', async () => {
  await using nova = await boot()
  const stateOf = async () => (await nova.nova('/os-services?host=host1')).json.services[0]
  expect((await nova.control('PATCH', HOST1, { process: 'hung' })).json).toMatchObject({ process: 'hung', state: 'up' })
  await advance(nova, '60s')
  expect((await stateOf()).state).toBe('up')
  await advance(nova, '1ms')
  expect((await stateOf()).state).toBe('down')
  await nova.control('PATCH', HOST1, { process: 'running' })
  expect(await stateOf()).toMatchObject({ state: 'up', updated_at: '2026-01-01T00:01:00.000000' })
  await advance(nova, '10s')
  expect((await stateOf()).updated_at).toBe('2026-01-01T00:01:10.000000')
})

test('a process that hangs can be stopped, and one that is stopped cannot hang', async () => {
  await using nova = await boot()
  await nova.control('PATCH', HOST1, { process: 'hung' })
  expect((await nova.control('PATCH', HOST1, { process: 'stopped' })).json.process).toBe('stopped')
  const refused = await nova.control('PATCH', HOST1, { process: 'hung' })
  expect(refused.status).toBe(409)
  expect(refused.json.error.message).toBe('the nova-compute on host "host1" is stopped, so it cannot hang')
})

test('a process that goes on does not complete evacuations, one that starts again does', async () => {
  await using nova = await boot()
  await nova.control('POST', '/migrations', { type: 'evacuation', status: 'done', source: 'host1', dest: 'host2' })
  const status = async () => (await nova.control('GET', '/migrations')).json.migrations[0].status
  await nova.control('PATCH', HOST1, { process: 'hung' })
  await nova.control('PATCH', HOST1, { process: 'running' })
  expect(await status()).toBe('done')
  await nova.control('PATCH', HOST1, { process: 'stopped' })
  await nova.control('PATCH', HOST1, { process: 'running' })
  expect(await status()).toBe('completed')
})

test('a process whose service was deleted makes its resource provider again with its next look, and nobody lists it', async () => {
  await using nova = await bootWithOrphan()
  expect(await providersOf(nova)).toEqual(['host2'])
  expect((await nova.control('GET', PROCESS1)).json).toMatchObject({ process: 'running', service: null })
  await advance(nova, '49.999s')
  expect(await providersOf(nova)).toEqual(['host2'])
  await advance(nova, '1ms')
  expect(await providersOf(nova)).toEqual(['host2', 'host1, an orphan'])
  expect(await hostsOf(nova)).toEqual(['host2'])
  await advance(nova, '1h')
  expect(await hostsOf(nova)).toEqual(['host2'])
})

test('the host of such a process is mapped to its cell again, so Nova finds the cell but no service in it', async () => {
  await using nova = await bootWithOrphan()
  const disable = async () =>
    (await nova.nova('/os-services/disable', { method: 'PUT', body: { host: 'host1', binary: 'nova-compute' } })).json
      .itemNotFound.message
  expect(await disable()).toMatch(/^A compute host was not found|host1.*not mapped/)
  await advance(nova, '60s')
  expect(await disable()).toBe('Could not find binary nova-compute on host host1.')
})

test('a process whose service was deleted registers as a new service when it starts again, on the hypervisor that it was', async () => {
  await using nova = await bootWithOrphan()
  await advance(nova, '60s')
  const { uuid } = (await nova.control('GET', '/resource-providers/host1')).json
  await nova.control('PATCH', PROCESS1, { process: 'stopped' })
  const { json } = await nova.control('PATCH', PROCESS1, { process: 'running' })
  const [first] = (await nova.nova('/os-services?host=host1', { version: '2.52' })).json.services
  expect(first).toMatchObject({ id: 3, state: 'up', updated_at: null })
  expect((await nova.control('GET', HOST1)).json.uuid).toBe(json.service)
  expect(await providersOf(nova)).toEqual(['host2', 'host1'])
  expect((await nova.control('GET', '/resource-providers/host1')).json).toMatchObject({ uuid, orphan: false })
  await advance(nova, '5s')
  expect((await nova.nova('/os-services?host=host1')).json.services[0].updated_at).toBe('2026-01-01T00:02:10.000000')
})

test('a process that was stopped when its service was deleted leaves no orphan, and registers when it starts', async () => {
  await using nova = await boot({ world: { services: [{ binary: 'nova-compute', host: 'host1' }] } })
  await nova.control('PATCH', HOST1, { process: 'stopped' })
  await nova.control('DELETE', HOST1)
  await advance(nova, '1h')
  expect(await providersOf(nova)).toEqual([])
  await nova.control('PATCH', PROCESS1, { process: 'running' })
  expect(await providersOf(nova)).toEqual(['host1'])
  expect(await hostsOf(nova)).toEqual(['host1'])
})

test('a process that hangs makes no provider until it goes on', async () => {
  await using nova = await bootWithOrphan()
  await nova.control('PATCH', PROCESS1, { process: 'hung' })
  await advance(nova, '1h')
  expect(await providersOf(nova)).toEqual(['host2'])
  await nova.control('PATCH', PROCESS1, { process: 'running' })
  await advance(nova, '0s')
  expect(await providersOf(nova)).toEqual(['host2', 'host1, an orphan'])
})

test('an orphan is left when its process ends, until somebody removes it', async () => {
  await using nova = await bootWithOrphan()
  await advance(nova, '60s')
  expect((await nova.control('DELETE', PROCESS1)).status).toBe(204)
  expect(await providersOf(nova)).toEqual(['host2', 'host1, an orphan'])
  expect((await nova.control('DELETE', '/resource-providers/host1')).status).toBe(204)
  expect(await providersOf(nova)).toEqual(['host2'])
})

test('a process that has a service is steered by either name, but is forgotten with its service only', async () => {
  await using nova = await boot()
  expect((await nova.control('PATCH', PROCESS1, { process: 'stopped' })).json.process).toBe('stopped')
  expect((await nova.control('GET', HOST1)).json.process).toBe('stopped')
  expect((await nova.control('DELETE', PROCESS1)).status).toBe(409)
  expect((await nova.control('GET', '/processes')).json.processes).toHaveLength(5)
})

test('what state exports of processes and providers makes the same cloud again, and it goes on alike', async () => {
  await using first = await bootWithOrphan()
  const { json: exported } = await first.control('GET', '/state')
  expect(exported.processes).toMatchObject([{ host: 'host1', next_update_at: '2026-01-01T00:01:55.000Z' }])
  await using second = await boot({ world: exported })
  expect((await second.control('GET', '/state')).json).toEqual(exported)
  for (const nova of [first, second]) await advance(nova, '60s')
  const after = (await first.control('GET', '/state')).json
  expect(after.resource_providers).toHaveLength(2)
  expect((await second.control('GET', '/state')).json).toEqual(after)
})

test('the compute node that such a process has made again is found by its name, and shown to nobody', async () => {
  await using nova = await bootWithOrphan()
  const search = async () => [
    await nova.nova('/os-hypervisors?hypervisor_hostname_pattern=host1', { version: '2.53' }),
    await nova.nova('/os-hypervisors/host1/search'),
  ]
  for (const { status } of await search()) expect(status).toBe(404)
  await advance(nova, '60s')
  for (const { status, json } of await search()) {
    expect(status).toBe(200)
    expect(json).toEqual({ hypervisors: [] })
  }
})
