import { expect, test } from 'vitest'
import { createChance } from '../../src/cloud/ids.ts'

test('characters are of the alphabet that needs no escape in a URL, each as often as any other', () => {
  const text = createChance(1, 'test').characters(64_000)
  expect(text).toMatch(/^[\w-]{64000}$/)
  const counts = new Map<string, number>()
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1)
  expect(counts.size).toBe(64)
  // 1,000 each, give or take five times what chance scatters by.
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(1000))
})

test('a stream is the same for a seed and a name, goes on where it stood, and returns to where it was', () => {
  const chance = createChance(1, 'test')
  const first = chance.characters(22)
  expect(createChance(1, 'test').characters(22)).toBe(first)
  expect(createChance(2, 'test').characters(22)).not.toBe(first)
  expect(createChance(1, 'other').characters(22)).not.toBe(first)
  const stood = chance.state()
  const second = chance.characters(8)
  expect(second).not.toBe(first.slice(0, 8))
  chance.restore(stood)
  expect(chance.characters(8)).toBe(second)
})
