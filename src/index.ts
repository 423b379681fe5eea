/** novasim's public API. */

export { createEmulator, type Emulator, type StartedEmulator, startEmulator } from './api.ts'
export { type ConnectOptions, type Fetch, NovasimError, type Problem } from './handles/client.ts'
export type { Clock, ClockSettings } from './handles/clock.ts'
export type { Changeable, Collection, Listed } from './handles/collection.ts'
export type {
  Duration,
  FaultAction,
  FaultMatch,
  FaultRule,
  FaultView,
  OneOrMore,
  RequestMatch,
  Wanted,
} from './handles/fault-rule.ts'
export type { FaultChange, Faults } from './handles/faults.ts'
export type { Instances } from './handles/instances.ts'
export type { Journal } from './handles/journal.ts'
export type {
  Changed,
  ChangeEntryView,
  EntryMatch,
  EntryView,
  Expectation,
  Har,
  JournalEvent,
  JournalQuery,
  JournalSummary,
  JournalView,
  RequestEntryView,
  Times,
  Verdict,
} from './handles/journal-views.ts'
export type { Scenario, Scenarios } from './handles/scenarios.ts'
export type { Snapshots } from './handles/snapshots.ts'
export type {
  AggregateChange,
  AggregateView,
  CellView,
  ClockView,
  HealthView,
  InstanceChange,
  InstanceView,
  MigrationChange,
  MigrationView,
  ProcessView,
  ResourceProviderView,
  ScenarioView,
  ServiceChange,
  ServiceView,
  SnapshotView,
  WorldView,
} from './handles/views.ts'
export { connect, type NewService, type NewWorld, type Novasim, type OwnWorld, type World } from './handles/world.ts'
export type * from './handles/world-file.ts'
export type { Answered, EmulatorOptions, ReplayOptions, StartOptions } from './options.ts'
export type { ClockWord } from './reading/clock.ts'
export { type Complaint, InputError } from './reading/complaint.ts'
export { VERSION } from './version.ts'
