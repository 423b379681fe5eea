/** The types of the handles are written out, so that who uses them needs no zod. Here they are held to what control checks. */

import { expectTypeOf, test } from 'vitest'
import type * as z from 'zod'
import type { Answer } from '../../src/control/answers.ts'
import type { NewWorld as Given } from '../../src/control/worlds.ts'
import type { Doing, Match } from '../../src/faults/rule.ts'
import type { RuleSchema } from '../../src/faults/rule-schema.ts'
import type { FaultAction, FaultMatch, FaultRule } from '../../src/handles/fault-rule.ts'
import type { EntryMatch, Expectation, JournalSummary, JournalView, Verdict } from '../../src/handles/journal-views.ts'
import type { Scenario } from '../../src/handles/scenarios.ts'
import type * as views from '../../src/handles/views.ts'
import type { NewWorld } from '../../src/handles/world.ts'
import type { WorldFile } from '../../src/handles/world-file.ts'
import type { ScenarioSchema } from '../../src/scenarios/scenario.ts'
import type { EntryMatchSchema } from '../../src/worlds/journal-match.ts'
import type { ExpectationSchema } from '../../src/worlds/journal-verify.ts'
import type { WorldSchema } from '../../src/worlds/world-schema.ts'

type KeysOf<Union> = Union extends unknown ? keyof Union : never

test('a world file is what control takes for one', () => {
  expectTypeOf<WorldFile>().toEqualTypeOf<z.input<typeof WorldSchema>>()
})

test('a fault rule, an expectation and a scenario have the keys that control takes', () => {
  expectTypeOf<keyof FaultRule>().toEqualTypeOf<keyof z.input<typeof RuleSchema>>()
  expectTypeOf<keyof FaultMatch>().toEqualTypeOf<keyof Match>()
  expectTypeOf<keyof FaultAction>().toEqualTypeOf<keyof Doing>()
  expectTypeOf<keyof EntryMatch>().toEqualTypeOf<keyof z.input<typeof EntryMatchSchema>>()
  expectTypeOf<KeysOf<Expectation>>().toEqualTypeOf<keyof z.input<typeof ExpectationSchema>>()
  expectTypeOf<keyof NewWorld>().toEqualTypeOf<keyof z.input<typeof Given>>()
  expectTypeOf<keyof Scenario>().toEqualTypeOf<keyof z.input<typeof ScenarioSchema>>()
})

test('the views are what control answers', () => {
  expectTypeOf<views.HealthView>().toEqualTypeOf<Answer<'Health'>>()
  expectTypeOf<views.WorldView>().toEqualTypeOf<Answer<'World'>>()
  expectTypeOf<views.ServiceView>().toEqualTypeOf<Answer<'Service'>>()
  expectTypeOf<views.InstanceView>().toEqualTypeOf<Answer<'Instance'>>()
  expectTypeOf<views.AggregateView>().toEqualTypeOf<Answer<'Aggregate'>>()
  expectTypeOf<views.MigrationView>().toEqualTypeOf<Answer<'Migration'>>()
  expectTypeOf<views.CellView>().toEqualTypeOf<Answer<'Cell'>>()
  expectTypeOf<views.ProcessView>().toEqualTypeOf<Answer<'Process'>>()
  expectTypeOf<views.ResourceProviderView>().toEqualTypeOf<Answer<'ResourceProvider'>>()
  expectTypeOf<views.ClockView>().toEqualTypeOf<Answer<'Clock'>>()
  expectTypeOf<views.ScenarioView>().toEqualTypeOf<Answer<'Scenario'>>()
  expectTypeOf<views.SnapshotView>().toEqualTypeOf<Answer<'Snapshot'>>()
  expectTypeOf<JournalSummary>().toEqualTypeOf<Answer<'JournalSummary'>>()
  expectTypeOf<keyof JournalView>().toEqualTypeOf<keyof Answer<'Journal'>>()
  expectTypeOf<keyof Verdict>().toEqualTypeOf<keyof Answer<'Verdict'>>()
})
