/** How a clock is to go, in a word. */

import { InputError } from './complaint.ts'

/** `real` goes by itself, `manual` stands until it is moved, and `60x` goes sixty times as fast as the real one. */
export type ClockWord = 'real' | 'manual' | `${number}x`

/** How many times as fast as the real one, and no more than this. */
export const MOST_RATE = 1_000_000

/** What a word has to be, for people. */
export const CLOCK_WORDS = `real, manual, or how many times as fast as the real one, such as 60x (no more than ${MOST_RATE}x)`

/** @throws {InputError} when it is no such word: code need not be typed */
export function clockOf(word: ClockWord): { mode: 'real' | 'manual'; rate?: number } {
  if (word === 'real' || word === 'manual') return { mode: word }
  if (!isClockWord(word)) {
    const message = `expected ${CLOCK_WORDS}; got ${JSON.stringify(word)}`
    throw new InputError([{ message, path: ['clock'] }], [`clock: ${message}`])
  }
  return { mode: 'real', rate: rateIn(word) }
}

export function isClockWord(word: unknown): word is ClockWord {
  if (word === 'real' || word === 'manual') return true
  const rate = typeof word === 'string' ? rateIn(word) : Number.NaN
  return rate > 0 && rate <= MOST_RATE
}

/** NaN when it is none. */
function rateIn(word: string): number {
  return Number(/^(\d+(?:\.\d+)?)x$/.exec(word)?.[1])
}
