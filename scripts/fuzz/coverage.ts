/** Which functions of novasim have run: what reaches one that nothing reached before is worth beginning from. */

import { Session } from 'node:inspector'

export interface Coverage {
  /** Whether some code ran for the first time since this was asked last. */
  isNew(): boolean
}

export function startCoverage(): Coverage {
  const session = new Session()
  session.connect()
  session.post('Profiler.enable')
  // Without counts, only what has not been told yet is told; by function and not by branch, which would take half of the speed.
  session.post('Profiler.startPreciseCoverage', { callCount: false, detailed: false })
  const seen = new Set<string>()
  return {
    isNew() {
      const before = seen.size
      session.post('Profiler.takePreciseCoverage', (error, told) => {
        if (error) throw error
        for (const { url, functions } of told.result) {
          if (!url.includes('/src/')) continue
          for (const { ranges } of functions)
            for (const { startOffset, endOffset, count } of ranges)
              if (count > 0) seen.add(`${url}:${startOffset}:${endOffset}`)
        }
      })
      return seen.size > before
    },
  }
}
