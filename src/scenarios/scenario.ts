/** A scenario: a world, and steps at times, after events, or in order. Read from YAML; complaints carry file and line. */

import * as z from 'zod'
import { INSTANCE_STATUSES } from '../cloud/instance-states.ts'
import { type Checked, check } from '../reading/check.ts'
import { clockWord } from '../reading/clock-schema.ts'
import type { Complaint } from '../reading/complaint.ts'
import { duration } from '../reading/duration.ts'
import { readYaml } from '../reading/yaml.ts'
import { VERB_NAMES, VERBS, type VerbName } from './step.ts'

const text = z.string().min(1)

/** What is to be true of a service. What is not named may be anything. */
const ServiceState = z.strictObject({
  host: text,
  binary: text.optional(),
  state: z.enum(['up', 'down']).optional(),
  status: z.enum(['enabled', 'disabled']).optional(),
  disabled_reason: z.string().nullish(),
  forced_down: z.boolean().optional(),
  gone: z.boolean().optional(),
})

const InstanceState = z.strictObject({
  name: text,
  host: text.nullish(),
  status: z.enum(INSTANCE_STATUSES).optional(),
  gone: z.boolean().optional(),
})

const MigrationState = z.strictObject({
  source: text,
  type: text.optional(),
  status: text.optional(),
  dest: text.nullish(),
  count: z.int().min(0).optional(),
})

/** Of which requests it is: the words of a fault's `match`. */
const Requests = z.looseObject({})

/** What a fault is: its keys are those of docs/faults.md. */
const FAULT = 'expected a rule, or the name of a ready-made fault'

/** A request that the scenario makes itself, as a client would. `{host1}` in a path is the id of its nova-compute. */
const Ask = z.strictObject({
  method: z.enum(['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'HEAD']).optional(),
  path: z.string().startsWith('/'),
  version: text.optional(),
  token: text.optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
  status: z.int().optional(),
  message: text.optional(),
})

const Expect = z.strictObject({
  service: ServiceState.optional(),
  instance: InstanceState.optional(),
  migrations: MigrationState.optional(),
  requests: Requests.optional(),
  command: z.strictObject({ exit: z.int().min(0) }).optional(),
})

const When = z.strictObject({
  request: Requests.optional(),
  service: ServiceState.optional(),
  instance: InstanceState.optional(),
  command: z.enum(['ended']).optional(),
})

const Step = z.strictObject({
  say: text.optional(),
  at: duration.optional(),
  when: When.optional(),
  within: duration.optional(),
  ...verbs(),
  advance: duration.optional(),
  fault: z.union([text, z.looseObject({})], FAULT).optional(),
  'clear-fault': text.optional(),
  ask: Ask.optional(),
  expect: Expect.optional(),
})

/** What a step may do, beside the operations on the cloud. */
export const OTHER_ACTIONS = ['advance', 'fault', 'clear-fault', 'ask', 'expect'] as const

export type ActionName = VerbName | (typeof OTHER_ACTIONS)[number]

const ACTION_NAMES: ActionName[] = [...VERB_NAMES, ...OTHER_ACTIONS]

export const ScenarioSchema = z.strictObject({
  name: text.optional(),
  about: text.optional(),
  world: z.union([text, z.looseObject({})]).optional(),
  seed: z.int().optional(),
  clock: clockWord.optional(),
  faults: z.array(z.union([text, z.looseObject({})], FAULT)).optional(),
  steps: z.array(Step).min(1, 'a scenario has at least one step'),
})

export type Scenario = z.infer<typeof ScenarioSchema>
export type Step = z.infer<typeof Step>
export type AskStep = z.infer<typeof Ask>
export type ServiceState = z.infer<typeof ServiceState>
export type InstanceState = z.infer<typeof InstanceState>
export type MigrationState = z.infer<typeof MigrationState>
export type WhenStep = z.infer<typeof When>

/** What a step does: its one action; `undefined` for one that only waits or says something. */
export function actionOf(step: Step): ActionName | undefined {
  return ACTION_NAMES.find((name) => step[name] !== undefined)
}

/** What is known of worlds, faults and requests; each checks a piece of a scenario, and says what is wrong with it. */
export interface Vocabulary {
  checkWorld(world: string | object): Complaint[]
  /** One, or a list of them. */
  checkFaults(rules: unknown): Complaint[]
  checkMatch(match: object): Complaint[]
  checkRequests(expected: object): Complaint[]
}

/** @throws {InputError} with `file:line:column: what is wrong` for each complaint */
export function readScenario(source: string, file: string, words: Vocabulary): Scenario {
  return readYaml(source, file, (value) => checkScenario(value, words))
}

/** The scenario that a value stands for, as it came out of YAML or JSON; or every complaint about it. */
export function checkScenario(value: unknown, words: Vocabulary): Checked<Scenario> {
  const checked = check(ScenarioSchema, value)
  if (checked.complaints !== undefined) return checked
  const { world, steps, faults = [] } = checked.value
  const complaints = [
    ...under(['world'], world === undefined ? [] : words.checkWorld(world)),
    ...under(['faults'], words.checkFaults(faults)),
    ...steps.flatMap((step, index) => [
      ...oneActionOnly(step, index),
      ...under(['steps', index, 'fault'], step.fault === undefined ? [] : words.checkFaults(step.fault)),
      ...under(['steps', index, 'when', 'request'], step.when?.request ? words.checkMatch(step.when.request) : []),
      ...under(['steps', index, 'expect', 'requests'], requestsOf(step, words)),
    ]),
  ]
  return complaints.length > 0 ? { complaints } : checked
}

function requestsOf({ expect }: Step, words: Vocabulary): Complaint[] {
  return expect?.requests ? words.checkRequests(expect.requests) : []
}

function under(place: Complaint['path'], complaints: Complaint[]): Complaint[] {
  return complaints.map((complaint) => ({ ...complaint, path: [...place, ...complaint.path] }))
}

function oneActionOnly(step: Step, index: number): Complaint[] {
  const actions = ACTION_NAMES.filter((name) => step[name] !== undefined)
  const path = ['steps', index]
  if (actions.length > 1) {
    return [
      { message: `a step does one thing; this one does ${actions.join(' and ')}`, path, hint: 'make it two steps' },
    ]
  }
  const waits = step.at !== undefined || step.when !== undefined || step.say !== undefined
  if (actions.length === 0 && !waits) {
    return [{ message: 'this step does nothing', path, hint: `it may ${ACTION_NAMES.slice(0, 8).join(', ')} …` }]
  }
  return []
}

type Verbs = { [Name in VerbName]: z.ZodOptional<(typeof VERBS)[Name]['takes']> }

function verbs(): Verbs {
  const entries = VERB_NAMES.map((name) => [name, VERBS[name].takes.optional().describe(VERBS[name].what)])
  return Object.fromEntries(entries) as Verbs
}
