import { expect, test } from 'vitest'
import { createEmulator, startEmulator } from '../src/index.ts'
import { BOTH_WAYS, bootListening } from './support/boot.ts'

const LOGIN = {
  auth: {
    identity: {
      methods: ['password'],
      password: { user: { name: 'admin', password: 'secret', domain: { id: 'default' } } },
    },
    scope: { project: { name: 'admin', domain: { id: 'default' } } },
  },
}

const computeUrlOf = (token: { catalog: { type: string; endpoints: { interface: string; url: string }[] }[] }) =>
  token.catalog.find(({ type }) => type === 'compute')?.endpoints.find((each) => each.interface === 'public')?.url

test.each(BOTH_WAYS)('%s: a client that logs in is led to the compute services of its own world', async (_, start) => {
  await using nova = await start()
  await nova.control('POST', '/worlds', { name: 'ci-7', world: 'empty' })
  const login = { method: 'POST', token: null, body: LOGIN }
  for (const [root, count] of [
    ['', 5],
    ['/w/ci-7', 0],
  ] as const) {
    const { json, headers } = await nova.ask(`${root}/identity/v3/auth/tokens`, login)
    const url = new URL(computeUrlOf(json.token) ?? '')
    expect(url.pathname).toBe(`${root}/v2.1`)
    const token = headers.get('x-subject-token')
    const list = await nova.ask(`${url.pathname}/os-services`, { token })
    expect(list.json.services).toHaveLength(count)
    expect(list.status).toBe(200)
  }
})

test("a token of one world's Keystone is no good in another world", async () => {
  await using nova = await bootListening()
  await nova.control('POST', '/worlds', { name: 'other' })
  const { headers } = await nova.ask('/identity/v3/auth/tokens', { method: 'POST', token: null, body: LOGIN })
  const token = headers.get('x-subject-token')
  expect((await nova.nova('/os-services', { token })).status).toBe(200)
  expect((await nova.ask('/w/other/v2.1/os-services', { token })).status).toBe(401)
})

test.each([
  [{}, /^http:\/\/127\.0\.0\.1:\d+\/v2\.1$/],
  [{ 'X-Forwarded-Host': 'nova.test', 'X-Forwarded-Proto': 'https' }, 'https://nova.test/v2.1'],
  [
    { 'X-Forwarded-Host': 'nova.test', 'X-Forwarded-Port': '8443', 'X-Forwarded-Proto': 'https' },
    'https://nova.test:8443/v2.1',
  ],
  [{ 'X-Forwarded-Host': 'nova.test:99', 'X-Forwarded-Port': '8443' }, 'http://nova.test:99/v2.1'],
  [{ 'X-Forwarded-Host': 'first.test, second.test' }, 'http://first.test/v2.1'],
  [{ 'X-Forwarded-Host': 'nova.test', 'X-Forwarded-Prefix': '/cloud/' }, 'http://nova.test/cloud/v2.1'],
])('the catalogue gives the address that the client used, %j', async (headers, expected) => {
  await using nova = await bootListening()
  const { json } = await nova.ask('/identity/v3/auth/tokens', { method: 'POST', token: null, body: LOGIN, headers })
  expect(computeUrlOf(json.token)).toMatch(expected)
})

test('the catalogue goes by the Host header', async () => {
  const emulator = createEmulator()
  const request = new Request('http://10.0.0.7:8774/identity/v3/auth/tokens', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(LOGIN),
  })
  const { token } = (await (await emulator.fetch(request)).json()) as { token: Parameters<typeof computeUrlOf>[0] }
  expect(computeUrlOf(token)).toBe('http://10.0.0.7:8774/v2.1')
})

test('two runs of the same requests give the same answers, ids and times, byte for byte', async () => {
  const runs: string[] = []
  for (let run = 0; run < 2; run++) {
    await using nova = await bootListening({ seed: 42 })
    const answers = [
      await nova.ask('/identity/v3/auth/tokens', { method: 'POST', token: null, body: LOGIN }),
      await nova.nova('/os-services', { version: '2.53' }),
      await nova.control('POST', '/services', { binary: 'nova-compute', host: 'new' }),
      await nova.nova('/os-services', { version: '2.104' }),
    ]
    const ids = answers.map(({ headers }) => headers.get('x-openstack-request-id') ?? headers.get('x-subject-token'))
    runs.push(answers.map(({ text }) => text.replace(/127\.0\.0\.1:\d+/g, 'HOST')).join('\n') + ids.join('\n'))
  }
  expect(runs[1]).toBe(runs[0])
})

test('another seed gives other ids', async () => {
  const ids = []
  for (const seed of [1, 2]) {
    await using nova = await bootListening({ seed })
    ids.push((await nova.nova('/os-services', { version: '2.53' })).json.services[0].id)
  }
  expect(ids[0]).not.toBe(ids[1])
})

test('the API starts an emulator that says where it is and how to log in', async () => {
  await using nova = await startEmulator({ world: { services: [{ binary: 'nova-compute', host: 'only' }] } })
  expect(nova.env.OS_AUTH_URL).toBe(`${nova.url}/identity/v3`)
  const response = await fetch(`${nova.url}/v2.1/os-services`, { headers: { 'X-Auth-Token': 'admin' } })
  expect(await response.json()).toMatchObject({ services: [{ host: 'only' }] })
})

test('an emulator that was closed listens no more', async () => {
  const nova = await startEmulator()
  await nova.close()
  await expect(fetch(nova.url)).rejects.toThrow()
})

test('a world that cannot be is refused before anything listens', async () => {
  const world = { services: [{ binary: 'nova-compute', host: 'a' }], instances: [{ name: 'x', host: 'b' }] }
  await expect(startEmulator({ world })).rejects.toThrow('world: instances[0].host: no nova-compute runs on host "b"')
  await expect(createEmulator({ world }).ready).rejects.toThrow(/no nova-compute/)
})
