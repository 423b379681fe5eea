/** However rules are filed, taken out and filed again: a request looks at each that it falls under, in their order. */

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createClock } from '../../src/cloud/clock.ts'
import { createCloud } from '../../src/cloud/description.ts'
import { keyOf, questions } from '../../src/faults/match.ts'
import type { Passage, Surroundings } from '../../src/faults/passage.ts'
import type { Match } from '../../src/faults/rule.ts'
import { createShelf } from '../../src/faults/shelf.ts'
import { Sighting } from '../../src/faults/sighting.ts'

const cloud = createCloud({}, { seed: 1, clock: createClock({ mode: 'manual', start: 0 }) })

const oneOrMore = (words: string[]) => fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 2 })
const leaf = fc.constantFrom('a', 'b', 1, true, null)
const body = fc.oneof(
  leaf,
  fc.record({ host: leaf, deep: fc.record({ list: fc.array(leaf, { maxLength: 2 }) }) }, { requiredKeys: [] }),
)
const match: fc.Arbitrary<Match> = fc.record(
  {
    method: oneOrMore(['GET', 'PUT', 'P*']),
    path: oneOrMore(['/os-services', '/os-services/*', '/**', '/*/a']),
    operation: oneOrMore(['os-services:list', 'os-services:*']),
    user: oneOrMore(['admin', 'ad*', 'reader']),
    host: oneOrMore(['a', 'A', 'b*']),
    header: fc.record({ 'x-test': fc.constantFrom(['1'], [null], ['*']) }),
    query: fc.record({ host: fc.constantFrom(['a'], [null], ['a', 'b'], ['*']) }),
    body,
  },
  { requiredKeys: [] },
)
const request = fc.record({
  method: fc.constantFrom('GET', 'PUT'),
  path: fc.constantFrom('/os-services', '/os-services/a', '/servers/b/'),
  query: fc.constantFrom('', 'host=a', 'host=b&host=c'),
  header: fc.constantFrom({}, { 'x-test': '1' }, { 'X-Auth-Token': 'admin' }),
  body: fc.option(body, { nil: undefined }),
})

function seeing({ method, path, query, header, body: sent }: typeof request extends fc.Arbitrary<infer V> ? V : never) {
  const passage = {
    ...{ request: new Request(`http://nova${path}`, { method, headers: header }), environ: { path, query, base: '' } },
    face: 'nova',
  } as Passage
  const around = { cloud, operationOf: () => ({ name: 'os-services:list', path, version: 1 }) }
  const seen = new Sighting(passage, around as unknown as Surroundings)
  if (sent !== undefined) seen.bytes = new Uint8Array(Buffer.from(JSON.stringify(sent)))
  return seen
}

test('a request looks at the rules that it falls under', () => {
  fc.assert(
    fc.property(
      fc.array(match, { minLength: 1, maxLength: 12 }),
      fc.array(fc.nat(11), { maxLength: 12 }),
      request,
      (matches, turns, asked) => {
        const items = matches.map((each, order) => ({ order, key: keyOf(each), asks: questions(each) }))
        const shelf = createShelf<(typeof items)[number]>()
        const there = new Set(items)
        for (const item of items) shelf.add(item)
        for (const turn of turns) {
          const item = items[turn % items.length]
          if (!item) continue
          if (there.delete(item)) shelf.remove(item)
          else {
            there.add(item)
            shelf.add(item)
          }
        }
        const seen = seeing(asked)
        const falls = ({ asks }: (typeof items)[number]) => asks.every((ask) => ask(seen))
        expect(shelf.candidates(seen).filter(falls)).toEqual(items.filter((item) => there.has(item) && falls(item)))
      },
    ),
    { numRuns: 2000 },
  )
})
