/** A long list as bytes in which single rows can be exchanged: what the change of one costs is a copy of the others, and no more. */

export interface RowBytes {
  bytes: Buffer<ArrayBuffer>
  /** Where each row begins, and how long it is. */
  starts: Uint32Array
  lengths: Uint32Array
}

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
  return { bytes: Buffer.from(before + rows.join(between) + after, 'latin1'), starts, lengths }
}

/**
 * The same with other rows in some places; the one given stays as it was.
 *
 * @param changes the new rows by their places, in ascending order
 */
export function exchangeRows(list: RowBytes, changes: readonly [place: number, row: string][]): RowBytes {
  if (changes.length === 0) return list
  const { bytes, starts, lengths } = list
  const grown = changes.reduce((sum, [place, row]) => sum + row.length - (lengths[place] ?? 0), 0)
  const made = { bytes: Buffer.allocUnsafeSlow(bytes.length + grown), starts: starts.slice(), lengths: lengths.slice() }
  let from = 0
  let to = 0
  for (const [index, [place, row]] of changes.entries()) {
    const start = starts[place] ?? 0
    to += bytes.copy(made.bytes, to, from, start)
    to += made.bytes.write(row, to, 'latin1')
    from = start + (lengths[place] ?? 0)
    made.lengths[place] = row.length
    const [next] = changes[index + 1] ?? [starts.length - 1]
    for (let later = place + 1; later <= next; later++) made.starts[later] = (starts[later] ?? 0) + to - from
  }
  bytes.copy(made.bytes, to, from)
  return made
}
