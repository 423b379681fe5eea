import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Booted, boot } from '../support/boot.ts'

/** Something that is done to a cloud; it may well be refused. */
interface Call {
  method: string
  path: string
  body?: unknown
  version?: string
}

const HOSTS = ['host1', 'host2', 'host3', 'host4', 'new']
const host = fc.constantFrom(...HOSTS)
const service = host.map((each) => `nova-compute@${each}`)
const control = (method: string, path: string, body?: unknown): Call => ({ method, path: `/_novasim${path}`, body })
const step = (body: object) => control('POST', '/scenarios', { steps: [body] })

const call: fc.Arbitrary<Call> = fc.oneof(
  fc
    .tuple(
      service,
      fc.record(
        {
          process: fc.constantFrom('running', 'stopped', 'hung'),
          status: fc.constantFrom('enabled', 'disabled'),
          disabled_reason: fc.constantFrom('maintenance', 'ünïcode "quoted"'),
          forced_down: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
    )
    .map(([name, body]) => control('PATCH', `/services/${name}`, body)),
  service.map((name) => control('DELETE', `/services/${name}`)),
  host.map((each) => control('POST', '/services', { binary: 'nova-compute', host: each })),
  fc
    .tuple(host, fc.constantFrom('running', 'stopped', 'hung'))
    .map(([each, process]) => control('PATCH', `/processes/nova-compute@${each}`, { process })),
  fc.tuple(host, fc.nat(3)).map(([each, count]) => control('POST', '/instances', { name: 'i-{n}', host: each, count })),
  fc
    .tuple(fc.constantFrom('host1-1', 'host2-1', 'i-1'), host, fc.constantFrom('ACTIVE', 'ERROR', 'SHUTOFF'))
    .map(([name, to, status]) => control('PATCH', `/instances/${name}`, { host: to, status })),
  fc.constantFrom('host1-1', 'host1-2', 'host2-1', 'host2-2').map((name) => control('DELETE', `/instances/${name}`)),
  fc
    .tuple(fc.constantFrom('rack', 'ssd'), fc.constantFrom('az1', 'az2', null), fc.uniqueArray(host, { maxLength: 2 }))
    .map(([name, zone, hosts]) =>
      control('POST', '/aggregates', { name, availability_zone: zone, hosts, metadata: { ssd: 'true' } }),
    ),
  fc.constantFrom('rack', 'ssd').map((name) => control('DELETE', `/aggregates/${name}`)),
  fc
    .tuple(fc.constantFrom('evacuation', 'live-migration'), fc.constantFrom('done', 'running', 'failed'), host, host)
    .map(([type, status, source, dest]) => control('POST', '/migrations', { type, status, source, dest })),
  fc.constantFrom('cell1', 'cell2').map((name) => control('POST', '/cells', { name })),
  fc
    .tuple(fc.constantFrom('cell1', 'cell2'), fc.boolean())
    .map(([name, down]) => control('PATCH', `/cells/${name}`, { down })),
  fc.tuple(host, host).map(([from, to]) => step({ evacuate: { from, to } })),
  fc.tuple(fc.constantFrom('host1-1', 'host2-2'), host).map(([instance, to]) => step({ migrate: { instance, to } })),
  fc.constantFrom('1s', '7s', '61s', '10m').map((by) => control('POST', '/clock/advance', { by })),
  fc.tuple(fc.constantFrom('disable', 'enable', 'force-down'), host).map(
    ([action, each]): Call => ({
      method: 'PUT',
      path: `/v2.1/os-services/${action}`,
      body: { host: each, binary: 'nova-compute', forced_down: true },
      version: '2.11',
    }),
  ),
)

/** All of what can be read of a cloud, but for what is of the request. */
const READS = [
  '/os-services',
  '/os-aggregates',
  '/os-hypervisors/detail',
  '/os-migrations',
  '/servers/detail?all_tenants=1',
]

interface Told {
  name: string
  traits?: string[]
  inventories?: object
}

const PLACEMENT = { headers: { 'OpenStack-API-Version': 'placement 1.39' } }

async function shown(nova: Booted, prefix: string): Promise<string[]> {
  const state = await nova.ask(`${prefix}/_novasim/state`, { token: null })
  const reads = await Promise.all(READS.map((path) => nova.ask(`${prefix}/v2.1${path}`, { version: '2.90' })))
  const more = await Promise.all(
    ['services', 'processes', 'resource-providers'].map((path) => nova.ask(`${prefix}/_novasim/${path}`)),
  )
  const candidates = await nova.ask(`${prefix}/placement/allocation_candidates?resources=VCPU:1`, PLACEMENT)
  return [state, ...reads, ...more, candidates].map(
    ({ status, text }) =>
      `${status} ${text
        .replaceAll(prefix, '')
        .replace(/req-[\da-f-]+/g, 'req')
        .replace(/([,{[]) ?"/g, '$1\n"')}`,
  )
}

test('what GET /state exports makes the same cloud when it is given back: it answers the same then, and later', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 25 }), fc.nat(5), async (calls, seed) => {
      await using nova = await boot({ seed })
      for (const { method, path, body, version } of calls)
        await nova.ask(path, { method, body, ...(version !== undefined && { version }) })
      const { json } = await nova.ask('/_novasim/state')
      const made = await nova.control('POST', '/worlds', { name: 'again', world: json })
      expect(made.text).not.toContain('error')
      expect(await shown(nova, '/w/again')).toEqual(await shown(nova, ''))
      for (const prefix of ['/w/again', '']) {
        await nova.ask(`${prefix}/_novasim/clock/advance`, { method: 'POST', body: { by: '95s' } })
        await nova.ask(`${prefix}/_novasim/services`, {
          method: 'POST',
          body: { binary: 'nova-compute', host: 'later' },
        })
      }
      expect(await shown(nova, '/w/again')).toEqual(await shown(nova, ''))
      expect((await nova.control('PUT', '/state', json)).text).toBe(JSON.stringify(json))
    }),
    { numRuns: 60 },
  )
}, 120_000)

test('traits and inventories that are not those that every host tells of are exported, and come back', async () => {
  await using nova = await boot()
  await nova.control('PATCH', '/services/nova-compute@host1', { status: 'disabled' })
  const providers = (await nova.ask('/placement/resource_providers', PLACEMENT)).json.resource_providers
  const [{ uuid, generation }, third] = ['host2', 'host3'].map((host) =>
    providers.find(({ name }: { name: string }) => name === host),
  )
  const inventories = { VCPU: { total: 8, allocation_ratio: 2 }, MEMORY_MB: { total: 9000 }, DISK_GB: { total: 900 } }
  const more = { method: 'PUT', body: { resource_provider_generation: third.generation, inventories }, ...PLACEMENT }
  expect((await nova.ask(`/placement/resource_providers/${third.uuid}/inventories`, more)).status).toBe(200)
  const traits = ['HW_CPU_X86_AVX']
  const put = { method: 'PUT', body: { resource_provider_generation: generation, traits }, ...PLACEMENT }
  expect((await nova.ask(`/placement/resource_providers/${uuid}/traits`, put)).status).toBe(200)
  const { json } = await nova.control('GET', '/state')
  const told = json.resource_providers.map(({ name, traits, inventories }: Told) => ({ name, traits, inventories }))
  expect(told.slice(0, 3)).toEqual([
    { name: 'host1', traits: expect.arrayContaining(['COMPUTE_STATUS_DISABLED', 'COMPUTE_NODE']) },
    { name: 'host2', traits },
    { name: 'host3', inventories: expect.objectContaining({ VCPU: expect.objectContaining({ allocation_ratio: 2 }) }) },
  ])
  await nova.control('POST', '/worlds', { name: 'again', world: json })
  expect(await shown(nova, '/w/again')).toEqual(await shown(nova, ''))
})

test('a host that has nothing of something has nothing of it again, whoever has told of it', async () => {
  await using nova = await boot({
    world: { services: [{ binary: 'nova-compute', host: 'host1' }], hosts: [{ name: 'host1', vcpus: 0 }] },
  })
  expect((await nova.control('DELETE', '/services/nova-compute@host1')).status).toBe(204)
  for (const process of ['stopped', 'running']) {
    await nova.control('PATCH', '/processes/nova-compute@host1', { process })
    await nova.control('POST', '/clock/advance', { by: '70s' })
  }
  const { json } = await nova.control('GET', '/state')
  expect(json.services).toHaveLength(1)
  await nova.control('POST', '/worlds', { name: 'again', world: json })
  expect(await shown(nova, '/w/again')).toEqual(await shown(nova, ''))
})
