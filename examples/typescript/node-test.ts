/** The code of docs/node-test.md. */

// #region suite
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Expectation, type OwnWorld, type StartedEmulator, startEmulator } from 'novasim'
import { drain } from './drain.ts'

let emulator: StartedEmulator
before(async () => {
  emulator = await startEmulator()
})
after(() => emulator.close())

/** A test with a world of its own; when it fails, the journal of that world is in its report. */
function testWithNova(name: string, run: (nova: OwnWorld) => Promise<void>): void {
  test(name, async (t) => {
    await using nova = await emulator.createWorld({ clock: 'manual' })
    try {
      await run(nova)
    } catch (error) {
      for (const entry of (await nova.journal.list()).entries) t.diagnostic(JSON.stringify(entry))
      throw error
    }
  })
}

async function assertReceived(world: OwnWorld, expected: Expectation): Promise<void> {
  const { ok, message } = await world.journal.verify(expected)
  assert.ok(ok, message)
}

testWithNova('a host is drained once', async (nova) => {
  await drain(nova.computeUrl, 'host1')
  await assertReceived(nova, { request: { operation: 'os-services:update', host: 'host1' }, times: 1 })
  await assertReceived(nova, { never: { operation: 'os-services:delete' } })
})
// #endregion
