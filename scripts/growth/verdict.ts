/** What a growth means: how steep it is, and what must not be. */

import { slope } from '../bench/numbers.ts'
import type { Answered, Grown, Point } from './point.ts'

/** The longest that the event loop may be held up, and up to how many services, instances and so on. */
export const BLOCK_TARGET_MS = 50
const BLOCK_UP_TO = 10_000

/** How much steeper than what comes back a time may be: caches of the processor are no part of a program. */
const SLACK = 0.3

/** What something grows by with the size: 0 is not at all, 1 is as the size does. From the upper half of the sizes. */
export function exponent(points: Point[], name: string, of: (answered: Answered) => number): number {
  const upper = points.filter(({ size }) => size > 0).slice(-3)
  return slope(
    upper.flatMap(({ size, answered }) => {
      const found = answered.find((each) => each.name === name)
      return found ? [{ x: Math.log(size), y: Math.log(of(found) || 1) }] : []
    }),
  )
}

/** What clients of Nova do that takes ever longer for the same answer. */
export function growing({ points }: Grown): string[] {
  const names = points[0]?.answered.filter(({ hot }) => hot).map(({ name }) => name) ?? []
  return names.filter((name) => {
    return (
      exponent(points, name, ({ ms }) => ms) >
      Math.max(
        0,
        exponent(points, name, ({ bytes }) => bytes),
      ) +
        SLACK
    )
  })
}

/** The largest size at which nothing may hold up anybody for long. */
export function fineAt(points: Point[]): Point | undefined {
  return points.filter(({ size }) => size <= BLOCK_UP_TO).at(-1)
}

/** What holds everybody else up for too long at a size that has to be fine. */
export function blocking({ points }: Grown): { name: string; size: number; blockMs: number }[] {
  const upTo = fineAt(points)
  return (upTo?.answered ?? [])
    .filter(({ blockMs }) => blockMs > BLOCK_TARGET_MS)
    .map(({ name, blockMs }) => ({ name, size: upTo?.size ?? 0, blockMs }))
}
