/** What random sequences, put to a real Nova 34.0.0 and to novasim, were answered differently. docs/nova-notes.md has the evidence. */

import { expect, test } from 'vitest'
import { send } from '../../scripts/conformance/wire.ts'
import { boot, bootListening } from '../support/boot.ts'

test('an expectation that nobody knows is of no matter', async () => {
  await using nova = await bootListening()
  const headers = { 'X-Auth-Token': 'admin', Expect: 'x', 'Content-Type': 'application/json' }
  const { status, text } = await send(nova.emulator.url, {
    ...{ method: 'PUT', path: '/v2.1/os-services/enable', headers, body: '{}' },
  })
  expect([status, text]).toEqual([400, `{"badRequest": {"code": 400, "message": "'host' is a required property"}}`])
})

test('Keystone takes a token out of X-Storage-Token where there is no X-Auth-Token, be it empty', async () => {
  await using nova = await boot()
  const askWith = async (headers: Record<string, string>) =>
    (await nova.ask('/identity/v3/users', { token: null, headers })).status
  expect(await askWith({ 'X-Storage-Token': 'admin' })).toBe(200)
  expect(await askWith({ 'X-Storage-Token': 'admin', 'X-Auth-Token': '' })).toBe(401)
  expect(await askWith({ 'X-Storage-Token': 'admin', 'X-Auth-Token': 'x' })).toBe(401)
})
