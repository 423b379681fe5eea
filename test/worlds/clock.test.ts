import { expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator.ts'
import { InputError } from '../../src/reading/complaint.ts'
import { boot } from '../support/boot.ts'
import { run } from '../support/command.ts'

test('a clock of 60x goes sixty times as fast as the real one, whatever the world says', async () => {
  await using emulator = createEmulator({ clock: '60x', world: { clock: { mode: 'manual', rate: 2 } } })
  const { cloud } = await emulator.ready
  expect(cloud.clock.state()).toMatchObject({ mode: 'real', rate: 60 })
  const began = performance.now()
  const [shown] = [cloud.clock.now()]
  await cloud.clock.after(6000)
  expect(cloud.clock.now() - shown).toBeGreaterThanOrEqual(6000)
  expect(performance.now() - began).toBeLessThan(2000)
})

test.each(['0x', '60', 'x', '2000000x', 'fast', '-1x', ''])(
  'the clock "%s" is refused, and nothing starts',
  async (clock) => {
    const words = /expected real, manual, or how many times as fast as the real one, such as 60x/
    const { ready } = createEmulator({ clock: clock as 'real' })
    await expect(ready).rejects.toThrow(InputError)
    await expect(ready).rejects.toThrow(words)
    await using nova = await boot()
    const { status, json } = await nova.control('POST', '/worlds', { name: 'a', clock })
    expect([status, json.error.path]).toEqual([400, 'clock'])
    expect(json.error.message).toMatch(words)
    expect((await nova.control('GET', '/worlds/a')).status).toBe(404)
  },
)

test('a world that is made over control, and a scenario, may have a clock of 0.5x', async () => {
  await using nova = await boot()
  expect((await nova.control('POST', '/worlds', { name: 'a', clock: '0.5x' })).status).toBe(201)
  expect((await nova.ask('/w/a/_novasim/clock')).json).toMatchObject({ mode: 'real', rate: 0.5 })
  await nova.control('POST', '/scenarios', { clock: '3x', steps: [{ say: 'hello' }] })
  expect((await nova.control('GET', '/clock')).json).toMatchObject({ mode: 'real', rate: 3 })
})

test('--clock takes a rate, and says what it takes', async () => {
  const { code, stderr } = await run(['serve', '--port', '0', '--clock', '60'])
  expect(code).toBe(2)
  expect(stderr).toContain('real, manual, or how many times as fast as the real one, such as 60x')
})
