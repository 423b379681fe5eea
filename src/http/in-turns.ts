/** Answers that are long are made a part at a time, and others have their turn between two parts. */

import { setImmediate } from 'node:timers/promises'
import { takeTurns } from '../reading/turns.ts'
import type { Bytes } from './response.ts'

/** Whatever is made in parts, and what comes of it. */
export type InParts<Made> = Generator<undefined, Made>

/** How many rows of a list make a part: in a process that has just begun they take some milliseconds. */
const A_PART = 200

/** How often what is made is begun anew because it was no longer true when it was ready; then it is made in one piece. */
const TRIES = 3

/**
 * Make something that may be long, such that it is true at the moment it is ready. What needs but one part is ready at once.
 *
 * @param of what it is made of, which counts its changes
 * @param make called again when there was a change meanwhile
 * @param isTrue of what is made, beyond that. Default: it is
 */
export function inTurns<Made>(
  of: { revision: number },
  make: () => InParts<Made>,
  isTrue: (made: Made) => boolean = () => true,
): Made | Promise<Made> {
  const { revision } = of
  const parts = make()
  const first = parts.next()
  return first.done ? first.value : goOn({ parts, revision }, of, make, isTrue)
}

async function goOn<Made>(
  begun: { parts: InParts<Made>; revision: number },
  of: { revision: number },
  make: () => InParts<Made>,
  isTrue: (made: Made) => boolean,
): Promise<Made> {
  let { parts, revision } = begun
  await setImmediate()
  const turn = takeTurns()
  for (let tries = 1; tries <= TRIES; tries++) {
    while (revision === of.revision) {
      const { done, value } = parts.next()
      if (!done) await turn()
      else if (isTrue(value)) return value
      else break
    }
    ;({ revision } = of)
    parts = make()
  }
  return inOneGo(parts)
}

/** The whole of it, in one piece. */
export function inOneGo<Made>(parts: InParts<Made>): Made {
  for (;;) {
    const { done, value } = parts.next()
    if (done) return value
  }
}

/**
 * The items, with a stop after each part.
 *
 * @param run called with each
 * @param so how many there were so far, where several lists are one after the other
 */
export function* eachInParts<Item>(
  items: Iterable<Item>,
  run: (item: Item) => void,
  so: { far: number } = { far: 0 },
): InParts<void> {
  for (const item of items) {
    if (so.far > 0 && so.far % A_PART === 0) yield
    run(item)
    so.far++
  }
}

/**
 * A list as it is written, with commas between the items: a piece of each part.
 *
 * @param before what stands in front of the first
 * @param write of ASCII, as all of the texts are
 * @param after what stands behind the last
 */
export function* writtenInParts<Item>(
  before: string,
  items: readonly Item[],
  write: (item: Item) => string,
  after: string,
): InParts<Bytes[]> {
  const pieces: Bytes[] = []
  let text = before
  for (const [index, item] of items.entries()) {
    if (index > 0 && index % A_PART === 0) {
      pieces.push(Buffer.from(text, 'latin1'))
      text = ''
      yield
    }
    text += index > 0 ? `, ${write(item)}` : write(item)
  }
  return [...pieces, Buffer.from(text + after, 'latin1')]
}
