/** Every control route: what it is for, what it takes and what it answers. The document is made of this, and docs/control.md is held to it. */

import * as z from 'zod'
import { DoingSchema, RuleSchema } from '../faults/rule-schema.ts'
import { ScenarioSchema } from '../scenarios/scenario.ts'
import { EntryMatchSchema } from '../worlds/journal-match.ts'
import { ExpectationSchema } from '../worlds/journal-verify.ts'
import { AggregateEntry, MigrationEntry, WorldSchema } from '../worlds/world-schema.ts'
import { AggregateChange } from './aggregates.ts'
import type { AnswerName } from './answers.ts'
import { CellChange, NewCell } from './cells.ts'
import { Advance, ClockSettings } from './clock.ts'
import { Durations } from './durations.ts'
import { InstanceChange, NewInstance } from './instances.ts'
import { Choice, Limits } from './journal.ts'
import { MigrationChange } from './migrations.ts'
import { ProcessChange } from './processes.ts'
import { NewRecording, RecordingChange, RecordingQuery } from './recordings.ts'
import { ByName } from './scenarios.ts'
import { NewService, ServicePatch } from './services.ts'
import { NewSnapshot } from './snapshots.ts'
import { NewWorld } from './worlds.ts'

const NewFaults = z.union([z.string(), RuleSchema, z.array(z.union([z.string(), RuleSchema]))])

/** What is sent, by the name under which a client that is generated from the document has it: the very schemas that check it. */
export const REQUESTS = {
  NewWorld: NewWorld.extend({
    faults: NewFaults.optional(),
    scenario: z.union([z.string(), ScenarioSchema]).optional(),
  }),
  WorldFile: WorldSchema,
  NewService,
  ServiceChange: ServicePatch,
  NewInstance,
  InstanceChange,
  NewAggregate: AggregateEntry,
  AggregateChange,
  NewMigration: MigrationEntry,
  MigrationChange,
  NewCell,
  CellChange,
  ProcessChange,
  NewRecording,
  RecordingChange,
  Durations,
  ClockSettings,
  Advance,
  FaultRule: RuleSchema,
  FaultDoing: DoingSchema,
  NewFaults,
  FaultChange: z.partialRecord(RuleSchema.keyof(), z.unknown()),
  NewScenario: z.union([ByName, ScenarioSchema]),
  JournalLimits: Limits,
  Expectation: ExpectationSchema,
  NewSnapshot,
} as const

/** What stands in a query: the words that it may have. */
export const QUERIES = {
  JournalChoice: Choice.extend(EntryMatchSchema.omit({ query: true, header: true }).shape),
  RecordingQuery,
} as const

export type RequestName = keyof typeof REQUESTS

/** What is answered that is no JSON. */
export type OtherType = 'text/event-stream' | 'text/plain'

export interface Described {
  /** The name of its function in a client that is generated from the document. */
  id: string
  /** The words of docs/control.md. */
  does: string
  query?: keyof typeof QUERIES
  body?: RequestName
  /** By status; null where there is no body. */
  answers: Record<number, AnswerName | RequestName | OtherType | null>
  /** What of its answer the routes below it are told in their path. */
  key?: string
  /** Statuses of a problem, beside those that go without saying: 400 and 413 with a body, 404 with a name in the path, 401. */
  refuses?: number[]
}

/** By method and path, as they are registered. */
export const ROUTES: Record<string, Described> = {
  'GET /health': {
    id: 'health',
    does: '200 once ready: `{"status": "ok", "version", "worlds", "uptime"}`, uptime in seconds',
    answers: { 200: 'Health' },
  },
  'GET /openapi.json': {
    id: 'document',
    does: 'all of these routes, with what they take and answer, as OpenAPI 3.1',
    answers: { 200: 'OpenApi' },
  },
  'GET /worlds': {
    id: 'listWorlds',
    does: 'all worlds, with their addresses and logins; the same from within each world',
    answers: { 200: 'WorldList' },
  },
  'POST /worlds': {
    id: 'makeWorld',
    does: 'make one: `{"name"?, "world"?, "release"?, "seed"?, "clock"?, "faults"?, "scenario"?}`, as a start takes them; `world` and `scenario` are the name of a built-in one, or written out as in a file',
    body: 'NewWorld',
    answers: { 201: 'WorldMade' },
    key: 'name',
    refuses: [409],
  },
  'GET /worlds/:name': { id: 'getWorld', does: 'one world', answers: { 200: 'World' } },
  'DELETE /worlds/:name': { id: 'endWorld', does: 'end it', answers: { 204: null }, refuses: [409] },
  'GET /state': { id: 'getState', does: 'the whole cloud, as a world file', answers: { 200: 'WorldFile' } },
  'PUT /state': {
    id: 'putState',
    does: 'another cloud in its place; who is logged in stays so',
    body: 'WorldFile',
    answers: { 200: 'WorldFile' },
    refuses: [409],
  },
  'POST /reset': {
    id: 'reset',
    does: 'back to how the world began: state, clock, chance, faults, journal; nobody is logged in; snapshots stay',
    answers: { 204: null },
  },
  'GET /services': {
    id: 'listServices',
    does: 'every service, with its `process`, and `state` and `zone` as Nova would say them',
    answers: { 200: 'ServiceList' },
  },
  'POST /services': {
    id: 'registerService',
    does: 'a process starts for the first time; it reports 5 s later, so `updated_at` is null until then',
    body: 'NewService',
    answers: { 201: 'Service' },
    key: 'uuid',
    refuses: [409],
  },
  'GET /services/:id': {
    id: 'getService',
    does: 'one, by UUID, by `binary@host`, or by integer id',
    answers: { 200: 'Service' },
    refuses: [409],
  },
  'PATCH /services/:id': {
    id: 'changeService',
    does: '`process` (`stopped` silences it, `hung` too but it is there, `running` starts it again, or lets it go on), `status`, `disabled_reason`, `forced_down`',
    body: 'ServiceChange',
    answers: { 200: 'Service' },
    refuses: [409],
  },
  'DELETE /services/:id': {
    id: 'deleteService',
    does: 'forget it, on the terms on which Nova deletes it',
    answers: { 204: null },
    refuses: [409],
  },
  'GET /instances': { id: 'listInstances', does: 'every instance', answers: { 200: 'InstanceList' } },
  'POST /instances': {
    id: 'placeInstances',
    does: 'place one, or `count` of them',
    body: 'NewInstance',
    answers: { 201: 'InstancesPlaced' },
    key: 'uuid',
    refuses: [409],
  },
  'GET /instances/:id': { id: 'getInstance', does: 'one, by UUID or by name', answers: { 200: 'Instance' } },
  'PATCH /instances/:id': {
    id: 'changeInstance',
    does: 'move it (`host`), rename it, give it a `status` or a state, lock it, say its `fault`, its `metadata` or its `tags`',
    body: 'InstanceChange',
    answers: { 200: 'Instance' },
    refuses: [409],
  },
  'DELETE /instances/:id': { id: 'removeInstance', does: 'remove it', answers: { 204: null } },
  'GET /aggregates': { id: 'listAggregates', does: 'every aggregate', answers: { 200: 'AggregateList' } },
  'POST /aggregates': {
    id: 'makeAggregate',
    does: 'make one',
    body: 'NewAggregate',
    answers: { 201: 'Aggregate' },
    key: 'id',
    refuses: [409],
  },
  'GET /aggregates/:id': { id: 'getAggregate', does: 'one, by id or by name', answers: { 200: 'Aggregate' } },
  'PATCH /aggregates/:id': {
    id: 'changeAggregate',
    does: '`name`, `availability_zone`, `hosts`, `metadata`',
    body: 'AggregateChange',
    answers: { 200: 'Aggregate' },
    refuses: [409],
  },
  'DELETE /aggregates/:id': { id: 'removeAggregate', does: 'remove it', answers: { 204: null } },
  'GET /migrations': {
    id: 'listMigrations',
    does: 'every record of a move or an evacuation',
    answers: { 200: 'MigrationList' },
  },
  'POST /migrations': {
    id: 'recordMigration',
    does: 'record one',
    body: 'NewMigration',
    answers: { 201: 'Migration' },
    key: 'id',
    refuses: [409],
  },
  'GET /migrations/:id': { id: 'getMigration', does: 'one, by id', answers: { 200: 'Migration' } },
  'PATCH /migrations/:id': {
    id: 'changeMigration',
    does: '`status`, `dest`; of one that is under way, `held`: let it wait where it is, or go on, and `fails_at`: the stage at which it fails; `{"status": "error"}` ends it so',
    body: 'MigrationChange',
    answers: { 200: 'Migration' },
    refuses: [409],
  },
  'DELETE /migrations/:id': { id: 'removeMigration', does: 'remove it', answers: { 204: null } },
  'GET /cells': { id: 'listCells', does: 'every cell, with its hosts', answers: { 200: 'CellList' } },
  'POST /cells': {
    id: 'addCell',
    does: 'add one: `{"name", "down"?}`',
    body: 'NewCell',
    answers: { 201: 'Cell' },
    key: 'name',
    refuses: [409],
  },
  'GET /cells/:name': { id: 'getCell', does: 'one, by name', answers: { 200: 'Cell' } },
  'PATCH /cells/:name': {
    id: 'changeCell',
    does: '`{"down": true}` takes its database away, `false` gives it back',
    body: 'CellChange',
    answers: { 200: 'Cell' },
  },
  'GET /processes': {
    id: 'listProcesses',
    does: 'every process, with the UUID of its `service`; null for one that goes on although its service was deleted',
    answers: { 200: 'ProcessList' },
  },
  'GET /processes/:id': { id: 'getProcess', does: 'one, by `binary@host`', answers: { 200: 'Process' } },
  'PATCH /processes/:id': {
    id: 'changeProcess',
    does: '`{"process"}` as above; one without a service that is stopped, then `running`, registers as a new service',
    body: 'ProcessChange',
    answers: { 200: 'Process' },
    refuses: [409],
  },
  'DELETE /processes/:id': {
    id: 'forgetProcess',
    does: 'the host of a process without a service is gone for good',
    answers: { 204: null },
    refuses: [409],
  },
  'GET /resource-providers': {
    id: 'listResourceProviders',
    does: `what Placement keeps of each host; \`"orphan": true\` where the host's service was deleted`,
    answers: { 200: 'ResourceProviderList' },
  },
  'GET /resource-providers/:id': {
    id: 'getResourceProvider',
    does: 'one, by UUID or by name',
    answers: { 200: 'ResourceProvider' },
  },
  'DELETE /resource-providers/:id': {
    id: 'removeResourceProvider',
    does: 'remove it, as an operator does with an orphan',
    answers: { 204: null },
    refuses: [409],
  },
  'GET /recordings': {
    id: 'listRecordings',
    does: 'the recordings that this world holds: `on`, `mode`, `else`, how many exchanges are `used`, how many requests were `unexpected`',
    answers: { 200: 'RecordingList' },
  },
  'POST /recordings': {
    id: 'holdRecording',
    does: `hold one and let it answer: \`{"recording": <the file's text>, "name"?, "mode"?, "else"?, "ids"?, "times"?, "on"?}\`; or the file itself, as \`application/x-ndjson\`, with these in the query. \`mode\`: \`match\` or \`strict\`; \`else\`: \`world\` or \`error\`; \`ids\`: \`recorded\` or \`seed\`; \`times\`: \`moved\` or \`recorded\`: [recordings.md](recordings.md)`,
    query: 'RecordingQuery',
    body: 'NewRecording',
    answers: { 201: 'Recording' },
    key: 'name',
    refuses: [409],
  },
  'GET /recordings/:name': {
    id: 'getRecording',
    does: 'one, with the notes of what went wrong when it was made',
    answers: { 200: 'RecordingWithNotes' },
  },
  'PATCH /recordings/:name': {
    id: 'changeRecording',
    does: '`on`, and `{"rewind": true}`: back to its beginning',
    body: 'RecordingChange',
    answers: { 200: 'Recording' },
  },
  'DELETE /recordings/:name': { id: 'dropRecording', does: 'hold it no longer', answers: { 204: null } },
  'GET /durations': {
    id: 'getDurations',
    does: 'how long each kind of work on servers takes: `boot`, `live-migrate`, `resize`, `evacuate` …',
    answers: { 200: 'DurationList' },
  },
  'PUT /durations': {
    id: 'setDurations',
    does: 'let it take so long from now on: `{"live-migrate": "10s"}`; what is not named stays',
    body: 'Durations',
    answers: { 200: 'DurationList' },
  },
  'GET /clock': { id: 'getClock', does: '`{"mode", "rate", "now"}`', answers: { 200: 'Clock' } },
  'PUT /clock': {
    id: 'setClock',
    does: '`mode` (`real`, `manual`: it stands), `rate` (60: a minute in each second), `now`',
    body: 'ClockSettings',
    answers: { 200: 'Clock' },
    refuses: [409],
  },
  'POST /clock/advance': {
    id: 'advanceClock',
    does: '`{"by": "61s"}`: let time pass, through what waits for a moment on the way, in order; `500ms`, `2h`, or a number of seconds',
    body: 'Advance',
    answers: { 200: 'Clock' },
    refuses: [409],
  },
  'GET /faults': {
    id: 'listFaults',
    does: 'every rule in its order, with how often it matched and fired: [faults.md](faults.md)',
    answers: { 200: 'FaultList' },
  },
  'POST /faults': {
    id: 'setFaults',
    does: 'set one or several, behind the others; the name of a ready-made one is a rule, too',
    body: 'NewFaults',
    answers: { 201: 'FaultsSet' },
  },
  'DELETE /faults': { id: 'clearFaults', does: 'take all away', answers: { 204: null } },
  'GET /faults/:name': { id: 'getFault', does: 'one of them', answers: { 200: 'Fault' } },
  'PATCH /faults/:name': {
    id: 'changeFault',
    does: 'change it; it goes on counting',
    body: 'FaultChange',
    answers: { 200: 'Fault' },
  },
  'DELETE /faults/:name': { id: 'removeFault', does: 'take it away', answers: { 204: null } },
  'GET /scenarios': {
    id: 'listScenarios',
    does: 'those that are played on this world, or were: [scenarios.md](scenarios.md)',
    answers: { 200: 'ScenarioList' },
  },
  'POST /scenarios': {
    id: 'playScenario',
    does: 'play one: `{"name": "cell-split"}`, or a scenario written out; its time is waited for',
    body: 'NewScenario',
    answers: { 201: 'ScenarioPlayed' },
    key: 'id',
    refuses: [409],
  },
  'GET /scenarios/:id': { id: 'getScenario', does: 'how far it is', answers: { 200: 'Scenario' } },
  'DELETE /scenarios/:id': { id: 'stopScenario', does: 'perform no further step of it', answers: { 204: null } },
  'GET /journal': {
    id: 'getJournal',
    does: 'what happened, by anything that a fault can match: `?operation=os-services:delete&host=host1&status=409`; `?format=har`: [journal.md](journal.md)',
    query: 'JournalChoice',
    answers: { 200: 'JournalOrHar' },
  },
  'PUT /journal': {
    id: 'limitJournal',
    does: 'how much it keeps: `{"entries"?, "bytes"?}`',
    body: 'JournalLimits',
    answers: { 200: 'JournalSummary' },
  },
  'DELETE /journal': { id: 'clearJournal', does: 'forget it; the ids go on', answers: { 204: null } },
  'GET /journal/stream': {
    id: 'followJournal',
    does: 'each entry as it comes, as server-sent events',
    query: 'JournalChoice',
    answers: { 200: 'text/event-stream' },
  },
  'POST /journal/verify': {
    id: 'verifyJournal',
    does: '200 when what was asked is what should have been; 417 when not, and what came instead',
    body: 'Expectation',
    answers: { 200: 'Verdict', 417: 'Verdict' },
  },
  'GET /journal/:id': { id: 'getEntry', does: 'one entry, whole', answers: { 200: 'Entry' } },
  'GET /metrics': {
    id: 'getMetrics',
    does: 'requests, faults, journals and the event loop, for Prometheus: [metrics.md](metrics.md)',
    answers: { 200: 'text/plain' },
  },
  'GET /snapshots': { id: 'listSnapshots', does: 'the moments that are kept', answers: { 200: 'SnapshotList' } },
  'POST /snapshots': {
    id: 'keepSnapshot',
    does: 'keep this moment: cloud, clock, chance, logins, faults, journal; `{"id"?}`',
    body: 'NewSnapshot',
    answers: { 201: 'Snapshot' },
    key: 'id',
    refuses: [409],
  },
  'GET /snapshots/:id': { id: 'getSnapshot', does: 'one', answers: { 200: 'Snapshot' } },
  'POST /snapshots/:id/restore': {
    id: 'restoreSnapshot',
    does: 'return to it; what it then answers is byte for byte what it answered before',
    answers: { 200: 'Snapshot' },
  },
  'DELETE /snapshots/:id': { id: 'forgetSnapshot', does: 'forget it', answers: { 204: null } },
}
