/** Answers that are written a piece at a time: what is long holds nobody up. */

import type { Cloud } from '../cloud/cloud.ts'
import { eachInParts, inTurns } from '../http/in-turns.ts'
import { type Bytes, streamWith } from '../http/response.ts'
import { takeTurns } from '../reading/turns.ts'
import { jsonText } from './answer.ts'
import type { ControlContext } from './request.ts'

/** How many characters go out at once, at least. */
const PIECE = 64 * 1024

/**
 * Never in memory as a whole.
 *
 * @param texts one behind the other they are JSON; they are asked for a few pieces before the client has taken them
 */
export function inPieces(texts: Iterator<string>): Response {
  return streamWith(piecesOf(texts), { 'Content-Type': 'application/json', 'Transfer-Encoding': 'chunked' })
}

async function* piecesOf(texts: Iterator<string>): AsyncGenerator<Bytes> {
  const turn = takeTurns()
  let piece = ''
  for (let next = texts.next(); !next.done; next = texts.next()) {
    piece += next.value
    if (piece.length < PIECE) continue
    yield Buffer.from(piece)
    await turn()
    piece = ''
  }
  if (piece !== '') yield Buffer.from(piece)
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

/**
 * `{"<name>": [ … ]}` of the world's cloud, true of one moment.
 *
 * @param rows what is listed, and what is shown of each; asked for anew when the cloud changes before all is written
 */
export async function listAnswer<Item>(
  c: ControlContext,
  name: string,
  rows: (cloud: Cloud) => [items: Iterable<Item>, view: (item: Item) => unknown],
): Promise<Response> {
  const { cloud } = c.env.world
  const written = await inTurns(cloud, function* () {
    const [items, view] = rows(cloud)
    const all: string[] = []
    yield* eachInParts(items, (item) => all.push(JSON.stringify(view(item))))
    return all
  })
  return jsonText(`{${JSON.stringify(name)}:[${written.join(',')}]}`)
}
