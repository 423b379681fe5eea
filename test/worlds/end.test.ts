import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator.ts'
import { scenariosOf } from '../../src/worlds/scenarios.ts'
import { BOTH_WAYS, boot, bootListening } from '../support/boot.ts'

async function openBusy() {
  const emulator = createEmulator({ clock: 'manual' })
  await emulator.ready
  const world = emulator.worlds.open('ci-7', {
    clock: { mode: 'manual' },
    services: [{ binary: 'nova-compute', host: 'a' }],
  })
  const control = (path: string, body: object) =>
    emulator.fetch(
      new Request(`http://novasim.test/w/ci-7/_novasim${path}`, { method: 'POST', body: JSON.stringify(body) }),
    )
  await control('/faults', { do: { delay: '1h' } })
  await control('/scenarios', { steps: [{ at: '1h', silence: 'a' }] })
  const slow = emulator.fetch(new Request('http://novasim.test/w/ci-7/v2.1/'))
  return { emulator, world, slow }
}

test('with a world its timers end, what it delays is let go, and its scenarios are stopped', async () => {
  const { emulator, world, slow } = await openBusy()
  expect(world.cloud.clock.waiting()).toBe(2)
  emulator.worlds.close(world)
  expect(world.cloud.clock.waiting()).toBe(0)
  expect((await slow).status).toBe(200)
  const [scenario] = scenariosOf(world).values()
  expect(await scenario!.playing.done).toMatchObject({ stopped: true, played: [] })
  expect(world.cloud.clock.waiting()).toBe(0)
  expect(emulator.worlds.find('ci-7')).toBeUndefined()
})

test('a reset that is done only when its world has ended sets nothing going there', async () => {
  const emulator = createEmulator({ clock: 'manual' })
  await emulator.ready
  const world = emulator.worlds.open('ci-7', {
    clock: { mode: 'manual' },
    processes: [
      {
        binary: 'nova-compute',
        host: 'left',
        node: { id: 9, uuid: '3f0e9f8c-6a0b-4a58-9f2c-0b1d7a1f6c11' },
        nextUpdate: Date.UTC(2026, 0, 1, 1),
      },
    ],
    services: Array.from({ length: 3000 }, (_, number) => ({ binary: 'nova-compute', host: `host${number}` })),
  })
  expect(world.cloud.clock.waiting()).toBe(1)
  const reset = emulator.fetch(new Request('http://novasim.test/w/ci-7/_novasim/reset', { method: 'POST' }))
  // It has begun, and is not done.
  await setImmediate()
  await setImmediate()
  emulator.worlds.close(world)
  expect((await reset).status).toBe(204)
  expect(world.cloud.clock.waiting()).toBe(0)
})

test('an emulator that is disposed of ends all of its worlds', async () => {
  const { emulator, world } = await openBusy()
  await emulator[Symbol.asyncDispose]()
  expect([world.ended.aborted, world.cloud.clock.waiting()]).toEqual([true, 0])
})

test('an emulator that is closed ends all of its worlds', async () => {
  const nova = await bootListening()
  const world = await nova.emulator.ready
  await nova.emulator.close()
  expect(world.ended.aborted).toBe(true)
})

test.each(BOTH_WAYS)(
  '%s: who listens to the journal of a world that ends is told that it is over',
  async (_, start) => {
    await using nova = await start()
    await nova.control('POST', '/worlds', { name: 'ci-7' })
    const response = await nova.stream('/w/ci-7/_novasim/journal/stream')
    const text = response.text()
    expect((await nova.control('DELETE', '/worlds/ci-7')).status).toBe(204)
    expect(await text).toBe('retry: 1000\n\n')
  },
)

test('a world without a name gets one that is free, also after the one that it is made from went back to its beginning', async () => {
  await using nova = await boot()
  const { json: first } = await nova.control('POST', '/worlds')
  await nova.control('POST', '/reset')
  const { status, json: second } = await nova.control('POST', '/worlds')
  expect(status).toBe(201)
  expect(second.name).not.toBe(first.name)
})
