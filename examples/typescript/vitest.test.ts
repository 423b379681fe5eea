/** The code of docs/vitest.md. */

// #region fixture
import { test } from 'novasim/vitest'
import { expect } from 'vitest'
import { drain } from './drain.ts'

test('a host is drained once', async ({ nova }) => {
  await drain(nova.computeUrl, 'host1')

  await expect(nova).toHaveService({ host: 'host1', binary: 'nova-compute', status: 'disabled' })
  await expect(nova).toHaveReceived('os-services:update', { host: 'host1' }).once()
  await expect(nova).not.toHaveReceived('os-services:delete')
})

// #endregion

// #region begin
import { describe } from 'vitest'

describe('when Nova refuses', () => {
  test.override({ novaWorld: { clock: 'manual', faults: [{ match: { method: 'PUT' }, do: { status: 503 } }] } })

  test('the tool gives up', async ({ nova }) => {
    await expect(drain(nova.computeUrl, 'host1')).rejects.toThrow('503')
    await expect(nova).toHaveReceived('os-services:update', { status: 503 }).times({ at_most: 3 })
  })
})
// #endregion

// #region order
test('it looks before it acts', async ({ nova }) => {
  await drain(nova.computeUrl, 'host2')
  await expect(nova).toHaveReceivedInOrder([{ operation: 'os-services:list' }, { operation: 'os-services:update' }])
})
// #endregion
