/** What novasim is to reach: ratios of the same run, since a machine is as fast as it is. */

import type { Run } from './measure.ts'
import { median, megabytes } from './numbers.ts'
import { BARE, NOVASIM, WITH_RULES, WITHOUT_JOURNAL } from './own.ts'
import type { Memory, Start } from './resources.ts'

/** The most that the journal may cost, and that journal and 1,000 rules may, as a part of the requests without either. */
export const JOURNAL_TARGET = 0.05
export const RULES_TARGET = 0.2

/** The most milliseconds from the start to the first answer, above an empty node: here, and in the image. */
export const START_TARGET_MS = 60
export const IMAGE_START_TARGET_MS = 100

/** The most that is resident: one world at rest, and 1,000 of them. */
export const IDLE_TARGET = 60e6
export const WORLDS_TARGET = 400e6

/** What part of one another has, round by round. */
export function ratio({ rounds }: Pick<Run['rows'][number], 'rounds'>, one: string, other: string): number {
  const below = rounds.get(other) ?? []
  return median((rounds.get(one) ?? []).map((each, index) => each / (below[index] ?? Number.NaN)))
}

export interface Found {
  run: Run
  peers: string[]
  start: Start
  image: Start | string
  memory: Memory
}

/**
 * What is not reached.
 *
 * @param slack what part of a target is enough: on a machine that does other things, too, a ratio moves
 */
export function missed({ run, peers, start, image, memory }: Found, slack: number): string[] {
  const missed: string[] = []
  // A part that is lost moves half as much as a ratio.
  const most = (target: number) => target + (1 - slack) / 2
  const above = (what: string, is: number, target: number, unit: (value: number) => string) => {
    if (is > target / slack) missed.push(`${what}: ${unit(is)}, at the most ${unit(target)}`)
  }
  for (const measured of run.rows) {
    const { row, loads } = measured
    const is = ratio(measured, NOVASIM, BARE)
    if (row.target !== undefined && is < row.target * slack)
      missed.push(`${row.name}: ${is.toFixed(2)} of bare, wanted ${row.target}`)
    const mine = loads.get(NOVASIM)?.perSecond ?? 0
    for (const peer of peers) {
      if ((loads.get(peer)?.perSecond ?? 0) >= mine) missed.push(`${row.name}: ${peer} is faster`)
    }
    for (const [what, target] of [
      [NOVASIM, JOURNAL_TARGET],
      [WITH_RULES, RULES_TARGET],
    ] as const) {
      const cost = 1 - ratio(measured, what, WITHOUT_JOURNAL)
      if (cost > most(target))
        missed.push(`${row.name}: ${what} costs ${percent(cost)} of what there is without journal and rules`)
    }
  }
  const ms = (value: number) => `${value.toFixed(0)} ms`
  above('start above an empty node', start.aboveMs, START_TARGET_MS, ms)
  if (typeof image !== 'string')
    above('start in the image above an empty node', image.aboveMs, IMAGE_START_TARGET_MS, ms)
  above('resident with one world', memory.idle, IDLE_TARGET, megabytes)
  above('resident with 1,000 worlds', memory.worlds, WORLDS_TARGET, megabytes)
  return missed
}

export function percent(part: number): string {
  return `${(part * 100).toFixed(1)} %`
}
