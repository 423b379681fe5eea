/** Lists that are kept as they are sent, and made anew only when something in them has changed. */

import type { Cloud } from '../cloud/cloud.ts'
import { nextChangeByTime, type Service } from '../cloud/services.ts'
import { type InParts, inTurns } from '../http/in-turns.ts'
import { type Body, inOnePiece, isInPieces, LONGEST_TEXT, lengthOf } from '../http/response.ts'

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

/** @param last what it was before, where that helps */
type Make<More> = (now: number, last?: Kept<More>) => Made<More> | InParts<Made<More>>

/** How many lists are kept, and how many bytes in all. A client that asks for ever new ones must not fill the memory. */
const LISTS_KEPT = 1000
const BYTES_KEPT = 64 * 1024 * 1024

/**
 * The lists of a cloud, by whatever tells one from another. They stay true until an operation changes the cloud, or until a
 * moment that the list knows itself.
 */
export function keptLists<More = undefined>(
  cloud: Cloud,
): (key: string, make: Make<More>) => Written | Promise<Written> {
  const kept = new Map<string, Kept<More>>()
  /** Those that are not ready yet: who asks for the same waits for the same. */
  const coming = new Map<string, Promise<Written>>()
  let size = 0
  let revision = cloud.revision
  const forget = (key: string) => {
    size -= lengthOf(kept.get(key)?.body ?? null)
    kept.delete(key)
  }
  const forgetUntrue = () => {
    if (revision === cloud.revision) return
    for (const [each, { more }] of kept) if (more === undefined) forget(each)
    revision = cloud.revision
  }
  const isOfNow = ({ from, until }: { from: number; until: number }) => {
    const now = cloud.clock.now()
    return now >= from && now < until
  }
  const keep = (key: string, made: Made<More> & { from: number; revision: number }): Written => {
    const { json, from, until, more } = made
    const body = typeof json === 'string' && json.length > LONGEST_TEXT ? Buffer.from(json, 'latin1') : json
    forgetUntrue()
    forget(key)
    if (kept.size >= LISTS_KEPT || size + lengthOf(body) > BYTES_KEPT) for (const each of kept.keys()) forget(each)
    kept.set(key, { body, from, until, revision: made.revision, more })
    size += lengthOf(body)
    return body
  }
  const makeAnew = (key: string, make: Make<More>): Written | Promise<Written> => {
    function* anew(): InParts<Made<More> & { from: number; revision: number }> {
      const as = { from: cloud.clock.now(), revision: cloud.revision }
      const last = kept.get(key)
      const made = make(as.from, last && isOfNow(last) ? last : undefined)
      return { ...('json' in made ? made : yield* made), ...as }
    }
    const made = inTurns(cloud, anew, isOfNow)
    if (!(made instanceof Promise)) return keep(key, made)
    const ready = made.then((each) => keep(key, each)).finally(() => coming.delete(key))
    coming.set(key, ready)
    return ready
  }
  // Most lists are asked for again, so that this has no closure to make.
  return (key, make) => {
    forgetUntrue()
    const known = kept.get(key)
    if (known !== undefined && known.revision === revision && isOfNow(known)) {
      // What is asked for again is worth a copy: one piece is sent quicker than many.
      if (isInPieces(known.body)) known.body = inOnePiece(known.body)
      return known.body
    }
    return coming.get(key) ?? makeAnew(key, make)
  }
}

/**
 * When a list of these is another though nobody changes anything.
 *
 * @param next when one of them is. Default: when it reports, or has been silent for too long
 */
export function soonestChange(services: Iterable<Service>, now: number, next = nextChangeByTime): number {
  let soonest = Number.POSITIVE_INFINITY
  for (const service of services) soonest = Math.min(soonest, next(service, now))
  return soonest
}
