/** Found at random, seed 14: the metadata of an aggregate is read in the order of its keys, without case. */

import { expect, test } from 'vitest'
import { boot } from '../support/boot.ts'

test('what is set is answered as it was written, and read in the order of its keys', async () => {
  await using nova = await boot()
  await nova.nova('/os-aggregates', {
    method: 'POST',
    body: { aggregate: { name: 'made1', availability_zone: 'az1' } },
  })
  const set = await nova.nova('/os-aggregates/1/action', {
    method: 'POST',
    body: { set_metadata: { metadata: { A: 'true' } } },
  })
  expect(set.text).toContain('"metadata": {"availability_zone": "az1", "A": "true"}')
  expect((await nova.nova('/os-aggregates/1')).text).toContain('"metadata": {"A": "true", "availability_zone": "az1"}')
})
