import { readFileSync, writeFileSync } from 'node:fs'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { bootListening } from '../support/boot.ts'
import { exchangesIn, scratch, startCloud, startRecording } from './upstream.ts'

const PASSWORD = {
  auth: {
    identity: {
      methods: ['password'],
      password: { user: { name: 'admin', password: 'secret', domain: { id: 'default' } } },
    },
    scope: { project: { name: 'admin', domain: { id: 'default' } } },
  },
}

test('a client that logs in through the recorder stays inside: the catalogue has the addresses of the recorder', async () => {
  await using nova = await bootListening()
  const { recorder, lines } = await startRecording(`${nova.emulator.url}/identity/v3`)
  expect(recorder.authUrl).toBe(`${recorder.url}/identity/v3`)
  const { token, compute } = await logIn(recorder.authUrl)
  expect(compute).toBe(`${recorder.url}/compute/v2.1`)

  const listed = await fetch(`${compute}/os-services`, {
    headers: { 'X-Auth-Token': token, 'OpenStack-API-Version': 'compute 2.53', 'Accept-Encoding': 'gzip' },
  })
  expect(listed.status).toBe(200)
  expect(listed.headers.get('openstack-api-version')).toBe('compute 2.53')
  expect(await listed.text()).toBe((await nova.nova('/os-services', { version: '2.53' })).text)
  // Addresses in other answers too.
  const versions = await (await fetch(`${recorder.url}/compute/`)).text()
  expect(versions).toContain(`"href": "${recorder.url}/compute/v2.1/"`)
  await recorder.close()

  const [login, list] = exchangesIn(lines())
  expect(login).toMatchObject({ n: 1, to: 'identity', request: { method: 'POST', path: '/v3/auth/tokens' } })
  expect(login.answer.headers['x-subject-token']).toBe('<token-1>')
  expect(JSON.stringify(login.answer.body)).toContain('"url":"<compute>/v2.1"')
  expect(list).toMatchObject({
    to: 'compute',
    request: { path: '/v2.1/os-services', headers: { 'x-auth-token': '<token-1>' } },
    answer: { headers: { 'content-length': '<length>', 'x-openstack-request-id': '<request>' } },
  })
  expect(list.request.headers).not.toHaveProperty('accept-encoding')
  expect(list.answer.body.services[0]).toMatchObject({
    id: '<uuid-1>',
    updated_at: expect.stringMatching(/^<time-\d+>$/),
  })
})

test('the first line says in the end where the recording is from: the release, the versions, when and how', async () => {
  await using nova = await bootListening({ world: { release: '2024.1' } })
  const { recorder, lines } = await startRecording(`${nova.emulator.url}/identity/v3`, { how: 'a test' })
  await logIn(recorder.authUrl)
  await fetch(`${recorder.url}/compute/v2.1`)
  expect(lines()[0]).toEqual({
    novasim_recording: 1,
    made: { by: 'novasim test', at: expect.stringMatching(/Z$/), how: 'a test' },
  })
  await recorder.close()
  // 2024.1 and 2024.2 offer the same.
  expect(lines()[0].made).toMatchObject({
    release: '2024.2 or 2024.1',
    versions: { identity: expect.stringMatching(/^v3\.\d+$/), compute: '2.1 to 2.96' },
  })
})

test('what was answered is in the file before the client has it', async () => {
  const cloud = await startCloud((_, response) => response.end('{}'))
  const { recorder, lines } = await startRecording(`${cloud}/v3`)
  for (let count = 1; count <= 5; count++) {
    await (await fetch(`${recorder.authUrl}/users`)).text()
    expect(exchangesIn(lines())).toHaveLength(count)
  }
})

test('of two recordings of the same, only the first line and the let lines differ', async () => {
  const record = async (seed: number) => {
    await using nova = await bootListening({ seed })
    const { recorder, text } = await startRecording(`${nova.emulator.url}/identity/v3`)
    const { token, compute } = await logIn(recorder.authUrl)
    const headers = { 'X-Auth-Token': token, 'OpenStack-API-Version': 'compute 2.53' }
    const { services } = (await (await fetch(`${compute}/os-services`, { headers })).json()) as {
      services: { id: string }[]
    }
    await nova.control('POST', '/clock/advance', { by: `${seed}s` })
    for (const { id } of services) {
      await fetch(`${compute}/os-services/${id}`, { method: 'PUT', headers, body: '{"status": "disabled"}' })
    }
    await fetch(`${compute}/os-services`, { headers })
    await recorder.close()
    return text()
      .split('\n')
      .filter((line, index) => index > 0 && !line.startsWith('{"let": '))
      .join('\n')
  }
  expect(await record(7)).toBe(await record(19))
})

test.each([
  ['JSON as Python writes it', '{"a": 1.0, "b": [1, 2], "ü": "\\u00fc"}', undefined],
  ['compact JSON', '{"a":1,"b":[1,2]}', { body: { a: 1, b: [1, 2] }, spacing: 'compact' }],
  ['JSON with other spaces', '{ "a": 1 }', { text: '{ "a": 1 }' }],
  ['JSON with a key twice', '{"a": 1, "a": 2}', { text: '{"a": 1, "a": 2}' }],
  ['a number larger than JavaScript keeps', '{"a": 12345678901234567890}', undefined],
  ['HTML', '<html>\n<time-1> <uuid-1></html>', { text: '<html>\n<<time-1> <<uuid-1></html>' }],
  ['nothing', '', undefined],
  ['bytes', Buffer.from([0, 255, 254]), { base64: 'AP/+' }],
])('%s reaches the client byte for byte, and is kept so', async (_, body, kept) => {
  const cloud = await startCloud((_request, response) => response.end(body))
  const { recorder, lines, text } = await startRecording(`${cloud}/v3`)
  const answer = Buffer.from(await (await fetch(`${recorder.authUrl}/x`)).arrayBuffer())
  expect(answer).toEqual(Buffer.from(body))
  if (kept) expect(exchangesIn(lines())[0].answer).toMatchObject(kept)
  else if (typeof body === 'string' && body.includes('12345')) expect(text()).toContain(`"body": ${body}}`)
})

test('a HEAD, an answer without a body and a header that comes twice are passed on as they are', async () => {
  const cloud = await startCloud((request, response) => {
    response.setHeader('Vary', ['A', 'B'])
    if (request.method === 'HEAD') response.writeHead(200, { 'Content-Length': '77' })
    else response.writeHead(204)
    response.end()
  })
  const { recorder, lines } = await startRecording(`${cloud}/v3`)
  const head = await fetch(`${recorder.authUrl}/x`, { method: 'HEAD' })
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '77'])
  const removed = await fetch(`${recorder.authUrl}/x`, { method: 'DELETE' })
  expect([removed.status, removed.headers.get('content-length')]).toEqual([204, null])
  expect(exchangesIn(lines()).map(({ answer }) => answer.headers.vary)).toEqual([
    ['A', 'B'],
    ['A', 'B'],
  ])
})

test('the path is passed on as it is, not tidied up', async () => {
  const paths: string[] = []
  const cloud = await startCloud((request, response) => {
    paths.push(request.url ?? '')
    response.end()
  })
  const { recorder } = await startRecording(`${cloud}/v3`)
  const { request } = await import('node:http')
  const path = '/identity/v3//a/../b/%41?x=%2f&&y'
  await new Promise((resolve) => {
    const { hostname, port } = new URL(recorder.url)
    request({ hostname, port, path }, (response) => response.resume().on('end', resolve)).end()
  })
  expect(paths).toContain('/v3//a/../b/%41?x=%2f&&y')
})

test('two services at one address are told apart', async () => {
  let base = ''
  const cloud = await startCloud((request, response) => {
    const endpoints = (type: string) => ({ type, endpoints: [{ interface: 'public', url: base }] })
    const catalog = ['network', 'image', 'baremetal'].map(endpoints)
    response.end(request.url?.startsWith('/v3/auth') ? JSON.stringify({ token: { catalog } }) : `{"at": "${base}/x"}`)
  })
  base = cloud
  const { recorder, lines } = await startRecording(`${cloud}/v3`)
  const { token } = (await (await fetch(`${recorder.authUrl}/auth/tokens`)).json()) as {
    token: { catalog: { type: string; endpoints: { url: string }[] }[] }
  }
  expect(token.catalog.map(({ endpoints }) => endpoints[0]?.url)).toEqual([
    `${recorder.url}/network`,
    `${recorder.url}/image`,
    `${recorder.url}/service-baremetal`,
  ])
  for (const { endpoints } of token.catalog) await fetch(`${endpoints[0]?.url}/v2.0/x`)
  expect(exchangesIn(lines()).map(({ to }) => to)).toEqual(['identity', 'network', 'image', 'service-baremetal'])
})

test('a service that was not in a catalogue yet is a 404 that says to log in first', async () => {
  const { recorder } = await startRecording('http://127.0.0.1:1/v3')
  const answer = await fetch(`${recorder.url}/compute/v2.1`)
  expect(answer.status).toBe(404)
  expect(await answer.text()).toContain('knows no service \\"compute\\", only /identity (log in through')
})

test('a service can be named beforehand', async () => {
  await using nova = await bootListening()
  const { recorder, lines } = await startRecording(`${nova.emulator.url}/identity/v3`, {
    endpoints: { compute: `${nova.emulator.url}/v2.1` },
  })
  const answer = await fetch(`${recorder.url}/compute/v2.1/os-services`, { headers: { 'X-Auth-Token': 'admin' } })
  expect(answer.status).toBe(200)
  expect(exchangesIn(lines())[0]).toMatchObject({
    to: 'compute',
    request: { headers: { 'x-auth-token': '<token-1>' } },
  })
})

test('a cloud that is not there is a 502 that says so, and a note in the file', async () => {
  const { recorder, lines, said } = await startRecording('http://127.0.0.1:1/v3')
  const answer = await fetch(`${recorder.authUrl}/auth/tokens?token=hush-hush-hush`, { method: 'POST', body: '{}' })
  expect(answer.status).toBe(502)
  const { error } = (await answer.json()) as { error: { code: number; message: string } }
  expect(error).toMatchObject({ code: 502, title: 'Bad Gateway' })
  expect(error.message).toBe(
    'novasim record: nobody listens at http://127.0.0.1:1 (is the cloud up, and is it the right port?)',
  )
  expect(lines()[1]).toEqual({
    note: 'nobody listens at <identity> (is the cloud up, and is it the right port?)',
    to: 'identity',
    method: 'POST',
    path: '/v3/auth/tokens?token=<token-1>',
  })
  expect(said.join('\n')).toContain('! 502 POST identity /v3/auth/tokens?token=<token-1>: nobody listens')
})

test('a name that has no address is said so', async () => {
  const { recorder } = await startRecording('http://no-such-cloud.invalid:5000/v3')
  const answer = await fetch(recorder.authUrl)
  expect(answer.status).toBe(502)
  expect(await answer.text()).toContain('there is no address for the name no-such-cloud.invalid')
})

test('a cloud that takes too long is a 504 that says how to wait longer', async () => {
  const cloud = await startCloud(() => {})
  const { recorder, lines } = await startRecording(`${cloud}/v3`, { timeoutMs: 50 })
  const answer = await fetch(recorder.authUrl)
  expect(answer.status).toBe(504)
  expect(await answer.text()).toMatch(/did not answer within 0\.05 s \(--timeout S waits longer\)/)
  expect(lines().at(-1).note).toContain('did not answer within')
})

test('an answer that is cut off is a 502 that says how much of it came, and no half an answer', async () => {
  const cloud = await startCloud((_, response) => {
    response.writeHead(200, { 'Content-Length': '100' })
    response.write('{"half": ', () => response.destroy())
  })
  const { recorder, lines } = await startRecording(`${cloud}/v3`)
  const answer = await fetch(recorder.authUrl)
  expect(answer.status).toBe(502)
  expect(await answer.text()).toContain('broke off its answer after 9 of 100 bytes')
  expect(exchangesIn(lines())).toHaveLength(0)
})

test('a connection that is closed at once is a 502', async () => {
  const server = createServer((socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { recorder } = await startRecording(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v3`)
  const answer = await fetch(recorder.authUrl)
  expect([answer.status, await answer.text()]).toEqual([
    502,
    expect.stringContaining('closed the connection without an answer (does it speak https?)'),
  ])
})

test('a certificate that nobody trusts is a 502 that says what trusts it; with --cacert or --insecure it is trusted', async () => {
  const server = https.createServer({ key: KEY, cert: CERTIFICATE }, (_, response) => response.end('{}'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const cloud = `https://localhost:${(server.address() as AddressInfo).port}/v3`
  const refused = await startRecording(cloud)
  const answer = await fetch(refused.recorder.authUrl)
  expect(answer.status).toBe(502)
  expect(await answer.text()).toContain(
    'is signed by nobody that is trusted here (--cacert FILE names who signed it; --insecure',
  )
  const insecure = await startRecording(cloud, { insecure: true })
  expect((await fetch(insecure.recorder.authUrl)).status).toBe(200)
  const cacert = scratch('ca.pem')
  writeFileSync(cacert, CERTIFICATE)
  const trusted = await startRecording(cloud, { cacert })
  expect((await fetch(trusted.recorder.authUrl)).status).toBe(200)
})

test('a file that is there is not written over, unless it is said', async () => {
  const out = scratch()
  writeFileSync(out, 'mine\n')
  await expect(startRecording('http://127.0.0.1:1/v3', { out })).rejects.toThrow(
    `${out}: there is such a file already (--force writes over it, or name another)`,
  )
  expect(readFileSync(out, 'utf8')).toBe('mine\n')
  await startRecording('http://127.0.0.1:1/v3', { out, force: true })
  expect(readFileSync(out, 'utf8')).toMatch(/^{"novasim_recording": 1, /)
})

async function logIn(authUrl: string): Promise<{ token: string; compute: string }> {
  const answer = await fetch(`${authUrl}/auth/tokens`, {
    method: 'POST',
    body: JSON.stringify(PASSWORD),
    headers: { 'Content-Type': 'application/json' },
  })
  const { token } = (await answer.json()) as { token: { catalog: { type: string; endpoints: { url: string }[] }[] } }
  const compute = token.catalog.find(({ type }) => type === 'compute')?.endpoints[0]?.url ?? ''
  return { token: answer.headers.get('x-subject-token') ?? '', compute }
}

/** For localhost, signed by itself, good for a hundred years, and used nowhere else. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgXd36YFFts4wSx2YB
CvfVi2zAibNOOiUD66QvpntmWhGhRANCAARegV8EwOcAaio0wRhxmHyC7P2rEuO0
HVULJerw8y2ZA4Ha4oPwRH93RaSyBk/6b7f5zE3oUvdG93KaaxR7khDz
-----END PRIVATE KEY-----
`

const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBlTCCATugAwIBAgIUQu1GLXYH518myboml31YMre9V4QwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDIxNTcxMloYDzIxMjYxMDMx
MjE1NzEyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARegV8EwOcAaio0wRhxmHyC7P2rEuO0HVULJerw8y2ZA4Ha4oPwRH93
RaSyBk/6b7f5zE3oUvdG93KaaxR7khDzo2kwZzAdBgNVHQ4EFgQU6WhcGDjAuGfp
ZRXGWABHp5+6gHgwHwYDVR0jBBgwFoAU6WhcGDjAuGfpZRXGWABHp5+6gHgwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
SAAwRQIhAJsXdDZP0JB+dSHOeq5y3N/Wnw6e7VpJfPM240sv5jVBAiAHMyRBjVMK
bSkhBhOdYFxSzA18xG260eLSA5bx1Shj6Q==
-----END CERTIFICATE-----
`
