/** Waiting on a world's clock, until the time has come or everybody is let go. */

import type { Clock } from '../cloud/clock.ts'

export interface Waiting {
  /** Resolves once so many milliseconds have passed on the clock. @param background whether the program may end before */
  wait(ms: number, options?: { background?: boolean }): Promise<void>
  /** Let all who wait go on at once. */
  release(): void
}

export function createWaiting(clock: Clock): Waiting {
  const waiting = new Set<() => void>()
  return {
    wait: (ms, options) =>
      new Promise((resolve) => {
        if (ms <= 0) return resolve()
        const goOn = () => {
          waiting.delete(goOn)
          callOff()
          resolve()
        }
        const callOff = clock.at(clock.now() + ms, goOn, options)
        waiting.add(goOn)
      }),
    release() {
      for (const goOn of waiting) goOn()
    },
  }
}
