/** What Placement says of when something was last changed. Side by side with a real Placement 16.0.0. */

import { expect, test } from 'vitest'
import { boot } from '../support/boot.ts'

test('standard traits and resource classes are as old as the cloud, those that somebody made are not', async () => {
  await using world = await boot({ world: { services: [{ binary: 'nova-compute', host: 'host1' }] } })
  const began = new Date(world.cloud.clock.now()).toUTCString()
  await world.cloud.clock.pass(3_600_000)
  const later = new Date(world.cloud.clock.now()).toUTCString()
  const ask = (method: string, path: string) => {
    return world.ask(`/placement${path}`, { method, headers: { 'OpenStack-API-Version': 'placement 1.39' } })
  }
  const modified = async (path: string) => (await ask('GET', path)).headers.get('last-modified')
  for (const path of ['/traits', '/traits/HW_CPU_X86_VMX', '/resource_classes', '/resource_classes/VCPU']) {
    expect(await modified(path), path).toBe(began)
  }
  expect(await modified('/traits?name=startswith:CUSTOM_')).toBe(later)
  await ask('PUT', '/traits/CUSTOM_GOLD')
  await ask('PUT', '/resource_classes/CUSTOM_GOLD')
  await world.cloud.clock.pass(3_600_000)
  expect(await modified('/traits')).toBe(later)
  expect(await modified('/resource_classes')).toBe(later)
  expect(await modified('/resource_classes/VCPU')).toBe(began)
})
