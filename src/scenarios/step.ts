/** The steps of a scenario: each one's name, what it takes, and the operation that it performs. */

import * as z from 'zod'
import { type Cell, findCell, setCellDown } from '../cloud/cells.ts'
import type { Cloud } from '../cloud/cloud.ts'
import { impossible } from '../cloud/errors.ts'
import { INSTANCE_STATUSES } from '../cloud/instance-states.ts'
import { changeInstance, findInstance, type Instance, placeInstances, removeInstance } from '../cloud/instances.ts'
import { changeMigration, type Migration } from '../cloud/migrations.ts'
import { evacuateHost, migrateInstance } from '../cloud/moves.ts'
import { findLeftProcess } from '../cloud/processes.ts'
import {
  deleteService,
  hangProcess,
  registerService,
  type Service,
  startLeftProcess,
  startProcess,
  stopProcess,
  updateService,
} from '../cloud/services.ts'
import { duration, durationMs } from '../reading/duration.ts'

const text = z.string().min(1)

/** `host1` is its nova-compute; another service is written `binary@host`. */
const service = text.describe('a host, for its nova-compute, or binary@host')

interface Verb<Schema extends z.ZodType> {
  /** For people, in the schema that editors read. */
  what: string
  takes: Schema
  perform(cloud: Cloud, given: z.infer<Schema>): void
}

function verb<Schema extends z.ZodType>(made: Verb<Schema>): Verb<Schema> {
  return made
}

/** What a step may do to the cloud. Each is one operation of `cloud/`, which may refuse it. */
export const VERBS = {
  silence: verb({
    what: 'the process ends, or is killed: nobody hears from it any more',
    takes: service,
    perform: (cloud, name) => stopProcess(cloud, serviceAt(cloud, name)),
  }),
  restart: verb({
    what: 'the process starts again, and completes the evacuations from its host; where its service was deleted, it registers anew',
    takes: service,
    perform(cloud, name) {
      const left = findNamed(cloud, name) ? undefined : findLeftProcess(cloud, named(name))
      if (left) {
        startLeftProcess(cloud, left)
        return
      }
      const found = serviceAt(cloud, name)
      stopProcess(cloud, found)
      startProcess(cloud, found)
    },
  }),
  hang: verb({
    what: 'the process is there, but does nothing and reports no more',
    takes: service,
    perform: (cloud, name) => hangProcess(cloud, serviceAt(cloud, name)),
  }),
  register: verb({
    what: 'a process starts for the first time on a new host',
    takes: service,
    perform: (cloud, name) => void registerService(cloud, named(name)),
  }),
  disable: verb({
    what: 'a service is disabled',
    takes: z.strictObject({ service, reason: text.optional() }),
    perform: (cloud, { service: name, reason }) =>
      void updateService(cloud, serviceAt(cloud, name), { disabled: true, disabledReason: reason ?? null }),
  }),
  enable: verb({
    what: 'a service is enabled',
    takes: service,
    perform: (cloud, name) =>
      void updateService(cloud, serviceAt(cloud, name), { disabled: false, disabledReason: null }),
  }),
  'force-down': verb({
    what: 'somebody says that a service is down, whatever it says itself',
    takes: service,
    perform: (cloud, name) => void updateService(cloud, serviceAt(cloud, name), { forcedDown: true }),
  }),
  'force-up': verb({
    what: 'that is taken back; refused while evacuations from the host are done but not completed',
    takes: service,
    perform: (cloud, name) => void updateService(cloud, serviceAt(cloud, name), { forcedDown: false }),
  }),
  'delete-service': verb({
    what: 'a service is forgotten, on the terms on which Nova deletes it',
    takes: service,
    perform: (cloud, name) => deleteService(cloud, serviceAt(cloud, name)),
  }),
  place: verb({
    what: 'instances appear on a host',
    takes: z.strictObject({
      name: text,
      host: text,
      count: z.int().min(1).max(1_000_000, 'expected no more than 1000000').optional(),
      status: z.enum(INSTANCE_STATUSES).optional(),
    }),
    perform: (cloud, wanted) => void placeInstances(cloud, wanted),
  }),
  move: verb({
    what: 'an instance is on another host from one moment to the next',
    takes: z.strictObject({ instance: text, to: text }),
    perform: (cloud, { instance, to }) => void changeInstance(cloud, instanceAt(cloud, instance), { host: to }),
  }),
  remove: verb({
    what: 'an instance is gone',
    takes: text,
    perform: (cloud, name) => removeInstance(cloud, instanceAt(cloud, name)),
  }),
  migrate: verb({
    what: 'an instance moves live; it takes its time, and fails when a host goes down on the way',
    takes: z.strictObject({ instance: text, to: text, takes: duration.optional() }),
    perform: (cloud, { instance, to, takes }) =>
      void migrateInstance(cloud, instanceAt(cloud, instance), to, takes === undefined ? undefined : durationMs(takes)),
  }),
  evacuate: verb({
    what: 'the instances of a host that is down are rebuilt on another, and leave evacuations behind',
    takes: z.strictObject({ from: text, to: text }),
    perform: (cloud, { from, to }) => void evacuateHost(cloud, from, to),
  }),
  'end-migrations': verb({
    what: 'the migrations that are under way from or to a host end so',
    takes: z.strictObject({ host: text, status: text }),
    perform(cloud, { host, status }) {
      for (const migration of underWay(cloud, host)) changeMigration(cloud, migration, { status })
    },
  }),
  'cell-down': verb({
    what: "a cell's database is gone",
    takes: text,
    perform: (cloud, name) => void setCellDown(cloud, cellAt(cloud, name).name, true),
  }),
  'cell-up': verb({
    what: "a cell's database is back",
    takes: text,
    perform: (cloud, name) => void setCellDown(cloud, cellAt(cloud, name).name, false),
  }),
} as const

export type VerbName = keyof typeof VERBS

export const VERB_NAMES = Object.keys(VERBS) as VerbName[]

/** Perform a step that has been checked. @throws {CloudError} when the operation refuses it */
export function perform(cloud: Cloud, name: VerbName, given: unknown): void {
  const { takes, perform: run } = VERBS[name] as Verb<z.ZodType>
  run(cloud, takes.parse(given))
}

/** `host1` or `binary@host`. @throws {CloudError} Impossible: there is none */
export function serviceAt(cloud: Cloud, name: string): Service {
  return findNamed(cloud, name) ?? impossible(`there is no service "${name}"`, { hint: known(cloud) })
}

export function findNamed(cloud: Cloud, name: string): Service | undefined {
  const { binary, host } = named(name)
  for (const each of cloud.state.services.values()) if (each.binary === binary && each.host === host) return each
}

/** What `host1` or `binary@host` means. */
export function named(name: string): { binary: string; host: string } {
  const at = name.indexOf('@')
  return at < 0 ? { binary: 'nova-compute', host: name } : { binary: name.slice(0, at), host: name.slice(at + 1) }
}

function known(cloud: Cloud): string {
  const names = [...cloud.state.services.values()].map(({ binary, host }) => `${binary}@${host}`)
  return names.length > 6 ? `there are ${names.length} services` : `the services are ${names.join(', ')}`
}

function instanceAt(cloud: Cloud, name: string): Instance {
  return findInstance(cloud, name) ?? impossible(`there is no instance "${name}"`)
}

function cellAt(cloud: Cloud, name: string): Cell {
  return findCell(cloud, name) ?? impossible(`there is no cell "${name}"`)
}

function underWay(cloud: Cloud, host: string): Migration[] {
  const ways = ['accepted', 'preparing', 'running', 'queued', 'post-migrating', 'pre-migrating']
  return [...cloud.state.migrations.values()].filter(
    ({ status, source, dest }) => ways.includes(status) && (source === host || dest === host),
  )
}
