/** Lists that are kept as they are sent, and made anew only when something in them has changed. */

import type { Cloud } from '../cloud/cloud.ts'
import { type Body, inOnePiece, isInPieces, lengthOf } from '../http/response.ts'

export type Written = Exclude<Body, null>

/** A list, and until when it is true; in milliseconds since 1970. */
export interface Made<More = undefined> {
  /** As Python's `json.dumps` writes it: every character is a byte. */
  json: Written
  /** The first moment at which time alone makes it untrue; Infinity where it does not. */
  until: number
  /** What helps to make the next; a list that has it is kept until there is one. */
  more?: More
}

/** A list as it was made. */
export interface Kept<More> {
  body: Written
  from: number
  until: number
  /** The cloud's, when it was made. */
  revision: number
  more: More | undefined
}

/** How many lists are kept, and how many bytes in all. A client that asks for ever new ones must not fill the memory. */
const LISTS_KEPT = 1000
const BYTES_KEPT = 64 * 1024 * 1024

/** How long a text is written in one piece with the headers, which costs a tenth less than bytes behind them. What is longer is copied. */
export const LONGEST_TEXT = 16 * 1024

/**
 * The lists of a cloud, by whatever tells one from another. They stay true until an operation changes the cloud, or until a
 * moment that the list knows itself.
 */
export function keptLists<More = undefined>(
  cloud: Cloud,
): (key: string, make: (now: number, last?: Kept<More>) => Made<More>) => Written {
  const kept = new Map<string, Kept<More>>()
  let size = 0
  let revision = cloud.revision
  const forget = (key: string) => {
    size -= lengthOf(kept.get(key)?.body ?? null)
    kept.delete(key)
  }
  return (key, make) => {
    const now = cloud.clock.now()
    if (revision !== cloud.revision) {
      for (const [each, { more }] of kept) if (more === undefined) forget(each)
      revision = cloud.revision
    }
    const known = kept.get(key)
    const isOfNow = known !== undefined && now >= known.from && now < known.until
    if (isOfNow && known.revision === revision) {
      // What is asked for again is worth a copy: one piece is sent quicker than many.
      if (isInPieces(known.body)) known.body = inOnePiece(known.body)
      return known.body
    }
    const { json, until, more } = make(now, isOfNow ? known : undefined)
    const body = typeof json === 'string' && json.length > LONGEST_TEXT ? Buffer.from(json, 'latin1') : json
    forget(key)
    if (kept.size >= LISTS_KEPT || size + lengthOf(body) > BYTES_KEPT) for (const each of kept.keys()) forget(each)
    kept.set(key, { body, from: now, until, revision, more })
    size += lengthOf(body)
    return body
  }
}
