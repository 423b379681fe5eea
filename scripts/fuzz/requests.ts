/** Requests to begin from: those that real clouds were asked, and one for each route of control. */

import { globSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { createEmulator } from '../../src/emulator.ts'
import { methodOf, pathOf, type Question } from '../conformance/question.ts'
import { STEERING } from './steering.ts'

export interface Asked {
  method: string
  /** Below the address of the emulator. */
  path: string
  headers: Record<string, string>
  body: string | undefined
}

/** The world in which names of the questions stand for something. */
export const WORLD = 'fixtures/servers/world.yaml'

/** One of them is put in the place of so many that differ in their version alone. */
const OF_EACH = 3

/** By who is asked. */
export async function seedRequests(): Promise<Record<string, Asked[]>> {
  const fill = await filler()
  const questions = (set: string): Asked[] =>
    globSync(`fixtures/${set}/{questions/*.yaml,answers/*.jsonl}`)
      .sort()
      .flatMap((file) => questionsIn(file))
      .flatMap((question) => asked(question, set, fill) ?? [])
  return {
    nova: fewOfEach([...questions('nova'), ...questions('cases')]),
    servers: fewOfEach(questions('servers')),
    keystone: fewOfEach(questions('keystone')),
    placement: fewOfEach(questions('placement')),
    glance: fewOfEach(questions('glance')),
    control: STEERING.map(([method, path, body]) => ({
      method,
      path: `/_novasim${path}`,
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    })),
  }
}

/** Files of questions, and files of answers that say what was asked. */
function questionsIn(file: string): Question[] {
  const text = readFileSync(file, 'utf8')
  if (file.endsWith('.yaml')) return existing(parse(text))
  if (!file.includes('/cases/')) return []
  return text.split('\n').flatMap((line) => (line === '' ? [] : existing([JSON.parse(line).case])))
}

function existing(value: unknown): Question[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'object' && each !== null) : []
}

function asked(question: Question, set: string, fill: (text: string) => string): Asked | undefined {
  const { at = set, root, version, headers, as, body, raw } = question
  const place =
    at === 'keystone' || at === 'identity'
      ? '/identity/v3'
      : at === 'placement'
        ? '/placement'
        : at === 'glance'
          ? '/image'
          : '/v2.1'
  const service = at === 'placement' ? 'placement' : 'compute'
  const sent = 'body' in question ? JSON.stringify(body) : raw
  if (sent !== undefined && sent.length > 20_000) return undefined
  const all: Record<string, string | null> = {
    'X-Auth-Token': as === 'reader' ? 'reader' : 'admin',
    ...(version !== undefined && { 'OpenStack-API-Version': `${service} ${version}` }),
    ...(sent !== undefined && { 'Content-Type': 'application/json' }),
    ...headers,
  }
  const path = root ? pathOf(question) : `${place}${pathOf(question)}`
  return {
    method: methodOf(question),
    path: fill(path),
    headers: Object.fromEntries(
      Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [[name, fill(value)]])),
    ),
    body: sent === undefined ? undefined : fill(sent),
  }
}

/** Puts an id of the world in the place of each name; where nothing has the name, that of something of its kind. */
async function filler(): Promise<(text: string) => string> {
  await using emulator = createEmulator({ world: WORLD, clock: 'manual' })
  const { cloud } = await emulator.ready
  const { services, instances, aggregates, identity } = cloud.state
  const all = [...services.values()]
  const ids: Record<string, Map<string, string>> = {
    server: new Map([...instances.values()].map(({ name, uuid }) => [name, uuid])),
    int: new Map(all.map(({ binary, host, id }) => [`${binary}@${host}`, String(id)])),
    uuid: new Map(all.map(({ binary, host, uuid }) => [`${binary}@${host}`, uuid])),
    aggregate: new Map([...aggregates.values()].map(({ name, id }) => [name, String(id)])),
    project: new Map([...identity.projects.values()].map(({ name, id }) => [name, id])),
  }
  const hypervisors = new Map(
    all.filter(({ binary }) => binary === 'nova-compute').map(({ host, uuid }) => [host, uuid]),
  )
  return (text) =>
    text.replace(/\{([a-z]+) ([^{}"]*)\}/g, (whole, kind: string, name: string) => {
      if (kind === 'uuid' && name.startsWith('token ')) return 'admin'
      const known = ids[kind] ?? (kind === 'hypervisor' || kind === 'provider' ? hypervisors : undefined)
      return known?.get(name) ?? [...(known?.values() ?? [])][name.length % Math.max(known?.size ?? 0, 1)] ?? whole
    })
}

function fewOfEach(requests: Asked[]): Asked[] {
  const counts = new Map<string, number>()
  return requests.filter(({ method, path, body }) => {
    const alike = `${method} ${path} ${body}`
    const count = (counts.get(alike) ?? 0) + 1
    counts.set(alike, count)
    return count <= OF_EACH
  })
}
