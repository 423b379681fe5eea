/**
 * Telegraf, whose plugin `openstack` polls what Nova lists, for Prometheus and others. Built as it is, with that plugin alone.
 * What it cannot do without is Neutron's place in the catalogue, which is looked at and not asked: faults on the wire put one in.
 */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { type StartedEmulator, startEmulator, type WorldFile } from '../../src/index.ts'
import { whyNot } from './available.ts'
import { run } from './run.ts'

const obstacle = whyNot('go')
if (obstacle) throw new Error(`Cannot build Telegraf: ${obstacle}.`)

const VERSION = 'v1.37.2'
const telegraf = await install()

const world: WorldFile = {
  services: [
    { binary: 'nova-conductor', host: 'controller' },
    { binary: 'nova-compute', host: 'host1' },
    { binary: 'nova-compute', host: 'host2', status: 'disabled', disabled_reason: 'fan' },
  ],
  aggregates: [{ name: 'rack1', availability_zone: 'az1', hosts: ['host1'] }],
  instances: [{ name: 'web-{n}', count: 3, host: 'host1' }],
}

test('Telegraf tells how services, hypervisors, servers and aggregates are', { timeout: 60_000 }, async () => {
  await using nova = await startEmulator({ world, clock: 'manual' })
  await addNeutron(nova)

  const before = await poll(nova)
  expect(before.filter(({ name }) => name === 'openstack_nova_service')).toMatchObject([
    { tags: { name: 'nova-conductor', host_machine: 'controller', state: 'up', zone: 'internal' } },
    { tags: { host_machine: 'host1', state: 'up', status: 'enabled', zone: 'az1' } },
    {
      tags: { host_machine: 'host2', state: 'up', status: 'disabled', zone: 'nova' },
      fields: { disabled_reason: '"fan"' },
    },
  ])
  expect(before.filter(({ name }) => name === 'openstack_hypervisor')).toMatchObject([
    { tags: { hypervisor_hostname: 'host1', state: 'up' }, fields: { running_vms: '3i', vcpus_used: '3i' } },
    { tags: { hypervisor_hostname: 'host2', state: 'up' }, fields: { running_vms: '0i' } },
  ])
  expect(before.filter(({ name }) => name === 'openstack_aggregate')).toMatchObject([
    { tags: { name: 'rack1', availability_zone: 'az1' }, fields: { aggregate_host: '"host1"' } },
  ])
  const servers = before.filter(({ name }) => name === 'openstack_server')
  expect(servers.map(({ tags }) => `${tags.name} ${tags.status}`).sort()).toEqual([
    'web-1 active',
    'web-2 active',
    'web-3 active',
  ])

  await nova.services.update('nova-compute@host1', { process: 'stopped' })
  await nova.clock.advance('61s')
  const after = await poll(nova)
  const down = after.filter(({ tags }) => tags.state === 'down')
  expect(down.map(({ name, tags }) => [name, tags.service_host ?? tags.host_machine])).toEqual([
    ['openstack_hypervisor', 'host1'],
    ['openstack_nova_service', 'host1'],
  ])
})

/** Build it, unless that has been done. */
async function install(): Promise<string> {
  const folder = fileURLToPath(new URL(`../../.cache/clients/telegraf-${VERSION}`, import.meta.url))
  const program = join(folder, 'telegraf')
  if (existsSync(program)) return program
  const from = `github.com/influxdata/telegraf/cmd/telegraf@${VERSION}`
  const env = { ...process.env, GOBIN: folder, GOTOOLCHAIN: 'local' }
  const { code, stderr } = await run('go', ['install', '-tags', 'custom,inputs.openstack', from], { env })
  if (code !== 0) throw new Error(`Cannot build Telegraf:\n${stderr}`)
  return program
}

/** Answers to logins have a service `network` from now on, whose versions are what Neutron's are. */
async function addNeutron(nova: StartedEmulator): Promise<void> {
  const network = `${nova.url}/network`
  const auth = {
    identity: {
      methods: ['password'],
      password: { user: { name: 'admin', domain: { id: 'default' }, password: 'secret' } },
    },
    scope: { project: { name: 'admin', domain: { id: 'default' } } },
  }
  const headers = { 'Content-Type': 'application/json' }
  const answer = await fetch(`${nova.url}/identity/v3/auth/tokens`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ auth }),
  })
  const { token } = (await answer.json()) as { token: { catalog: object[] } }
  const endpoint = { id: 'e', interface: 'public', region: 'RegionOne', region_id: 'RegionOne', url: network }
  token.catalog.push({ id: 'n', type: 'network', name: 'neutron', endpoints: [endpoint] })
  const versions = [{ id: 'v2.0', status: 'CURRENT', links: [{ rel: 'self', href: `${network}/v2.0` }] }]
  await nova.faults.add([
    {
      match: { method: 'POST', path: '/identity/v3/auth/tokens' },
      do: { status: 201, headers: { 'X-Subject-Token': 'admin' }, body: { token } },
    },
    { match: { path: '/network/' }, do: { status: 200, body: { versions } } },
  ])
}

/** One look at the cloud, as Telegraf writes it: https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/ */
async function poll(nova: StartedEmulator): Promise<{ name: string; tags: Values; fields: Values }[]> {
  const folder = mkdtempSync(join(tmpdir(), 'novasim-telegraf-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const config = join(folder, 'telegraf.conf')
  writeFileSync(
    config,
    `[[inputs.openstack]]
      authentication_endpoint = "${nova.url}/identity/v3"
      domain = "default"
      project = "admin"
      username = "admin"
      password = "secret"
      enabled_services = ["hypervisors", "servers", "nova_services", "aggregates"]`,
  )
  const { code, stdout, stderr } = await run(telegraf, ['--test', '--quiet', '--config', config])
  expect(code, stderr).toBe(0)
  const lines = [...stdout.matchAll(/^> (\w+),(\S+) (.+) \d+$/gm)]
  return lines.map(([, name, tags, fields]) => ({ name: name!, tags: values(tags!), fields: values(fields!) }))
}

type Values = Record<string, string>

function values(text: string): Values {
  return Object.fromEntries([...text.matchAll(/(\w+)=("[^"]*"|[^,]*)/g)].map(([, key, value]) => [key!, value!]))
}
