import { expect, test } from 'vitest'
import { boot } from '../support/boot.ts'

test('a change of an aggregate shows the fraction of its second, which is gone from the next answer', async () => {
  // A clock that goes on between one look at it and the next, as the wall's does.
  await using world = await boot({ world: { clock: { start: '2026-01-01T00:00:00.500Z' } } })
  const { clock } = world.cloud
  const now = clock.now
  let looks = 0
  clock.now = () => now() + looks++
  const aggregate = { name: 'rack', availability_zone: 'az1' }
  const { json } = await world.nova('/os-aggregates', { method: 'POST', body: { aggregate } })
  const path = `/os-aggregates/${json.aggregate.id}`
  const fraction = /:\d\d\.(?!000000)\d{6}$/
  const changed = await world.nova(path, { method: 'PUT', body: { aggregate: { availability_zone: 'az2' } } })
  expect(changed.json.aggregate.updated_at).toMatch(fraction)
  const renamed = await world.nova(path, { method: 'PUT', body: { aggregate: { name: 'row' } } })
  expect(renamed.json.aggregate.updated_at).toMatch(fraction)
  const marked = { set_metadata: { metadata: { ssd: 'true' } } }
  const action = await world.nova(`${path}/action`, { method: 'POST', body: marked })
  expect(action.json.aggregate.updated_at).toMatch(fraction)
  clock.now = now
  const shown = await world.nova(path)
  expect(shown.json.aggregate.updated_at).toBe('2026-01-01T00:00:00.000000')
})
