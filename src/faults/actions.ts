/** What a rule does, made ready to be done: one function for each action. */

import { answering, expireToken, gateway, throttle } from './answers.ts'
import { drop, duplicate, garble, reset, stale, trickle, truncate, wrongLength } from './bodies.ts'
import { READY_MADE } from './catalogue.ts'
import { delayMs } from './delay.ts'
import { type Doing, decidingIn, type Turn as Spell } from './rule.ts'
import type { Deed, Memory, Turn } from './turn.ts'

/** What decides the answer; undefined where there is but a delay. */
export function deedOf(doing: Doing): Deed | undefined {
  const did = decidingIn(doing)
  switch (did) {
    case undefined:
      return undefined
    case 'fault':
      return deedOf(READY_MADE[doing.fault ?? '']?.do ?? {})
    case 'status':
      return answering(doing)
    case 'gateway':
      return gateway(doing)
    case 'throttle':
      return doing.throttle && throttle(doing.throttle)
    case 'expire-token':
      return expireToken
    case 'drop':
      return doing.drop && drop(doing.drop)
    case 'reset':
      return doing.reset && reset(doing.reset)
    case 'truncate':
      return doing.truncate && truncate(doing.truncate)
    case 'content-length':
      return wrongLength(doing['content-length'] ?? 0)
    case 'garble':
      return garble(doing.garble ?? 0)
    case 'trickle':
      return doing.trickle && trickle(doing.trickle)
    case 'stale':
      return stale(doing.stale ?? 0)
    case 'duplicate':
      return duplicate(doing.duplicate ?? 'second')
    case 'flap':
      return doing.flap && flap(doing.flap)
  }
}

/** All that is to be done, with what a ready-made fault stands for in its place. */
export function withReadyMade(doing: Doing): Doing {
  const ready = doing.fault === undefined ? undefined : READY_MADE[doing.fault]
  return ready ? { ...ready.do, ...(doing.delay && { delay: doing.delay }) } : doing
}

/** How far back it looks. Milliseconds; 0 for what does not. */
export function looksBack(doing: Doing): number {
  const all = withReadyMade(doing)
  return all.stale ?? (all.flap?.with ? looksBack(all.flap.with) : 0)
}

/** `flap`: well for a while, then not, and so on: counted in requests, or on the clock from the first one. */
function flap({ up, down, with: given = { gateway: { status: 503 } } }: NonNullable<Doing['flap']>): Deed {
  const { delay, ...rest } = withReadyMade(given)
  const deed = deedOf(rest)
  return {
    did: 'flap',
    applies: (turn) => isDown(turn, up, down) && (deed?.applies?.(turn) ?? true),
    async act(turn) {
      const { passage, waiting, chance, next } = turn
      if (delay) await waiting.wait(delayMs(delay, chance), { background: passage.outgoing !== undefined })
      return deed ? deed.act(turn) : next()
    },
  }
}

function isDown({ memory, around }: Turn, up: Spell, down: Spell): boolean {
  const [wellFor, illFor] = [lengthOf(up), lengthOf(down)]
  if (!('requests' in up)) memory.since ??= around.cloud.clock.now()
  const along = 'requests' in up ? count(memory) : around.cloud.clock.now() - (memory.since ?? 0)
  return along % (wellFor + illFor) >= wellFor
}

/** How many came before this one. */
function count(memory: Memory): number {
  memory.seen = (memory.seen ?? 0) + 1
  return memory.seen - 1
}

function lengthOf(spell: Spell): number {
  return 'requests' in spell ? spell.requests : spell.ms
}
