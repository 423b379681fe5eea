/** Placement in step with what is done to Nova: as seen on a real one. */

import { expect, test } from 'vitest'
import { boot } from '../support/boot.ts'

const WORLD = {
  services: [
    { binary: 'nova-compute', host: 'host1' },
    { binary: 'nova-compute', host: 'host2' },
  ],
}

async function start() {
  const nova = await boot({ world: WORLD })
  const at = async (path: string, method = 'GET') =>
    nova.ask(`/placement${path}`, { method, headers: { 'OpenStack-API-Version': 'placement 1.39' } })
  const list = (await at('/resource_providers')).json.resource_providers
  const uuidOf = (host: string): string => list.find(({ name }: { name: string }) => name === host).uuid
  return { nova, at, uuidOf }
}

test('a disabled service marks its resource provider, and an enabled one takes the mark away', async () => {
  const { nova, at, uuidOf } = await start()
  const put = async (action: string) =>
    nova.nova(`/os-services/${action}`, { method: 'PUT', body: { host: 'host1', binary: 'nova-compute' } })
  const path = `/resource_providers/${uuidOf('host1')}/traits`
  expect((await at(path)).json).toMatchObject({ resource_provider_generation: 2 })
  await put('disable')
  const { traits, resource_provider_generation: generation } = (await at(path)).json
  expect(traits).toContain('COMPUTE_STATUS_DISABLED')
  expect(generation).toBe(3)
  await put('enable')
  expect((await at(path)).json.traits).not.toContain('COMPUTE_STATUS_DISABLED')
  expect((await at(path)).json.resource_provider_generation).toBe(4)
})

test('the mark of a service that is down waits for its process', async () => {
  const { nova, at, uuidOf } = await start()
  const traits = async () => (await at(`/resource_providers/${uuidOf('host1')}/traits`)).json.traits
  await nova.control('PATCH', '/services/nova-compute@host1', { process: 'stopped' })
  await nova.control('POST', '/clock/advance', { by: '2m' })
  await nova.nova('/os-services/disable', { method: 'PUT', body: { host: 'host1', binary: 'nova-compute' } })
  expect(await traits()).not.toContain('COMPUTE_STATUS_DISABLED')
  await nova.control('PATCH', '/services/nova-compute@host1', { process: 'running' })
  expect(await traits()).toContain('COMPUTE_STATUS_DISABLED')
})

test('a host in an aggregate has its provider in one of the same UUID', async () => {
  const { nova, at, uuidOf } = await start()
  const path = `/resource_providers/${uuidOf('host1')}/aggregates`
  const { aggregate } = (
    await nova.nova('/os-aggregates', { method: 'POST', version: '2.41', body: { aggregate: { name: 'rack' } } })
  ).json
  const act = (body: object) => nova.nova(`/os-aggregates/${aggregate.id}/action`, { method: 'POST', body })
  await act({ add_host: { host: 'host1' } })
  expect((await at(path)).json).toEqual({ aggregates: [aggregate.uuid], resource_provider_generation: 3 })
  await act({ remove_host: { host: 'host1' } })
  expect((await at(path)).json).toEqual({ aggregates: [], resource_provider_generation: 4 })
})

test('a deleted service takes its provider along, unless something is allocated of it', async () => {
  const { nova, at, uuidOf } = await start()
  const services = (await nova.nova('/os-services', { version: '2.53' })).json.services
  const [host1, host2] = [uuidOf('host1'), uuidOf('host2')]
  const consumer = '33333333-0000-4000-8000-000000000003'
  await nova.ask(`/placement/allocations/${consumer}`, {
    method: 'PUT',
    headers: { 'OpenStack-API-Version': 'placement 1.12' },
    body: { allocations: { [host1]: { resources: { VCPU: 1 } } }, project_id: 'p', user_id: 'u' },
  })
  for (const { id } of services) {
    expect((await nova.nova(`/os-services/${id}`, { method: 'DELETE', version: '2.53' })).status).toBe(204)
  }
  expect((await at(`/resource_providers/${host2}`)).status).toBe(404)
  expect((await at(`/resource_providers/${host1}`)).status).toBe(200)
  expect((await nova.control('GET', `/resource-providers/${host1}`)).json).toMatchObject({ orphan: true })
  expect((await at(`/resource_providers/${host1}`, 'DELETE')).status).toBe(409)
  await at(`/allocations/${consumer}`, 'DELETE')
  expect((await at(`/resource_providers/${host1}`, 'DELETE')).status).toBe(204)
})

test('a service whose host has no resource provider any more is not deleted: a 500, as a real Nova says', async () => {
  await using world = await boot({ world: { services: [{ binary: 'nova-compute', host: 'host1' }] } })
  const [provider] = [...world.cloud.state.resourceProviders.keys()]
  const headers = { 'OpenStack-API-Version': 'placement 1.39' }
  const deleted = await world.ask(`/placement/resource_providers/${provider}`, { method: 'DELETE', headers })
  expect(deleted.status).toBe(204)
  const [service] = [...world.cloud.state.services.keys()]
  const { status, text } = await world.nova(`/os-services/${service}`, { method: 'DELETE', version: '2.53' })
  expect(status).toBe(500)
  expect(text).toContain("<class 'ValueError'>")
  expect(world.cloud.state.services.size).toBe(1)
})
