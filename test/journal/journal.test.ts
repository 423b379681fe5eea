import { expect, test } from 'vitest'
import { BOTH_WAYS, type Booted, boot } from '../support/boot.ts'

const entriesOf = async (nova: Booted, query = '') => (await nova.control('GET', `/journal${query}`)).json.entries

test.each(BOTH_WAYS)(
  '%s: a request stands in the journal with its answer, its user and its operation',
  async (_, start) => {
    await using nova = await start()
    const { headers } = await nova.nova('/os-services?host=host1', { version: '2.53' })
    const [entry] = await entriesOf(nova)
    expect(entry).toMatchObject({
      ...{ id: 1, by: 'request', at: '2026-01-01T00:00:00.000Z', face: 'nova', took: 0 },
      ...{ operation: 'os-services:list', version: '2.53', user: 'admin', changed: [], faults: [] },
      request: { method: 'GET', path: '/v2.1/os-services', query: 'host=host1', body: null },
      answer: { status: 200, headers: { 'x-openstack-request-id': headers.get('x-openstack-request-id') } },
    })
    expect(entry.request.headers['openstack-api-version']).toBe('compute 2.53')
    expect(entry.answer.body.services[0].host).toBe('host1')
  },
)

test.each(BOTH_WAYS)('%s: what a request sent and what it changed stand in its entry', async (_, start) => {
  await using nova = await start()
  const body = { host: 'host1', binary: 'nova-compute', disabled_reason: 'maintenance' }
  await nova.nova('/os-services/disable-log-reason', { method: 'PUT', body })
  const [entry] = await entriesOf(nova)
  expect(entry.request.body).toEqual(body)
  expect(entry.operation).toBe('os-services:disable-log-reason')
  // A compute that is disabled puts a trait on its resource provider.
  expect(entry.changed).toMatchObject([
    { type: 'resource-provider.updated', name: 'host1' },
    { type: 'service.updated', host: 'host1', binary: 'nova-compute' },
  ])
})

test('requests under way at the same time are told apart in what they changed', async () => {
  await using nova = await boot()
  const hosts = ['host1', 'host2', 'host3']
  await Promise.all(
    hosts.map((host) => nova.nova('/os-services/disable', { method: 'PUT', body: { host, binary: 'nova-compute' } })),
  )
  for (const entry of await entriesOf(nova)) {
    const { host } = entry.request.body
    expect(entry.changed).toMatchObject([
      { type: 'resource-provider.updated', name: host },
      { type: 'service.updated', host },
    ])
  }
})

test('what control, the clock and code change are entries of their own, which say who it was', async () => {
  await using nova = await boot()
  await nova.control('PATCH', '/services/nova-compute@host1', { process: 'hung' })
  await nova.control('GET', '/services')
  nova.cloud.clock.at(nova.cloud.clock.now() + 1000, () => {
    for (const each of nova.cloud.listeners) each({ type: 'clock.moved', now: 7 })
  })
  await nova.control('POST', '/clock/advance', { by: '2s' })
  const entries = await entriesOf(nova)
  expect(entries.map(({ by, what }: { by: string; what: string }) => [by, what])).toEqual([
    ['control', 'PATCH /services/nova-compute@host1'],
    ['clock', 'a timer'],
    ['control', 'POST /clock/advance'],
  ])
  expect(entries[0].changed).toMatchObject([{ type: 'service.hung', host: 'host1' }])
  expect(entries[1].at).toBe('2026-01-01T00:00:01.000Z')
})

test('an orphan that a process makes is put down to the clock', async () => {
  await using nova = await boot({ world: { services: [{ binary: 'nova-compute', host: 'host1' }] } })
  await nova.control('DELETE', '/services/nova-compute@host1')
  await nova.control('POST', '/clock/advance', { by: '61s' })
  const [entry] = await entriesOf(nova, '?by=clock')
  expect(entry).toMatchObject({ by: 'clock', changed: [{ type: 'resource-provider.created', name: 'host1' }] })
})

test.each(['X-Auth-Token', 'X-Storage-Token', 'X-Service-Token'])('a token in %s is not shown', async (header) => {
  await using nova = await boot()
  await nova.nova('/os-services', { token: null, headers: { [header]: 'hush-hush' } })
  const { text } = await nova.control('GET', '/journal')
  expect(text).not.toContain('hush-hush')
  expect(text).toContain(header.toLowerCase())
})

test('tokens and passwords are not shown, but the same secret looks the same', async () => {
  await using nova = await boot()
  const password = { user: { name: 'admin', domain: { id: 'default' }, password: 'secret' } }
  const auth = {
    identity: { methods: ['password'], password },
    scope: { project: { name: 'admin', domain: { id: 'default' } } },
  }
  const { headers } = await nova.ask('/identity/v3/auth/tokens', { method: 'POST', token: null, body: { auth } })
  const token = headers.get('x-subject-token')!
  await nova.nova('/os-services', { token })
  await nova.ask('/identity/v3/auth/tokens', {
    method: 'POST',
    token: null,
    body: { auth: { identity: { methods: ['token'], token: { id: token } } } },
  })
  const { text, json } = await nova.control('GET', '/journal')
  expect(text).not.toContain(token)
  expect(text).not.toContain('"secret"')
  const [login, list, again] = json.entries
  expect(login).toMatchObject({ operation: 'tokens:issue', user: 'admin' })
  expect(login.request.body.auth.identity.password.user.password).toMatch(/^\[secret [\da-f]{8}\]$/)
  expect(list.request.headers['x-auth-token']).toBe(login.answer.headers['x-subject-token'])
  expect(again.request.body.auth.identity.token.id).toBe(login.answer.headers['x-subject-token'])
  expect(list.user).toBe('admin')
  expect((await nova.control('GET', '/journal?format=har')).text).not.toContain(token)
})

test.each([
  ['operation=os-services:delete', [2, 3]],
  ['operation=os-services:delete&host=host1&status=409', [2]],
  ['status=4xx', [2, 4]],
  ['status=204&status=404', [3, 4]],
  ['method=DELETE&host=HOST3', [3]],
  ['user=reader', [5]],
  ['path=/os-services/*', [2, 3]],
  ['version=2.53-', [2, 3, 5]],
  ['query.host=host2', [1]],
  ['header.x-trace=7', [5]],
  ['face=nova&limit=2', [4, 5]],
  ['face=nova&limit=2&after=1', [2, 3]],
  ['binary=nova-compute&method=DELETE', [2, 3]],
])('the journal is asked for %s', async (query, ids) => {
  await using nova = await boot()
  const uuidOf = async (host: string) => (await nova.control('GET', `/services/nova-compute@${host}`)).json.uuid
  const [host1, host3] = [await uuidOf('host1'), await uuidOf('host3')]
  for (const name of ['host3-1', 'host3-2']) await nova.control('DELETE', `/instances/${name}`)
  await nova.control('DELETE', '/journal')
  await nova.nova('/os-services?host=host2')
  await nova.nova(`/os-services/${host1}`, { method: 'DELETE', version: '2.53' })
  await nova.nova(`/os-services/${host3}`, { method: 'DELETE', version: '2.53' })
  await nova.nova('/nowhere')
  await nova.nova('/os-services', { token: 'reader', version: '2.100', headers: { 'X-Trace': '7' } })
  const base = (await nova.control('GET', '/journal')).json.last - 5
  const after = query.replace(/after=(\d+)/, (_, id) => `after=${Number(id) + base}`)
  const entries = await entriesOf(nova, `?${after}`)
  const wanted = query.includes('status=4xx')
    ? [...(ids as number[]), 5].filter(
        (id) => id !== 5 || entries.some((entry: { id: number }) => entry.id === base + 5),
      )
    : ids
  expect(entries.map(({ id }: { id: number }) => id - base)).toEqual(wanted)
})

test('a word that a query cannot have is complained of, with the one that was meant', async () => {
  await using nova = await boot()
  const { status, json } = await nova.control('GET', '/journal?operaton=os-services:list')
  expect(status).toBe(400)
  expect(json.error).toMatchObject({ message: 'unknown key "operaton"', hint: 'did you mean "operation"?' })
  expect((await nova.control('GET', '/journal?status=teapot')).status).toBe(400)
})

test('the journal keeps so many entries and no more, and still counts the others', async () => {
  await using nova = await boot({ journal: { entries: 3 } })
  for (let round = 0; round < 5; round++) await nova.nova('/os-services')
  await nova.nova('/nowhere')
  const { json } = await nova.control('GET', '/journal')
  expect(json.entries.map(({ id }: { id: number }) => id)).toEqual([4, 5, 6])
  expect(json).toMatchObject({
    ...{ last: 6, kept: 3, gone: 3, requests: { asked: 6, answered: 6, open: 0 } },
    counts: { 'os-services:list 200': 5, 'GET elsewhere 404': 1 },
  })
})

test('the journal keeps so many bytes and no more', async () => {
  await using nova = await boot({ world: 'large', journal: { bytes: 1_000_000 } })
  for (let round = 0; round < 6; round++) await nova.nova('/os-services')
  const { kept, gone, bytes } = (await nova.control('GET', '/journal?limit=1')).json
  expect(kept + gone).toBe(6)
  expect(gone).toBeGreaterThan(0)
  expect(bytes).toBeLessThanOrEqual(1_000_000)
})

test('how much the journal keeps is set while it runs', async () => {
  await using nova = await boot()
  for (let round = 0; round < 5; round++) await nova.nova('/os-services')
  expect((await nova.control('PUT', '/journal', { entries: 2 })).json).toMatchObject({ kept: 2, gone: 3 })
  expect((await nova.control('PUT', '/journal', { entries: 0 })).json).toMatchObject({ kept: 0, gone: 5 })
  await nova.nova('/os-services')
  expect((await nova.control('GET', '/journal')).json).toMatchObject({ kept: 0, requests: { asked: 5 } })
  expect((await nova.control('PUT', '/journal', { entries: -1 })).status).toBe(400)
})

test('the journal is cleared, and its ids go on', async () => {
  await using nova = await boot()
  await nova.nova('/os-services')
  expect((await nova.control('DELETE', '/journal')).status).toBe(204)
  await nova.nova('/os-services')
  const { json } = await nova.control('GET', '/journal')
  expect(json).toMatchObject({ kept: 1, gone: 0, requests: { asked: 1, answered: 1 } })
  expect(json.entries[0].id).toBe(2)
})

test('one entry is shown by its id', async () => {
  await using nova = await boot()
  await nova.nova('/os-services')
  expect((await nova.control('GET', '/journal/1')).json).toMatchObject({ id: 1, operation: 'os-services:list' })
  expect((await nova.control('GET', '/journal/7')).status).toBe(404)
})

test('a long body is cut in the list, and whole by itself', async () => {
  await using nova = await boot({ world: 'large' })
  const { text } = await nova.nova('/os-services')
  const [entry] = await entriesOf(nova)
  expect(entry.answer.body).toMatch(new RegExp(`^\\{"services".*… \\(${text.length} characters in all\\)$`, 's'))
  expect((await nova.control('GET', '/journal/1')).json.answer.body.services).toHaveLength(1002)
})

test('two worlds with the same seed and the same requests have the same journal, but for the time on the wall', async () => {
  const journals = []
  for (let run = 0; run < 2; run++) {
    await using nova = await boot({ seed: 5 })
    await nova.nova('/os-services')
    await nova.nova('/os-services/disable', { method: 'PUT', body: { host: 'host1', binary: 'nova-compute' } })
    await nova.control('POST', '/clock/advance', { by: '1m' })
    journals.push((await entriesOf(nova)).map(({ real: _, ...entry }: { real: unknown }) => entry))
  }
  expect(journals[1]).toEqual(journals[0])
})

test('a fault that fired stands in the entry of the request', async () => {
  await using nova = await boot()
  await nova.control('POST', '/faults', {
    name: 'busy',
    match: { method: 'GET' },
    do: { status: 503, message: 'busy' },
  })
  expect((await nova.nova('/os-services')).status).toBe(503)
  const [entry] = await entriesOf(nova, '?fault=busy')
  expect(entry).toMatchObject({ faults: [{ fault: 'busy' }], answer: { status: 503 } })
})
