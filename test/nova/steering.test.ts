/** What a world can do with the work that is under way: let it wait, let it go on, and let it fail. */

import { expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator.ts'

const WORLD = {
  clock: { mode: 'manual' as const, start: '2026-01-01T00:00:00Z' },
  durations: { 'live-migrate': '10s' },
  services: [
    { binary: 'nova-compute', host: 'host1' },
    { binary: 'nova-compute', host: 'host2' },
  ],
  instances: [{ name: 'a', host: 'host1' }],
}

async function migrating() {
  const emulator = createEmulator({ world: structuredClone(WORLD) })
  const ask = async (method: string, path: string, body?: unknown) => {
    const answer = await emulator.fetch(
      new Request(`http://novasim${path}`, {
        method,
        headers: {
          'X-Auth-Token': 'admin',
          'OpenStack-API-Version': 'compute 2.90',
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    )
    const text = await answer.text()
    return { status: answer.status, body: text ? JSON.parse(text) : null }
  }
  const { body } = await ask('GET', '/v2.1/servers?all_tenants=1')
  const server = `/v2.1/servers/${body.servers[0].id}`
  await ask('POST', `${server}/action`, { 'os-migrateLive': { host: 'host2', block_migration: 'auto' } })
  const show = async () => {
    const { body } = await ask('GET', server)
    const { status, 'OS-EXT-SRV-ATTR:host': host } = body.server
    return `${status} on ${host}`
  }
  const advance = (by: string) => ask('POST', '/_novasim/clock/advance', { by })
  return { ask, show, advance }
}

test('a migration takes its time on the world’s clock', async () => {
  const { show, advance } = await migrating()
  expect(await show()).toBe('MIGRATING on host1')
  await advance('9s')
  expect(await show()).toBe('MIGRATING on host1')
  await advance('1s')
  expect(await show()).toBe('ACTIVE on host2')
})

test('one that is held waits until it is let go', async () => {
  const { ask, show, advance } = await migrating()
  expect((await ask('PATCH', '/_novasim/migrations/1', { held: true })).body).toMatchObject({ held: true })
  await advance('1h')
  expect(await show()).toBe('MIGRATING on host1')
  await ask('PATCH', '/_novasim/migrations/1', { held: false })
  await advance('10s')
  expect(await show()).toBe('ACTIVE on host2')
})

test('one that is to fail at a stage fails there, and the server stays where it was with what it has', async () => {
  const { ask, show, advance } = await migrating()
  await ask('PATCH', '/_novasim/migrations/1', { fails_at: 'run' })
  await advance('10s')
  expect(await show()).toBe('ACTIVE on host1')
  expect((await ask('GET', '/v2.1/os-migrations')).body.migrations[0]).toMatchObject({ status: 'error' })
  const { body } = await ask('GET', '/_novasim/state')
  expect(body.allocations).toHaveLength(1)
  expect(body.tasks ?? []).toEqual([])
})

test('one can be ended in error, and a stage that there is not is refused', async () => {
  const { ask, show } = await migrating()
  const refused = await ask('PATCH', '/_novasim/migrations/1', { fails_at: 'walk' })
  expect(refused).toMatchObject({ status: 409, body: { error: { hint: 'the stages are schedule, prepare, run' } } })
  await ask('PATCH', '/_novasim/migrations/1', { status: 'error' })
  expect(await show()).toBe('ACTIVE on host1')
  expect((await ask('PATCH', '/_novasim/migrations/1', { held: true })).status).toBe(409)
})

test('work that is under way goes on in a world that an export is given to', async () => {
  const { ask, show, advance } = await migrating()
  const { body } = await ask('GET', '/_novasim/state')
  await ask('PUT', '/_novasim/state', body)
  await advance('10s')
  expect(await show()).toBe('ACTIVE on host2')
})
