import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { FaultAction } from '../../src/handles/fault-rule.ts'
import { BOTH_WAYS, type Booted, boot, bootListening } from '../support/boot.ts'

const LIST = '/os-services'
const hosts = (json: { services: { host: string }[] }) => json.services.map(({ host }) => host)
const matchList = { method: 'GET', path: LIST }

/** What became of a request that need not be answered: the words of the error, and of what caused it. */
async function fate(asking: Promise<unknown>): Promise<string> {
  try {
    await asking
    return 'answered'
  } catch (error) {
    const { message, cause } = error as Error & { cause?: { code?: string } }
    return `${message} ${cause?.code}`
  }
}

async function disabledOn(nova: Booted, host: string): Promise<boolean> {
  const services = [...nova.cloud.state.services.values()]
  return services.some((service) => service.host === host && service.disabled)
}

const disable = (nova: Booted) =>
  nova.nova('/os-services/disable', { method: 'PUT', body: { host: 'host1', binary: 'nova-compute' } })

test.each(BOTH_WAYS)("%s: a status is answered in Nova's envelope, with its headers", async (_, start) => {
  await using nova = await start({ faults: [{ match: matchList, do: { status: 409, message: 'Not now.' } }] })
  const { status, text, headers } = await nova.nova(LIST, { version: '2.53' })
  expect([status, text]).toEqual([409, '{"conflictingRequest": {"code": 409, "message": "Not now."}}'])
  expect(headers.get('content-type')).toBe('application/json; charset=UTF-8')
  expect(headers.get('openstack-api-version')).toBe('compute 2.53')
  expect(headers.get('x-openstack-request-id')).toMatch(/^req-/)
})

test.each(BOTH_WAYS)("%s: a status is answered in Keystone's envelope", async (_, start) => {
  await using nova = await start({ faults: [{ match: { face: 'keystone' }, do: { status: 503, message: 'Later.' } }] })
  const { status, text, headers } = await nova.ask('/identity/v3/auth/tokens', { method: 'POST', body: {} })
  expect([status, text]).toEqual([503, '{"error":{"code":503,"message":"Later.","title":"Service Unavailable"}}\n'])
  expect(headers.get('vary')).toBe('X-Auth-Token')
})

test('a 401 of Nova is that of the keeper of its tokens', async () => {
  await using nova = await boot({ faults: [{ do: { status: 401, message: 'Who are you?' } }] })
  const { json, headers } = await nova.nova(LIST)
  expect(json).toEqual({ error: { code: 401, title: 'Unauthorized', message: 'Who are you?' } })
  expect(headers.get('www-authenticate')).toMatch(/^Keystone uri=/)
})

test('who asks too much is told in the body, too, when to come again', async () => {
  const answer = { status: 413, message: 'Enough.', headers: { 'Retry-After': '7' } }
  await using nova = await boot({ faults: [{ do: answer }] })
  expect((await nova.nova(LIST)).text).toBe('{"overLimit": {"code": 413, "message": "Enough.", "retryAfter": "7"}}')
})

test.each(BOTH_WAYS)('%s: a body and headers are answered as they are given', async (_, start) => {
  const json = { status: 200, body: { services: [] }, headers: { 'X-Made-Up': 'yes' } }
  await using nova = await start({
    faults: [
      { match: { query: { host: 'a' } }, do: json },
      { match: { query: { host: 'b' } }, do: { status: 200, body: '<html>' } },
      { match: { query: { host: 'c' } }, do: { status: 204 } },
    ],
  })
  const first = await nova.nova(`${LIST}?host=a`)
  expect([first.json, first.headers.get('x-made-up')]).toEqual([{ services: [] }, 'yes'])
  expect(first.headers.get('content-type')).toBe('application/json')
  expect((await nova.nova(`${LIST}?host=b`)).text).toBe('<html>')
  expect((await nova.nova(`${LIST}?host=c`)).status).toBe(204)
})

test('a message says what the request was about', async () => {
  const message = '{method} {path} {id} {host} {binary} {version} {policy}'
  await using nova = await boot({ faults: [{ do: { status: 400, message } }] })
  const [service] = [...nova.cloud.state.services.values()].filter(({ host }) => host === 'host1')
  const { uuid } = service!
  const { json } = await nova.nova(`/os-services/${uuid}`, { method: 'DELETE', version: '2.60' })
  expect(json.badRequest.message).toBe(
    `DELETE /v2.1/os-services/${uuid} ${uuid} host1 nova-compute 2.60 os_compute_api:os-services:delete`,
  )
})

test('a message names the host that the body does', async () => {
  await using nova = await boot({ faults: ['host-not-mapped'] })
  expect((await disable(nova)).json.itemNotFound.message).toBe("Host 'host1' is not mapped to any cell")
})

test('an answer may come after the operation has happened', async () => {
  await using nova = await boot({ faults: [{ match: { method: 'PUT' }, do: { gateway: 504, after: true } }] })
  expect((await disable(nova)).status).toBe(504)
  expect(await disabledOn(nova, 'host1')).toBe(true)
})

test.each(BOTH_WAYS)('%s: what is dropped before did not happen', async (_, start) => {
  await using nova = await start({ faults: [{ match: { method: 'PUT' }, do: { drop: 'before' } }] })
  expect(await fate(disable(nova))).toBe('fetch failed UND_ERR_SOCKET')
  expect(await disabledOn(nova, 'host1')).toBe(false)
})

test.each(BOTH_WAYS)('%s: what is dropped after did happen', async (_, start) => {
  await using nova = await start({ faults: [{ match: { method: 'PUT' }, do: { drop: 'after' } }] })
  expect(await fate(disable(nova))).toBe('fetch failed UND_ERR_SOCKET')
  expect(await disabledOn(nova, 'host1')).toBe(true)
})

test.each(BOTH_WAYS)('%s: a connection is reset before, after, or in the middle of the body', async (_, start) => {
  await using nova = await start()
  const reset = async (how: unknown) => {
    await nova.control('POST', '/faults', { name: 'r', do: { reset: how }, match: { face: 'nova' } })
    const put = await fate(disable(nova))
    const get = await fate(nova.nova(LIST))
    await nova.control('DELETE', '/faults/r')
    return { put, get, happened: await disabledOn(nova, 'host1') }
  }
  const gone = 'fetch failed ECONNRESET'
  expect(await reset('before')).toEqual({ put: gone, get: gone, happened: false })
  expect(await reset(true)).toMatchObject({ get: 'terminated ECONNRESET', happened: true })
  expect(await reset('after')).toEqual({ put: gone, get: gone, happened: true })
})

test.each(BOTH_WAYS)('%s: a body ends too early, and the header says that there is more', async (_, start) => {
  await using nova = await start({ faults: [{ match: matchList, do: { truncate: 20 } }] })
  expect(await fate(nova.nova(LIST))).toBe('terminated UND_ERR_SOCKET')
})

test.each(BOTH_WAYS)('%s: a body ends too early, and the header fits', async (_, start) => {
  await using nova = await start({ faults: [{ match: matchList, do: { truncate: { bytes: 14, announce: 'cut' } } }] })
  const { text, status } = await nova.nova(LIST)
  expect([status, text]).toEqual([200, '{"services": ['])
})

test.each(BOTH_WAYS)(
  '%s: a length that is too long never comes, and one too short is what is read',
  async (_, start) => {
    await using nova = await start()
    await nova.control('POST', '/faults', { name: 'long', match: matchList, do: { 'content-length': 10 } })
    expect(await fate(nova.nova(LIST))).toBe('terminated UND_ERR_SOCKET')
    await nova.control('DELETE', '/faults/long')
    const whole = (await nova.nova(LIST)).text
    await nova.control('POST', '/faults', { match: matchList, do: { 'content-length': -10 } })
    expect((await nova.nova(LIST)).text).toBe(whole.slice(0, -10))
  },
)

test.each(BOTH_WAYS)('%s: garbled JSON is no JSON, and as long as it was', async (_, start) => {
  await using nova = await start()
  const whole = (await nova.nova(LIST)).text
  await nova.control('POST', '/faults', { match: matchList, do: { garble: 5 } })
  const { text, json } = await nova.nova(LIST)
  expect(json).toBeUndefined()
  expect(text).toHaveLength(whole.length)
  expect([...text].filter((character, index) => character !== whole[index]).length).toBeLessThanOrEqual(5)
})

test.each(BOTH_WAYS)('%s: a trickle arrives whole in the end', async (_, start) => {
  await using nova = await start({ clock: 'real' })
  const whole = (await nova.nova(LIST)).text
  await nova.control('POST', '/faults', { match: matchList, do: { trickle: { bytes: 500, every: '1ms' } } })
  expect((await nova.nova(LIST)).text).toBe(whole)
})

test.each(BOTH_WAYS)(
  '%s: a delay on a clock that stands ends when the clock has been moved past it',
  async (_, start) => {
    await using nova = await start({ faults: [{ match: matchList, do: { delay: '30s' } }] })
    let answered = false
    const asking = nova.nova(LIST).then((answer) => {
      answered = true
      return answer
    })
    await until(() => nova.cloud.clock.waiting() === 1)
    await nova.control('POST', '/clock/advance', { by: '29.999s' })
    expect(answered).toBe(false)
    await nova.control('POST', '/clock/advance', { by: '1ms' })
    expect((await asking).status).toBe(200)
  },
)

test.each(BOTH_WAYS)('%s: a delay on the real clock takes its time', async (_, start) => {
  await using nova = await start({ clock: 'real', faults: [{ match: matchList, do: { delay: '120ms' } }] })
  const began = performance.now()
  await nova.nova(LIST)
  expect(performance.now() - began).toBeGreaterThanOrEqual(115)
})

test('a delay and a status go together', async () => {
  await using nova = await boot({ clock: 'real', faults: [{ do: { delay: '30ms', status: 503, message: 'Busy.' } }] })
  const began = performance.now()
  expect((await nova.nova(LIST)).status).toBe(503)
  expect(performance.now() - began).toBeGreaterThanOrEqual(28)
})

test('those who wait are let go when the rules are cleared', async () => {
  await using nova = await boot({ faults: [{ match: matchList, do: { delay: '10m' } }] })
  const asking = nova.nova(LIST)
  await until(() => nova.cloud.clock.waiting() === 1)
  await nova.control('DELETE', '/faults')
  expect((await asking).status).toBe(200)
})

test('reads are answered as they would have been so long ago, and changes are not', async () => {
  await using nova = await boot({ faults: [{ do: { stale: '30s' } }] })
  const status = async () => (await nova.nova(`${LIST}?host=host1`)).json.services[0].status
  await nova.control('POST', '/clock/advance', { by: '1s' })
  expect((await disable(nova)).status).toBe(200)
  expect(await status()).toBe('enabled')
  await nova.control('POST', '/clock/advance', { by: '29s' })
  expect(await status()).toBe('enabled')
  await nova.control('POST', '/clock/advance', { by: '1s' })
  expect(await status()).toBe('disabled')
})

test('a list that lags has what was deleted, and lacks what is new', async () => {
  await using nova = await boot({ faults: ['lagging-list'] })
  await nova.control('POST', '/clock/advance', { by: '1s' })
  await nova.control('POST', '/services', { binary: 'nova-compute', host: 'host9' })
  expect(hosts((await nova.nova(LIST)).json)).not.toContain('host9')
  await nova.control('POST', '/clock/advance', { by: '31s' })
  expect(hosts((await nova.nova(LIST)).json)).toContain('host9')
  await nova.control('DELETE', '/services/nova-compute@host9')
  expect(hosts((await nova.nova(LIST)).json)).toContain('host9')
})

test('a stale read asks for a token that is good now', async () => {
  await using nova = await boot({ faults: ['lagging-list'] })
  await nova.control('POST', '/services', { binary: 'nova-compute', host: 'host9' })
  expect((await nova.nova(LIST, { token: 'none' })).status).toBe(401)
})

test('a throttle lets as many through as it may, and tells the others when to come again', async () => {
  const rule = { match: matchList, do: { throttle: { requests: 2, per: '10s' } } }
  await using nova = await boot({ faults: [rule] })
  const ask = async () => {
    const { status, headers, text } = await nova.nova(LIST)
    return { status, wait: headers.get('retry-after'), text: status === 200 ? '' : text }
  }
  expect((await ask()).status).toBe(200)
  expect((await ask()).status).toBe(200)
  expect(await ask()).toEqual({
    status: 429,
    wait: '5',
    text: '{"overLimit": {"code": 429, "message": "This request was rate-limited.", "retryAfter": "5"}}',
  })
  await nova.control('POST', '/clock/advance', { by: '5s' })
  expect((await ask()).status).toBe(200)
  expect((await ask()).status).toBe(429)
  expect((await nova.control('GET', '/faults')).json.faults[0]).toMatchObject({ matched: 5, fired: 2 })
})

test('a throttle may speak as a proxy does, and with 413', async () => {
  const throttle = { requests: 1, per: '1h', status: 413, as: 'haproxy' } as const
  await using nova = await boot({ faults: [{ do: { throttle } }] })
  await nova.nova(LIST)
  const { status, headers, text } = await nova.nova(LIST)
  expect([status, headers.get('retry-after')]).toEqual([413, '3600'])
  expect(text).toContain('<h1>413 Payload Too Large</h1>')
})

test('a flap that counts is well for so many requests, and then not for so many', async () => {
  await using nova = await boot({ faults: [{ do: { flap: { up: 2, down: 1 } } }] })
  const statuses = []
  for (let request = 0; request < 6; request++) statuses.push((await nova.nova(LIST)).status)
  expect(statuses).toEqual([200, 200, 503, 200, 200, 503])
})

test('a flap on the clock is well for so long, and then not', async () => {
  const flap = { up: '20s', down: '10s', with: { status: 500, message: 'Sick.' } }
  await using nova = await boot({ faults: [{ do: { flap } }] })
  const statuses = []
  for (let time = 0; time < 60; time += 10) {
    statuses.push((await nova.nova(LIST)).status)
    await nova.control('POST', '/clock/advance', { by: '10s' })
  }
  expect(statuses).toEqual([200, 200, 500, 200, 200, 500])
})

const LOGIN = {
  auth: {
    identity: {
      methods: ['password'],
      password: { user: { name: 'admin', password: 'secret', domain: { id: 'default' } } },
    },
    scope: { project: { name: 'admin', domain: { id: 'default' } } },
  },
}

test.each(BOTH_WAYS)('%s: tokens that there are expire, and one that is got after is good', async (_, start) => {
  await using nova = await start()
  const login = async () =>
    (await nova.ask('/identity/v3/auth/tokens', { method: 'POST', body: LOGIN })).headers.get('x-subject-token')!
  const old = await login()
  await nova.control('POST', '/faults', { do: 'token-expired' })
  const refused = await nova.nova(LIST, { token: old })
  expect(refused.status).toBe(401)
  expect(refused.json).toEqual({
    error: { code: 401, title: 'Unauthorized', message: 'The request you have made requires authentication.' },
  })
  expect((await nova.nova(LIST, { token: await login() })).status).toBe(200)
  expect((await nova.nova(LIST, { token: old })).status).toBe(401)
  await nova.control('DELETE', '/faults')
  expect((await nova.nova(LIST, { token: old })).status).toBe(200)
})

test.each(BOTH_WAYS)('%s: what is delivered twice happens twice', async (_, start) => {
  await using nova = await start({ world: 'empty', faults: [{ match: { method: 'DELETE' }, do: { duplicate: true } }] })
  await nova.control('POST', '/services', { binary: 'nova-compute', host: 'a' })
  expect((await nova.nova('/os-services/1', { method: 'DELETE' })).json.itemNotFound.message).toBe(
    'Service 1 not found.',
  )
  await nova.control('PATCH', '/faults/fault-1', { do: { duplicate: 'first' } })
  await nova.control('POST', '/services', { binary: 'nova-compute', host: 'b' })
  expect((await nova.nova('/os-services/2', { method: 'DELETE' })).status).toBe(204)
})

interface Recorded {
  software: string
  url: string
  status: number
  reason: string
  headers: Record<string, string>
  body: string
}

const recorded: Recorded[] = readFileSync('fixtures/faults/proxies.jsonl', 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line))

test.each(recorded)(
  '$software says $status as it really does',
  async ({ software, status, reason, headers, body, url }) => {
    const as = software.startsWith('HAProxy') ? 'haproxy' : 'apache'
    const limits = status === 429 || status === 413
    const doing = limits ? { throttle: { requests: 1, per: '1h', status, as } } : { gateway: { status, as } }
    await using nova = await bootListening({ faults: [{ do: doing as FaultAction }] })
    if (limits) await nova.nova(LIST)
    const answer = await fetch(`${nova.emulator.url}/v2.1/os-services`)
    expect([answer.status, answer.statusText]).toEqual([status, reason])
    const { host, hostname, port } = new URL(nova.emulator.url)
    const here = (await answer.text())
      .replaceAll(host, new URL(url).host)
      .replaceAll(`Port ${port}`, `Port ${new URL(url).port}`)
    expect(here.replaceAll(hostname, new URL(url).hostname)).toBe(body)
    for (const name of ['content-type', 'cache-control', 'server']) {
      expect(answer.headers.get(name)).toBe(headers[name] ?? null)
    }
  },
)

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}
