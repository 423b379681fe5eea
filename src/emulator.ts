/** An emulator: a server full of worlds. `createEmulator` answers in-process; `startEmulator` also listens. */

import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { ControlApp } from './control/app.ts'
import type { ReadRules, WrittenRule } from './faults/read.ts'
import { decodePath, type Environ } from './python/wsgi.ts'
import type { ClockWord } from './reading/clock.ts'
import { knownAt } from './worlds/faults.ts'
import type { JournalLimits } from './worlds/journal.ts'
import { loadWorld } from './worlds/load.ts'
import { loginOf } from './worlds/login.ts'
import type { ReplayOf } from './worlds/replayed.ts'
import type { World } from './worlds/world.ts'
import type { WorldFile } from './worlds/world-schema.ts'
import { createWorlds, DEFAULT_WORLD, splitWorldPath, type Worlds } from './worlds/worlds.ts'

/** Filled in by the build from package.json. */
declare const NOVASIM_VERSION: string | undefined
export const VERSION = typeof NOVASIM_VERSION === 'string' ? NOVASIM_VERSION : 'development'

export interface EmulatorOptions {
  /** A built-in world's name, a world file's path, or a world as it would stand in a file. Default `default`. */
  world?: string | WorldFile | undefined
  /** What ids and chance come from. Default: that of the world, or 0. */
  seed?: number | undefined
  /** `real`, `manual`, or `60x`: sixty times as fast as the real one. Default: that of the world, or `real`. */
  clock?: ClockWord | undefined
  /** The faults that the default world begins with: a file's path, or rules as they would stand in one. */
  faults?: string | readonly WrittenRule[] | undefined
  /** Told of each rule among them that can never match. */
  onWarning?: ((warning: string) => void) | undefined
  /** How much each world's journal keeps: 10,000 entries and 64 MiB unless it says; `{entries: 0}` keeps none. */
  journal?: Partial<JournalLimits> | undefined
  /** A recording that answers in the default world. Without `world` that is the one which the recording implies. */
  replay?: ReplayOf | undefined
  /** Whether there are control routes under `/_novasim`. Default `open`. */
  control?: 'open' | 'off' | undefined
  /** When set, every control route but `/health` asks for it as a bearer token. */
  controlToken?: string | undefined
  /** Told of each request once it has been answered. */
  onAnswer?: ((answered: Answered) => void) | undefined
}

/** A request and how it was answered, for a log. */
export interface Answered {
  method: string
  /** With the query, as it came. */
  path: string
  status: number
  requestId: string | null
  /** Milliseconds until the answer was ready. */
  took: number
}

/** What the server passes along with a request. */
interface Bindings {
  incoming?: IncomingMessage
  outgoing?: ServerResponse
}

export interface Emulator extends AsyncDisposable {
  /** Answer a request as the cloud at its address would. The first one waits until the world has been read. */
  fetch(request: Request, bindings?: Bindings): Response | Promise<Response>
  /** Resolves once the default world can be used. Rejects with a `InputError` when it is not as it has to be. */
  readonly ready: Promise<World>
  readonly worlds: Worlds
}

export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const worlds = createWorlds({ journal: options.journal })
  const startedAt = Date.now()
  const opened = beginningOf(options).then(async ({ description, holdIn }) => {
    const { seed, clock } = options
    const read = options.faults === undefined ? undefined : await rulesOf(options.faults, description.release)
    for (const warning of read?.warnings ?? []) options.onWarning?.(warning)
    const world = worlds.open(DEFAULT_WORLD, description, { seed, clock, faults: read?.rules })
    holdIn?.(world)
    return world
  })
  // Whoever asks is told; a rejection that nobody has asked about yet must not end the process.
  opened.catch(() => {})

  // Most runs steer nothing, so what only control needs (schemas, YAML) is loaded at its first request.
  let control: Promise<ControlApp> | undefined
  const steer = async (request: Request, address: Address, world: World): Promise<Response> => {
    const path = address.path.slice(CONTROL.length).replace(/\/+$/, '') || '/'
    if (path !== '/health' && options.controlToken !== undefined && !bears(request, options.controlToken)) {
      return problem(401, 'this control route wants the control token', 'send "Authorization: Bearer <token>"')
    }
    control ??= import('./control/app.ts').then(({ controlApp }) => controlApp({ worlds, version: VERSION, startedAt }))
    return (await control).fetch(request, { world, path, origin: address.origin })
  }

  const answer: AnswerTo = (request, wire) => {
    const { address, name } = locate(request, wire?.incoming)
    const world = worlds.find(name)
    if (!world) return problem(404, `there is no world "${name}"`, `make it: POST /_novasim/worlds {"name": "${name}"}`)
    if (options.control !== 'off' && isControl(address.path)) return steer(request, address, world)
    return world.fetch(request, address, wire)
  }

  const logged = options.onAnswer && withLog(answer, options.onAnswer)
  const respond = logged ?? answer
  return {
    fetch: (request, wire) => {
      if (!wire?.incoming && hasUncountedBody(request)) {
        return counted(request).then((same) => opened.then(() => respond(same, undefined)))
      }
      return worlds.find(DEFAULT_WORLD) ? respond(request, wire) : opened.then(() => respond(request, wire))
    },
    ready: opened,
    worlds,
    async [Symbol.asyncDispose]() {
      await opened.catch(() => {})
      for (const world of worlds.list()) world.end()
    },
  }
}

/** The world that the default one begins as, and what lets a recording answer in it. */
async function beginningOf({ world, replay, seed }: EmulatorOptions) {
  if (replay === undefined) return { description: await loadWorld(world ?? 'default'), holdIn: undefined }
  // Most runs replay nothing.
  const { impliedWorld, loadReplay } = await import('./worlds/replayed.ts')
  const { recording, holdIn } = await loadReplay(replay)
  if (world !== undefined) return { description: await loadWorld(world), holdIn }
  // Where nothing of the world shows, one that could not be is no reason to stop.
  if (replay.otherwise === 'error') return { description: await loadWorld('empty'), holdIn }
  return { description: await impliedWorld(recording, seed), holdIn }
}

/** How to log in: to a world that stands behind a recording, as the recorded client did. */
async function loginAt(world: World, url: string, recorded: boolean): Promise<Record<string, string>> {
  const held = recorded ? world.recordings.list()[0] : undefined
  if (!held) return loginOf(world.cloud, url)
  const { recordedLogin } = await import('./recordings/replay.ts')
  return recordedLogin(held.replay.recording, url)
}

/** Most runs begin with no faults, so what reads them is loaded when there are some. */
async function rulesOf(faults: string | readonly WrittenRule[], release: string | undefined): Promise<ReadRules> {
  const { loadRules } = await import('./faults/read.ts')
  return loadRules(faults, knownAt(release))
}

export interface StartOptions extends EmulatorOptions {
  /** Default 0: any free port. */
  port?: number | undefined
  /** Default `127.0.0.1`. */
  host?: string | undefined
}

export interface StartedEmulator extends Emulator {
  /** Where it listens, without a slash at the end. Nova is at this root, as on a real port 8774. */
  readonly url: string
  /** The `OS_*` variables that log a client in. */
  readonly env: Record<string, string>
  /** Stop listening: running requests get up to a second to end. */
  close(): Promise<void>
}

/**
 * Start an emulator that listens.
 *
 * @throws {InputError} when the world is not as it has to be, before the port opens
 * @throws when the port cannot be had
 */
export async function startEmulator({
  port = 0,
  host = '127.0.0.1',
  ...options
}: StartOptions = {}): Promise<StartedEmulator> {
  const emulator = createEmulator(options)
  const world = await emulator.ready
  const server = createAdaptorServer({
    fetch: (request, bindings) => emulator.fetch(request, bindings as Bindings),
    serverOptions: { maxHeaderSize: MAX_HEADER_BYTES },
  })
  server.prependListener('request', (incoming: IncomingMessage) => {
    // The adaptor refuses a backslash, which Nova takes for any other character.
    if (incoming.url?.includes('\\')) incoming.url = incoming.url.replaceAll('\\', '%5C')
  })
  if (!isHttpServer(server)) throw new Error('the adaptor made another server than one of HTTP/1')
  await listen(server, port, host)
  const bound = server.address() as AddressInfo
  const url = `http://${reachable(host)}:${bound.port}`
  let closing: Promise<void> | undefined
  const close = () => (closing ??= stop(server).then(() => emulator[Symbol.asyncDispose]()))
  const env = await loginAt(world, url, options.replay !== undefined && options.world === undefined)
  return { ...emulator, url, env, close, [Symbol.asyncDispose]: close }
}

/** How long a request line and its headers may be together: what waitress lets pass, sixteen times what Node does. */
const MAX_HEADER_BYTES = 262_144

const CONTROL = '/_novasim'

function isControl(path: string): boolean {
  return path.startsWith(CONTROL) && (path.length === CONTROL.length || path[CONTROL.length] === '/')
}

/** Where a request came in. What only few answers name is worked out when they do. */
class Address implements Environ {
  readonly path: string
  readonly query: string
  readonly #request: Request
  readonly #prefix: string

  constructor(path: string, query: string, request: Request, prefix: string) {
    this.path = path
    this.query = query
    this.#request = request
    this.#prefix = prefix
  }

  /** The emulator's address as the client wrote it: proxies say in headers what that was. */
  get origin(): string {
    const { headers, url } = this.#request
    const first = (name: string) => headers.get(name)?.split(',')[0]?.trim()
    const end = url.indexOf('/', url.indexOf('//') + 2)
    const [scheme = 'http', direct = 'localhost'] = url.slice(0, end < 0 ? undefined : end).split('://')
    const host = first('x-forwarded-host') || headers.get('host') || direct
    const port = first('x-forwarded-port')
    const named = port && !/:\d+$/.test(host) && !['80', '443'].includes(port) ? `${host}:${port}` : host
    const prefix = first('x-forwarded-prefix')?.replace(/\/+$/, '') ?? ''
    const proto = first('x-forwarded-proto') || scheme
    // The port that goes without saying is not said. webob/request.py `host_url`
    const short = named.replace(proto === 'https' ? /:443$/ : /:80$/, '')
    return `${proto}://${short}${prefix}`
  }

  get base(): string {
    return this.origin + this.#prefix
  }
}

/** The raw target where there is a socket, since URL parsers tidy paths up and Nova does not. */
function locate(request: Request, incoming: IncomingMessage | undefined): { address: Address; name: string } {
  const target = targetOf(request, incoming)
  const mark = target.indexOf('?')
  const { name, prefix, path } = splitWorldPath(mark < 0 ? target : target.slice(0, mark))
  return { name, address: new Address(decodePath(path), mark < 0 ? '' : target.slice(mark + 1), request, prefix) }
}

function targetOf({ url }: Request, incoming: IncomingMessage | undefined): string {
  const start = url.indexOf('/', url.indexOf('//') + 2)
  const target = incoming?.url?.startsWith('/') ? incoming.url : start < 0 ? '/' : url.slice(start)
  const fragment = target.indexOf('#')
  return fragment < 0 ? target : target.slice(0, fragment)
}

/** A request that comes from no socket has a body whose length nobody has counted, as a client would. */
function hasUncountedBody({ body, headers }: Request): boolean {
  return body !== null && !headers.has('content-length') && !headers.has('transfer-encoding')
}

async function counted(request: Request): Promise<Request> {
  const body = await request.arrayBuffer()
  const headers = new Headers(request.headers)
  headers.set('content-length', String(body.byteLength))
  return new Request(request.url, { method: request.method, headers, body })
}

function bears(request: Request, token: string): boolean {
  const given = Buffer.from(request.headers.get('authorization') ?? '')
  const wanted = Buffer.from(`Bearer ${token}`)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

function problem(status: number, message: string, hint: string): Response {
  return Response.json({ error: { message, hint } }, { status })
}

type AnswerTo = (request: Request, wire: Bindings | undefined) => Response | Promise<Response>

function withLog(answer: AnswerTo, onAnswer: (answered: Answered) => void): AnswerTo {
  return async (request, wire) => {
    const start = performance.now()
    const response = await answer(request, wire)
    onAnswer({
      method: request.method,
      path: targetOf(request, wire?.incoming),
      status: response.status,
      requestId: response.headers.get('x-openstack-request-id'),
      took: performance.now() - start,
    })
    return response
  }
}

function isHttpServer(server: object): server is Server {
  return 'closeIdleConnections' in server
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/** How long requests that are running may take to end once the emulator is closed. */
const CLOSE_WITHIN_MS = 800

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), CLOSE_WITHIN_MS)
    server.close(() => {
      clearTimeout(cut)
      resolve()
    })
    server.closeIdleConnections()
  })
}

/** An address that a client on this machine can use, for one that means all of them. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
