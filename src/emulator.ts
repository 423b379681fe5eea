/** An emulator: a server full of worlds. `createEmulator` answers in-process; `startEmulator` also listens. */

import { timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from './control/answer.ts'
import type { ControlApp } from './control/app.ts'
import type { ReadRules, WrittenRule } from './faults/read.ts'
import { refusalToSteer } from './guard.ts'
import { listenerFor, type Wire } from './http/listener.ts'
import { headerOf, platformResponse } from './http/response.ts'
import type { Answered, EmulatorOptions, StartOptions } from './options.ts'
import { decodePath, type Environ } from './python/wsgi.ts'
import { VERSION } from './version.ts'
import { loadWorld } from './worlds/load.ts'
import { loginOf } from './worlds/login.ts'
import { releaseNamed } from './worlds/release.ts'
import type { World } from './worlds/world.ts'
import { createWorlds, DEFAULT_WORLD, splitWorldPath, type Worlds } from './worlds/worlds.ts'

export interface Emulator extends AsyncDisposable {
  /** Answer a request as the cloud at its address would. The first one waits until the world has been read. */
  fetch(request: Request): Promise<Response>
  /** Resolves once the default world can be used. Rejects with a `InputError` when it is not as it has to be. */
  readonly ready: Promise<World>
  readonly worlds: Worlds
  /** Answer a control request of whoever runs the emulator: no token is asked for, and it may be off for everybody else. */
  steer(request: Request): Promise<Response>
}

/** Where an emulator says that it is when it listens nowhere. */
export const IN_PROCESS_URL = 'http://novasim.internal'

export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const { begin, serve, ...emulator } = assemble(options)
  // Before the first request, which waits for the same promise and came to wait later.
  emulator.ready.then(
    () => begin(IN_PROCESS_URL),
    () => {},
  )
  return emulator
}

/** An emulator, and what begins its scenario once it is known where it is. */
function assemble(options: EmulatorOptions): Emulator & { begin(origin: string): void; serve: AnswerTo } {
  const worlds = createWorlds({ journal: options.journal })
  const startedAt = Date.now()
  let begin = (_origin: string) => {}
  const opened = beginningOf(options).then(async ({ holdIn, scenario, ...begun }) => {
    const { release } = options
    const description = {
      ...begun.description,
      ...(release !== undefined && { release: releaseNamed(release, 'release') }),
    }
    const { clock, seed = scenario?.seed } = options
    const read = options.faults === undefined ? undefined : await rulesOf(options.faults, description.release)
    for (const warning of [...(read?.warnings ?? []), ...(scenario?.warnings ?? [])]) options.onWarning?.(warning)
    const world = worlds.open(DEFAULT_WORLD, description, { seed, clock, faults: read?.rules })
    holdIn?.(world)
    if (scenario) begin = (origin) => scenario.start(world, origin, options.onStep ?? (() => {}))
    return world
  })
  // Whoever asks is told; a rejection that nobody has asked about yet must not end the process.
  opened.catch(() => {})

  // Most runs steer nothing, so what only control needs (schemas, YAML) is loaded at its first request.
  let control: Promise<ControlApp> | undefined
  const controlled = async (request: Request, address: Address, world: World): Promise<Response> => {
    const path = pathBelow(address)
    control ??= import('./control/app.ts').then(({ controlApp }) => controlApp({ worlds, version: VERSION, startedAt }))
    return (await control).fetch(request, { world, path, origin: address.origin })
  }

  const answer: AnswerTo = (request, wire) => {
    const { address, name } = locate(request, wire?.incoming)
    const world = worlds.find(name)
    if (!world) return noWorld(name)
    if (options.control === 'off' || !isControl(address.path)) return world.fetch(request, address, wire)
    const refusal = wire && refusalToSteer(request.headers, isLocal(wire.incoming))
    if (refusal) return problem(403, refusal.message, refusal.hint)
    const { controlToken } = options
    if (controlToken !== undefined && pathBelow(address) !== '/health' && !bears(request, controlToken)) {
      return problem(401, 'this control route wants the control token', 'send "Authorization: Bearer <token>"')
    }
    return controlled(request, address, world)
  }

  const logged = options.onAnswer && withLog(answer, options.onAnswer)
  const respond = logged ?? answer
  return {
    async fetch(request) {
      await opened
      return platformResponse(await respond(hasUncountedBody(request) ? await counted(request) : request))
    },
    ready: opened,
    worlds,
    async steer(request) {
      await opened
      const { address, name } = locate(request, undefined)
      const world = worlds.find(name)
      return world ? controlled(request, address, world) : noWorld(name)
    },
    begin: (origin) => begin(origin),
    serve: respond,
    async [Symbol.asyncDispose]() {
      await opened.catch(() => {})
      for (const world of worlds.list()) world.end()
    },
  }
}

/** The world that the default one begins as, and what lets a recording answer in it. */
async function beginningOf(options: EmulatorOptions) {
  const { replay, seed } = options
  // Most runs play nothing.
  const scenario = options.scenario === undefined ? undefined : await (await import('./cast.ts')).cast(options.scenario)
  const world = options.world ?? scenario?.world
  if (replay === undefined) return { description: await loadWorld(world ?? 'default'), scenario, holdIn: undefined }
  // Most runs replay nothing.
  const { impliedWorld, loadReplay } = await import('./worlds/replayed.ts')
  const { recording, holdIn } = await loadReplay(replay)
  if (world !== undefined) return { description: await loadWorld(world), scenario, holdIn }
  // Where nothing of the world shows, one that could not be is no reason to stop.
  if (replay.otherwise === 'error') return { description: await loadWorld('empty'), scenario, holdIn }
  return { description: await impliedWorld(recording, seed), scenario, holdIn }
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
  const [{ loadRules }, { knownAt }] = await Promise.all([import('./faults/read.ts'), import('./worlds/known.ts')])
  return loadRules(faults, knownAt(release))
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
  const { begin, serve, ...emulator } = assemble(options)
  const world = await emulator.ready
  const limits = {
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: HEADERS_WITHIN_MS,
    requestTimeout: REQUEST_WITHIN_MS,
    connectionsCheckingInterval: CHECK_EVERY_MS,
  }
  const server = createServer(limits, listenerFor(serve))
  // A client that has said all it has to say is answered, be that later; Node's types do not know it. waitress/channel.py `readable`
  Object.assign(server, { httpAllowHalfOpen: true })
  // An expectation that nobody knows is not met with 417, but is of no matter. waitress/parser.py `HTTPRequestParser`
  server.on('checkExpectation', (incoming, outgoing) => server.emit('request', incoming, outgoing))
  await listen(server, port, host)
  const bound = server.address() as AddressInfo
  const url = `http://${reachable(host)}:${bound.port}`
  let closing: Promise<void> | undefined
  const close = () => (closing ??= stop(server).then(() => emulator[Symbol.asyncDispose]()))
  begin(url)
  const env = await loginAt(world, url, options.replay !== undefined && options.world === undefined)
  return { ...emulator, url, env, close, [Symbol.asyncDispose]: close }
}

/** How long a request line and its headers may be together: what waitress lets pass, sixteen times what Node does. */
const MAX_HEADER_BYTES = 262_144

/** How long a client may take for the headers of a request, and for all of it: whoever is slower is cut off, with a 408. */
const HEADERS_WITHIN_MS = 20_000
const REQUEST_WITHIN_MS = 60_000
const CHECK_EVERY_MS = 2_000

const CONTROL = '/_novasim'

function isControl(path: string): boolean {
  return path.startsWith(CONTROL) && (path.length === CONTROL.length || path[CONTROL.length] === '/')
}

/** Whether the port was reached within this machine, so that nobody else could have asked. */
function isLocal({ socket }: IncomingMessage): boolean {
  const address = socket.localAddress ?? ''
  return address === '::1' || /^(::ffff:)?127\./.test(address)
}

/** What a control route's path is below `/_novasim`. */
function pathBelow({ path }: Environ): string {
  return path.slice(CONTROL.length).replace(/\/+$/, '') || '/'
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

function noWorld(name: string): Response {
  return problem(404, `there is no world "${name}"`, `make it: POST /_novasim/worlds {"name": "${name}"}`)
}

function problem(status: number, message: string, hint: string): Response {
  return json({ error: { message, hint } }, status)
}

type AnswerTo = (request: Request, wire?: Wire) => Response | Promise<Response>

function withLog(answer: AnswerTo, onAnswer: (answered: Answered) => void): AnswerTo {
  return async (request, wire) => {
    const start = performance.now()
    const asked = { method: request.method, path: targetOf(request, wire?.incoming) }
    const tell = (status: number, requestId: string | null) =>
      onAnswer({ ...asked, status, requestId, took: performance.now() - start })
    try {
      const response = await answer(request, wire)
      tell(response.status, headerOf(response, 'x-openstack-request-id') ?? null)
      return response
    } catch (error) {
      tell(0, null)
      throw error
    }
  }
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

/** How long a connection on which nothing happens is kept then: what its client has sent may not have been read yet. */
const IDLE_FOR_MS = 30

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // Whoever is answered yet is told not to ask again.
    server.prependListener('request', (_, outgoing) => {
      outgoing.shouldKeepAlive = false
    })
    // `close` itself would reset what is idle at once.
    const closeIdle = server.closeIdleConnections.bind(server)
    server.closeIdleConnections = () => {}
    const idle = setInterval(closeIdle, IDLE_FOR_MS)
    const cut = setTimeout(() => server.closeAllConnections(), CLOSE_WITHIN_MS)
    server.close(() => {
      clearInterval(idle)
      clearTimeout(cut)
      resolve()
    })
  })
}

/** An address that a client on this machine can use, for one that means all of them. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
