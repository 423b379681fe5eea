import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { eachInParts, type InParts, inTurns, writtenInParts } from '../../src/http/in-turns.ts'

/** Longer than one has before others have their turn. */
function busy(ms = 10): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}

test('what needs but one part is there at once', () => {
  const made = inTurns({ revision: 1 }, () => writtenInParts('[', [1, 2], String, ']'))
  expect(made).toEqual([Buffer.from('[1, 2]')])
})

test('between two parts of something long others have their turn', async () => {
  let turns = 0
  let isReady = false
  const made = inTurns({ revision: 1 }, function* () {
    for (let part = 0; part < 5; part++) {
      busy()
      yield
    }
    isReady = true
    return turns
  })
  for (; !isReady; turns++) await setImmediate()
  expect(await made).toBeGreaterThan(3)
})

test('what has changed meanwhile is begun anew, and what changes all the time is made in one piece', async () => {
  const of = { revision: 1, text: 'old' }
  let begun = 0
  const make = function* (): InParts<string> {
    begun++
    const { text } = of
    for (let part = 0; part < 3; part++) yield
    return text
  }
  const once = inTurns(of, make)
  Object.assign(of, { revision: 2, text: 'new' })
  expect(await once).toBe('new')
  expect(begun).toBe(2)

  begun = 0
  const slow = function* (): InParts<number> {
    begun++
    const { revision } = of
    for (let part = 0; part < 5; part++) {
      busy()
      yield
    }
    return revision
  }
  let isReady = false
  const always = Promise.resolve(inTurns(of, slow)).finally(() => {
    isReady = true
  })
  for (; !isReady; of.revision++) await setImmediate()
  expect(await always).toBeGreaterThanOrEqual(of.revision - 1)
  expect(begun).toBe(4)
})

test('what time alone makes untrue is begun anew as well', async () => {
  let begun = 0
  const made = inTurns(
    { revision: 1 },
    function* () {
      begun++
      yield
      return begun
    },
    (number) => number === 2,
  )
  expect(await made).toBe(2)
})

test('what is refused in a later part is refused', async () => {
  const made = inTurns({ revision: 1 }, function* (): InParts<never> {
    yield
    throw new Error('there is no more')
  })
  await expect(made).rejects.toThrow('there is no more')
})

test.each([0, 1, 200, 201, 1000])('%i items are each written once, with commas between', async (length) => {
  const items = Array.from({ length }, (_, number) => number)
  const pieces = await inTurns({ revision: 1 }, () => writtenInParts('[', items, String, ']'))
  expect(Buffer.concat(pieces).toString()).toBe(`[${items.join(', ')}]`)
  const seen: number[] = []
  await inTurns({ revision: 1 }, () => eachInParts(items, (item) => seen.push(item)))
  expect(seen).toEqual(items)
})

test('short lists one after the other are made in turns as a long one is', async () => {
  let turns = 0
  const made = inTurns({ revision: 1 }, function* () {
    const so = { far: 0 }
    for (let list = 0; list < 10; list++) yield* eachInParts(Array.from({ length: 50 }), () => {}, so)
    return turns
  })
  turns++
  expect(await made).toBe(1)
})
