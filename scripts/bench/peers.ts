/** Others that pretend to be a service, each from its package at one version, set up to give the same answers. */

import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Answers, Said } from './answers.ts'
import { type Contender, fileOf } from './contender.ts'
import { installed } from './install.ts'
import { freePort, type Running, run } from './running.ts'

export interface Peer extends Omit<Contender, 'start' | 'peer'> {
  package: string
  /** @param folder where its package is */
  start(folder: string, answers: Answers): Promise<Running>
  /** What else the machine must have, if it has not. */
  missing?(): string | undefined
}

/** @returns the peer, or why it is left out */
export function readied(peer: Peer, say: (text: string) => void): Contender | string {
  const missing = peer.missing?.()
  if (missing !== undefined) return missing
  try {
    const folder = installed(peer.package, peer.version, say)
    return { ...peer, peer: true, start: (answers) => peer.start(folder, answers) }
  } catch (error) {
    return `npm cannot install ${peer.package} ${peer.version}: ${(error as Error).message.split('\n')[0]}`
  }
}

const node = async (script: string, args: (port: number) => string[], path = '/v2.1/os-services') => {
  const port = await freePort()
  return run({ command: process.execPath, args: [script, ...args(port)], cwd: dirname(script) }, port, path)
}

const LIST_PATH = '/v2.1/os-services'
const WORLD_PATH = '/w/{world}/v2.1/os-services'
const LOGIN_PATH = '/identity/v3/auth/tokens'

const prism: Peer = {
  ...{ name: 'Prism', package: '@stoplight/prism-cli', version: '5.16.0' },
  start(folder, answers) {
    const example = (said: Said) => ({ value: JSON.parse(said.body) as unknown })
    const saying = (said: Said, others: Record<string, Said> = {}) => ({
      [said.status]: {
        description: 'as novasim',
        headers: Object.fromEntries(
          Object.entries(said.headers)
            .filter(([name]) => name !== 'content-type')
            .map(([name, value]) => [name, { schema: { type: 'string' }, example: value }]),
        ),
        content: {
          'application/json': {
            schema: { type: 'object' },
            examples: {
              all: example(said),
              ...Object.fromEntries(Object.entries(others).map(([name, each]) => [name, example(each)])),
            },
          },
        },
      },
    })
    const parameter = (name: string) => ({ name, in: 'path', required: true, schema: { type: 'string' } })
    const requestBody = { content: { 'application/json': { schema: { type: 'object' } } } }
    const document = fileOf('openapi.json', {
      openapi: '3.0.3',
      info: { title: 'os-services', version: '1' },
      paths: {
        [LIST_PATH]: { get: { responses: saying(answers.list, { filtered: answers.filtered }) } },
        [`${LIST_PATH}/{id}`]: { put: { parameters: [parameter('id')], requestBody, responses: saying(answers.put) } },
        [WORLD_PATH]: { get: { parameters: [parameter('world')], responses: saying(answers.list) } },
        [LOGIN_PATH]: { post: { requestBody, responses: saying(answers.login) } },
      },
    })
    return node(join(folder, 'dist/index.js'), (port) => [
      'mock',
      document,
      '-p',
      `${port}`,
      '-h',
      '127.0.0.1',
      '-v',
      'error',
    ])
  },
  // It does not choose by a query, but by the name of an example.
  asks: (row, asks) =>
    row.name === 'filter'
      ? asks.map((ask) => ({ ...ask, headers: { ...ask.headers, Prefer: 'example=filtered' } }))
      : asks,
}

const mockoon: Peer = {
  ...{ name: 'Mockoon', package: '@mockoon/cli', version: '9.9.0' },
  start(folder, answers) {
    const response = (id: string, { status, headers, body }: Said, rules: object[] = []) => ({
      ...{ uuid: id, body, latency: 0, statusCode: status, label: '', bodyType: 'INLINE', filePath: '' },
      headers: Object.entries(headers).map(([key, value]) => ({ key, value })),
      ...{ databucketID: '', sendFileAsBody: false, rules, rulesOperator: 'OR', disableTemplating: true },
      ...{ fallbackTo404: false, default: rules.length === 0, crudKey: 'id', callbacks: [] },
    })
    const route = (id: string, method: string, endpoint: string, ...responses: object[]) => ({
      ...{ uuid: id, type: 'http', documentation: '', method, endpoint, responses },
      ...{ responseMode: null, streamingMode: null, streamingInterval: 0 },
    })
    const ofHost = { target: 'query', modifier: 'host', value: 'host2', invert: false, operator: 'equals' }
    const routes = [
      route(
        'list',
        'get',
        'v2.1/os-services',
        response('list-all', answers.list),
        response('list-host', answers.filtered, [ofHost]),
      ),
      route('put', 'put', 'v2.1/os-services/:id', response('put-it', answers.put)),
      route('world', 'get', 'w/:world/v2.1/os-services', response('world-list', answers.list)),
      route('login', 'post', 'identity/v3/auth/tokens', response('login-it', answers.login)),
    ]
    const environment = fileOf('environment.json', {
      ...{ uuid: 'bench', lastMigration: 33, name: 'bench', endpointPrefix: '', latency: 0, port: 3000, hostname: '' },
      ...{ folders: [], routes, rootChildren: routes.map(({ uuid }) => ({ type: 'route', uuid })) },
      ...{
        proxyMode: false,
        proxyHost: '',
        proxyRemovePrefix: false,
        cors: false,
        headers: [],
        data: [],
        callbacks: [],
      },
      ...{ tlsOptions: { enabled: false }, proxyReqHeaders: [], proxyResHeaders: [] },
    })
    const flags = ['--hostname', '127.0.0.1', '--disable-log-to-file', '--repair']
    return node(join(folder, 'bin/run.js'), (port) => ['start', '-d', environment, '-p', `${port}`, ...flags])
  },
}

const mountebank: Peer = {
  ...{ name: 'mountebank', package: 'mountebank', version: '2.9.1' },
  async start(folder, answers) {
    const port = await freePort()
    const stub = (predicate: object, { status, headers, body }: Said) => ({
      predicates: [predicate],
      responses: [{ is: { statusCode: status, headers, body } }],
    })
    const list = { method: 'GET', path: LIST_PATH }
    const stubs = [
      stub({ equals: { ...list, query: { host: 'host2' } } }, answers.filtered),
      stub({ equals: list }, answers.list),
      stub({ matches: { method: 'GET', path: '^/w/[^/]+/v2.1/os-services$' } }, answers.list),
      stub({ equals: { method: 'PUT', path: `${LIST_PATH}/${answers.uuid}` } }, answers.put),
      stub({ equals: { method: 'POST', path: LOGIN_PATH } }, answers.login),
    ]
    const config = fileOf('imposters.json', { imposters: [{ port, protocol: 'http', stubs }] })
    const [own, script] = [await freePort(), join(folder, 'bin/mb')]
    const flags = [
      '--configfile',
      config,
      '--nologfile',
      '--localOnly',
      '--loglevel',
      'error',
      '--pidfile',
      `${config}.pid`,
    ]
    const args = [script, 'start', '--port', `${own}`, ...flags]
    return run({ command: process.execPath, args, cwd: dirname(config) }, port, LIST_PATH)
  },
}

const jsonServer: Peer = {
  ...{ name: 'json-server', package: 'json-server', version: '0.17.4' },
  start(folder, answers) {
    const database = fileOf('db.json', answers.list.body)
    const routes = fileOf('routes.json', {
      '/v2.1/os-services*': '/services$1',
      '/w/:world/v2.1/os-services': '/services',
    })
    const flags = ['--host', '127.0.0.1', '--quiet', '--routes', routes]
    return node(join(folder, 'lib/cli/bin.js'), (port) => ['--port', `${port}`, ...flags, database])
  },
  // Its PUT replaces a record and its PATCH changes one.
  asks: (_row, asks) => asks.map((ask) => (ask.method === 'PUT' ? { ...ask, method: 'PATCH' } : ask)),
  cannot: ({ name }) => (name === 'login' ? 'a POST answers what it was sent' : undefined),
}

const wiremock: Peer = {
  ...{ name: 'WireMock', package: 'wiremock', version: '3.13.2' },
  missing() {
    try {
      execFileSync('java', ['-version'], { stdio: 'ignore' })
      return undefined
    } catch {
      return 'it needs Java, which is not on the PATH (default-jre-headless of Debian has it)'
    }
  },
  async start(folder, answers) {
    const build = join(folder, 'build')
    const jar = readdirSync(build).find((name) => name.endsWith('.jar'))
    if (jar === undefined) throw new Error(`there is no jar in ${build}`)
    const mapping = (request: object, { status, headers, body }: Said, priority = 5) => ({
      ...{ priority, request, response: { status, headers, body } },
    })
    const list = { method: 'GET', urlPath: LIST_PATH }
    const mappings = [
      mapping({ ...list, queryParameters: { host: { equalTo: 'host2' } } }, answers.filtered, 1),
      mapping(list, answers.list),
      mapping({ method: 'GET', urlPathTemplate: WORLD_PATH }, answers.list),
      mapping({ method: 'PUT', urlPath: `${LIST_PATH}/${answers.uuid}` }, answers.put),
      mapping({ method: 'POST', urlPath: LOGIN_PATH }, answers.login),
    ]
    const root = dirname(fileOf('root', ''))
    mkdirSync(join(root, 'mappings'))
    writeFileSync(join(root, 'mappings/all.json'), JSON.stringify({ mappings }))
    const port = await freePort()
    // As many requests are kept as novasim keeps.
    const flags = ['--root-dir', root, '--bind-address', '127.0.0.1', '--max-request-journal-entries', '10000']
    const args = ['-jar', join(build, jar), '--port', `${port}`, '--disable-banner', ...flags]
    return run({ command: 'java', args }, port, LIST_PATH)
  },
}

export const PEERS: Peer[] = [prism, mockoon, mountebank, jsonServer, wiremock]
