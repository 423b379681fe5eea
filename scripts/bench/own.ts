/** novasim, and what it is measured by: a bare node:http and hono alone, both with the answers in a table. */

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Answers, type Said, WORLDS, worldOf } from './answers.ts'
import { type Contender, fileOf } from './contender.ts'
import { manyRules } from './rules.ts'
import { freePort, type Running, run } from './running.ts'

export const BARE = 'bare node:http'
export const NOVASIM = 'novasim'
export const WITHOUT_JOURNAL = 'novasim, no journal'
export const WITH_RULES = 'novasim, 1,000 rules'

/** The rows in which journal and rules are weighed. */
const WEIGHED = ['list-5', 'list-1000']

/** @param cli the command that is measured */
export function own(cli: string): Contender[] {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  const rules = fileOf('rules.json', manyRules(1000))
  const novasim = { version, peer: false }
  return [
    { name: BARE, version: process.version, peer: false, start: (answers) => startTable(BARE_PROGRAM, answers) },
    {
      name: 'hono alone',
      version: versionOf('hono'),
      peer: false,
      start: (answers) => startTable(HONO_PROGRAM, answers),
    },
    { ...novasim, name: NOVASIM, start: ({ size }) => startNovasim(cli, size), prepare: worldsFor() },
    {
      ...{ ...novasim, name: WITHOUT_JOURNAL, rows: WEIGHED },
      start: ({ size }) => startNovasim(cli, size, ['--journal-entries', '0']),
    },
    {
      ...{ ...novasim, name: WITH_RULES, rows: WEIGHED },
      start: ({ size }) => startNovasim(cli, size, ['--faults', rules]),
    },
  ]
}

function versionOf(name: string): string {
  return (JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8')) as { version: string }).version
}

/** The worlds that some rows ask are made for the first of them: the others are of one world. */
function worldsFor(): NonNullable<Contender['prepare']> {
  const had = new WeakSet<Running>()
  return async ({ name }, running) => {
    if (!name.startsWith('worlds-') || had.has(running)) return
    had.add(running)
    await openWorlds(running.url, WORLDS)
  }
}

export async function startNovasim(cli: string, services: number, flags: string[] = []): Promise<Running> {
  const port = await freePort()
  const world = fileOf('world.json', worldOf(services))
  const args = [cli, '--port', String(port), '--world', world, '--log', 'off', ...flags]
  return run({ command: process.execPath, args }, port, '/v2.1/os-services')
}

export async function openWorlds(url: string, count: number): Promise<void> {
  for (let number = 0; number < count; number++) {
    const body = JSON.stringify({ name: `w${number}`, world: worldOf(5) })
    const answer = await fetch(`${url}/_novasim/worlds`, { method: 'POST', body })
    if (!answer.ok) throw new Error(`a world answered ${answer.status}: ${await answer.text()}`)
    await answer.arrayBuffer()
  }
}

/** The same answers by method and path, as little work as there can be. */
function tableOf({ list, filtered, put, login, uuid }: Answers): Record<string, Said> {
  const worlds = Array.from({ length: WORLDS }, (_, number) => [`GET /w/w${number}/v2.1/os-services`, list])
  return {
    'GET /v2.1/os-services': list,
    'GET /v2.1/os-services?host=host2': filtered,
    [`PUT /v2.1/os-services/${uuid}`]: put,
    'POST /identity/v3/auth/tokens': login,
    ...Object.fromEntries(worlds),
  }
}

async function startTable(program: string, answers: Answers): Promise<Running> {
  const port = await freePort()
  const table = fileOf('answers.json', tableOf(answers))
  const args = ['--input-type=module', '-e', program, table, String(port)]
  return run({ command: process.execPath, args, cwd: resolve('.') }, port, '/v2.1/os-services')
}

const BARE_PROGRAM = `
  import { readFileSync } from 'node:fs'
  import { createServer } from 'node:http'
  const made = new Map()
  for (const [key, { status, headers, body }] of Object.entries(JSON.parse(readFileSync(process.argv[1], 'utf8')))) {
    const bytes = Buffer.from(body)
    made.set(key, { status, headers: { ...headers, 'content-length': bytes.length }, bytes })
  }
  const say = (request, answer) => {
    const { status, headers, bytes } = made.get(request.method + ' ' + request.url)
    answer.writeHead(status, headers)
    answer.end(bytes)
  }
  createServer((request, answer) => {
    if (request.method === 'GET') return say(request, answer)
    request.on('data', () => {})
    request.on('end', () => say(request, answer))
  }).listen(Number(process.argv[2]), '127.0.0.1')`

const HONO_PROGRAM = `
  import { readFileSync } from 'node:fs'
  import { serve } from '@hono/node-server'
  import { Hono } from 'hono'
  const made = new Map()
  for (const [key, { status, headers, body }] of Object.entries(JSON.parse(readFileSync(process.argv[1], 'utf8')))) {
    made.set(key, { status, headers, bytes: Buffer.from(body) })
  }
  const app = new Hono()
  const say = (c, key) => {
    const { status, headers, bytes } = made.get(key)
    return c.body(bytes, status, headers)
  }
  app.get('/v2.1/os-services', (c) => {
    const host = c.req.query('host')
    return say(c, 'GET /v2.1/os-services' + (host === undefined ? '' : '?host=' + host))
  })
  app.get('/w/:world/v2.1/os-services', (c) => say(c, 'GET ' + c.req.path))
  app.put('/v2.1/os-services/:id', async (c) => (await c.req.json(), say(c, 'PUT ' + c.req.path)))
  app.post('/identity/v3/auth/tokens', async (c) => (await c.req.json(), say(c, 'POST ' + c.req.path)))
  serve({ fetch: app.fetch, port: Number(process.argv[2]), hostname: '127.0.0.1' })`
