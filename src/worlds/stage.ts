/** A world as the stage of a scenario: what it asks of the cloud, the faults and the journal. */

import { checkRule, checkRules } from '../faults/read.ts'
import type { Complaint } from '../reading/complaint.ts'
import type { Scenario, Vocabulary } from '../scenarios/scenario.ts'
import type { Stage } from '../scenarios/stage.ts'
import { checkEntryMatch, matcher } from './journal-match.ts'
import { checkExpectation, type Expectation, verify } from './journal-verify.ts'
import type { Place } from './journal-view.ts'
import { knownAt, knownTo } from './known.ts'
import { checkWorld } from './read.ts'
import type { World } from './world.ts'

/** What a scenario may say of faults and of requests. */
export const VOCABULARY: Vocabulary = {
  checkWorld: (world) => (typeof world === 'string' ? [] : (checkWorld(world).complaints ?? [])),
  checkFaults: (rules) => checkRules(rules, knownAt()).complaints ?? [],
  checkMatch: (match) => checkEntryMatch(match).complaints ?? [],
  checkRequests(expected) {
    const longer = toExpectation(expected)
    const complaints = checkExpectation(longer).complaints ?? []
    if (longer === expected) return complaints
    // What was written short has no key "request".
    return complaints.map(({ path, ...same }) => ({ ...same, path: path[0] === 'request' ? path.slice(1) : path }))
  },
}

/** What is to be said of the faults of a scenario: those that can never match. */
export function warningsIn({ faults = [], steps }: Scenario): string[] {
  const rules = [...faults, ...steps.flatMap(({ fault }) => fault ?? [])]
  return rules.flatMap((rule) => checkRules(rule, knownAt()).value?.warnings ?? [])
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
      // One that is named takes the place of another of its name; a name that is made up is to be a new one.
      const isNamed = typeof fault === 'object' && 'name' in fault
      const others = isNamed ? [] : faults.list().flatMap(({ name }) => (/^fault-\d+$/.test(name) ? [name] : []))
      const { value, complaints } = checkRule(fault, knownTo(cloud), new Set(others))
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
