/** Services in time, and what a refusal leaves behind. Each world has a clock that stands still until it is moved. */

import { expect, test } from 'vitest'
import { type Booted, boot } from '../support/boot.ts'

const START = '2026-01-01T00:00:00'
const COMPUTE = { binary: 'nova-compute', host: 'host1', uuid: '11111111-1111-4111-8111-111111111111' }
const PATH = `/os-services/${COMPUTE.uuid}`
const AT = { version: '2.53' }

test('a service is up until 60 s have passed since its last report, and down from then on', async () => {
  await using world = await bootWith({ services: [{ ...COMPUTE, process: 'stopped', updated_at: `${START}Z` }] })
  await advance(world, '60s')
  expect(await listed(world)).toMatchObject({ state: 'up', updated_at: `${START}.000000` })
  await advance(world, '1ms')
  expect(await listed(world)).toMatchObject({ state: 'down', updated_at: `${START}.000000` })
})

test('a list says what has changed since the one before, each thing alone', async () => {
  await using world = await bootWith({ services: [COMPUTE], aggregates: [{ name: 'rack1', hosts: ['host1'] }] })
  const before = await listed(world)
  expect(before).toMatchObject({ zone: 'nova', status: 'enabled', disabled_reason: null, forced_down: false })
  await world.control('PATCH', '/aggregates/1', { availability_zone: 'az1' })
  expect(await listed(world)).toEqual({ ...before, zone: 'az1' })
  const changes = [
    [{ status: 'disabled' }, { status: 'disabled', disabled_reason: null }],
    [
      { status: 'disabled', disabled_reason: 'disk' },
      { status: 'disabled', disabled_reason: 'disk' },
    ],
    [{ forced_down: true }, { forced_down: true, state: 'down' }],
    [{ forced_down: false }, { forced_down: false, state: 'up' }],
  ]
  for (const [body, shown] of changes) {
    await world.nova(PATH, { ...AT, method: 'PUT', body })
    expect(await listed(world)).toMatchObject(shown!)
  }
})

test('a report from the future counts as one of now', async () => {
  await using world = await bootWith({
    services: [{ ...COMPUTE, process: 'stopped', updated_at: '2026-01-01T00:00:30Z' }],
  })
  expect(await listed(world)).toMatchObject({ state: 'up', updated_at: '2026-01-01T00:00:30.000000' })
})

test('a running process reports every ten seconds, at whole seconds', async () => {
  await using world = await bootWith({ services: [COMPUTE] })
  const times = new Set<string>()
  for (let i = 0; i < 8; i++) {
    await advance(world, '5s')
    times.add((await listed(world)).updated_at)
  }
  const seconds = [...times].map((time) => Date.parse(`${time}Z`) / 1000)
  expect(seconds.slice(2).map((second, index) => second - seconds[index + 1]!)).toEqual(seconds.slice(2).map(() => 10))
  for (const time of times) expect(time).toMatch(/\.000000$/)
})

test('a process that is silenced and started again is heard from five seconds later', async () => {
  await using world = await bootWith({ services: [COMPUTE] })
  await advance(world, '60s')
  await world.control('PATCH', '/services/nova-compute@host1', { process: 'stopped' })
  const last = (await listed(world)).updated_at
  await advance(world, '70s')
  expect(await listed(world)).toMatchObject({ state: 'down', updated_at: last })
  await world.control('PATCH', '/services/nova-compute@host1', { process: 'running' })
  await advance(world, '4s')
  expect(await listed(world)).toMatchObject({ state: 'down', updated_at: last })
  await advance(world, '1s')
  expect(await listed(world)).toMatchObject({ state: 'up', updated_at: '2026-01-01T00:02:15.000000' })
})

test('a new service is up with no time of its own, until its first report five seconds later', async () => {
  await using world = await bootWith({ services: [COMPUTE] })
  await world.control('POST', '/services', { binary: 'nova-compute', host: 'host2' })
  expect(await listed(world, 'host2')).toMatchObject({ state: 'up', updated_at: null })
  await advance(world, '4999ms')
  expect(await listed(world, 'host2')).toMatchObject({ state: 'up', updated_at: null })
  await advance(world, '1ms')
  expect(await listed(world, 'host2')).toMatchObject({ state: 'up', updated_at: '2026-01-01T00:00:05.000000' })
})

test('a service that was deleted and registers again has another id and another UUID', async () => {
  await using world = await bootWith({ services: [COMPUTE] })
  const before = (await world.nova('/os-services')).json.services[0]
  expect((await world.nova(PATH, { ...AT, method: 'DELETE' })).status).toBe(204)
  expect((await world.nova(PATH, { ...AT, method: 'DELETE' })).status).toBe(404)
  await world.control('POST', '/services', { binary: 'nova-compute', host: 'host1' })
  const after = (await world.nova('/os-services')).json.services[0]
  expect(after.id).toBeGreaterThan(before.id)
  expect((await listed(world)).id).not.toBe(COMPUTE.uuid)
})

test('an update that changes nothing leaves updated_at alone', async () => {
  await using world = await bootWith({ services: [{ ...COMPUTE, process: 'stopped', updated_at: `${START}Z` }] })
  await advance(world, '5s')
  const { json } = await world.nova(PATH, { ...AT, method: 'PUT', body: { status: 'enabled', forced_down: false } })
  expect(json.service.updated_at).toBe(`${START}.000000`)
  expect(await listed(world)).toMatchObject({ updated_at: `${START}.000000` })
})

test('an update shows a fraction of a second that the list has lost', async () => {
  await using world = await bootWith({ services: [{ ...COMPUTE, process: 'stopped', updated_at: `${START}Z` }] })
  await advance(world, '5123ms')
  const { json } = await world.nova(PATH, { ...AT, method: 'PUT', body: { status: 'disabled' } })
  expect(json.service.updated_at).toBe('2026-01-01T00:00:05.123000')
  expect(await listed(world)).toMatchObject({ updated_at: '2026-01-01T00:00:05.000000' })
})

test('an update does not count as a report: who is silent stays down', async () => {
  await using world = await bootWith({ services: [{ ...COMPUTE, process: 'stopped', updated_at: `${START}Z` }] })
  await advance(world, '61s')
  const { json } = await world.nova(PATH, { ...AT, method: 'PUT', body: { status: 'disabled' } })
  expect(json.service).toMatchObject({ state: 'down', updated_at: '2026-01-01T00:01:01.000000' })
})

test('a service that is forced down is down at once, and up again at once', async () => {
  await using world = await bootWith({ services: [COMPUTE] })
  await world.nova(PATH, { ...AT, method: 'PUT', body: { forced_down: true } })
  expect(await listed(world)).toMatchObject({ state: 'down', forced_down: true })
  await world.nova(PATH, { ...AT, method: 'PUT', body: { forced_down: false } })
  expect(await listed(world)).toMatchObject({ state: 'up', forced_down: false })
})

test('a host with done evacuations is forced up only after its process was started again', async () => {
  await using world = await bootWith({
    services: [
      { ...COMPUTE, process: 'stopped', updated_at: `${START}Z`, forced_down: true },
      { ...COMPUTE, host: 'host2', uuid: '22222222-2222-4222-8222-222222222222' },
    ],
    instances: [{ name: 'a', host: 'host2' }],
    migrations: [{ type: 'evacuation', status: 'done', source: 'host1', dest: 'host2', instance: 'a' }],
  })
  const up = () => world.nova(PATH, { ...AT, method: 'PUT', body: { forced_down: false } })
  expect((await up()).status).toBe(400)
  await world.control('PATCH', '/services/nova-compute@host1', { process: 'running' })
  expect((await up()).status).toBe(200)
})

test.each(['accepted', 'queued', 'running', 'post-migrating', 'finished', 'confirming'])(
  'a host with a migration that is %s cannot be deleted, whether it goes or comes',
  async (status) => {
    for (const [source, dest] of [
      ['host1', 'host2'],
      ['host2', 'host1'],
    ] as const) {
      await using world = await bootWith({
        services: [COMPUTE, { ...COMPUTE, host: 'host2', uuid: '22222222-2222-4222-8222-222222222222' }],
        instances: [{ name: 'a', host: 'host2' }],
        migrations: [{ type: 'migration', status, source, dest, instance: 'a' }],
      })
      expect(await world.nova(PATH, { ...AT, method: 'DELETE' })).toMatchObject({ status: 409 })
    }
  },
)

test.each([
  ['a host with instances is deleted', 'DELETE', PATH, '2.53', undefined, 409],
  ['half of the change is right', 'PUT', PATH, '2.53', { status: 'disabled', forced_down: false }, 400],
  ['enabled with a reason', 'PUT', PATH, '2.53', { status: 'enabled', disabled_reason: 'x', forced_down: true }, 400],
  ['nothing is asked for', 'PUT', PATH, '2.53', { disabled_reason: 'x' }, 400],
  [
    'the reason cannot be stored',
    'PUT',
    PATH,
    '2.53',
    { status: 'disabled', disabled_reason: '😀', forced_down: true },
    500,
  ],
  ['the field is unknown', 'PUT', PATH, '2.53', { status: 'disabled', foo: 1 }, 400],
  ['the host is unknown', 'PUT', '/os-services/disable', '2.52', { host: 'x', binary: 'nova-compute' }, 404],
  [
    'the old form forces up',
    'PUT',
    '/os-services/force-down',
    '2.52',
    { host: 'host1', binary: 'nova-compute', forced_down: false },
    400,
  ],
  ['the version is none', 'PUT', PATH, '2.999', { status: 'disabled' }, 406],
] as const)('a refusal leaves everything as it was: %s', async (_, method, path, version, body, status) => {
  await using world = await bootWith({
    services: [{ ...COMPUTE, process: 'stopped', updated_at: `${START}Z`, forced_down: true }],
    aggregates: [{ name: 'rack1', hosts: ['host1'] }],
    instances: [{ name: 'a', host: 'host1' }],
    migrations: [{ type: 'evacuation', status: 'done', source: 'host1', dest: 'host1', instance: 'a' }],
  })
  await advance(world, '5s')
  const before = structuredClone(world.cloud.state)
  expect((await world.nova(path, { method, version, ...(body && { body }) })).status).toBe(status)
  expect(world.cloud.state).toEqual(before)
})

function bootWith(world: object): Promise<Booted> {
  return boot({ world: { clock: { start: `${START}Z`, mode: 'manual' }, ...world } })
}

async function advance(world: Booted, by: string): Promise<void> {
  expect((await world.control('POST', '/clock/advance', { by })).status).toBe(200)
}

async function listed(world: Booted, host = 'host1') {
  const { json } = await world.nova(`/os-services?binary=nova-compute&host=${host}`, AT)
  return json.services[0]
}
