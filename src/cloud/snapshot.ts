/** A moment of a cloud, kept: what it holds, and its time. */

import type { ClockState } from './clock.ts'
import { type Cloud, type CloudState, setClock } from './cloud.ts'
import { wakeProcesses } from './processes.ts'

export interface CloudSnapshot {
  state: CloudState
  clock: ClockState
}

export function snapshot(cloud: Cloud): CloudSnapshot {
  return { state: structuredClone(cloud.state), clock: cloud.clock.state() }
}

/** Bring a cloud back to a moment that was kept. The snapshot can be used again. */
export function restore(cloud: Cloud, kept: CloudSnapshot): void {
  cloud.state = structuredClone(kept.state)
  setClock(cloud, kept.clock)
  wakeProcesses(cloud)
}
