/** A long list as bytes in which single rows can be exchanged: they are sent between what there was, which is not copied. */

import type { Bytes } from '../http/response.ts'

export interface RowBytes {
  /** As it was laid out. */
  bytes: Buffer<ArrayBuffer>
  /** Where each row begins there, and how long it is. */
  starts: Uint32Array
  lengths: Uint32Array
  /** What stands in place of some rows, by their places; in ascending order. */
  exchanged: ReadonlyMap<number, Buffer<ArrayBuffer>>
}

/** How many rows are exchanged before a list is laid out anew: each makes two pieces more. */
const MOST_EXCHANGED = 8

/** @param rows of ASCII, as all of the texts are */
export function layOut(before: string, rows: readonly string[], between: string, after: string): RowBytes {
  const starts = new Uint32Array(rows.length)
  const lengths = new Uint32Array(rows.length)
  let at = before.length
  for (const [index, row] of rows.entries()) {
    starts[index] = at
    lengths[index] = row.length
    at += row.length + between.length
  }
  const bytes = Buffer.from(before + rows.join(between) + after, 'latin1')
  return { bytes, starts, lengths, exchanged: new Map() }
}

/** The same with other rows in some places; the one given stays as it was. */
export function exchangeRows(list: RowBytes, changes: readonly [place: number, row: string][]): RowBytes {
  const all = new Map(list.exchanged)
  for (const [place, row] of changes) all.set(place, Buffer.from(row, 'latin1'))
  const made = { ...list, exchanged: new Map([...all].sort(([one], [other]) => one - other)) }
  return all.size > MOST_EXCHANGED ? laidOutAnew(made) : made
}

/** What is sent. */
export function piecesOf({ bytes, starts, lengths, exchanged }: RowBytes): Bytes[] {
  const pieces: Bytes[] = []
  let from = 0
  for (const [place, row] of exchanged) {
    const start = starts[place] ?? 0
    pieces.push(bytes.subarray(from, start), row)
    from = start + (lengths[place] ?? 0)
  }
  return [...pieces, bytes.subarray(from)]
}

function laidOutAnew(list: RowBytes): RowBytes {
  const lengths = list.lengths.slice()
  for (const [place, row] of list.exchanged) lengths[place] = row.length
  const starts = list.starts.slice()
  for (let place = 1; place < starts.length; place++) {
    const between = (list.starts[place] ?? 0) - (list.starts[place - 1] ?? 0) - (list.lengths[place - 1] ?? 0)
    starts[place] = (starts[place - 1] ?? 0) + (lengths[place - 1] ?? 0) + between
  }
  return { bytes: Buffer.concat(piecesOf(list)), starts, lengths, exchanged: new Map() }
}
