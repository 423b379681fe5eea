/**
 * A proxy that a real client goes through, and that writes down what is said:
 *
 *     client ──▶ recorder ──▶ the real Keystone, Nova, …
 *                   └──▶ FILE, a line before the client has its answer
 */

import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { dumps } from '../python/json.ts'
import { InputError } from '../reading/complaint.ts'
import { bodyText, bodyValue, keepBody } from './body.ts'
import { baseOf, createEndpoints, type Endpoint } from './endpoints.ts'
import { createRecordingFile } from './file.ts'
import type { Made } from './recording.ts'
import { createScribe } from './scribe.ts'
import {
  createUpstream,
  MAX_BODY_BYTES,
  pairs,
  type UpstreamAnswer,
  UpstreamError,
  type UpstreamOptions,
} from './upstream.ts'
import { releaseOf, versionsIn } from './versions.ts'

export interface RecorderOptions extends UpstreamOptions {
  /** Keystone's address, as OS_AUTH_URL has it. */
  upstream: string
  /** The file that is written. */
  out: string
  /** Write over a file that is there. */
  force?: boolean | undefined
  /** Default 0: any free port. */
  port?: number | undefined
  /** Default 127.0.0.1. */
  host?: string | undefined
  /** Services that a client may go to though it has not asked Keystone where they are: their addresses, by type. */
  endpoints?: Record<string, string> | undefined
  /** How the recording is made, for its first line. Default `novasim record`. */
  how?: string | undefined
  /** Which release of Nova it is. Default: the one that offers these versions, or those that do. */
  release?: string | undefined
  /** The program that makes it, with its version. */
  by: string
  /** Told of each exchange, and of what goes wrong. */
  say?: ((line: string) => void) | undefined
}

export interface Recorder extends AsyncDisposable {
  /** Where it listens. */
  readonly url: string
  /** What the client takes for Keystone's address. */
  readonly authUrl: string
  /** How many exchanges there are so far. */
  count(): number
  /** End: requests that are running have most of a second, then the first line of the file is completed. */
  close(): Promise<void>
}

/** How long requests that are running may take to end. */
const CLOSE_WITHIN_MS = 600
/** How long the services may take to say at the end which versions they offer. */
const VERSIONS_WITHIN_MS = 200

/** Headers of the connection, not of the request. RFC 9110 section 7.6.1 */
const HOP_BY_HOP =
  /^(?:host|connection|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|content-length|expect)$/i

/** @throws {InputError} the address is none, or the file cannot be written; @throws when the port cannot be had */
export async function startRecorder(options: RecorderOptions): Promise<Recorder> {
  const { upstream: authUrl, out, force, port = 0, host = '127.0.0.1', by, say = () => {} } = options
  if (!/^https?:\/\/[^/\s]+/.test(authUrl)) {
    throw new InputError(
      [],
      [`--upstream ${authUrl}: it is no address of a Keystone, such as http://cloud.example:5000/v3`],
    )
  }
  const upstream = createUpstream(options)
  const endpoints = createEndpoints()
  const identity = endpoints.add('identity', authUrl)
  for (const [type, url] of Object.entries(options.endpoints ?? {})) endpoints.add(type, url)
  const scribe = createScribe(endpoints)
  const made: Made = { by, at: new Date().toISOString(), how: options.how ?? 'novasim record' }
  const versions = new Map<string, Promise<string | undefined>>()
  let count = 0
  let unwritten: string | undefined

  const server = http.createServer((request, response) => {
    respond(request, response).catch((error: unknown) => {
      say(`! ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
      send(response, 500, failure(500, 'the recorder failed', 'its own output says why'))
    })
  })
  await listen(server, port, host)
  const url = `http://${reachable(host)}:${(server.address() as AddressInfo).port}`
  let file: ReturnType<typeof createRecordingFile>
  try {
    file = createRecordingFile(out, made, { force: force ?? false })
  } catch (error) {
    server.close()
    throw error
  }

  const respond = async (request: http.IncomingMessage, response: http.ServerResponse): Promise<void> => {
    const began = performance.now()
    const method = request.method ?? 'GET'
    const { target, origin } = placeOf(request, url)
    const [, mount = '', path = ''] = /^\/([^/?]*)([\s\S]*)$/.exec(target) ?? []
    const endpoint = endpoints.find(mount)
    if (!endpoint) {
      const known = endpoints.list().map(({ name }) => `/${name}`)
      const hint = `log in through ${origin}/identity first: the catalogue then tells where the others are`
      send(response, 404, failure(404, `the recorder knows no service "${mount}", only ${known.join(', ')}`, hint))
      return
    }
    const below = path.startsWith('/') ? path : `/${path}`
    const asked = await readBody(request)
    if (asked === undefined) {
      send(
        response,
        413,
        failure(413, `the recorder passes on bodies up to ${MAX_BODY_BYTES} bytes`, 'ask the cloud directly'),
      )
      return
    }
    const headers = pairs(request.rawHeaders).filter(
      ([name]) => !HOP_BY_HOP.test(name) && !/^accept-encoding$/i.test(name),
    )
    const toUpstream = { headers, body: outwards(asked, origin) }
    askVersions(endpoint)
    askRelease()
    let answer: UpstreamAnswer
    try {
      answer = await upstream.ask({ method, url: endpoint.base + below, ...toUpstream })
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      const note = scribe.note(`${error.message} (${error.hint})`, { to: endpoint.name, method, path: below })
      write(note.lines)
      say(`  ! ${error.status} ${method} ${endpoint.name} ${note.path}: ${error.message} (${error.hint})`)
      send(response, error.status, failure(error.status, error.message, error.hint))
      return
    }
    const kept = keepBody(answer.body)
    if (endpoint.name.startsWith('identity')) {
      for (const each of endpoints.learn(bodyValue(kept))) say(`  + ${each.name} is at ${scribe.shown(each.base)}`)
      askRelease()
    }
    const spoken = { to: endpoint.name, method, path: below, request: toUpstream, at: Date.now() }
    const written = scribe.exchange({ ...spoken, status: answer.status, answer })
    count = written.n
    write(written.lines)
    if (unwritten !== undefined) {
      send(response, 500, failure(500, `the recorder cannot write ${out}: ${unwritten}`, 'is the disk full?'))
      return
    }
    const took = (performance.now() - began).toFixed(0)
    say(`${String(written.n).padStart(4)} ${answer.status} ${method} ${endpoint.name} ${written.path} ${took}ms`)
    pass(response, method, answer, kept, origin)
  }

  const write = (lines: string[]): void => {
    try {
      file.write(lines)
    } catch (error) {
      unwritten = error instanceof Error ? error.message : String(error)
      say(`! cannot write ${out}: ${unwritten}`)
    }
  }

  /** The answer, with the recorder's addresses in the place of the cloud's, so that the client stays inside. */
  const pass = (
    response: http.ServerResponse,
    method: string,
    answer: UpstreamAnswer,
    kept: ReturnType<typeof keepBody>,
    origin: string,
  ): void => {
    const inwards = (text: string) => endpoints.rewrite(text, ({ name }) => `${origin}/${name}`)
    const rewritten =
      kept === undefined || kept.as === 'base64'
        ? answer.body
        : Buffer.from(
            inwards(kept.as === 'json' ? bodyText({ ...kept, value: endpoints.place(kept.value) }) : kept.text),
          )
    const headers = answer.headers
      .filter(([name]) => !HOP_BY_HOP.test(name))
      .flatMap(([name, value]) => [name, inwards(value)])
    const length = answer.headers.find(([name]) => /^content-length$/i.test(name))
    const bodyless = method === 'HEAD' || answer.status === 204 || answer.status === 304
    if (bodyless && length) headers.push(...length)
    if (!bodyless) headers.push('Content-Length', String(rewritten.length))
    if (response.destroyed) return
    response.writeHead(answer.status, headers)
    response.end(bodyless ? undefined : rewritten)
  }

  /** What the client sends may name the recorder's addresses, which the cloud does not know. */
  const outwards = (body: Buffer, origin: string): Buffer => {
    if (!body.includes(origin)) return body
    const text = endpoints
      .list()
      .reduce((rest, { name, base }) => rest.replaceAll(`${origin}/${name}/`, `${base}/`), body.toString('latin1'))
    return Buffer.from(text, 'latin1')
  }

  const askVersions = ({ name, base }: Endpoint): void => {
    if (versions.has(name)) return
    const asking = upstream
      .ask({ method: 'GET', url: `${base}/`, headers: [['Accept', 'application/json']], body: Buffer.alloc(0) })
      .then(({ body }) => versionsIn(bodyValue(keepBody(body))))
      .catch(() => undefined)
    versions.set(name, asking)
  }

  /** Which release it is, Nova tells, whoever else is asked. */
  const askRelease = (): void => {
    const compute = endpoints.find('compute')
    if (compute) askVersions(compute)
  }

  const close = async (): Promise<void> => {
    const ended = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeIdleConnections()
    await within(CLOSE_WITHIN_MS, ended)
    server.closeAllConnections()
    const offered: Record<string, string> = {}
    for (const [name, asking] of versions) {
      const offer = await within(VERSIONS_WITHIN_MS, asking)
      if (offer !== undefined) offered[name] = offer
    }
    upstream.close()
    const release = options.release ?? releaseOf(offered.compute)
    file.finish({ ...made, release, versions: offered })
  }

  askVersions(identity)
  let closing: Promise<void> | undefined
  const closeOnce = () => (closing ??= close())
  return {
    url,
    authUrl: `${url}/identity${authUrl.slice(baseOf(authUrl).length).replace(/\/+$/, '')}`,
    count: () => count,
    close: closeOnce,
    [Symbol.asyncDispose]: closeOnce,
  }
}

/** In the form that OpenStack's clients look for the message in. */
function failure(status: number, message: string, hint: string): string {
  const title = http.STATUS_CODES[status] ?? 'Error'
  return dumps({ error: { code: status, title, message: `novasim record: ${message} (${hint})` } })
}

function send(response: http.ServerResponse, status: number, body: string): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
  response.end(response.req.method === 'HEAD' ? undefined : body)
}

/** The whole body; undefined when there is too much of it. */
async function readBody(request: http.IncomingMessage): Promise<Buffer | undefined> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length
    if (size > MAX_BODY_BYTES) return undefined
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

/** Where a request came in, and the recorder's own address as the client wrote it. */
function placeOf(
  { url: target = '/', headers: { host } }: http.IncomingMessage,
  url: string,
): { target: string; origin: string } {
  const absolute = /^(https?:\/\/[^/]+)(\/.*)?$/.exec(target)
  if (absolute) return { target: absolute[2] ?? '/', origin: absolute[1] ?? url }
  return { target, origin: host && /^[\w.\-:[\]]+$/.test(host) ? `http://${host}` : url }
}

function listen(server: http.Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

async function within<Value>(ms: number, waited: Promise<Value>): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms)
  })
  return await Promise.race([waited, late]).finally(() => clearTimeout(timer))
}

function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
