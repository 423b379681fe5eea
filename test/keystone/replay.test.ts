import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { NEWEST_RELEASE } from '../../src/cloud/releases.ts'
import { dumps, type Writable } from '../../src/python/json.ts'
import { answersOf, filesOf, type Recorded, releasesOf } from '../support/answers.ts'
import { type Asking, BASE, IDENTITY, passwordOf, projectOf, startAsking } from './asking.ts'

const VERBS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'] as const
const HEADERS = ['content-type', 'x-subject-token', 'vary', 'location', 'allow', 'www-authenticate', 'retry-after']

interface Case extends Partial<Record<(typeof VERBS)[number], string>> {
  as?: string
  headers?: Record<string, string | null>
  body?: unknown
  raw?: string
  unordered?: boolean
}

/** Questions that older releases answer otherwise, and novasim as the newest does: by release and file. docs/releases.md */
const NOT_HELD: Record<string, Record<string, string[]>> = JSON.parse(
  readFileSync('fixtures/keystone/releases/not-held.json', 'utf8'),
)
const asked = releasesOf('keystone').flatMap((release) =>
  filesOf('keystone', release).map((file) => ({ release, file })),
)

test.each(asked)('$release $file: what a real Keystone answered, byte for byte', async ({ release, file }) => {
  const recorded = answersOf<Case>('keystone', file, release)
  expect(recorded.length).toBeGreaterThan(50)
  const asking = startAsking({ users: USERS, release })
  const names = await prepare(asking)
  const notHeld = new Set(NOT_HELD[release]?.[file])
  for (const expected of recorded) {
    const [answer, wanted] = [await answerTo(asking, names, expected), told(expected)].map((each) =>
      release === NEWEST_RELEASE ? each : inOrder(each),
    )
    const { name } = expected
    if (notHeld.has(name)) expect(answer, `${name} is held now: take it off the list`).not.toEqual(wanted)
    else expect(answer, name).toEqual(wanted)
  }
})

/** What Python has from a set comes in another order in each process; novasim keeps to the newest one's. */
function inOrder({ headers, body, ...rest }: ReturnType<typeof told>): ReturnType<typeof told> {
  const sorted = (list: string) => list.split(', ').sort().join(', ')
  return {
    ...rest,
    headers: { ...headers, ...(headers.allow !== undefined && { allow: sorted(headers.allow) }) },
    body: body.replace(/(?<="methods": ?\[)[^\]]*/g, sorted),
  }
}

function told({ status, headers, present, body }: Recorded<Case>) {
  return { status, headers, present, body }
}

/** As in fixtures/keystone/README.md. */
const USERS = [
  { name: 'admin', project: 'admin', roles: ['admin' as const], systemRoles: ['admin' as const] },
  { name: 'reader', project: 'demo', roles: ['member' as const, 'reader' as const] },
  { name: 'nova', project: 'service', roles: ['admin' as const, 'service' as const] },
  { name: 'auditor', systemRoles: ['reader' as const] },
  { name: 'watcher', domainRoles: ['reader' as const] },
  { name: 'steward', domainRoles: ['manager' as const] },
  { name: 'servant', project: 'service', roles: ['service' as const] },
  { name: 'guest' },
]

/** What fixtures/keystone/prepare.py does: every name that the questions use, and what it stands for. */
async function prepare({ cloud, ask, logIn }: Asking): Promise<Map<string, string>> {
  const names = new Map<string, string>()
  const { users, projects } = cloud.state.identity
  const call = (kind: string, name: string, id: string) => {
    names.set(`${kind} ${name}`, id)
    names.set(`${kind.toUpperCase()} ${name}`, id.toUpperCase())
  }
  for (const { id, name } of users.values()) call('user', name, id)
  for (const { id, name } of projects.values()) call('project', name, id)
  const admin = await logIn('admin', projectOf('admin'))
  for (const { id, name } of (await ask('/roles', { token: admin })).json.roles) call('role', name, id)
  const [service] = (await ask('/services?type=identity', { token: admin })).json.services
  call('service', 'identity', service.id)
  const ofService = `/endpoints?service_id=${service.id}&interface=public`
  call('endpoint', 'identity', (await ask(ofService, { token: admin })).json.endpoints[0].id)

  const token = (name: string, id: string) => names.set(`token ${name}`, id)
  const by = async (identity: unknown, scope?: unknown) => {
    const auth = scope === undefined ? { identity } : { identity, scope }
    return (await ask('/auth/tokens', { method: 'POST', body: { auth } })).headers.get('x-subject-token')!
  }
  const byToken = (id: string) => ({ methods: ['token'], token: { id } })
  const [system, domain, demo] = [{ system: { all: true } }, { domain: { id: 'default' } }, projectOf('demo')]
  const reader = await by(passwordOf('reader'), demo)
  const credentials = `/users/${names.get('user reader')}/application_credentials`
  const few = { roles: [{ name: 'reader' }] }
  const free = { unrestricted: true, description: 'free' }
  for (const [name, more] of Object.entries({ kept: {}, few, free, spare: {}, gone: {} })) {
    const body = { application_credential: { name, secret: `${name}-secret`, ...more } }
    const made = await ask(credentials, { method: 'POST', token: reader, body })
    call('credential', name, made.json.application_credential.id)
  }
  const byCredential = (name: string) => {
    const payload = { id: names.get(`credential ${name}`), secret: `${name}-secret` }
    return { methods: ['application_credential'], application_credential: payload }
  }
  const unscoped = await by(passwordOf('reader'))
  const parent = await by(passwordOf('reader'))
  const revoked = await by(byToken(parent), demo)
  const [first, third] = [await by(passwordOf('reader')), await by(passwordOf('reader'))]
  names.set('token', admin)
  token('reader', reader)
  token('reader unscoped', unscoped)
  token('reader rescoped', await by(byToken(unscoped), demo))
  token('admin system', await by(passwordOf('admin'), system))
  token('admin unscoped', await by(passwordOf('admin')))
  token('auditor system', await by(passwordOf('auditor'), system))
  token('watcher domain', await by(passwordOf('watcher'), domain))
  token('steward domain', await by(passwordOf('steward'), domain))
  token('steward', await by(passwordOf('steward'), domain))
  token('guest unscoped', await by(passwordOf('guest')))
  token('nova service', await by(passwordOf('nova'), projectOf('service')))
  token('servant', await by(passwordOf('servant'), projectOf('service')))
  token('credential', await by(byCredential('kept')))
  token('free credential', await by(byCredential('free')))
  token('orphan', await by(byCredential('gone')))
  token('parent of revoked', parent)
  token('revoked', revoked)
  token('spare 1', await by(passwordOf('reader'), demo))
  token('spare 2', await by(passwordOf('reader'), demo))
  token('chain 1', first)
  token('chain 2', await by(byToken(first), demo))
  token('chain 3', third)
  token('chain 4', await by(byToken(third), demo))
  const root = await by(passwordOf('guest'))
  token('revoked child', await by(byToken(root)))
  for (const id of [root, revoked]) {
    await ask('/auth/tokens', { method: 'DELETE', token: admin, headers: { 'X-Subject-Token': id } })
  }
  await ask(`${credentials}/${names.get('credential gone')}`, { method: 'DELETE', token: reader })
  return names
}

async function answerTo(asking: Asking, names: Map<string, string>, { case: asked }: Recorded<Case>) {
  const fill = (text: string) => {
    return text
      .replaceAll('{token}', names.get('token')!)
      .replace(/\{uuid ([^}]+)\}/g, (whole, name) => names.get(name) ?? expect.fail(`${whole} stands for nothing`))
  }
  const method = VERBS.find((verb) => asked[verb] !== undefined)!
  const tokens: Record<string, string | undefined> = {
    admin: names.get('token'),
    reader: names.get('token reader'),
    stranger: 'not-a-token',
  }
  const headers: Record<string, string> = { Accept: 'application/json' }
  for (const [name, value] of Object.entries(asked.headers ?? {})) headers[name] = fill(value ?? '')
  const body = 'body' in asked ? fill(JSON.stringify(asked.body)) : asked.raw
  const answer = await asking.ask(fill(asked[method]!), { method, token: tokens[asked.as ?? 'admin'], headers, body })
  const present = ['x-openstack-request-id', 'x-compute-request-id', 'content-length']
  return {
    status: answer.status,
    headers: Object.fromEntries(HEADERS.flatMap((name) => headerOf(name, answer.headers.get(name)))),
    present: present.filter((name) => answer.headers.has(name)),
    body: calm(tidy(answer.text), asked),
  }
}

function headerOf(name: string, value: string | null): [string, string][] {
  if (value === null) return []
  return [[name, name === 'x-subject-token' ? '<a token>' : tidy(value)]]
}

/** What differs between any two clouds, replaced by a name. */
function tidy(text: string): string {
  return text
    .replaceAll(IDENTITY, '<identity>')
    .replaceAll(`${BASE}/identity`, '<keystone>')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?/g, '<time>')
    .replace(/\b[\da-f]{32}\b/g, '<id>')
    .replace(/"audit_ids": \["[^\]]*"\]/g, '"audit_ids": ["<audit>"]')
}

/** Lists that no cloud promises an order for, sorted; anything else is left as it is, to the byte. */
function calm(text: string, { unordered = false }: Case): string {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return text
  }
  const before = dumps(parsed as Writable)
  const sorted = sortLists(parsed, '', unordered)
  if (dumps(sorted as Writable) === before) return text
  return dumps(sorted as Writable) + (text.endsWith('\n') ? '\n' : '')
}

function sortLists(value: unknown, key: string, top: boolean): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => sortLists(item, '', false))
    const sorts = ['roles', 'catalog', 'endpoints', 'projects'].includes(key) || top
    return sorts ? items.sort((one, other) => (inKeyOrder(one) < inKeyOrder(other) ? -1 : 1)) : items
  }
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, item]) => {
    return [name, sortLists(item, name, top && key === '' && Array.isArray(item))]
  })
  return Object.fromEntries(entries)
}

/** `json.dumps(value, sort_keys=True)` */
function inKeyOrder(value: unknown): string {
  const sorted = (each: unknown): unknown => {
    if (Array.isArray(each)) return each.map(sorted)
    if (typeof each !== 'object' || each === null) return each
    const entries = Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1))
    return Object.fromEntries(entries.map(([name, item]) => [name, sorted(item)]))
  }
  return dumps(sorted(value) as Writable)
}
