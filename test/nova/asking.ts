/** A novasim to put recorded questions to, over a socket: paths have to arrive as they are. And what differs between any two clouds, named. */

import { expect } from 'vitest'
import { send } from '../../scripts/conformance/wire.ts'
import { type StartedEmulator, startEmulator } from '../../src/emulator.ts'
import { dumps, type Writable } from '../../src/python/json.ts'

const VERBS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'] as const
const HEADERS = [
  ...['content-type', 'openstack-api-version', 'x-openstack-nova-api-version', 'vary', 'location', 'allow'],
  ...['www-authenticate', 'retry-after', 'x-subject-token'],
]
const PRESENT = ['x-openstack-request-id', 'x-compute-request-id', 'content-length']

export interface Case extends Partial<Record<(typeof VERBS)[number], string>> {
  as?: string
  version?: string
  root?: boolean
  /** Who is asked, where it is not Nova. */
  at?: 'identity' | 'placement'
  /** null: the one that goes along otherwise is left out. */
  headers?: Record<string, string | null>
  body?: unknown
  raw?: string
  /** Until when it is not asked: that a server has nothing to do any more, `server a`; and so many seconds on top. */
  wait?: string
  pause?: number
  /** The answer is a list whose order the cloud does not promise. */
  unordered?: boolean
}

export interface Asking {
  emulator: StartedEmulator
  /** What each name in a question stands for. */
  names: Map<string, string>
  /** The tokens of those who ask. */
  tokens: Record<string, string | undefined>
}

/** Stands behind the name of what has no other than something else has: a service of another cell, a server. */
const ELSEWHERE = ' of another cell'

/** @param world its file. @param release that of the file unless it says */
export async function startAsking(world: string, release?: string): Promise<Asking> {
  const emulator = await startEmulator({ world, release })
  const [admin, reader] = [await logIn(emulator, 'admin', 'admin'), await logIn(emulator, 'reader', 'demo')]
  const names = new Map([['token', admin]])
  for (const [version, kind] of [
    ['2.1', 'int'],
    ['2.53', 'uuid'],
  ]) {
    const headers = { 'X-Auth-Token': admin, 'OpenStack-API-Version': `compute ${version}` }
    const { text } = await send(emulator.url, { method: 'GET', path: '/v2.1/os-services', headers })
    for (const { id, binary, host } of JSON.parse(text).services) {
      const name = `${kind} ${binary}@${host}`
      names.set(names.has(name) ? name + ELSEWHERE : name, `${id}`)
    }
  }
  for (const [name, token] of [
    ['admin', admin],
    ['demo', reader],
  ] as const) {
    const { text } = await send(emulator.url, {
      method: 'GET',
      path: '/identity/v3/auth/projects',
      headers: { 'X-Auth-Token': token },
    })
    for (const project of JSON.parse(text).projects) if (project.name === name) names.set(`project ${name}`, project.id)
  }
  names.set('uuid token admin unscoped', await logIn(emulator, 'admin'))
  names.set('uuid token admin system', await logIn(emulator, 'admin', { system: { all: true } }))
  names.set('uuid token admin domain', await logIn(emulator, 'admin', { domain: { id: 'default' } }))
  names.set('uuid token nova service', await logIn(emulator, 'nova', 'service'))
  const revoked = await logIn(emulator, 'admin', 'admin')
  await send(emulator.url, {
    method: 'DELETE',
    path: '/identity/v3/auth/tokens',
    headers: { 'X-Auth-Token': revoked, 'X-Subject-Token': revoked },
  })
  names.set('uuid token revoked', revoked)
  return { emulator, names, tokens: { admin, reader, stranger: 'not-a-token' } }
}

async function logIn(emulator: StartedEmulator, name: string, where?: string | object): Promise<string> {
  const identity = {
    methods: ['password'],
    password: { user: { name, password: 'secret', domain: { id: 'default' } } },
  }
  const scope = typeof where === 'string' ? { project: { name: where, domain: { id: 'default' } } } : where
  const body = JSON.stringify({ auth: { identity, ...(scope && { scope }) } })
  const json = { 'Content-Type': 'application/json' }
  const { headers } = await send(emulator.url, {
    method: 'POST',
    path: '/identity/v3/auth/tokens',
    headers: json,
    body,
  })
  return `${headers['x-subject-token']}`
}

/** What a question may call by its name, and where that is listed. */
const LISTED = {
  // Those that are gone, too.
  server: { path: '/servers?all_tenants=1&changes-since=1970-01-01', key: 'servers', name: 'name' },
  aggregate: { path: '/os-aggregates', key: 'aggregates', name: 'name' },
  hypervisor: { path: '/os-hypervisors', key: 'hypervisors', name: 'hypervisor_hostname' },
} as const

/** Learn how those of a kind are called. */
export async function lookUp({ emulator, names }: Asking, kind: keyof typeof LISTED): Promise<void> {
  const { path, key, name } = LISTED[kind]
  const headers = { 'X-Auth-Token': names.get('token')!, 'OpenStack-API-Version': 'compute 2.53' }
  const { text } = await send(emulator.url, { method: 'GET', path: `/v2.1${path}`, headers })
  for (const each of JSON.parse(text)[key] ?? []) {
    const [called, id] = [`${kind} ${each[name]}`, `${each.id}`]
    const other = names.get(called)
    if (other !== undefined && other !== id) names.set(called + ELSEWHERE + other, other)
    names.set(called, id)
  }
}

/** Learn which request did what to each server: `{action web-1 create}`. */
export async function lookUpActions({ emulator, names }: Asking): Promise<void> {
  const headers = { 'X-Auth-Token': names.get('token')!, 'OpenStack-API-Version': 'compute 2.21' }
  for (const [name, id] of [...names]) {
    if (!name.startsWith('server ')) continue
    const { text } = await send(emulator.url, {
      method: 'GET',
      path: `/v2.1/servers/${id}/os-instance-actions`,
      headers,
    })
    for (const { action, request_id } of JSON.parse(text).instanceActions) {
      names.set(`action ${name.slice(7)} ${action}`, request_id)
    }
  }
}

/** Stands for a server that there is not. */
const NOBODY = '00000000-dead-4eef-8000-000000000000'

/** The cloud's time passes, not ours. */
async function waitFor({ emulator }: Asking, { wait = '', pause = 0 }: Case): Promise<void> {
  const { cloud } = await emulator.ready
  await cloud.clock.pass(pause * 1000)
  const isBusy = () => {
    const servers = [...cloud.state.instances.values()].filter(({ name }) => `server ${name}` === wait)
    return servers.some(({ taskState, vmState }) => taskState !== null || vmState === 'building')
  }
  for (let seconds = 0; isBusy(); seconds++) {
    if (seconds > 60) expect.fail(`${wait} is still busy`)
    await cloud.clock.pass(1000)
  }
}

/** Stands before the name of a service that was deleted: no cloud lists it any more, but a question may still mean it. */
const GONE = 'gone '

function forget(names: Asking['names'], path: string): void {
  for (const [name, id] of [...names]) {
    if (!name.startsWith('uuid nova-') || !path.endsWith(`/os-services/${id}`)) continue
    names.delete(name)
    names.set(GONE + name, id)
  }
}

const BASES = { identity: '/identity/v3', placement: '/placement' }

export async function answerTo(asking: Asking, asked: Case) {
  const { emulator, names, tokens } = asking
  if (asked.pause !== undefined || asked.wait !== undefined) await waitFor(asking, asked)
  for (const [, kind] of JSON.stringify(asked).matchAll(/\{(server|aggregate|hypervisor) /g)) {
    await lookUp(asking, kind as keyof typeof LISTED)
  }
  const fill = (text: string) => {
    return text.replace(/\{(token|(?:uuid|int|server|aggregate|hypervisor|action|project) [^}]+)\}/g, (whole, name) => {
      return names.get(name) ?? names.get(GONE + name) ?? (name.startsWith('server ') ? NOBODY : expect.fail(whole))
    })
  }
  const method = VERBS.find((verb) => asked[verb] !== undefined)!
  const token = tokens[asked.as ?? 'admin']
  const body = 'body' in asked ? JSON.stringify(asked.body) : asked.raw
  const headers: Record<string, string> = {
    Accept: 'application/json',
    ...(token !== undefined && { 'X-Auth-Token': token }),
    ...(asked.version !== undefined && {
      'OpenStack-API-Version': `${asked.at === 'placement' ? 'placement' : 'compute'} ${asked.version}`,
    }),
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
  }
  for (const [name, value] of Object.entries(asked.headers ?? {})) {
    if (value === null) delete headers[name]
    else headers[name] = fill(value)
  }
  const path = (asked.root ? '' : asked.at ? BASES[asked.at] : '/v2.1') + fill(asked[method]!)
  const answer = await send(emulator.url, { method, path, headers, body })
  if (asked.GET?.startsWith('/os-hypervisors')) await lookUp(asking, 'hypervisor')
  if (asked.POST === '/servers' && answer.status === 202) await lookUp(asking, 'server')
  if (method === 'DELETE' && answer.status === 204) forget(names, path)
  const { url } = emulator
  const tidied = (text: string) => tidy(text, { names, url, path: asked[method]!, at: asked.at })
  if ('x-subject-token' in answer.headers) answer.headers['x-subject-token'] = '<a token>'
  return {
    status: answer.status,
    headers: Object.fromEntries(
      HEADERS.flatMap((name) => (name in answer.headers ? [[name, tidied(`${answer.headers[name]}`)]] : [])),
    ),
    present: PRESENT.filter((name) => name in answer.headers),
    body: calm(asked, tidied(answer.text)),
  }
}

/** Of a token and a catalogue, the lists whose order Keystone does not promise. */
const UNORDERED = new Set(['roles', 'catalog', 'endpoints', 'projects'])

/** What a cloud leaves to chance, put in order or named: the hosts of a zone, the numbers of hypervisors, and lists that say so. */
function calm(asked: Case, text: string): string {
  const path = asked.GET ?? ''
  const zones = path.startsWith('/os-availability-zone')
  const hypervisors = path.startsWith('/os-hypervisors')
  if (!text.startsWith('{') || !(asked.unordered || asked.at === 'identity' || zones || hypervisors)) return text
  const walk = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) {
      const inside = value.map((each) => walk(each, key))
      return asked.at === 'identity' && UNORDERED.has(key) ? inside.sort(byText) : inside
    }
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value).map(([name, each]): [string, unknown] => [name, walk(each, name)])
    const calmed = Object.fromEntries(zones && key === 'hosts' ? entries.sort(byName).map(sortedInside) : entries)
    if (hypervisors && typeof calmed.id === 'number') {
      calmed.id = `<int ${calmed.hypervisor_hostname ?? `nova-compute@${calmed.host}`}>`
    }
    return calmed
  }
  const before = JSON.parse(text)
  const calmed = walk(before, '') as Record<string, unknown>
  if (asked.unordered) {
    for (const [key, value] of Object.entries(calmed)) {
      if (Array.isArray(value)) {
        calmed[key] = value.sort(byText)
      }
    }
  }
  const after = dumps(calmed as Writable)
  return after === dumps(before) ? text : after + (text.endsWith('\n') ? '\n' : '')
}

function sortedInside([name, value]: [string, unknown]): [string, unknown] {
  return [name, Object.fromEntries(Object.entries(value as object).sort(byName))]
}

function byText(one: unknown, other: unknown): number {
  return dumps(one as Writable) < dumps(other as Writable) ? -1 : 1
}

function byName([one]: [string, unknown], [other]: [string, unknown]): number {
  return one < other ? -1 : 1
}

interface Tidying {
  names: Map<string, string>
  url: string
  path: string
  at: Case['at']
}

/** What differs between any two clouds, replaced by a name. */
function tidy(text: string, { names, url, path, at }: Tidying): string {
  let tidied = text
  for (const [name, id] of names)
    if (/^(uuid nova-|server|hypervisor)/.test(name)) tidied = tidied.replaceAll(id, `<${name.split(ELSEWHERE)[0]}>`)
  tidied = tidied
    .replaceAll(names.get('token')!, '<token>')
    .replaceAll(`${url}/identity/v3`, '<identity>')
    .replaceAll(`${url}/identity`, '<keystone>')
    .replaceAll(`${url}/placement`, '<placement>')
    .replaceAll(`${url}/v2.1`, '<nova>')
    .replaceAll(url, '<compute>')
    .replace(/req-[\da-f-]{36}/g, '<request>')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?/g, '<time>')
    .replace(/\b[\da-f]{56}\b/g, '<host-id>')
    .replace(/\b[\da-f]{32}\b/g, '<id>')
    .replace(/\br-[\da-z]{8}\b/g, '<reservation>')
    .replace(/"adminPass": "[^"]*"/g, '"adminPass": "<password>"')
    .replace(/"(details|traceback)": "(?:Traceback \(most| {2}File)(?:[^"\\]|\\.)*"/g, '"$1": "<traceback>"')
    .replace(/"audit_ids": \["[^\]]*"\]/g, '"audit_ids": ["<audit>"]')
  if (at === 'placement') tidied = tidied.replace(/("(?:resource_provider_)?generation": )\d+/g, '$1"<generation>"')
  // Of those that have the same in several cells, the last one.
  const integers = new Map([...names].filter(([name]) => name.startsWith('int ')).map(([name, id]) => [id, name]))
  for (const [id, whole] of integers) {
    const name = whole.replace(ELSEWHERE, '')
    if (path.includes('/os-services')) tidied = tidied.replace(new RegExp(`("id": )${id}\\b`, 'g'), `$1"<${name}>"`)
    tidied = tidied.replace(new RegExp(`\\b((?:Service|uuid|os-services/) ?)${id}\\b`, 'g'), `$1<${name}>`)
  }
  return tidied.replace(/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/g, '<uuid>')
}
