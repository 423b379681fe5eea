/** The code of docs/testcontainers.md. */

import assert from 'node:assert/strict'
// #region start
import { NovasimContainer } from 'novasim/testcontainers'
import { drain } from './drain.ts'

await using container = await new NovasimContainer('novasim')
  .withWorld('default')
  .withFaults([{ match: { operation: 'os-services:delete' }, do: 'conflict' }])
  .withClock('manual')
  .withSeed(7)
  .start()

await drain(container.getComputeUrl(), 'host1')

const nova = container.getNovasim()
assert.equal((await nova.services.get('nova-compute@host1')).status, 'disabled')
assert.equal(container.getEnv().OS_AUTH_URL, `${container.getUrl()}/identity/v3`)
// #endregion
