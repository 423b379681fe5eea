/** Patterns that would keep a backtracking engine busy for years are matched in linear time. */

import { expect, test } from 'vitest'
import { matcherOf } from '../../src/python/regex.ts'
import { boot } from '../support/boot.ts'

const LONG = `${'a'.repeat(250)}!`

test.each(['(a+)+$', '(a|a)*c', '^(a|aa)+$', '(a{1,10}){1,10}$', '(.*)*b', '([a-z]+)*[0-9]'])(
  '%s is decided at once',
  (pattern) => {
    const before = performance.now()
    expect(matcherOf(pattern)?.test(LONG)).toBe(false)
    expect(performance.now() - before).toBeLessThan(2000)
  },
)

test('a pattern finds its text anywhere, without case', () => {
  expect(matcherOf('^WEB-[0-9]+$')?.test('web-17')).toBe(true)
  expect(matcherOf('b.1')?.test('web-b01-x')).toBe(true)
  expect(matcherOf('plain name')?.test('a PLAIN NAME here')).toBe(true)
  expect(matcherOf('a.c')?.test('abd')).toBe(false)
})

test.each(['(', '[a', '*', '(?=a)b', '(a)\\1'])('%s is none', (pattern) => {
  expect(matcherOf(pattern)).toBeUndefined()
})

test('a list of servers by such a pattern is answered while the others are, too', async () => {
  await using nova = await boot({
    world: {
      instances: [{ name: LONG.slice(0, 60), host: 'host1' }],
      services: [{ binary: 'nova-compute', host: 'host1' }],
    },
  })
  const { status, json } = await nova.nova('/servers?name=(a%2B)%2B%24', { version: '2.53' })
  expect([status, json.servers.length]).toEqual([200, 1])
})
