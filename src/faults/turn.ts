/** What a fault is given when it is its turn with a request. */

import type { Chance } from '../cloud/ids.ts'
import type { Answer, Passage, Surroundings } from './passage.ts'
import type { Past } from './past.ts'
import type { Deciding } from './rule.ts'
import type { Sighting } from './sighting.ts'
import type { Waiting } from './wait.ts'

/** What a rule remembers from one request to the next. Plain data, so that it can be kept and given back. */
export interface Memory {
  /** Throttle: what is left in the bucket, and when that was so. */
  tokens?: number
  at?: number
  /** Flap: how many requests it has had, and when the first came. */
  seen?: number
  since?: number
  /** Expire-token: the tokens that have expired for it. */
  expired?: string[]
}

export interface Turn {
  readonly passage: Passage
  readonly seen: Sighting
  readonly around: Surroundings
  readonly chance: Chance
  readonly memory: Memory
  readonly waiting: Waiting
  readonly past: Past
  /** Let the request go on, and have the answer. */
  next(): Answer
}

/** What decides an answer. */
export interface Deed {
  did: Deciding
  /** Whether there is anything to do this time; where not, the request goes on as if the rule were not there. */
  applies?: (turn: Turn) => boolean
  act(turn: Turn): Answer
}
