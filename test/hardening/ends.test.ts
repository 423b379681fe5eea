/** It ends well: what runs is answered, what is new is refused, and where something cannot be written nothing is half written. */

import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { run, serve } from '../support/command.ts'

/** How an answer to a GET came: its status and whether it was whole, or why there was none. */
function ask(url: string, agent?: Agent): Promise<string> {
  return new Promise((resolve) => {
    const sent = get(`${url}/v2.1/os-services`, { agent, headers: { 'X-Auth-Token': 'admin' } }, (answer) => {
      answer.resume()
      answer.once('end', () => resolve(`${answer.statusCode} whole`))
      answer.once('error', (error: NodeJS.ErrnoException) => resolve(`broken: ${error.code}`))
    })
    sent.once('error', (error: NodeJS.ErrnoException) => resolve(`none: ${error.code}`))
  })
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'novasim-ends-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

function slow(ms: number): string {
  const file = join(folder(), 'faults.yaml')
  writeFileSync(file, `- {match: {operation: os-services:list}, do: {delay: ${ms}ms}}\n`)
  return file
}

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s: what runs is answered within a second, what is new is refused',
  async (signal) => {
    const nova = await serve(['--port', '0', '--faults', slow(300)])
    const running = Array.from({ length: 20 }, () => ask(nova.url))
    // All of them have arrived by the time that one more is answered.
    await fetch(nova.url)
    const ended = nova.end(signal)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await ask(nova.url)).toBe('none: ECONNREFUSED')
    expect(new Set(await Promise.all(running))).toEqual(new Set(['200 whole']))
    const { code, took } = await ended
    expect(code).toBe(0)
    // Not when everything is cut off, but when the last has its answer.
    expect(took).toBeLessThan(700)
  },
)

test('under load no answer is broken, and a connection that goes on is told that it ends', async () => {
  const nova = await serve(['--port', '0', '--log', 'off'])
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  onTestFinished(() => agent.destroy())
  const came = new Map<string, number>()
  let ended = false
  const client = async () => {
    while (!ended) {
      const how = await ask(nova.url, agent)
      came.set(how, (came.get(how) ?? 0) + 1)
    }
  }
  const clients = Array.from({ length: 8 }, client)
  await new Promise((resolve) => setTimeout(resolve, 300))
  const { code, took } = await nova.end('SIGTERM')
  ended = true
  await Promise.all(clients)
  expect(code).toBe(0)
  expect(took).toBeLessThan(1000)
  expect([...came.keys()].filter((how) => how.startsWith('broken'))).toEqual([])
  expect(came.get('200 whole')).toBeGreaterThan(8)
})

test('a second signal ends it at once, whatever runs', async () => {
  const nova = await serve(['--port', '0', '--faults', slow(10_000)])
  const running = ask(nova.url)
  await fetch(nova.url)
  const first = nova.end('SIGTERM')
  await new Promise((resolve) => setTimeout(resolve, 50))
  const { took } = await nova.end('SIGTERM')
  expect(took).toBeLessThan(400)
  expect((await first).code).toBe(0)
  expect(await running).toMatch(/^none: /)
})

const RECORDING = 'fixtures/recordings/2026.2/keystone/v3/log-in.jsonl'

test.each([
  ['record', ['record', '--upstream', 'http://127.0.0.1:9/v3', '--out', '/dev/full', '--force']],
  ['world', ['world', '--from', RECORDING, '--out', '/dev/full']],
  ['recordings convert', ['recordings', 'convert', RECORDING, '/dev/full']],
])('%s: a disk that is full is said so, with exit code 2', async (_, args) => {
  expect(existsSync('/dev/full'), 'a device that is always full').toBe(true)
  const { code, stderr } = await run(args)
  expect(stderr).toBe('novasim: /dev/full: there is no room left on the disk\n')
  expect(code).toBe(2)
})

test('what cannot be written whole leaves nothing behind', async () => {
  const place = folder()
  const { code, stderr } = await run(['world', '--from', RECORDING, '--out', join(place, 'none', 'world.yaml')])
  expect(stderr).toBe(`novasim: ${join(place, 'none', 'world.yaml')}: there is no such folder\n`)
  expect(code).toBe(2)
  expect(readdirSync(place)).toEqual([])
})
