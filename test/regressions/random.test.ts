/** What random sequences, put to a real Nova 34.0.0 and to novasim, were answered differently. docs/nova-notes.md has the evidence. */

import { expect, test } from 'vitest'
import { send } from '../../scripts/conformance/wire.ts'
import { bootListening } from '../support/boot.ts'

test('an expectation that nobody knows is of no matter', async () => {
  await using nova = await bootListening()
  const headers = { 'X-Auth-Token': 'admin', Expect: 'x', 'Content-Type': 'application/json' }
  const { status, text } = await send(nova.emulator.url, {
    ...{ method: 'PUT', path: '/v2.1/os-services/enable', headers, body: '{}' },
  })
  expect([status, text]).toEqual([400, `{"badRequest": {"code": 400, "message": "'host' is a required property"}}`])
})
