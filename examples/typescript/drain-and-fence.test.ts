/** A host with 50 servers is drained and removed; another is fenced, and taken back once its process has been restarted. */

import { setTimeout } from 'node:timers/promises'
import { test } from 'novasim/vitest'
import { expect } from 'vitest'

const headers = { 'X-Auth-Token': 'admin', 'OpenStack-API-Version': 'compute 2.96', 'Content-Type': 'application/json' }

type Answer = { services: { id: string }[]; servers: { id: string }[]; migrations: { status: string }[] }

async function ask(url: string, method = 'GET', body?: unknown): Promise<Answer> {
  const answer = await fetch(url, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`)
  return JSON.parse(text || '{}')
}

async function serviceOn(nova: string, host: string): Promise<string> {
  const { services } = await ask(`${nova}/os-services?binary=nova-compute&host=${host}`)
  if (!services[0]) throw new Error(`there is no nova-compute on ${host}`)
  return `${nova}/os-services/${services[0].id}`
}

/** Do this to each server of a host, and wait until all are elsewhere. */
async function empty(nova: string, host: string, type: string, action: object): Promise<void> {
  const { servers } = await ask(`${nova}/servers?all_tenants=1&host=${host}`)
  for (const { id } of servers) await ask(`${nova}/servers/${id}/action`, 'POST', action)
  const ends = ['done', 'completed', 'error', 'failed', 'cancelled']
  for (const end = Date.now() + 60_000; ; await setTimeout(100)) {
    const { migrations } = await ask(`${nova}/os-migrations?source_compute=${host}&migration_type=${type}`)
    const moved = migrations.filter(({ status }) => ends.slice(0, 2).includes(status))
    if (moved.length === servers.length) return
    const failed = migrations.some(({ status }) => ends.slice(2).includes(status))
    if (failed || Date.now() > end) throw new Error(`${moved.length} of ${servers.length} are off ${host}`)
  }
}

async function drain(nova: string, host: string): Promise<void> {
  const service = await serviceOn(nova, host)
  await ask(service, 'PUT', { status: 'disabled', disabled_reason: 'drained' })
  await empty(nova, host, 'live-migration', { 'os-migrateLive': { host: null, block_migration: 'auto' } })
  await ask(service, 'DELETE')
}

async function fence(nova: string, host: string): Promise<void> {
  await ask(await serviceOn(nova, host), 'PUT', { forced_down: true })
  await empty(nova, host, 'evacuation', { evacuate: {} })
}

const services = ['host1', 'host2'].map((host) => ({ binary: 'nova-compute', host }))
const instances = [{ count: 50, name: 'web-{n}', host: 'host1' }]
const durations = { 'live-migrate': '20s', evacuate: '20s' }
test.override({ novaWorld: { world: { services, instances, durations }, clock: '60x' } })

test('a host is drained, and its service removed', async ({ nova }) => {
  await drain(nova.computeUrl, 'host1')
  await expect(nova).not.toHaveService({ host: 'host1' })
})

test('a host is fenced, and taken back when it has been restarted', async ({ nova }) => {
  await nova.services.update('nova-compute@host1', { process: 'stopped' })
  await fence(nova.computeUrl, 'host1')
  const service = await serviceOn(nova.computeUrl, 'host1')
  await expect(ask(service, 'PUT', { forced_down: false })).rejects.toThrow('the compute service has been restarted')
  await nova.services.update('nova-compute@host1', { process: 'running' })
  await nova.clock.advance('10s')
  await ask(service, 'PUT', { forced_down: false })
  await expect(nova).toHaveService({ host: 'host1', state: 'up' })
})
