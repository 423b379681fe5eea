/** When a nova-compute completes the evacuations from its host. nova/compute/manager.py `_destroy_evacuated_instances` */

import { expect, test } from 'vitest'
import { type Booted, boot } from '../support/boot.ts'

const WORLD = {
  services: [
    { binary: 'nova-compute', host: 'host1' },
    { binary: 'nova-compute', host: 'host2' },
  ],
  instances: [{ name: 'a', host: 'host1' }],
}
const PROCESS = '/processes/nova-compute@host1'

test('a process that was dead when its service was deleted leaves its evacuations done until it is started a second time', async () => {
  await using world = await boot({ world: WORLD })
  await world.control('PATCH', PROCESS, { process: 'stopped' })
  await evacuateAndDelete(world)
  await world.cloud.clock.pass(120_000)
  await world.control('PATCH', PROCESS, { process: 'running' })
  expect(statusOf(world)).toBe('done')
  await world.cloud.clock.pass(120_000)
  expect(statusOf(world)).toBe('done')
  await world.control('PATCH', PROCESS, { process: 'stopped' })
  await world.control('PATCH', PROCESS, { process: 'running' })
  expect(statusOf(world)).toBe('completed')
})

test('one that has made its compute node again before it is started anew completes them', async () => {
  await using world = await boot({ world: WORLD })
  await evacuateAndDelete(world)
  await world.cloud.clock.pass(61_000)
  await world.control('PATCH', PROCESS, { process: 'stopped' })
  await world.control('PATCH', PROCESS, { process: 'running' })
  expect(statusOf(world)).toBe('completed')
})

test('one that is started anew before it has does not', async () => {
  await using world = await boot({ world: WORLD })
  await evacuateAndDelete(world)
  await world.control('PATCH', PROCESS, { process: 'stopped' })
  await world.control('PATCH', PROCESS, { process: 'running' })
  expect(statusOf(world)).toBe('done')
})

async function evacuateAndDelete({ nova, cloud }: Booted): Promise<void> {
  const version = '2.53'
  const { json } = await nova('/os-services?host=host1', { version })
  const path = `/os-services/${json.services[0].id}`
  await nova(path, { method: 'PUT', version, body: { forced_down: true } })
  const [server] = [...cloud.state.instances.keys()]
  await nova(`/servers/${server}/action`, { method: 'POST', version, body: { evacuate: { host: 'host2' } } })
  await cloud.clock.pass(10_000)
  expect((await nova(path, { method: 'DELETE', version })).status).toBe(204)
}

function statusOf({ cloud }: Booted): string | undefined {
  return [...cloud.state.migrations.values()][0]?.status
}
