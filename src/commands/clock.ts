/** `novasim clock`: a world's time. */

import type { ClockSettings } from '../handles/clock.ts'
import type { ClockView } from '../handles/views.ts'
import { print, type RemoteFlags, remote } from './remote.ts'

export async function showClock(flags: RemoteFlags): Promise<void> {
  show(flags, await remote(flags).clock.get())
}

/** @param by `61s`, `500ms`, `2h`, or a number of seconds */
export async function advanceClock(by: string, flags: RemoteFlags): Promise<void> {
  show(flags, await remote(flags).clock.advance(by))
}

export async function setClock({ mode, rate, now, ...flags }: RemoteFlags & ClockSettings): Promise<void> {
  const settings = { ...(mode && { mode }), ...(rate !== undefined && { rate }), ...(now !== undefined && { now }) }
  show(flags, await remote(flags).clock.set(settings))
}

function show(flags: RemoteFlags, clock: ClockView): void {
  const how =
    clock.mode === 'manual' ? 'it stands' : clock.rate === 1 ? 'it goes by itself' : `${clock.rate} times as fast`
  print(flags, clock, () => `${clock.now} (${clock.mode}: ${how})`)
}
