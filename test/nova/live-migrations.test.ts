/** A live migration on its way, as it is looked at, called off and made to come to its end. */

import { expect, test } from 'vitest'
import type { WorldFile } from '../../src/worlds/world-schema.ts'
import { type Booted, boot } from '../support/boot.ts'

const WORLD = {
  clock: { mode: 'manual' as const, start: '2026-01-01T00:00:00Z' },
  services: [
    { binary: 'nova-compute', host: 'host1' },
    { binary: 'nova-compute', host: 'host2' },
  ],
  instances: [{ name: 'a', host: 'host1' }],
  durations: { 'live-migrate': '60s' },
} satisfies WorldFile
const AT = { version: '2.80' }

test('one that runs is listed with the server until it is over', async () => {
  await using world = await boot({ world: WORLD })
  const { path, migration } = await begun(world)
  const shown = await world.nova(`${path}/migrations/${migration.id}`, AT)
  expect(shown.json.migration).toMatchObject({ status: 'running', source_compute: 'host1', dest_compute: 'host2' })
  await world.control('POST', '/clock/advance', { by: '60s' })
  expect((await world.nova(`${path}/migrations`, AT)).json).toEqual({ migrations: [] })
  expect(await hostOf(world, path)).toBe('host2')
})

test('one that is called off is cancelled, and the server stays where it is', async () => {
  await using world = await boot({ world: WORLD })
  const { path, migration } = await begun(world)
  const answer = await world.nova(`${path}/migrations/${migration.id}`, { method: 'DELETE', ...AT })
  expect([answer.status, answer.text]).toEqual([202, ''])
  await world.control('POST', '/clock/advance', { by: '120s' })
  const { migrations } = (await world.nova('/os-migrations', AT)).json
  expect(migrations).toMatchObject([{ id: migration.id, status: 'cancelled' }])
  expect(await hostOf(world, path)).toBe('host1')
})

test('one that is forced comes to its end at once', async () => {
  await using world = await boot({ world: WORLD })
  const { path, migration } = await begun(world)
  const body = { force_complete: null }
  const answer = await world.nova(`${path}/migrations/${migration.id}/action`, { method: 'POST', body, ...AT })
  expect([answer.status, answer.text]).toEqual([202, ''])
  await world.control('POST', '/clock/advance', { by: '1ms' })
  expect(await hostOf(world, path)).toBe('host2')
})

test('what was asked for is noted under the id of the request', async () => {
  await using world = await boot({ world: WORLD })
  const { path, migration } = await begun(world)
  const answer = await world.nova(`${path}/migrations/${migration.id}`, { method: 'DELETE', ...AT })
  const { instanceActions } = (await world.nova(`${path}/os-instance-actions`, AT)).json
  expect(instanceActions[0]).toMatchObject({
    action: 'live_migration_cancel',
    request_id: answer.headers.get('x-openstack-request-id'),
  })
})

test('a list that is kept is made anew when a host goes silent', async () => {
  await using world = await boot({ world: WORLD })
  const status = async () => (await world.nova('/servers/detail', { version: '2.16' })).json.servers[0].host_status
  expect(await status()).toBe('UP')
  await world.control('PATCH', '/services/nova-compute@host1', { process: 'stopped' })
  await world.control('POST', '/clock/advance', { by: '60s' })
  expect(await status()).toBe('UP')
  await world.control('POST', '/clock/advance', { by: '10s' })
  expect(await status()).toBe('UNKNOWN')
})

test('a list that is kept knows when time alone makes it untrue', async () => {
  const services = [{ binary: 'nova-compute', host: 'host1', process: 'stopped', updated_at: '2026-01-01T00:00:00Z' }]
  await using world = await boot({ world: { clock: WORLD.clock, services, instances: WORLD.instances } as WorldFile })
  const status = async () => (await world.nova('/servers/detail', { version: '2.16' })).json.servers[0].host_status
  expect(await status()).toBe('UP')
  const { revision } = world.cloud
  world.cloud.clock.set({ now: world.cloud.clock.now() + 60_001 })
  expect(await status()).toBe('UNKNOWN')
  expect(world.cloud.revision).toBe(revision)
})

async function begun(world: Booted) {
  const { servers } = (await world.nova('/servers', AT)).json
  const path = `/servers/${servers[0].id}`
  const body = { 'os-migrateLive': { host: 'host2', block_migration: 'auto' } }
  expect((await world.nova(`${path}/action`, { method: 'POST', body, version: '2.30' })).status).toBe(202)
  await world.control('POST', '/clock/advance', { by: '30s' })
  const [migration] = (await world.nova(`${path}/migrations`, AT)).json.migrations
  return { path, migration }
}

async function hostOf(world: Booted, path: string): Promise<string> {
  return (await world.nova(path, AT)).json.server['OS-EXT-SRV-ATTR:host']
}
