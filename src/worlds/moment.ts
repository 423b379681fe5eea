/** Moments as world files write them, and as descriptions have them: milliseconds since 1970. */

import { toMs, toText } from '../reading/time.ts'

export function moment(written: string | null | undefined): number | null | undefined {
  return typeof written === 'string' ? toMs(written) : written
}

export function text(ms: number | null | undefined): string | null | undefined {
  return typeof ms === 'number' ? toText(ms) : ms
}
