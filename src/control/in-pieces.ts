/** Answers that are written a piece at a time: what is long holds nobody up, and is never in memory as a whole. */

import { takeTurns } from '../reading/turns.ts'

/** How many characters go out at once, at least. */
const PIECE = 64 * 1024

/** @param texts one behind the other they are JSON; the next is asked for when the client has taken what came before */
export function inPieces(texts: Iterator<string>): Response {
  const encoder = new TextEncoder()
  const turn = takeTurns()
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        await turn()
        let piece = ''
        for (let next = texts.next(); !next.done; next = texts.next()) {
          piece += next.value
          if (piece.length >= PIECE) break
        }
        if (piece === '') controller.close()
        else controller.enqueue(encoder.encode(piece))
      },
    },
    { highWaterMark: 0 },
  )
  return new Response(body, { headers: { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' } })
}

/** @param view what is shown of each, worked out when its turn comes. Default: all of it */
export function* listed<Item>(
  items: Iterable<Item>,
  view: (item: Item) => unknown = (item) => item,
): Generator<string> {
  let between = ''
  yield '['
  for (const item of items) {
    yield between + JSON.stringify(view(item))
    between = ','
  }
  yield ']'
}
