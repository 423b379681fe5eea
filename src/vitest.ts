/** novasim in a vitest suite: a world for each test, matchers, and the journal in the report of a test that fails. */

import { test as base, chai, expect, recordArtifact, type TestArtifactBase, type TestContext } from 'vitest'
import { type StartedEmulator, startEmulator } from './api.ts'
import type { Duration } from './handles/fault-rule.ts'
import type { EntryMatch, EntryView, Expectation, Times } from './handles/journal-views.ts'
import type { ServiceView } from './handles/views.ts'
import type { NewWorld, OwnWorld, World } from './handles/world.ts'
import { lineOfEntry, nearestService } from './vitest-messages.ts'

/** What each test is given. */
export interface NovasimFixtures {
  /** The emulator, one for each worker of vitest. */
  novasim: StartedEmulator
  /** What the world of a test begins as: `test.override({ novaWorld: { clock: 'manual', faults: ['conflict'] } })`. */
  novaWorld: NewWorld
  /** The test's own world: `nova.url`, `nova.env`, and the typed handles. When the test fails its journal is in the report. */
  nova: OwnWorld
}

/** vitest's `test`, with `nova` in the context: a world that only this test has. */
export const test = base.extend<NovasimFixtures>({
  novasim: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern which fixtures are wanted
    async ({}, use) => {
      await using emulator = await startEmulator()
      await use(emulator)
    },
    { scope: 'worker' },
  ],
  novaWorld: {},
  nova: async ({ novasim, novaWorld, task }, use) => {
    await using world = await novasim.createWorld(novaWorld)
    await use(world)
    if (task.result?.state === 'fail') await attachJournal(task, world)
  },
})

/** What is said of the requests that a world received. Awaited it checks; `.once()` and its like say how often. */
export interface Received extends Promise<void> {
  /** Exactly once. */
  once(): Promise<void>
  /** Exactly twice. */
  twice(): Promise<void>
  /** So often, or `{at_least: 2, at_most: 4}`. */
  times(times: Times): Promise<void>
}

/** The matchers that this adds to `expect`. */
export interface NovasimMatchers {
  /**
   * That the world received such requests: at least once, or as often as `.once()`, `.twice()`, `.times(3)` behind it say. With
   * `.not`: never. It is to be awaited; one that is not fails the run all the same.
   *
   * @param operation `os-services:delete`, with stars where it may be any
   * @param match anything else that a fault can match, and `status` and `fault`
   * @param within the first and the last lie no further apart, on the world's clock
   */
  toHaveReceived(operation: string, match?: Omit<EntryMatch, 'operation'>, within?: Duration): Received
  /** That the world received these, in this order; others may stand in between. To be awaited. */
  toHaveReceivedInOrder(requests: EntryMatch[], within?: Duration): Promise<void>
  /** That there is such a service now: `{host: 'host1', state: 'down'}`. To be awaited. */
  toHaveService(wanted: Partial<ServiceView>): Promise<void>
}

/** The journal of a test that failed, as a HAR, for reporters of one's own. */
export interface JournalArtifact extends TestArtifactBase {
  type: 'novasim:journal'
}

declare module 'vitest' {
  interface TestArtifactRegistry {
    'novasim:journal': JournalArtifact
  }
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> extends NovasimMatchers {}
}

/** A matcher of `expect.extend` gives back nothing, or a bare promise; one of chai's gives back what it likes. */
chai.use(({ Assertion }, { addMethod, flag }) => {
  addMethod(
    Assertion.prototype,
    'toHaveReceived',
    function (this: object, ...[operation, match, within]: ReceivedArgs) {
      const world = worldIn(flag(this, 'object'), 'toHaveReceived')
      const negated = flag(this, 'negate') === true
      const request = { operation, ...match }
      return received(world, negated, (times) =>
        negated && times === undefined
          ? { never: request, within }
          : { request, within, ...(times !== undefined && { times }) },
      )
    },
  )
})

type ReceivedArgs = Parameters<NovasimMatchers['toHaveReceived']>

function received(world: World, negated: boolean, expectation: (times: Times | undefined) => Expectation): Received {
  let wanted: Times | undefined
  // What stands behind it is said before this turn ends. One that nobody awaits is reported as an unhandled rejection.
  const checked = Promise.resolve().then(async () => {
    const { ok, expected, message } = await world.journal.verify(expectation(wanted))
    if (negated && wanted !== undefined ? ok : !ok)
      throw new chai.AssertionError(ok ? `expected not: ${expected}` : message)
  })
  const times = (asked: Times) => {
    wanted = asked
    return checked
  }
  return Object.assign(checked, { once: () => times(1), twice: () => times(2), times })
}

expect.extend({
  async toHaveReceivedInOrder(given: unknown, requests: EntryMatch[], within?: Duration) {
    const world = worldIn(given, 'toHaveReceivedInOrder')
    const { ok, expected, message } = await world.journal.verify({ in_order: requests, within })
    return { pass: ok, message: () => (ok ? `expected not: ${expected}` : message) }
  },
  async toHaveService(given: unknown, wanted: Partial<ServiceView>) {
    const services = await worldIn(given, 'toHaveService').services.list()
    const { found, nearest } = nearestService(services, wanted)
    const said = `a service ${JSON.stringify(wanted)}`
    if (found) return { pass: true, message: () => `expected not: ${said}\ngot:      ${JSON.stringify(found)}` }
    return { pass: false, message: () => `expected: ${said}\n${nearest}` }
  },
})

/** @throws {TypeError} when it is no world */
function worldIn(given: unknown, matcher: string): World {
  if (typeof given === 'object' && given !== null && 'journal' in given && 'services' in given) return given as World
  throw new TypeError(`${matcher} is about a world of novasim: expect(nova).${matcher}(…)`)
}

/** How many entries are told in a report. */
const ENTRIES_TOLD = 50

/** The entries in lines behind the message of the error, where every reporter shows them; and all of them as a HAR beside it. */
async function attachJournal(task: TestContext['task'], { journal }: World): Promise<void> {
  const { entries, found } = await journal.list({ limit: ENTRIES_TOLD })
  const more = found > entries.length ? [`  … and ${found - entries.length} before`] : []
  const lines = [...more, ...entries.map((entry: EntryView) => `  ${lineOfEntry(entry)}`)]
  const told =
    lines.length > 0 ? `\n\nthe journal of its world:\n${lines.join('\n')}` : '\n\nits world was asked nothing'
  const error = task.result?.errors?.at(-1)
  if (error) error.message += told
  const har = JSON.stringify(await journal.har())
  await recordArtifact(task, {
    type: 'novasim:journal',
    attachments: [{ body: har, bodyEncoding: 'utf-8', contentType: 'application/json' }],
  })
}
