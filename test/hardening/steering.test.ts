/** Who may steer: tools, and pages of this very address; no page of another origin. */

import { request } from 'node:http'
import { expect, test } from 'vitest'
import { type StartedEmulator, startEmulator } from '../../src/emulator.ts'

const BROWSER = { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0' }

/** `fetch` does not let anybody say a Host. */
function ask({ url }: StartedEmulator, headers: Record<string, string>, path = '/_novasim/services') {
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const sent = request({ hostname, port, path, headers, agent: false }, (answer) => {
      let text = ''
      answer.on('data', (chunk) => {
        text += chunk
      })
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }))
    })
    sent.on('error', reject)
    sent.end()
  })
}

test.each([
  ['a tool', {}],
  ['a tool that says localhost', { Host: 'localhost:8774' }],
  ['a tool in a network of containers', { Host: 'novasim:8774' }],
  ['a browser at the address', { ...BROWSER, 'Sec-Fetch-Site': 'none' }],
  [
    'a page of this address',
    { ...BROWSER, Host: '127.0.0.1:8774', Origin: 'http://127.0.0.1:8774', 'Sec-Fetch-Site': 'same-origin' },
  ],
])('%s may steer', async (_, headers) => {
  await using nova = await startEmulator()
  expect((await ask(nova, headers)).status).toBe(200)
})

test.each([
  [
    'a page of another origin',
    { ...BROWSER, Host: '127.0.0.1:8774', Origin: 'http://evil.example' },
    'a web page at http://evil.example may not steer',
  ],
  ['a page of another port', { ...BROWSER, Host: '127.0.0.1:8774', Origin: 'http://127.0.0.1:9000' }, 'may not steer'],
  ['a page that hides its origin', { ...BROWSER, Host: '127.0.0.1:8774', Origin: 'null' }, 'may not steer'],
  ['a link on another site', { ...BROWSER, 'Sec-Fetch-Site': 'cross-site' }, 'another site may not steer'],
  [
    'a page whose name was made to point here',
    { ...BROWSER, Host: 'evil.example:8774', Origin: 'http://evil.example:8774' },
    'not reached by the name',
  ],
  ['whoever reaches this machine by another name', { Host: 'evil.example' }, 'not reached by the name "evil.example"'],
])('%s may not', async (_, headers, words) => {
  await using nova = await startEmulator()
  const { status, text } = await ask(nova, headers)
  expect(status).toBe(403)
  expect(JSON.parse(text).error).toEqual({ message: expect.stringContaining(words), hint: expect.any(String) })
})

test('what is no control route is answered by any name, as a real cloud does', async () => {
  await using nova = await startEmulator()
  expect((await ask(nova, { Host: 'cloud.example', Origin: 'http://evil.example' }, '/')).status).toBe(200)
})

test('a token is asked for all the same', async () => {
  await using nova = await startEmulator({ controlToken: 'secret' })
  expect((await ask(nova, {})).status).toBe(401)
  expect((await ask(nova, { Authorization: 'Bearer secret' })).status).toBe(200)
  expect((await ask(nova, { Authorization: 'Bearer secret', Origin: 'http://evil.example' })).status).toBe(403)
})
