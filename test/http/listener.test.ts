import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { listenerFor } from '../../src/http/listener.ts'
import { answerWith, platformResponse } from '../../src/http/response.ts'

const servers = new Set<ReturnType<typeof createServer>>()
afterEach(() => {
  for (const server of servers) server.close()
  servers.clear()
})

async function serve(answer: (path: string) => Response): Promise<number> {
  const server = createServer(listenerFor(({ url }) => answer(new URL(url).pathname)))
  servers.add(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** Requests on one connection, all at once. */
async function ask(port: number, paths: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  const last = paths.length - 1
  const lines = paths.map(
    (path, index) => `GET ${path} HTTP/1.1\r\nHost: novasim\r\n${index === last ? 'Connection: close\r\n' : ''}\r\n`,
  )
  socket.end(lines.join(''))
  return text(socket)
}

test('what is answered in one turn is sent in its order', async () => {
  const port = await serve((path) => answerWith(path, { headers: { 'Content-Type': 'text/plain' } }))
  const answered = await ask(port, ['/one', '/two', '/three'])
  expect(answered.match(/\/(one|two|three)/g)).toEqual(['/one', '/two', '/three'])
})

test('an answer that cannot be written is a 500, and those that wait beside it are sent all the same', async () => {
  const port = await serve((path) => answerWith(path, { headers: path === '/two' ? { 'X-Broken': 'a\nb' } : {} }))
  const answered = await ask(port, ['/one', '/two', '/three'])
  expect(answered.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 500', 'HTTP/1.1 200'])
  expect(answered).toContain('/three')
})

test('an answer in pieces is sent as one', async () => {
  const pieces = ['one, ', 'two, ', 'three'].map((piece) => new Uint8Array(Buffer.from(piece)))
  const port = await serve(() => answerWith(pieces, { headers: { 'Content-Type': 'text/plain' } }))
  const answered = await ask(port, ['/', '/'])
  expect(answered.match(/Content-Length: 15\r\n/g)).toHaveLength(2)
  expect(answered.match(/\r\n\r\none, two, three/g)).toHaveLength(2)
  expect(await platformResponse(answerWith(pieces, { headers: {} })).text()).toBe('one, two, three')
})
