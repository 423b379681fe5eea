/** What time it was in the recorded cloud, which need not be the time where it was recorded. */

import { bodyValue } from './body.ts'
import { momentOf, partsOf } from './names.ts'
import type { Exchange, Recording } from './recording.ts'
import { textAt } from './value.ts'

/** Clocks that differ by less are taken for the same: the way of an answer takes time, and times have whole seconds. */
const SAME_WITHIN_MS = 5000

/** When the recording began, by the clock of its cloud, in milliseconds since 1970. */
export function beganAt(recording: Recording): number {
  return momentOf(recording.made.at) + aheadBy(recording)
}

/** When an exchange took place, by the clock of its cloud. */
export function tookPlaceAt(recording: Recording, exchange: Exchange): number {
  return (exchange.at ?? momentOf(recording.made.at)) + aheadBy(recording)
}

/** How far the cloud's clock is ahead of that of who recorded, in milliseconds: a token says when it was issued. */
function aheadBy(recording: Recording): number {
  for (const { at, to, answer } of recording.exchanges) {
    if (at === undefined || !to.startsWith('identity')) continue
    const issued = momentIn(recording, textAt(bodyValue(answer.body), 'token', 'issued_at'))
    if (issued === undefined) continue
    const ahead = issued - at
    return Math.abs(ahead) < SAME_WITHIN_MS ? 0 : ahead
  }
  return 0
}

/** The moment that a text of a recording names; undefined when it names none. */
export function momentIn(recording: Recording, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const [before, name, after] = partsOf(text)
  const written = name === undefined ? text : before === '' && after === '' ? recording.values.get(name) : undefined
  const moment = written === undefined ? Number.NaN : momentOf(written)
  return Number.isNaN(moment) ? undefined : moment
}
