/** The time of a pretend cloud: the wall's, or a hand's. */

/** `real` goes as the wall clock goes; `manual` stands still until it is moved. */
export type ClockMode = 'real' | 'manual'

/** A moment of a clock: how it goes, and what it shows (milliseconds since 1970, UTC). */
export interface ClockState {
  mode: ClockMode
  now: number
}

export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number
  mode(): ClockMode
  /** Move on by so many milliseconds. Both kinds of clock can be moved. */
  advance(ms: number): void
  /** Show another time, or go another way, from now on. What is not named stays. */
  set(change: Partial<ClockState>): void
  /** This moment, to be given to `set` to return to it. */
  state(): ClockState
}

export interface ClockOptions {
  /** Default `real`. */
  mode?: ClockMode | undefined
  /** The time it starts at, in milliseconds since 1970. Default: the wall's. */
  start?: number | undefined
  /** Where the real time comes from, in milliseconds since 1970. Default `Date.now`. */
  wall?: (() => number) | undefined
}

export function createClock({ mode = 'real', start, wall = Date.now }: ClockOptions = {}): Clock {
  let going = mode
  let since = wall()
  let shown = start ?? since
  const now = () => (going === 'manual' ? shown : shown + (wall() - since))
  const set = (change: Partial<ClockState>) => {
    shown = change.now ?? now()
    since = wall()
    going = change.mode ?? going
  }
  return {
    now,
    mode: () => going,
    advance: (ms) => set({ now: now() + ms }),
    set,
    state: () => ({ mode: going, now: now() }),
  }
}
