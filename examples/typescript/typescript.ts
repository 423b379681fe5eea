/** The code of docs/typescript.md. */

import assert from 'node:assert/strict'
// #region start
import { startEmulator } from 'novasim'
import { drain } from './drain.ts'

await using nova = await startEmulator({ world: 'default', clock: 'manual', seed: 7 })

await drain(nova.computeUrl, 'host1')
const service = await nova.services.get('nova-compute@host1')
assert.equal(service.status, 'disabled')
// #endregion

// #region env
assert.equal(nova.env.OS_AUTH_URL, `${nova.url}/identity/v3`)
// #endregion

// #region break
await nova.faults.add({ match: { operation: 'os-services:update' }, do: { status: 503 }, times: 1 })
await assert.rejects(drain(nova.computeUrl, 'host2'), /cannot drain host2: 503/)

await nova.services.update('nova-compute@host3', { process: 'stopped' })
await nova.clock.advance('61s')
assert.equal((await nova.services.get('nova-compute@host3')).state, 'down')
// #endregion

// #region journal
const verdict = await nova.journal.verify({ request: { operation: 'os-services:update', host: 'host2' }, times: 1 })
assert.ok(verdict.ok, verdict.message)

for await (const told of nova.journal.stream({ after: 0, operation: 'os-services:update' })) {
  if (told.event !== 'entry' || told.entry.by !== 'request') continue
  console.log(told.entry.request.path, told.entry.answer?.status)
  break
}
// #endregion

// #region worlds
await using world = await nova.createWorld({ world: { services: [{ binary: 'nova-compute', host: 'mine' }] } })
await drain(world.computeUrl, 'mine')
assert.equal((await nova.world(world.name).services.list()).length, 1)
// #endregion

// #region snapshots
const before = await nova.snapshots.create()
await nova.services.update('nova-compute@host2', { status: 'disabled' })
await nova.snapshots.restore(before.id)
assert.equal((await nova.services.get('nova-compute@host2')).status, 'enabled')

// #endregion

// #region errors
import { NovasimError } from 'novasim'

const error = await nova.services.get('nova-compute@host9').catch((reason: unknown) => reason)
assert.ok(error instanceof NovasimError)
assert.equal(error.status, 404)
assert.match(error.message, /there is no service "nova-compute@host9" \(did you mean "nova-compute@host1"\?\)/)

// #endregion

// #region in-process
import { createEmulator } from 'novasim'

await using emulator = createEmulator({ world: 'default' })
await drain(emulator.computeUrl, 'host1', emulator.fetch)
assert.equal((await emulator.services.get('nova-compute@host1')).disabled_reason, 'drained')

// #endregion

// #region connect
import { connect } from 'novasim'

const elsewhere = connect(nova.url)
assert.equal((await elsewhere.health()).status, 'ok')
// #endregion
