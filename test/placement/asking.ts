/** A novasim to put recorded questions about Placement and Glance to, over a socket. And what differs between any two clouds, named. */

import { expect } from 'vitest'
import { send } from '../../scripts/conformance/wire.ts'
import { type StartedEmulator, startEmulator } from '../../src/emulator.ts'
import { dumps, type Writable } from '../../src/python/json.ts'

const VERBS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'] as const
const HEADERS = [
  ...['content-type', 'openstack-api-version', 'vary', 'location', 'allow', 'www-authenticate'],
  ...['cache-control', 'last-modified', 'retry-after'],
]
const PRESENT = ['x-openstack-request-id', 'x-compute-request-id', 'content-length']

export interface Case extends Partial<Record<(typeof VERBS)[number], string>> {
  as?: string
  version?: string
  /** null: the one that goes along otherwise is left out. */
  headers?: Record<string, string | null>
  body?: unknown
  raw?: string
  /** The answer has lists, or dicts, whose order the cloud does not promise. */
  unordered?: boolean
}

export interface Asking {
  emulator: StartedEmulator
  /** What each name in a question stands for. */
  names: Map<string, string>
  /** The tokens of those who ask. */
  tokens: Record<string, string | undefined>
}

export async function startAsking(world: string): Promise<Asking> {
  const emulator = await startEmulator({ world })
  const tokens: Asking['tokens'] = { stranger: 'not-a-token' }
  for (const [name, user, scope] of [
    ['admin', 'admin', 'admin'],
    ['reader', 'reader', 'demo'],
    ['admin unscoped', 'admin', undefined],
    ['admin system', 'admin', { system: { all: true } }],
    ['admin domain', 'admin', { domain: { id: 'default' } }],
    ['nova service', 'nova', 'service'],
    ['revoked', 'admin', 'admin'],
  ] as const) {
    tokens[name] = await logIn(emulator, user, scope)
  }
  const { admin = '', revoked = '' } = tokens
  await send(emulator.url, {
    method: 'DELETE',
    path: '/identity/v3/auth/tokens',
    headers: { 'X-Auth-Token': revoked, 'X-Subject-Token': revoked },
  })
  const { cloud } = await emulator.ready
  const { identity, resourceProviders, instances } = cloud.state
  return {
    emulator,
    tokens: { ...tokens, admin },
    names: new Map([
      ...[...identity.projects.values()].map(({ name, id }): [string, string] => [`project ${name}`, id]),
      ...[...resourceProviders.values()].map(({ name, uuid }): [string, string] => [`provider ${name}`, uuid]),
      ...[...instances.values()].map(({ name, uuid }): [string, string] => [`server ${name}`, uuid]),
    ]),
  }
}

async function logIn(emulator: StartedEmulator, name: string, where?: string | object): Promise<string> {
  const user = { name, password: 'secret', domain: { id: 'default' } }
  const scope = typeof where === 'string' ? { project: { name: where, domain: { id: 'default' } } } : where
  const auth = { identity: { methods: ['password'], password: { user } }, ...(scope && { scope }) }
  const json = { 'Content-Type': 'application/json' }
  const { headers } = await send(emulator.url, {
    method: 'POST',
    path: '/identity/v3/auth/tokens',
    headers: json,
    body: JSON.stringify({ auth }),
  })
  return `${headers['x-subject-token']}`
}

/** @param place where the face is below the world's address */
export async function answerTo({ emulator, names, tokens }: Asking, place: '/placement' | '/image', asked: Case) {
  const method = VERBS.find((verb) => asked[verb] !== undefined)!
  const path = asked[method]!.replace(/\{((?:provider|server|project) [^}]+)\}/g, (whole, name) => {
    return names.get(name) ?? expect.fail(whole)
  })
  const token = tokens[asked.as ?? 'admin']
  const body = 'body' in asked ? JSON.stringify(asked.body) : asked.raw
  const headers: Record<string, string> = {
    Accept: 'application/json',
    ...(token !== undefined && { 'X-Auth-Token': token }),
    ...(asked.version !== undefined && { 'OpenStack-API-Version': `placement ${asked.version}` }),
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
  }
  for (const [name, value] of Object.entries(asked.headers ?? {})) {
    if (value === null) delete headers[name]
    else headers[name] = value
  }
  const answer = await send(emulator.url, { method, path: `${place}${path}`, headers, body })
  const told = Object.fromEntries(
    HEADERS.flatMap((name) =>
      name in answer.headers ? [[name, tidy(`${answer.headers[name]}`, emulator, names)]] : [],
    ),
  )
  if (told['last-modified']) told['last-modified'] = told['last-modified'].replace(HTTP_DATE, '<date>')
  return {
    status: answer.status,
    headers: told,
    present: PRESENT.filter((name) => name in answer.headers),
    body: calm(asked, tidy(answer.text, emulator, names)),
  }
}

const HTTP_DATE = /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/
const UUID = /\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/g

/** What differs between any two clouds, replaced by a name. UUIDs that begin with eight times the same digit are the questions'. */
function tidy(text: string, { url }: StartedEmulator, names: Map<string, string>): string {
  let tidied = text
  for (const [name, id] of names) tidied = tidied.replaceAll(id, `<${name}>`)
  return tidied
    .replaceAll(`${url}/identity/v3`, '<identity>')
    .replaceAll(`${url}/placement`, '<placement>')
    .replaceAll(`${url}/image`, '<glance>')
    .replace(/req-[\da-f-]{36}/g, '<request>')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?/g, '<time>')
    .replace(/(Duplicate entry '|'resource_provider_id': )\d+/g, '$1<row>')
    .replace(/datetime\.datetime\([^)]*\)/g, '<time>')
    .replace(/\b[\da-f]{128}\b/g, '<hash>')
    .replace(/\b(?!(?:aaaaaaaa|bbbbbbbb|44444444)000)[\da-f]{32}\b/g, '<id>')
    .replace(UUID, (uuid) => (/^(.)\1{7}/.test(uuid) ? uuid : '<uuid>'))
}

/** Lists and dicts in an order of their own. */
function calm({ unordered }: Case, text: string): string {
  if (!unordered || !text.startsWith('{')) return text
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      return value
        .map(walk)
        .map((each) => dumps(each as Writable))
        .sort()
        .map((each) => JSON.parse(each))
    }
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value).map(([name, each]): [string, unknown] => [name, walk(each)])
    return Object.fromEntries(entries.sort(([one], [other]) => (one < other ? -1 : 1)))
  }
  return dumps(walk(JSON.parse(text)) as Writable)
}
