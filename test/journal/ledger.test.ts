import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Question, RequestEntry } from '../../src/worlds/journal-entry.ts'
import { Ledger } from '../../src/worlds/ledger.ts'

const question = {
  face: 'nova',
  method: 'GET',
  target: '/',
  path: '/',
  query: '',
  headers: [],
  since: 5,
} as never as Question

function entry(id: number, plain: boolean): RequestEntry {
  const made = new RequestEntry(question)
  Object.assign(made, {
    id,
    asked: id + 1,
    later: id * 2,
    started: id * 3,
    took: id * 4,
    bytes: id,
    status: 200 + (id % 5),
  })
  Object.assign(made, {
    answer: `answer ${id}`,
    answerHeaders: {},
    requestId: id % 3 === 0 ? undefined : id % 3 === 1 ? `req-${id}` : `req-${String(id).padStart(36, '0')}`,
  })
  if (!plain) made.add({ failure: `${id}` })
  return made
}

test('a ledger gives back what was put into it, in order, however much came and went', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('plain', 'more', 'shift'), { maxLength: 400 }), (steps) => {
      const ledger = new Ledger()
      const wanted: RequestEntry[] = []
      let id = 0
      for (const step of steps) {
        if (step === 'shift') {
          expect(ledger.oldestBytes()).toBe(wanted[0]?.bytes ?? ledger.oldestBytes())
          wanted.shift()
          ledger.shift()
        } else {
          const made = entry(++id, step === 'plain')
          wanted.push(made)
          ledger.push(made)
        }
      }
      expect(ledger.list()).toEqual(wanted)
      expect(ledger.copy().list()).toEqual(wanted)
      expect(ledger.size).toBe(wanted.length)
      expect(ledger.oldest).toBe(wanted[0]?.id)
      expect(wanted.map((each) => ledger.find(each.id))).toEqual(wanted)
      expect(ledger.find(id + 1)).toBeUndefined()
    }),
  )
})
