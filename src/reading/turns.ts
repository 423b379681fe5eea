/** Long work in parts: whoever else waits has a turn between two of them. */

import { setImmediate } from 'node:timers/promises'

/** How long one goes on before others have their turn, in milliseconds. */
const A_TURN_MS = 8

/** @returns what is to be awaited between two parts, however small: mostly it takes no time, and when it is due, others come first */
export function takeTurns(): () => Promise<void> {
  let began = performance.now()
  return async () => {
    if (performance.now() - began < A_TURN_MS) return
    await setImmediate()
    began = performance.now()
  }
}
