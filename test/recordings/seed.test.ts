import { expect, test } from 'vitest'
import { loadRecording } from '../../src/recordings/load.ts'
import { readRecording } from '../../src/recordings/recording.ts'
import { seedOf } from '../../src/recordings/seed.ts'
import { readWorld } from '../../src/worlds/read.ts'
import type { WorldFile } from '../../src/worlds/world-schema.ts'
import { boot, bootListening } from '../support/boot.ts'
import { run } from '../support/command.ts'
import { startRecording } from './upstream.ts'

const VERSIONS = ['2.1', '2.11', '2.53', '2.69']

const MIXED: WorldFile = {
  release: '2025.2',
  services: [
    { binary: 'nova-conductor', host: 'controller' },
    { binary: 'nova-compute', host: 'host1', id: 9, status: 'disabled', disabled_reason: 'maintenance: "rack 3", ü' },
    { binary: 'nova-compute', host: 'host2', process: 'stopped' },
    { binary: 'nova-compute', host: 'host3', forced_down: true, process: 'stopped' },
    { binary: 'nova-compute', host: 'host4', status: 'disabled' },
    { binary: 'nova-compute', host: 'host5', updated_at: null },
  ],
  aggregates: [{ name: 'rack', availability_zone: 'az1', hosts: ['host1', 'host4'] }],
}

const TWO_CELLS: WorldFile = {
  cells: [{ name: 'cell1' }, { name: 'cell2' }, { name: 'cell3', hosts: ['lost1', 'lost2'], down: true }],
  services: [
    { binary: 'nova-conductor', host: 'controller' },
    { binary: 'nova-compute', host: 'host1' },
    { binary: 'nova-compute', host: 'host2', cell: 'cell2' },
    { binary: 'nova-compute', host: 'host3', cell: 'cell2' },
  ],
}

test.each([
  ['the default world', 'default'],
  ["the cloud of Nova's API reference", 'api-reference'],
  ['an empty one', 'empty'],
  ['disabled, stopped, forced down, not heard from yet', MIXED],
  ['two cells, and one that is down', TWO_CELLS],
])('a world made from a recording of novasim gives the same lists, byte for byte: %s', async (_, world) => {
  await using nova = await bootListening({ world, seed: 5 })
  const { recorder, out, text } = await startRecording(`${nova.emulator.url}/identity/v3`, {
    endpoints: { compute: nova.emulator.url },
  })
  await fetch(`${recorder.url}/compute/`)
  await logIn(recorder.authUrl)
  const lists = async (base: string, ask: typeof fetch) => {
    const bodies: string[] = []
    for (const version of VERSIONS) {
      const headers = { 'X-Auth-Token': 'admin', 'OpenStack-API-Version': `compute ${version}` }
      bodies.push(await (await ask(new Request(`${base}/v2.1/os-services`, { headers }))).text())
    }
    return bodies
  }
  const real = await lists(`${recorder.url}/compute`, fetch)
  await recorder.close()

  const { yaml } = seedOf(readRecording(text(), out))
  const description = readWorld(yaml, 'world.yaml')
  expect(description.services?.length ?? 0).toBe(
    typeof world === 'string' ? nova.cloud.state.services.size : world.services?.length,
  )
  await using made = await boot({ world: (await import('yaml')).parse(yaml) as WorldFile })
  const ours = await Promise.all(VERSIONS.map(async (version) => (await made.nova('/os-services', { version })).text))
  expect(ours).toEqual(real)
})

test('aggregates and servers keep what their lists tell: their times, and what no host was found for', async () => {
  const times = { created_at: '2025-12-01T00:00:00.000Z', updated_at: '2025-12-02T00:00:00.000Z' }
  const details = `Traceback (most recent call last):\n  File "/nova/conductor/manager.py", line 1\n    raise\n\nNone: ü`
  const fault = { code: 500, message: 'No valid host was found. ', details, created_at: '2025-12-02T00:00:00.000Z' }
  await using nova = await bootListening({
    world: {
      services: [{ binary: 'nova-compute', host: 'host1' }],
      aggregates: [{ name: 'rack', hosts: ['host1'], ...times }],
      instances: [
        { name: 'a', host: 'host1', ...times, launched_at: times.created_at, metadata: { tier: 'web' } },
        { name: 'lost', host: null, cell: null, status: 'ERROR', ...times, launched_at: null, fault },
      ],
    },
  })
  const { recorder, out, text } = await startRecording(`${nova.emulator.url}/identity/v3`, {
    endpoints: { compute: nova.emulator.url },
  })
  await logIn(recorder.authUrl)
  const headers = { 'X-Auth-Token': 'admin', 'OpenStack-API-Version': 'compute 2.53' }
  for (const path of ['/os-services', '/os-aggregates', '/servers/detail?all_tenants=1']) {
    await fetch(`${recorder.url}/compute/v2.1${path}`, { headers })
  }
  await recorder.close()
  const { aggregates, instances } = (await import('yaml')).parse(seedOf(readRecording(text(), out)).yaml) as WorldFile
  expect(aggregates).toMatchObject([{ name: 'rack', ...times }])
  expect(instances).toMatchObject([
    { name: 'a', host: 'host1', ...times, metadata: { tier: 'web' } },
    { name: 'lost', host: null, cell: null, status: 'ERROR', ...times, fault },
  ])
})

test('what the recording does not tell is said at the top of the world file', async () => {
  await using nova = await bootListening({ world: MIXED })
  const { recorder, out } = await startRecording(`${nova.emulator.url}/identity/v3`, {
    endpoints: { compute: nova.emulator.url },
  })
  await logIn(recorder.authUrl)
  const headers = { 'X-Auth-Token': 'admin', 'OpenStack-API-Version': 'compute 2.53' }
  await fetch(`${recorder.url}/compute/v2.1/os-services`, { headers })
  await recorder.close()
  const { stdout, code } = await run(['world', '--from', out])
  expect(code).toBe(0)
  const [first, second, ...lines] = stdout.split('\n')
  expect(first).toMatch(/^# The cloud of .*recording\.jsonl, recorded 20\d\d-.* by novasim test\.$/)
  expect(second).toBe('# What it did not tell:')
  expect(lines.filter((line) => line.startsWith('# - '))).toEqual(
    [
      '# - the release: taken for 2025.2',
      '# - the integer ids of services: counted in the order of the list',
      '# - the aggregate that makes the zone az1: one of that name was made',
      '# - aggregates that make no zone: their list was not recorded',
      '# - the instances: no list of all was recorded',
      '# - passwords: every user has "secret"',
    ].map((line) => (line.includes('release') ? expect.stringMatching(/^# - the release: /) : line)),
  )
  expect(lines).toContain('  - {name: az1, availability_zone: az1, hosts: [host1, host4]}')
  expect(stdout).toContain(`status: disabled, disabled_reason: 'maintenance: "rack 3", ü'`)
})

test('a host whose service could not be deleted because of its instances has one', async () => {
  await using nova = await bootListening()
  const { recorder, out } = await startRecording(`${nova.emulator.url}/identity/v3`, {
    endpoints: { compute: nova.emulator.url },
  })
  const headers = { 'X-Auth-Token': 'admin', 'OpenStack-API-Version': 'compute 2.53' }
  const list = await fetch(`${recorder.url}/compute/v2.1/os-services?host=host2`, { headers })
  const { services } = (await list.json()) as { services: { id: string }[] }
  const refused = await fetch(`${recorder.url}/compute/v2.1/os-services/${services[0]?.id}`, {
    method: 'DELETE',
    headers,
  })
  expect(refused.status).toBe(409)
  await recorder.close()
  const { yaml, untold } = seedOf(await loadRecording(out))
  expect(yaml).toContain('  - {name: "host2-{n}", count: 1, host: host2}')
  expect(untold).toContain('which services there are: no list of all was recorded, only parts')
  readWorld(yaml, 'world.yaml')
})

test('replay falls back on the world that the recording implies, as it would be now', async () => {
  await using nova = await bootListening({
    world: { services: [{ binary: 'nova-compute', host: 'only', status: 'disabled' }] },
  })
  const { recorder, out } = await startRecording(`${nova.emulator.url}/identity/v3`, {
    endpoints: { compute: nova.emulator.url },
  })
  const headers = { 'X-Auth-Token': 'admin', 'OpenStack-API-Version': 'compute 2.53' }
  await fetch(`${recorder.url}/compute/v2.1/os-services`, { headers })
  await recorder.close()
  await using replayed = await boot({ replay: { file: out } })
  const recorded = (await replayed.nova('/os-services', { version: '2.53' })).json.services[0]
  const live = (await replayed.nova('/os-services', { version: '2.11' })).json.services[0]
  expect(recorded).toMatchObject({ host: 'only', status: 'disabled' })
  expect(live).toMatchObject({ host: 'only', status: 'disabled', state: 'up' })
  // An id that was recorded is one that the world knows.
  const enabled = await replayed.nova(`/os-services/${recorded.id}`, {
    method: 'PUT',
    version: '2.53',
    body: { status: 'enabled' },
  })
  expect(enabled.json.service).toMatchObject({ host: 'only', status: 'enabled' })
})

async function logIn(authUrl: string): Promise<void> {
  const identity = {
    methods: ['password'],
    password: { user: { name: 'admin', password: 'secret', domain: { id: 'default' } } },
  }
  const scope = { project: { name: 'admin', domain: { id: 'default' } } }
  const headers = { 'Content-Type': 'application/json' }
  await (
    await fetch(`${authUrl}/auth/tokens`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ auth: { identity, scope } }),
    })
  ).text()
}
