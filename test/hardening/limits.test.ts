/** How much there may be of what tests make: said clearly, before memory says it. */

import { expect, test } from 'vitest'
import { MOST_RULES } from '../../src/faults/injector.ts'
import { createWorlds, MOST_WORLDS } from '../../src/worlds/worlds.ts'
import { boot } from '../support/boot.ts'

test('there are no more rules than a world may have, and none of those sent is set', async () => {
  await using nova = await boot()
  const rules = Array.from({ length: MOST_RULES }, (_, n) => ({
    name: `r${n}`,
    match: { host: `h${n}` },
    do: { status: 409 },
  }))
  expect((await nova.control('POST', '/faults', rules.slice(0, -1))).status).toBe(201)
  const { status, json } = await nova.control(
    'POST',
    '/faults',
    rules.slice(-1).concat({ ...rules[0]!, name: 'one-more' }),
  )
  expect([status, json.error.message]).toEqual([
    409,
    `a world has no more than ${MOST_RULES} rules, and this would make ${MOST_RULES + 1}`,
  ])
  expect((await nova.control('GET', '/faults/r19999')).status).toBe(404)
  expect((await nova.control('POST', '/faults', rules.slice(-1))).status).toBe(201)
}, 30_000)

test('there are no more worlds than there may be, and one that ends makes room', () => {
  const worlds = createWorlds()
  for (let n = 0; n < MOST_WORLDS; n++) worlds.open(`w${n}`, {})
  expect(() => worlds.open('one-more', {})).toThrow(`there are ${MOST_WORLDS} worlds, and no more are made`)
  worlds.close(worlds.list()[0]!)
  worlds.open('one-more', {})
  for (const world of worlds.list()) world.end()
}, 60_000)
