/** Lists that are kept as they are sent, and made anew only when something in them has changed. */

import type { Cloud } from '../cloud/cloud.ts'

/** A list, and until when it is true; in milliseconds since 1970. */
export interface Made {
  /** As Python's `json.dumps` writes it: every character is a byte. */
  json: string
  /** The first moment at which time alone makes it untrue; Infinity where it does not. */
  until: number
}

interface Kept {
  body: string | Uint8Array<ArrayBuffer>
  from: number
  until: number
}

/** How many lists are kept, and how many bytes in all. A client that asks for ever new ones must not fill the memory. */
const LISTS_KEPT = 1000
const BYTES_KEPT = 64 * 1024 * 1024

/** How long a text is written in one piece with the headers, which costs a tenth less than bytes behind them. What is longer is copied. */
const LONGEST_TEXT = 16 * 1024

/**
 * The lists of a cloud, by whatever tells one from another. They stay true until an operation changes the cloud, or until a
 * moment that the list knows itself.
 */
export function keptLists(
  cloud: Cloud,
): (key: string, make: (now: number) => Made) => string | Uint8Array<ArrayBuffer> {
  const kept = new Map<string, Kept>()
  let size = 0
  let revision = cloud.revision
  const forget = () => {
    kept.clear()
    size = 0
  }
  return (key, make) => {
    const now = cloud.clock.now()
    if (revision !== cloud.revision) {
      forget()
      revision = cloud.revision
    }
    const known = kept.get(key)
    if (known && now >= known.from && now < known.until) return known.body
    const { json, until } = make(now)
    const body = json.length > LONGEST_TEXT ? Buffer.from(json, 'latin1') : json
    if (kept.size >= LISTS_KEPT || size + json.length > BYTES_KEPT) forget()
    kept.set(key, { body, from: now, until })
    size += json.length
    return body
  }
}
