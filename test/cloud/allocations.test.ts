import { expect, test } from 'vitest'
import { allocate, hasRoom, moveAllocation, release, usageOf } from '../../src/cloud/allocations.ts'
import { createClock } from '../../src/cloud/clock.ts'
import { createCloud, describeCloud } from '../../src/cloud/description.ts'
import { deleteResourceProvider } from '../../src/cloud/resource-providers.ts'
import { snapshot } from '../../src/cloud/snapshot.ts'
import { inOneGo } from '../../src/http/in-turns.ts'
import { WALL } from '../../src/worlds/wall.ts'
import { fromWorldFile, toWorldFile } from '../../src/worlds/world-file.ts'

const A = '11111111-0000-4000-8000-000000000001'
const B = '11111111-0000-4000-8000-000000000002'
const OF = { projectId: 'p', userId: 'u' }

function cloudWithAHost() {
  const clock = createClock({ wall: WALL, mode: 'manual', start: 0, rate: undefined })
  const cloud = createCloud(
    {
      services: [{ binary: 'nova-compute', host: 'host1' }],
      hosts: [{ name: 'host1', vcpus: 2, memoryMb: 1024, localGb: 10 }],
    },
    { seed: 0, clock },
  )
  const [provider] = cloud.state.resourceProviders.values()
  return { cloud, provider: provider! }
}

test('what is allocated counts against the provider until it is released', () => {
  const { cloud, provider } = cloudWithAHost()
  const resources = { VCPU: 1, MEMORY_MB: 512 }
  expect(hasRoom(cloud, provider.uuid, resources)).toBe(true)
  allocate(cloud, [{ consumer: A, ...OF, holdings: [{ provider: provider.uuid, resources }] }])
  expect(usageOf(cloud, provider.uuid)).toEqual(resources)
  expect(provider.generation).toBe(3)
  expect(hasRoom(cloud, provider.uuid, resources)).toBe(false)
  expect(hasRoom(cloud, provider.uuid, { VCPU: 2 })).toBe(true)
  expect(release(cloud, A)).toBe(true)
  expect(usageOf(cloud, provider.uuid)).toEqual({})
  expect(provider.generation).toBe(3)
})

test('VCPUs can be had four times over, memory but for what the host keeps', () => {
  const { cloud, provider } = cloudWithAHost()
  expect(hasRoom(cloud, provider.uuid, { VCPU: 2 })).toBe(true)
  expect(hasRoom(cloud, provider.uuid, { VCPU: 3 })).toBe(false)
  expect(hasRoom(cloud, provider.uuid, { MEMORY_MB: 512 })).toBe(true)
  expect(hasRoom(cloud, provider.uuid, { MEMORY_MB: 513 })).toBe(false)
  for (const consumer of [A, B]) {
    allocate(cloud, [{ consumer, ...OF, holdings: [{ provider: provider.uuid, resources: { VCPU: 2 } }] }])
  }
  expect(usageOf(cloud, provider.uuid)).toEqual({ VCPU: 4 })
})

test('all wishes are granted or none', () => {
  const { cloud, provider } = cloudWithAHost()
  const wish = (consumer: string, memory: number) => ({
    ...{ consumer, ...OF },
    holdings: [{ provider: provider.uuid, resources: { MEMORY_MB: memory } }],
  })
  allocate(cloud, [wish(A, 100)])
  const before = snapshot(cloud).state
  expect(() => allocate(cloud, [wish(A, 200), wish(B, 400)])).toThrow('CapacityExceeded')
  expect(() => allocate(cloud, [wish(A, 2000)])).toThrow('ConstraintsViolated')
  expect(() =>
    allocate(cloud, [{ ...wish(B, 1), holdings: [{ provider: provider.uuid, resources: { VGPU: 1 } }] }]),
  ).toThrow('NoInventory')
  expect(cloud.state).toEqual(before)
  expect(() => deleteResourceProvider(cloud, provider)).toThrow('ProviderInUse')
})

test('a consumer that is over what there is can come down, but not go further up', () => {
  const { cloud, provider } = cloudWithAHost()
  const wish = (amount: number) => [
    { consumer: A, ...OF, holdings: [{ provider: provider.uuid, resources: { MEMORY_MB: amount } }] },
  ]
  allocate(cloud, wish(900), false)
  expect(() => allocate(cloud, wish(901))).toThrow('CapacityExceeded')
  allocate(cloud, wish(800))
  expect(usageOf(cloud, provider.uuid)).toEqual({ MEMORY_MB: 800 })
})

test('a migration takes over what its instance has', () => {
  const { cloud, provider } = cloudWithAHost()
  allocate(cloud, [{ consumer: A, ...OF, holdings: [{ provider: provider.uuid, resources: { VCPU: 1 } }] }])
  moveAllocation(cloud, A, B)
  expect(cloud.state.allocations.has(A)).toBe(false)
  expect(cloud.state.allocations.get(B)).toMatchObject({ generation: 1, projectId: 'p' })
  expect(usageOf(cloud, provider.uuid)).toEqual({ VCPU: 1 })
})

test('an exported world has the same providers and allocations again', () => {
  const { cloud, provider } = cloudWithAHost()
  allocate(cloud, [{ consumer: A, ...OF, holdings: [{ provider: provider.uuid, resources: { VCPU: 1 } }] }])
  const file = toWorldFile(inOneGo(describeCloud(cloud)))
  const clock = createClock({ wall: WALL, mode: 'manual', start: 0, rate: undefined })
  const again = createCloud(fromWorldFile(file), { seed: 0, clock })
  for (const key of ['resourceProviders', 'allocations', 'allocationsOn', 'images'] as const) {
    expect(again.state[key]).toEqual(cloud.state[key])
  }
})
