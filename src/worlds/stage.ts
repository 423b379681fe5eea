/** A world as the stage of a scenario: what it asks of the cloud, the faults and the journal. */

import { checkRule } from '../faults/read.ts'
import type { Complaint } from '../reading/complaint.ts'
import type { Vocabulary } from '../scenarios/scenario.ts'
import type { Stage } from '../scenarios/stage.ts'
import { knownAt, knownTo } from './faults.ts'
import { checkEntryMatch, matcher } from './journal-match.ts'
import { checkExpectation, type Expectation, verify } from './journal-verify.ts'
import type { Place } from './journal-view.ts'
import type { World } from './world.ts'

/** What a scenario may say of faults and of requests. */
export const VOCABULARY: Vocabulary = {
  checkFault: (rule) => checkRule(rule, knownAt(), new Set()).complaints ?? [],
  checkMatch: (match) => checkEntryMatch(match).complaints ?? [],
  checkRequests: (expected) => checkExpectation(toExpectation(expected)).complaints ?? [],
}

/**
 * The stage that a world is; what came before does not count.
 *
 * @param ask sends a request to the world, as a client would
 * @param drivesClock whether the scenario moves a clock that stands
 */
export function stageOf(world: World, ask: Stage['ask'], drivesClock: boolean): Stage {
  const { cloud, journal, faults } = world
  const place: Place = { cloud, seed: world.seed, prefix: '' }
  const since = journal.last()
  const act = <Result>(what: string, run: () => Result): Result => journal.act('scenario', what, run)
  return {
    cloud,
    drivesClock,
    ask,
    act,
    setFault(fault) {
      const { value, complaints } = checkRule(fault, knownTo(cloud), new Set())
      if (complaints) return complaints
      faults.add([value])
      return []
    },
    clearFault: (name) => faults.remove(name),
    countRequests(match) {
      const { value, complaints } = checkEntryMatch(match)
      if (complaints) return { count: 0, complaints }
      const fits = matcher(place, value)
      return { count: journal.entries().filter((entry) => entry.id > since && fits(entry)).length, complaints: [] }
    },
    verifyRequests(expected) {
      const written = toExpectation(expected)
      const { value, complaints } = checkExpectation({ ...written, after: since })
      if (complaints) return { ok: false, message: complaints.map(lineOf).join('\n') }
      return verify(place, journal.entries(), value, written)
    },
    onRequest: (told) => journal.listen(told),
  }
}

/** `{operation, host, times}` is short for `{request: {operation, host}, times}`. */
function toExpectation(expected: object): object {
  if ('request' in expected || 'never' in expected || 'in_order' in expected) return expected
  const { times, within, ...request } = expected as Partial<Expectation>
  return { request, ...(times !== undefined && { times }), ...(within !== undefined && { within }) }
}

function lineOf({ message, hint }: Complaint): string {
  return hint ? `${message} (${hint})` : message
}
