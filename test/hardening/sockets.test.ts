/** What comes over a socket that no client would send, and what a client sends slowly, half, or all at once. */

import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { type StartedEmulator, startEmulator } from '../../src/emulator.ts'

const LIST = 'GET /v2.1/os-services HTTP/1.1\r\nHost: x\r\nX-Auth-Token: admin\r\n'

function open({ url }: StartedEmulator): Promise<Socket> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true }, () => resolve(socket))
    socket.on('error', reject)
    onTestFinished(() => {
      socket.destroy()
    })
  })
}

/** Send bytes, and take what comes back until the server ends. */
async function converse(emulator: StartedEmulator, bytes: string | Buffer, { end = true } = {}): Promise<string> {
  const socket = await open(emulator)
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk))
  socket.on('error', () => {})
  if (end) socket.end(bytes)
  else socket.write(bytes)
  await new Promise((resolve) => socket.on('close', resolve).on('end', resolve))
  return Buffer.concat(chunks).toString('latin1')
}

/** It is there, and answers. */
async function expectAlive({ url }: StartedEmulator): Promise<void> {
  const answer = await fetch(`${url}/v2.1/os-services`, { headers: { 'X-Auth-Token': 'admin' } })
  expect(answer.status).toBe(200)
}

test.each([
  ['no HTTP at all', 'hello\r\n\r\n'],
  ['bytes', Buffer.from([0, 255, 1, 254, 13, 10, 13, 10])],
  ['TLS', Buffer.from('160301020001000001fc0303', 'hex')],
  ['a header without a colon', 'GET / HTTP/1.1\r\nHost x\r\n\r\n'],
  ['a header that is folded', 'GET / HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n'],
  ['two lengths that differ', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
  [
    'a length and chunks',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['a chunk of no size', 'POST /v2.1/os-services HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n'],
  ['a version that is none', 'GET / HTTP/9.9\r\nHost: x\r\n\r\n'],
  ['a method that is none', 'G@T / HTTP/1.1\r\nHost: x\r\n\r\n'],
])('%s is answered with 400, and does no harm', async (_, bytes) => {
  await using nova = await startEmulator()
  expect(await converse(nova, bytes)).toMatch(/^HTTP\/1\.1 400 |^$/)
  await expectAlive(nova)
})

test('a request line and headers of more than 256 KiB are refused', async () => {
  await using nova = await startEmulator()
  expect(await converse(nova, `${LIST}X-Long: ${'x'.repeat(300_000)}\r\n\r\n`, { end: false })).toMatch(
    /^HTTP\/1\.1 431 /,
  )
  await expectAlive(nova)
})

test('requests sent one behind the other are answered in that order', async () => {
  await using nova = await startEmulator()
  const text = await converse(nova, `${LIST}\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n${LIST}Connection: close\r\n\r\n`)
  const bodies = text.split('HTTP/1.1 200 OK').slice(1)
  expect(bodies.map((each) => /"(services|versions)"/.exec(each)?.[1])).toEqual(['services', 'versions', 'services'])
})

test('HTTP/1.0 is answered, and the connection closed', async () => {
  await using nova = await startEmulator()
  const text = await converse(nova, `${LIST.replace('HTTP/1.1', 'HTTP/1.0')}\r\n`, { end: false })
  expect(text).toMatch(/^HTTP\/1\.1 200 OK/)
  expect(text).toContain('"services"')
})

test.each([
  ['HTTP/1.0 without a Host', LIST.replace('HTTP/1.1', 'HTTP/1.0').replace('Host: x\r\n', '')],
  ['a Host that is none', LIST.replace('Host: x', 'Host: a b')],
  ['an empty Host', LIST.replace('Host: x', 'Host:')],
  ['an address in the place of a path', LIST.replace('GET /', 'GET http://elsewhere/')],
  ['an expectation that nobody knows', `${LIST}Expect: nonsense\r\n`],
])('%s is of no matter', async (_, head) => {
  await using nova = await startEmulator()
  const text = await converse(nova, `${head}Connection: close\r\n\r\n`)
  expect(text).toMatch(/^HTTP\/1\.1 200 OK/)
  expect(text).toContain('"services"')
})

test('a target that is neither a path nor an address is 400', async () => {
  await using nova = await startEmulator()
  const text = await converse(nova, 'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request/)
})

test('what has come whole is done, though its client be gone before it was', async () => {
  const faults = [{ match: { method: 'PUT' }, do: { delay: '200ms' } }]
  await using nova = await startEmulator({ clock: 'real', faults })
  const body = '{"host": "host1", "binary": "nova-compute"}'
  const socket = await open(nova)
  socket.write(
    `PUT /v2.1/os-services/disable HTTP/1.1\r\nHost: x\r\nX-Auth-Token: admin\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  )
  setTimeout(() => socket.destroy(), 50)
  const { cloud } = await nova.ready
  const isDisabled = () => [...cloud.state.services.values()].some(({ host, disabled }) => host === 'host1' && disabled)
  await expect.poll(isDisabled, { timeout: 2000 }).toBe(true)
})

test.each(['', 'Connection: Upgrade\r\nUpgrade: websocket\r\n'])(
  'a client that ends before its body is whole is let go: %j',
  async (more) => {
    await using nova = await startEmulator()
    const head = `PUT /v2.1/os-services/disable HTTP/1.1\r\nHost: x\r\nX-Auth-Token: admin\r\nContent-Type: application/json\r\n${more}`
    const began = performance.now()
    expect(await converse(nova, `${head}Content-Length: 23\r\n\r\n{"host"`)).toMatch(/^HTTP\/1\.1 400 |^$/)
    expect(performance.now() - began).toBeLessThan(2000)
    await expectAlive(nova)
  },
)

test.each([
  ['1.1', '\r\nTransfer-Encoding: chunked\r\n', '\r\n0\r\n\r\n'],
  ['1.0', '\r\nConnection: close\r\n', '}'],
])('what is written a piece at a time comes whole over HTTP/%s', async (version, header, end) => {
  await using nova = await startEmulator()
  const text = await converse(nova, `GET /_novasim/state HTTP/${version}\r\nHost: 127.0.0.1\r\n\r\n`)
  expect(`${text.split('\r\n\r\n')[0]}\r\n`).toContain(header)
  expect(text.endsWith(end)).toBe(true)
  const body = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)
  expect(JSON.parse(body)).toMatchObject({ release: '2026.2' })
})

test('a body is read of a GET, too, by whom a real one reads it', async () => {
  await using nova = await startEmulator()
  const get = (path: string, type: string) =>
    `GET ${path} HTTP/1.1\r\nHost: x\r\nX-Auth-Token: admin\r\nContent-Type: ${type}\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx`
  // As a real Keystone answers: fixtures/keystone/questions/discovery.yaml.
  const keystone = await converse(nova, get('/identity/v3/users', 'application/json'))
  expect(keystone).toContain('Expecting to find valid JSON in request body.')
  const text = await converse(nova, get('/identity/v3', 'text/plain'))
  expect(text).toContain('Expecting to find application/json in Content-Type header.')
  expect(await converse(nova, get('/v2.1/os-services', 'application/json'))).toMatch(/^HTTP\/1\.1 200 OK/)
})

test('a header that was sent twice is one, with both of its values', async () => {
  await using nova = await startEmulator()
  const twice = 'OpenStack-API-Version: volume 3.0\r\nOpenStack-API-Version: compute 2.11\r\n'
  const text = await converse(nova, `${LIST}${twice}Connection: close\r\n\r\n`)
  expect(text).toMatch(/^OpenStack-API-Version: compute 2\.11\r$/m)
})

test('the process that it is in keeps its own Request and Response', async () => {
  const [request, response] = [Request, Response]
  await using nova = await startEmulator()
  await expectAlive(nova)
  expect(globalThis.Request).toBe(request)
  expect(globalThis.Response).toBe(response)
})

test.each([
  ['at once', []],
  ['after a while', ['slow-api']],
])('a client that has said all it has to say is still answered, %s', async (_, faults) => {
  await using nova = await startEmulator({ faults })
  expect(await converse(nova, `${LIST}Connection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 200 OK/)
})

test('a body that never comes whole ends with the client', async () => {
  await using nova = await startEmulator()
  const socket = await open(nova)
  socket.write(
    'PUT /v2.1/os-services/enable HTTP/1.1\r\nHost: x\r\nX-Auth-Token: admin\r\nContent-Length: 100\r\n\r\n{"host"',
  )
  socket.destroy()
  await expectAlive(nova)
})

test('five thousand connections that say nothing are held, and the others are answered', async () => {
  await using nova = await startEmulator()
  const sockets: Socket[] = []
  for (let batch = 0; batch < 10; batch++) {
    sockets.push(...(await Promise.all(Array.from({ length: 500 }, () => open(nova)))))
  }
  expect(sockets.filter((socket) => !socket.destroyed)).toHaveLength(5000)
  await expectAlive(nova)
}, 60_000)
