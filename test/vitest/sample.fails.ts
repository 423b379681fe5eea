/** Tests that fail, for vitest.test.ts to read how they are reported. They are no part of the suite. */

import { expect } from 'vitest'
import { test } from '../../src/vitest.ts'

test.override({ novaWorld: { clock: 'manual' } })

test('a delete is sent once', async ({ nova }) => {
  const headers = { 'X-Auth-Token': 'admin' }
  const { services } = (await (await fetch(`${nova.computeUrl}/os-services?host=host2`, { headers })).json()) as {
    services: { id: number }[]
  }
  await fetch(`${nova.computeUrl}/os-services/${services[0]?.id}`, { method: 'DELETE', headers })
  await expect(nova).toHaveReceived('os-services:delete', { host: 'host1' }).once()
})

test('a service is down', async ({ nova }) => {
  await nova.services.update('nova-compute@host1', { process: 'stopped' })
  await expect(nova).toHaveService({ host: 'host1', binary: 'nova-compute', state: 'down' })
})

test('a service that there is not', async ({ nova }) => {
  await expect(nova).toHaveService({ host: 'host9' })
})

test('nothing is deleted', async ({ nova }) => {
  await fetch(`${nova.computeUrl}/os-services/7`, { method: 'DELETE', headers: { 'X-Auth-Token': 'admin' } })
  await expect(nova).not.toHaveReceived('os-services:delete')
})

test('in order', async ({ nova }) => {
  await expect(nova).toHaveReceivedInOrder([
    { operation: 'os-services:force-down' },
    { operation: 'os-services:delete' },
  ])
})

test('one that is not awaited', ({ nova }) => {
  expect(nova).toHaveReceived('os-services:list')
})
