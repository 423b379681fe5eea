/** What control's routes answer, by name: for the document that they are described by, and for whoever is to read an answer. */

import * as z from 'zod'
import { TASK_KINDS } from '../cloud/durations.ts'
import { INSTANCE_STATUSES, TASK_STATES, VM_STATES } from '../cloud/instance-states.ts'
import { MIGRATION_TYPES } from '../cloud/migrations.ts'
import { PROCESS_STATES } from '../cloud/processes.ts'
import { REPLAY_ELSES, REPLAY_MODES } from '../recordings/replay.ts'
import { CLOCK_MODES, FaultEntry } from '../worlds/world-schema.ts'

const text = z.string()
const count = z.int().min(0)
/** As `2026-01-01T00:00:00.000Z`. */
const time = z.iso.datetime()
const uuid = z.string()
const counts = z.record(z.string(), count)

const Complaint = z.object({ message: text, path: text.optional(), hint: text.optional() })

const World = z.object({
  name: text,
  seed: z.int(),
  url: text,
  auth_url: text,
  control_url: text,
  env: z.record(z.string(), z.string()),
})

const Service = z.object({
  id: z.int(),
  uuid,
  binary: text,
  host: text,
  cell: text,
  status: z.enum(['enabled', 'disabled']),
  disabled_reason: text.nullable(),
  forced_down: z.boolean(),
  process: z.enum(PROCESS_STATES),
  created_at: time,
  updated_at: time.nullable(),
  last_seen_up: time.nullable(),
  first_report_at: time.optional(),
  state: z.enum(['up', 'down']),
  zone: text,
})

const Instance = z.object({
  uuid,
  name: text,
  host: text.nullable(),
  status: z.enum(INSTANCE_STATUSES),
  vm_state: z.enum(VM_STATES),
  task_state: z.enum(TASK_STATES).nullable(),
  power_state: z.int(),
  flavor: text,
  image: text.nullable(),
  metadata: z.record(z.string(), z.string()),
  tags: z.array(text),
  locked_by: z.enum(['owner', 'admin']).nullable(),
  locked_reason: text.nullable(),
  progress: z.int(),
  fault: FaultEntry.nullable(),
})

const Aggregate = z.object({
  id: z.int(),
  uuid,
  name: text,
  availability_zone: text.nullable(),
  hosts: z.array(text),
  metadata: z.record(z.string(), z.string()),
})

const Migration = z.object({
  id: z.int(),
  type: z.enum(MIGRATION_TYPES),
  status: text,
  source: text,
  dest: text.nullable(),
  instance: uuid.nullable(),
  stage: text.nullable(),
  held: z.boolean(),
  fails_at: text.nullable(),
})

const Cell = z.object({ name: text, down: z.boolean(), hosts: z.array(text) })

const Process = z.object({
  name: text,
  binary: text,
  host: text,
  cell: text,
  process: z.enum(PROCESS_STATES),
  service: uuid.nullable(),
  next_update_at: time.nullable().optional(),
})

const ResourceProvider = z.object({ uuid, name: text, generation: count, orphan: z.boolean() })

const Recording = z.object({
  name: text,
  on: z.boolean(),
  mode: z.enum(REPLAY_MODES),
  else: z.enum(REPLAY_ELSES),
  used: count,
  of: count,
  unexpected: count,
  made: z.object({
    by: text,
    at: text,
    how: text,
    release: text.optional(),
    versions: z.record(z.string(), z.string()).optional(),
  }),
})

/** The rule as it was written, and what came of it. */
const Fault = z.looseObject({
  name: text,
  matched: count,
  fired: count,
  state: z.enum(['active', 'spent', 'over']),
  warnings: z.array(text).optional(),
})

const Scenario = z.object({
  id: text,
  name: text.nullable(),
  status: z.enum(['playing', 'passed', 'failed', 'stopped']),
  steps: count,
  played: z.array(z.object({ index: count, at: z.number(), line: text, problems: z.array(text) })),
  next: text.nullable(),
})

const Snapshot = z.object({ id: text, at: time, services: count, journal: count })

const changed = z.array(z.looseObject({ type: text }))

const RequestEntry = z.object({
  id: count,
  by: z.literal('request'),
  at: time,
  face: text,
  operation: text.nullable(),
  version: text.nullable(),
  user: text.nullable(),
  request: z.object({
    method: text,
    path: text,
    query: text,
    headers: z.record(z.string(), z.string()),
    body: z.unknown(),
  }),
  answer: z.object({ status: count, headers: z.record(z.string(), z.string()), body: z.unknown() }).nullable(),
  failure: text.optional(),
  changed,
  faults: z.array(z.object({ fault: text, did: text })),
  took: z.number(),
  real: z.object({ at: time, took: z.number() }),
})

const ChangeEntry = z.object({
  id: count,
  by: z.enum(['control', 'scenario', 'clock']),
  at: time,
  what: text,
  changed,
  real: z.object({ at: time }),
})

const Entry = z.discriminatedUnion('by', [RequestEntry, ChangeEntry])

const JournalSummary = z.object({
  last: count,
  requests: z.object({ asked: count, answered: count, open: count }),
  kept: count,
  gone: count,
  bytes: count,
  counts,
  limits: z.object({ entries: count, bytes: count }),
  unused_faults: z.array(text),
})

const Har = z.looseObject({ log: z.looseObject({ version: text, entries: z.array(z.looseObject({})) }) })

/** Each by the name under which a client that is generated from the document has it. */
export const ANSWERS = {
  Problem: z.object({ error: Complaint.extend({ others: z.array(Complaint).optional() }) }),
  Complaint,
  Health: z.object({ status: z.literal('ok'), version: text, worlds: count, uptime: z.number() }),
  World,
  WorldMade: World.extend({ scenario: text.optional(), warnings: z.array(text).optional() }),
  WorldList: z.object({ worlds: z.array(World) }),
  Service,
  ServiceList: z.object({ services: z.array(Service) }),
  Instance,
  InstanceList: z.object({ instances: z.array(Instance) }),
  InstancesPlaced: z.union([Instance, z.object({ instances: z.array(Instance) })]),
  Aggregate,
  AggregateList: z.object({ aggregates: z.array(Aggregate) }),
  Migration,
  MigrationList: z.object({ migrations: z.array(Migration) }),
  Cell,
  CellList: z.object({ cells: z.array(Cell) }),
  Process,
  ProcessList: z.object({ processes: z.array(Process) }),
  ResourceProvider,
  ResourceProviderList: z.object({ resource_providers: z.array(ResourceProvider) }),
  Recording,
  RecordingWithNotes: Recording.extend({ notes: z.array(text) }),
  RecordingList: z.object({ recordings: z.array(Recording) }),
  DurationList: z.partialRecord(z.enum(TASK_KINDS), text),
  Clock: z.object({ mode: z.enum(CLOCK_MODES), rate: z.number(), now: time }),
  Fault,
  FaultList: z.object({ faults: z.array(Fault) }),
  FaultsSet: z.union([Fault, z.object({ faults: z.array(Fault), warnings: z.array(text).optional() })]),
  Scenario,
  ScenarioPlayed: Scenario.extend({ warnings: z.array(text).optional() }),
  ScenarioList: z.object({ scenarios: z.array(Scenario), built_in: z.array(text) }),
  RequestEntry,
  ChangeEntry,
  Entry,
  Journal: JournalSummary.extend({ entries: z.array(Entry), found: count }),
  JournalSummary,
  Har,
  JournalOrHar: z.union([JournalSummary.extend({ entries: z.array(Entry), found: count }), Har]),
  Verdict: z.object({
    ok: z.boolean(),
    expected: text,
    got: text,
    matched: z.array(count),
    nearest: z
      .object({
        entry: Entry,
        differs: z.array(z.object({ in: text, expected: z.unknown(), got: z.unknown() })),
      })
      .nullable(),
    message: text,
    unused_faults: z.array(text),
  }),
  Snapshot,
  SnapshotList: z.object({ snapshots: z.array(Snapshot) }),
  OpenApi: z.looseObject({ openapi: text }),
} as const

export type AnswerName = keyof typeof ANSWERS

/** What a route answers, by its name in the document: `Answer<'Service'>`. */
export type Answer<Name extends AnswerName> = z.infer<(typeof ANSWERS)[Name]>
