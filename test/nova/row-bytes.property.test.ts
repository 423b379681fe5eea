/** However often rows of a list are exchanged, it is what would be laid out anew, and no list that was given out changes. */

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { exchangeRows, layOut, piecesOf } from '../../src/nova/row-bytes.ts'

const ROWS = 20
const row = fc.string({ unit: 'binary-ascii', maxLength: 12 })
const changes = fc.array(fc.tuple(fc.nat(ROWS - 1), row), { maxLength: 4 })

test('rows are exchanged, at first between what there was', () => {
  const list = layOut('[', ['a', 'b', 'c'], ', ', ']')
  const pieces = piecesOf(exchangeRows(list, [[1, 'other']]))
  expect(pieces.map(String)).toEqual(['[a, ', 'other', ', c]'])
  expect(pieces[0]?.buffer).toBe(list.bytes.buffer)
})

test('whatever rows are exchanged, in whatever order', () => {
  fc.assert(
    fc.property(
      fc.array(row, { minLength: ROWS, maxLength: ROWS }),
      fc.array(changes, { minLength: 1, maxLength: 30 }),
      (first, steps) => {
        const rows = [...first]
        const laid = () => layOut('{"rows": [', rows, ', ', ']}').bytes.toString('latin1')
        let list = layOut('{"rows": [', rows, ', ', ']}')
        for (const step of steps) {
          const [before, text] = [list, laid()]
          for (const [place, text] of step) rows[place] = text
          list = exchangeRows(list, step)
          expect(Buffer.concat(piecesOf(list)).toString('latin1')).toBe(laid())
          expect(Buffer.concat(piecesOf(before)).toString('latin1')).toBe(text)
        }
      },
    ),
  )
})
