/** How a cloud was: kept while there is a rule that answers from the past, and no longer than it needs. */

import { createClock } from '../cloud/clock.ts'
import { type Cloud, type CloudState, emptyCloud } from '../cloud/cloud.ts'

/** How many moments are kept; of two that are nearer to one another than this share of the time, the later. */
const MOST_MOMENTS = 64

/** How the cloud was from this time on. Never changed once it is here. */
export interface Moment {
  at: number
  state: CloudState
}

export interface Past {
  /** Keep what is needed to look back so many milliseconds; 0 forgets everything. */
  keep(ms: number): void
  /** The cloud as it was so many milliseconds ago; undefined when it has not changed since, or nobody kept it. */
  ago(ms: number): Cloud | undefined
  moments(): Moment[]
  restore(moments: Moment[]): void
}

export function createPast(cloud: Cloud): Past {
  let reach = 0
  let moments: Moment[] = []

  const remember = () => {
    const at = cloud.clock.now()
    const last = moments.at(-1)
    const moment = { at, state: copy(cloud.state) }
    // The clock may have been put back: what was to come has not been.
    moments = moments.filter((each) => each.at <= at)
    if (moments.length > 1 && last && at - last.at < reach / MOST_MOMENTS) moments.pop()
    moments.push(moment)
    const needed = moments.findLastIndex((each) => each.at <= at - reach)
    if (needed > 0) moments.splice(0, needed)
  }
  const listen = ({ type }: { type: string }) => {
    if (!type.startsWith('clock.') && !type.startsWith('token.')) remember()
  }

  return {
    keep(ms) {
      if (ms > 0 && reach === 0) {
        cloud.listeners.add(listen)
        reach = ms
        remember()
      } else if (ms === 0) {
        cloud.listeners.delete(listen)
        moments = []
      }
      reach = ms
    },
    ago(ms) {
      const then = cloud.clock.now() - ms
      const index = moments.findLastIndex(({ at }) => at <= then)
      const moment = moments[Math.max(index, 0)]
      if (moment === undefined || index === moments.length - 1) return undefined
      const past = emptyCloud(cloud.seed, createClock({ mode: 'manual', start: Math.max(then, moment.at) }))
      // Who may log in is asked of Keystone, which is not the one that lags.
      past.state = { ...moment.state, identity: cloud.state.identity }
      return past
    },
    moments: () => [...moments],
    restore(kept) {
      moments = [...kept]
    },
  }
}

function copy({ identity, ...state }: CloudState): CloudState {
  return { ...structuredClone(state), identity }
}
