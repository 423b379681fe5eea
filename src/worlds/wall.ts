/** The real time, for the clocks of worlds. */

import { setImmediate } from 'node:timers/promises'
import type { Wall } from '../cloud/clock.ts'

export const WALL: Wall = {
  now: Date.now,
  wait(run, ms, { background }) {
    const timer = setTimeout(run, ms)
    if (background) timer.unref()
    return () => clearTimeout(timer)
  },
  // A request that needs no socket is through after one turn of the event loop; what it then sets going, after another.
  async rest() {
    await setImmediate()
    await setImmediate()
  },
}
