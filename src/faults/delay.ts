/** How long a delay is. */

import type { Chance } from '../cloud/ids.ts'
import type { Delay } from './rule.ts'

/** How far the 99th percentile of a normal distribution is from its middle, in standard deviations. */
const P99_AT = 2.3263478740408408

/** Whole milliseconds, as the world's clock has them. A median and a p99 make a log-normal distribution, which is how the times of servers are spread. */
export function delayMs(delay: Delay, chance: Chance): number {
  if ('fixedMs' in delay) return delay.fixedMs
  if ('fromMs' in delay) return Math.round(delay.fromMs + share(chance) * (delay.toMs - delay.fromMs))
  const { medianMs, p99Ms } = delay
  return Math.round(medianMs * Math.exp((Math.log(p99Ms / medianMs) / P99_AT) * normal(chance)))
}

/** From 0 up to, not including, 1. */
export function share(chance: Chance): number {
  return chance.next() / 2 ** 32
}

/** G. E. P. Box and M. E. Muller, 1958. */
function normal(chance: Chance): number {
  const radius = Math.sqrt(-2 * Math.log(1 - share(chance)))
  return radius * Math.cos(2 * Math.PI * share(chance))
}
