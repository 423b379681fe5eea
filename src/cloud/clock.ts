/** The time of a pretend cloud: the wall's, a faster one, or a hand's; and what waits for a moment of it. */

import { impossible } from './errors.ts'

/** `real` goes by itself, as fast as its rate says; `manual` stands still until it is moved. */
export type ClockMode = 'real' | 'manual'

/** A moment of a clock: how it goes, and what it shows (milliseconds since 1970, UTC). */
export interface ClockState {
  mode: ClockMode
  now: number
  /** How many seconds pass in a second of the wall, when it goes by itself. */
  rate: number
}

export interface Clock {
  /** Milliseconds since 1970, UTC. While a timer runs it is that timer's time, even within an `advance` that goes further. */
  now(): number
  mode(): ClockMode
  rate(): number
  /** Move on by so many milliseconds, through every timer on the way in order. Both kinds of clock can be moved. */
  advance(ms: number): void
  /** The same, but what a timer has set going is let come to rest before time goes on, so that it may wait again. */
  pass(ms: number): Promise<void>
  /**
   * Show another time, or go another way, from now on. What is not named stays. A later time is reached through the timers
   * on the way; over an earlier one, timers still have as long to wait as they had.
   */
  set(change: Partial<ClockState>): void
  /** This moment, to be given to `restore` to return to it. */
  state(): ClockState
  /** Go to a moment without letting time pass: timers still have as long to wait as they had. */
  restore(state: ClockState): void
  /**
   * Do something once the clock shows a time; soon, when it does already.
   *
   * @param background whether the program may end before that
   * @returns what calls it off
   */
  at(time: number, run: () => void, options?: { background?: boolean }): () => void
  /** Resolves once so many milliseconds have passed on this clock. */
  after(ms: number): Promise<void>
  /** Which timer is running: each run has a number of its own; 0 when none is. */
  ring(): number
  /** How many timers wait. */
  waiting(): number
  /** Let everything that waits with `after` go on now, and forget the rest: the world ends. */
  end(): void
}

/** The real time, and how to wait for it. */
export interface Wall {
  /** Milliseconds since 1970. */
  now(): number
  /** Run once so many milliseconds have passed, if the program has not ended by then. @returns what calls it off */
  wait(run: () => void, ms: number, options: { background: boolean }): () => void
  /** Resolves once what can go on by itself has done so. */
  rest(): Promise<void>
}

export interface ClockOptions {
  /** Wanted by a clock that goes by itself; with none, it stands still. */
  wall?: Wall | undefined
  /** Default `real`. */
  mode?: ClockMode | undefined
  /** The time it starts at, in milliseconds since 1970. Default: the wall's. */
  start?: number | undefined
  /** Default 1. */
  rate?: number | undefined
}

interface Timer {
  time: number
  run(): void
  background?: boolean
  /** What is to be done with it when the clock ends. */
  release?: (() => void) | undefined
}

const STILL: Wall = { now: () => 0, wait: () => () => {}, rest: () => Promise.resolve() }

/** The last moment that is written with a year of four digits, as every time of Nova's is. */
const LAST_MS = Date.UTC(10_000, 0) - 1

/** The longest that is waited at once: `setTimeout` takes no more. */
const LONGEST_WAIT_MS = 2_147_483_647

export function createClock({ wall = STILL, mode = 'real', start, rate = 1 }: ClockOptions = {}): Clock {
  let going = mode
  let speed = rate
  let since = wall.now()
  let shown = start ?? since
  /** The next one last. */
  let timers: Timer[] = []
  let stopWaiting: (() => void) | undefined
  let passing: Promise<void> = Promise.resolve()
  let rings = 0
  let ringing = 0

  const now = () => (going === 'manual' ? shown : shown + Math.floor((wall.now() - since) * speed))
  const show = (time: number) => {
    shown = time
    since = wall.now()
  }

  /** Wait for the next timer, when time goes by itself. */
  const arm = () => {
    stopWaiting?.()
    stopWaiting = undefined
    const next = timers.at(-1)
    if (going === 'manual' || !next) return
    const ms = Math.min(Math.max(0, Math.ceil((next.time - now()) / speed)), LONGEST_WAIT_MS)
    const background = timers.every((timer) => timer.background)
    stopWaiting = wall.wait(() => forward(now()), ms, { background })
  }

  const due = (time: number): Timer | undefined => {
    const next = timers.at(-1)
    return next && next.time <= time ? next : undefined
  }

  /** Go on to a time, and run what is due on the way, in order, each at its own. */
  const forward = (time: number) => {
    for (let next = due(time); next; next = due(time)) {
      timers.pop()
      if (next.time > now()) show(next.time)
      const outer = ringing
      ringing = ++rings
      try {
        next.run()
      } finally {
        ringing = outer
      }
    }
    if (time > now()) show(time)
    arm()
  }

  const set = (change: Partial<ClockState>) => {
    const before = now()
    const after = inTime(change.now ?? before)
    show(before)
    if (after > before) forward(after)
    else if (after < before) jump(after)
    go(change.mode ?? going, change.rate ?? speed)
  }

  /** Show another time, and let what waits wait as long as before. */
  const jump = (time: number) => {
    const by = time - now()
    for (const timer of timers) timer.time += by
    show(time)
  }

  const go = (mode: ClockMode, rate: number) => {
    show(now())
    going = mode
    speed = rate
    arm()
  }

  const add = (timer: Timer): (() => void) => {
    // The latest stand first; of two at one time the one that was set first is next.
    let place = timers.length
    while (place > 0 && (timers[place - 1]?.time ?? 0) <= timer.time) place--
    timers.splice(place, 0, timer)
    if (timer.time <= now()) void Promise.resolve().then(() => forward(now()))
    arm()
    return () => {
      const index = timers.indexOf(timer)
      if (index < 0) return
      timers.splice(index, 1)
      arm()
    }
  }

  return {
    now,
    mode: () => going,
    rate: () => speed,
    advance: (ms) => forward(inTime(now() + ms)),
    pass(ms) {
      inTime(now() + ms)
      const passed = passing.then(async () => {
        const end = now() + ms
        await wall.rest()
        for (let next = due(end); next; next = due(end)) {
          forward(Math.max(next.time, now()))
          await wall.rest()
        }
        forward(Math.max(end, now()))
      })
      passing = passed.catch(() => {})
      return passed
    },
    set,
    state: () => ({ mode: going, now: now(), rate: speed }),
    restore(state) {
      jump(state.now)
      go(state.mode, state.rate)
    },
    at: (time, run, { background = false } = {}) => add({ time, run, background }),
    after: (ms) =>
      ms > 0 ? new Promise((resolve) => add({ time: now() + ms, run: resolve, release: resolve })) : Promise.resolve(),
    ring: () => ringing,
    waiting: () => timers.length,
    end() {
      const all = timers
      timers = []
      arm()
      for (const timer of all) timer.release?.()
    },
  }
}

/** @throws {CloudError} Impossible: there is no such time */
function inTime(ms: number): number {
  if (ms > LAST_MS)
    impossible('the time cannot be later than the year 9999', { hint: 'set the clock to an earlier time' })
  return ms
}
