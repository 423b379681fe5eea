import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readRecording } from '../../src/recordings/recording.ts'
import { createReplay, type ReplayOptions } from '../../src/recordings/replay.ts'
import { type Asked, boot, bootListening } from '../support/boot.ts'
import { startRecording } from './upstream.ts'

const BEGAN = Date.UTC(2026, 0, 1)
const LIST = '/v2.1/os-services'

/** A list, a change, a list: as they would be recorded. */
const RECORDED = [
  line({ novasim_recording: 1, made: { by: 'test', at: '2026-01-01T00:00:00.000Z', how: 'by hand' } }),
  line({
    let: {
      'uuid-1': 'aaaaaaaa-0000-4000-8000-000000000001',
      'time-1': '2026-01-01T00:00:00.000000',
      'time-2': '2026-01-01T00:00:10.000000',
    },
  }),
  exchange(
    1,
    'POST',
    'identity',
    '/v3/auth/tokens',
    { body: logIn('<secret>') },
    { token: { user: { name: 'admin' }, catalog: '<compute>/v2.1' } },
    { 'x-subject-token': '<token-1>' },
  ),
  exchange(
    2,
    'GET',
    'compute',
    LIST,
    { token: 1 },
    { services: [{ id: '<uuid-1>', status: 'enabled', updated_at: '<time-1>' }] },
  ),
  exchange(
    3,
    'PUT',
    'compute',
    `${LIST}/<uuid-1>`,
    { token: 1, body: { status: 'disabled' } },
    { service: { id: '<uuid-1>' } },
  ),
  exchange(
    4,
    'GET',
    'compute',
    LIST,
    { token: 1 },
    { services: [{ id: '<uuid-1>', status: 'disabled', updated_at: '<time-2>' }] },
  ),
  exchange(
    5,
    'DELETE',
    'compute',
    `${LIST}/<uuid-2>`,
    { token: 1 },
    { itemNotFound: { message: 'Service <uuid-2> could not be found.', code: 404 } },
    {},
    404,
  ),
].join('\n')

test('answers come from the recording, with ids that agree and times moved to the present', async () => {
  const { ask } = replay({ now: () => BEGAN + 3_600_000 })
  const login = await ask('POST', '/identity/v3/auth/tokens', { body: logIn('whatever') })
  expect(login.json.token.catalog).toBe('http://replay.test/v2.1')
  const token = login.headers.get('x-subject-token')!
  expect(token).toMatch(/^gAAAAA[\w-]{100,}$/)
  const { services } = (await ask('GET', LIST, { token })).json
  expect(services).toEqual([
    { id: 'aaaaaaaa-0000-4000-8000-000000000001', status: 'enabled', updated_at: '2026-01-01T01:00:00.000000' },
  ])
  const changed = await ask('PUT', `${LIST}/${services[0].id}`, { token, body: { status: 'disabled' } })
  expect(changed.json).toEqual({ service: { id: services[0].id } })
  const again = await ask('GET', LIST, { token })
  expect(again.json.services[0]).toMatchObject({ status: 'disabled', updated_at: '2026-01-01T01:00:10.000000' })
  expect(again.headers.get('content-length')).toBe(String(again.text.length))
})

test('of several answers to the same request the last goes on', async () => {
  const { ask } = replay()
  const seen: string[] = []
  for (let count = 0; count < 4; count++) seen.push((await ask('GET', LIST, { token: 'mine' })).json.services[0].status)
  expect(seen).toEqual(['enabled', 'disabled', 'disabled', 'disabled'])
})

test('ids are made from the seed where that is wanted, the same for the same seed', async () => {
  const idWith = async (seed: number) =>
    (await replay({ ids: 'seed', seed }).ask('GET', LIST, { token: 'x' })).json.services[0].id
  expect(await idWith(1)).toBe(await idWith(1))
  expect(await idWith(1)).not.toBe(await idWith(2))
  expect(await idWith(1)).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
})

test('an id that came from the client is that of whoever replays, and the answer says the same', async () => {
  const { ask } = replay()
  for (const id of ['11111111-0000-4000-8000-000000000000', '22222222-0000-4000-8000-000000000000']) {
    const answer = await ask('DELETE', `${LIST}/${id}`, { token: 'x' })
    expect([answer.status, answer.json.itemNotFound.message]).toEqual([404, `Service ${id} could not be found.`])
  }
})

test('times stay as they were recorded where that is wanted', async () => {
  const { ask } = replay({ times: 'recorded', now: () => BEGAN + 1e9 })
  expect((await ask('GET', LIST, { token: 'x' })).json.services[0].updated_at).toBe('2026-01-01T00:00:00.000000')
})

test.each([
  ['another method', ['POST', LIST, { token: 'x' }], [/^method: recorded GET; asked POST$/]],
  [
    'another path',
    ['GET', '/v2.1/os-hypervisors', { token: 'x' }],
    [/^path: recorded \/v2\.1\/os-services; asked \/v2\.1\/os-hypervisors$/],
  ],
  ['another query', ['GET', `${LIST}?host=a`, { token: 'x' }], ['query host: recorded (none); asked a']],
  [
    'another version',
    ['GET', LIST, { token: 'x', version: '2.1' }],
    ['header openstack-api-version: recorded compute 2.53; asked compute 2.1'],
  ],
  ['no token', ['GET', LIST, {}], ['header x-auth-token: recorded <token-1>, of admin; asked (none)']],
  [
    'another body',
    ['PUT', `${LIST}/aaaaaaaa-0000-4000-8000-000000000001`, { token: 'x', body: { status: 'enabled' } }],
    ['body.status: recorded "disabled"; asked "enabled"'],
  ],
  [
    'more of a body',
    ['PUT', `${LIST}/aaaaaaaa-0000-4000-8000-000000000001`, { token: 'x', body: { status: 'disabled', a: [1] } }],
    ['body.a: recorded (none); asked [1]'],
  ],
] as [string, Parameters<Ask>, (string | RegExp)[]][])(
  '%s is not answered: the nearest is shown, and where it differs',
  async (_, asked, differences) => {
    const { ask } = replay()
    const { status, json } = await ask(...asked)
    expect([status, json.error.code, json.error.title]).toEqual([501, 501, 'Not Recorded'])
    const told = json.error.differences.map(
      (each: Record<string, string>) => `${each.where}: recorded ${each.recorded}; asked ${each.asked}`,
    )
    expect(told).toHaveLength(differences.length)
    for (const [index, difference] of differences.entries()) {
      if (typeof difference === 'string') expect(told[index]).toBe(difference)
      else expect(told[index]).toMatch(difference)
    }
    expect(json.error.message).toContain(`is not in r.jsonl. The nearest is `)
    expect(json.error.message).toContain(told[0])
  },
)

test('strictly, requests come in the order of the recording', async () => {
  const { ask, replay: strict } = replay({ mode: 'strict' })
  const early = await ask('GET', LIST, { token: 'x' })
  expect(early.json.error.message).toBe(
    'novasim replay: GET compute /v2.1/os-services came where POST identity /v3/auth/tokens (exchange 1, r.jsonl:3) is next. ' +
      'It is what comes later: GET compute /v2.1/os-services (exchange 2, r.jsonl:4)',
  )
  const token = (await ask('POST', '/identity/v3/auth/tokens', { body: logIn('x') })).headers.get('x-subject-token')!
  expect((await ask('GET', LIST, { token: 'somebody else' })).json.error.differences).toEqual([
    { where: 'header x-auth-token', recorded: '<token-1>, of admin', asked: 'the token of another' },
  ])
  for (const status of ['enabled', 'disabled']) {
    expect((await ask('GET', LIST, { token })).json.services[0].status).toBe(status)
    if (status === 'enabled')
      await ask('PUT', `${LIST}/aaaaaaaa-0000-4000-8000-000000000001`, { token, body: { status: 'disabled' } })
  }
  expect((await ask('DELETE', `${LIST}/33333333-0000-4000-8000-000000000000`, { token })).status).toBe(404)
  expect((await ask('GET', LIST, { token })).json.error.message).toContain('came after the last of the 5 exchanges')
  expect(strict.progress()).toEqual({ used: 5, of: 5, unexpected: 3 })
  strict.rewind()
  expect((await ask('POST', '/identity/v3/auth/tokens', { body: logIn('x') })).status).toBe(200)
})

test('what the recording lacks goes on to the world, with its body, and faults apply to both', async () => {
  await using nova = await boot()
  await nova.control('POST', '/recordings', { name: 'r', recording: `${RECORDED}\n`, else: 'world' })
  expect((await nova.nova('/os-services', { version: '2.53' })).json.services).toHaveLength(1)
  expect((await nova.nova('/os-services', { version: '2.1' })).json.services).toHaveLength(5)
  const { status } = await nova.nova('/os-services/disable', {
    method: 'PUT',
    body: { host: 'host1', binary: 'nova-compute' },
  })
  expect(status).toBe(200)
  await nova.control('POST', '/faults', {
    name: 'busy',
    match: { path: '/os-services' },
    do: { status: 503, message: 'busy' },
  })
  expect((await nova.nova('/os-services', { version: '2.53' })).status).toBe(503)
})

test('control holds recordings, turns them on and off, says how far they are, and a reset takes them away', async () => {
  await using nova = await boot()
  const made = await nova.ask('/_novasim/recordings?name=r&mode=strict&else=error', {
    ...{ method: 'POST', token: null, headers: { 'Content-Type': 'application/x-ndjson' }, body: `${RECORDED}\n` },
  })
  expect([made.status, made.json]).toEqual([
    201,
    { name: 'r', on: true, mode: 'strict', else: 'error', used: 0, of: 5, unexpected: 0, made: expect.anything() },
  ])
  await nova.ask('/identity/v3/auth/tokens', { method: 'POST', token: null, body: logIn('x') })
  expect((await nova.control('GET', '/recordings/r')).json).toMatchObject({ used: 1, of: 5 })
  expect((await nova.nova('/os-services')).status).toBe(501)
  await nova.control('PATCH', '/recordings/r', { on: false })
  expect((await nova.nova('/os-services')).json.services).toHaveLength(5)
  await nova.control('PATCH', '/recordings/r', { on: true, rewind: true })
  expect((await nova.control('GET', '/recordings')).json).toMatchObject({
    recordings: [{ name: 'r', on: true, used: 0, unexpected: 0 }],
  })
  expect((await nova.control('DELETE', '/recordings/s')).json.error).toMatchObject({ hint: 'did you mean "r"?' })
  await nova.control('POST', '/reset')
  expect((await nova.control('GET', '/recordings')).json).toEqual({ recordings: [] })
  const bad = await nova.control('POST', '/recordings', { recording: 'nonsense' })
  expect([bad.status, bad.json.error]).toEqual([
    400,
    { message: expect.stringContaining('recording:1: this is no recording of novasim'), path: 'recording' },
  ])
})

test('a snapshot remembers how far a recording was', async () => {
  await using nova = await boot()
  await nova.control('POST', '/recordings', { name: 'r', recording: `${RECORDED}\n` })
  const list = async () => (await nova.nova('/os-services', { version: '2.53' })).json.services[0].status
  expect(await list()).toBe('enabled')
  const { id } = (await nova.control('POST', '/snapshots', {})).json
  await nova.control('DELETE', '/recordings/r')
  await nova.control('POST', `/snapshots/${id}/restore`)
  expect((await nova.control('GET', '/recordings/r')).json).toMatchObject({ used: 1 })
  expect(await list()).toBe('disabled')
})

test('a header that was answered twice is answered twice', async () => {
  await using nova = await bootListening()
  const [header, let_] = RECORDED.split('\n')
  const twice = { 'set-cookie': ['a=1', 'b=2'] } as unknown as Record<string, string>
  const recording = [header, let_, exchange(1, 'GET', 'compute', '/', {}, { versions: [] }, twice)].join('\n')
  expect((await nova.control('POST', '/recordings', { name: 'r', recording: `${recording}\n` })).status).toBe(201)
  const headers = { 'OpenStack-API-Version': 'compute 2.53' }
  const answer = await fetch(`${nova.emulator.url}/`, { headers })
  expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
  expect(await answer.json()).toEqual({ versions: [] })
})

test('novasim recorded, and replayed, answers the same, byte for byte, headers and all', async () => {
  await using nova = await bootListening({ seed: 3 })
  const { recorder, out, text } = await startRecording(`${nova.emulator.url}/identity/v3`, {
    endpoints: { compute: nova.emulator.url },
  })
  const paths = [
    '/',
    '/v2.1/',
    '/v2.1/os-services',
    '/v2.1/os-services?host=host1',
    '/v2.1/nothing',
    '/v2.1/os-services/x',
  ]
  const headers = { 'X-Auth-Token': 'admin', 'OpenStack-API-Version': 'compute 2.53' }
  const askAll = async (base: string) => {
    const told: unknown[] = []
    for (const path of paths) {
      const answer = await fetch(base + path, { headers })
      const kept = [...answer.headers].filter(([name]) => !/^(?:date|connection|keep-alive)$|request-id$/.test(name))
      told.push([
        answer.status,
        kept.sort(),
        (await answer.text()).replaceAll(base, '<here>').replace(/req-[\w-]{36}/g, 'req'),
      ])
    }
    return told
  }
  const direct = await askAll(`${recorder.url}/compute`)
  await recorder.close()
  expect(text()).toContain('novasim_recording')
  await using replayed = await bootListening({
    replay: { file: out, mode: 'strict', otherwise: 'error', times: 'recorded' },
  })
  const lengths = (told: unknown[]) => JSON.parse(JSON.stringify(told).replace(/\["content-length","\d+"\]/g, '""'))
  expect(lengths(await askAll(replayed.emulator.url))).toEqual(lengths(direct))
})

test('a file is replayed, and whoever is told how to log in is told what was recorded', async () => {
  await using nova = await bootListening({
    world: { users: [{ name: 'op', password: 'x', project: 'ops', roles: ['admin'] }] },
  })
  const { recorder, out } = await startRecording(`${nova.emulator.url}/identity/v3`)
  const identity = {
    methods: ['password'],
    password: { user: { name: 'op', password: 'x', domain: { id: 'default' } } },
  }
  const scope = { project: { name: 'ops', domain: { id: 'default' } } }
  await fetch(`${recorder.authUrl}/auth/tokens`, {
    method: 'POST',
    body: JSON.stringify({ auth: { identity, scope } }),
    headers: { 'Content-Type': 'application/json' },
  })
  await recorder.close()
  await using replayed = await bootListening({ replay: { file: out, otherwise: 'error' } })
  expect(replayed.emulator.env).toEqual({
    ...{
      OS_AUTH_URL: `${replayed.emulator.url}/identity/v3`,
      OS_USERNAME: 'op',
      OS_PASSWORD: 'secret',
      OS_PROJECT_NAME: 'ops',
    },
    ...{ OS_USER_DOMAIN_ID: 'default', OS_PROJECT_DOMAIN_ID: 'default', OS_IDENTITY_API_VERSION: '3' },
  })
  expect(readFileSync(out, 'utf8')).not.toContain('"x"')
})

interface Sent {
  token?: string
  version?: string
  body?: unknown
}
type Ask = (method: string, path: string, sent?: Sent) => Promise<Asked>

function replay(options: Partial<ReplayOptions> = {}) {
  const made = createReplay(readRecording(`${RECORDED}\n`, 'r.jsonl'), { seed: 0, now: () => BEGAN, ...options })
  const ask: Ask = async (method, target, { token, version = '2.53', body } = {}) => {
    const headers = new Headers(target.startsWith('/identity') ? {} : { 'OpenStack-API-Version': `compute ${version}` })
    if (token !== undefined) headers.set('X-Auth-Token', token)
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
    const request = new Request(`http://replay.test${target}`, init)
    const [path = '', query = ''] = target.split('?')
    const environ = { path, query, base: 'http://replay.test' }
    const response = await made.layer({ request, environ }, () => new Response('the world', { status: 299 }))
    const text = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: text === '' ? undefined : JSON.parse(text),
    }
  }
  return { replay: made, ask }
}

function logIn(password: string) {
  return { auth: { identity: { password: { user: { name: 'admin', password } } } } }
}

function exchange(
  n: number,
  method: string,
  to: string,
  path: string,
  { token, body }: { token?: number; body?: unknown },
  answer: unknown,
  headers: Record<string, string> = {},
  status = 200,
): string {
  const version = to === 'compute' ? { 'openstack-api-version': 'compute 2.53' } : {}
  return line({
    ...{ n, to },
    request: {
      method,
      path,
      headers: { ...version, ...(token && { 'x-auth-token': `<token-${token}>` }) },
      ...(body !== undefined && { body }),
    },
    answer: {
      status,
      headers: { 'content-type': 'application/json', 'content-length': '<length>', ...headers },
      body: answer,
    },
  })
}

function line(value: unknown): string {
  return JSON.stringify(value)
}
