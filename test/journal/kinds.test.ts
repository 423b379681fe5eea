import { expect, test } from 'vitest'
import { bootListening } from '../support/boot.ts'

test('a journal counts each kind, and tells the latest without the others', async () => {
  await using nova = await bootListening()
  const before = (await nova.control('GET', '/journal')).json.last
  for (let turn = 0; turn < 5; turn++) await nova.nova('/os-services')
  for (let turn = 0; turn < 2; turn++) await nova.nova('/os-services/none', { method: 'DELETE' })
  await nova.nova('/os-services?host=host1')
  const { json } = await nova.control('GET', '/journal?limit=3')
  expect(json.entries.map(({ id }: { id: number }) => id)).toEqual([before + 6, before + 7, before + 8])
  expect(json.found).toBe(json.kept)
  expect(json.counts).toMatchObject({ 'os-services:list 200': 6, 'os-services:delete 400': 2 })
  await nova.control('PUT', '/journal', { entries: 4 })
  const later = (await nova.control('GET', '/journal?limit=10')).json
  expect(later.entries).toHaveLength(4)
  expect(later.counts).toMatchObject({ 'os-services:list 200': 6, 'os-services:delete 400': 2 })
})
