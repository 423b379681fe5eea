/** A request as Node's server has it, in the form of fetch's `Request`: nothing is made of it that nobody asks for. */

import type { IncomingMessage } from 'node:http'
import type { Bytes } from './response.ts'

/** It has of a `Request` what is read of one here: its method, address, headers and body. */
export function requestOf(incoming: IncomingMessage): Request {
  return new IncomingRequest(incoming) as unknown as Request
}

/** The body of a request, which may be asked for more than once. Rejects when the client is gone before all of it has come. */
export function bytesOf(request: Request): Promise<Bytes> {
  const incoming: unknown = request
  if (incoming instanceof IncomingRequest) return incoming.bytes()
  const known = readings.get(request)
  if (known) return known.whole
  const reading: Reading = {
    whole: request.arrayBuffer().then((buffer) => {
      reading.read = new Uint8Array(buffer)
      return reading.read
    }),
  }
  readings.set(request, reading)
  return reading.whole
}

/** The body of a request, if somebody has asked for it and it has come. */
export function bytesRead(request: Request): Bytes | undefined {
  return request instanceof IncomingRequest ? request.read : readings.get(request)?.read
}

interface Reading {
  whole: Promise<Bytes>
  read?: Bytes
}

/** The bodies of the platform's own requests, which let them be read but once. */
const readings = new WeakMap<Request, Reading>()

class IncomingRequest {
  readonly method: string
  readonly headers: IncomingHeaders
  /** The body, once it has been read. */
  read: Bytes | undefined
  readonly #incoming: IncomingMessage
  #whole: Promise<Bytes> | undefined

  constructor(incoming: IncomingMessage) {
    this.method = incoming.method ?? 'GET'
    this.headers = new IncomingHeaders(incoming.rawHeaders)
    this.#incoming = incoming
  }

  /** As the client wrote it, behind the scheme and host that it named. */
  get url(): string {
    const target = this.#incoming.url ?? '/'
    return target.startsWith('/') ? `http://${this.headers.get('host') ?? 'localhost'}${target}` : target
  }

  get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    if (!this.#hasBody()) return null
    const pull = async (controller: ReadableStreamDefaultController) => {
      const bytes = await this.bytes()
      if (bytes.byteLength > 0) controller.enqueue(new Uint8Array(bytes))
      controller.close()
    }
    return new ReadableStream({ pull }, { highWaterMark: 0 })
  }

  bytes(): Promise<Bytes> {
    this.#whole ??= this.#hasBody() ? this.#readAll() : NO_BYTES
    return this.#whole
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const { buffer, byteOffset, byteLength } = await this.bytes()
    return buffer.slice(byteOffset, byteOffset + byteLength)
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.bytes())
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }

  /** A GET may have one, too, though no `Request` of the platform's can. */
  #hasBody(): boolean {
    return this.headers.has('transfer-encoding') || Number(this.headers.get('content-length') ?? 0) > 0
  }

  /** All of a body, though its client be gone by now: it is enough that it has come whole. */
  #readAll(): Promise<Bytes> {
    const incoming = this.#incoming
    const { socket } = incoming
    return new Promise((resolve, reject) => {
      const chunks: Bytes[] = []
      /** The client has said all that it has to say. Of a request that asks for an upgrade, too, Node would wait for the rest. */
      const ended = () => {
        if (!incoming.complete) incoming.destroy()
      }
      const settle = () => {
        if (this.read) return
        socket.off('end', ended)
        for (let chunk = incoming.read(); chunk !== null; chunk = incoming.read()) chunks.push(chunk)
        if (!incoming.complete) {
          return reject(incoming.errored ?? new Error('the client went away before its request was whole'))
        }
        this.read = Buffer.concat(chunks)
        resolve(this.read)
      }
      if (incoming.destroyed) return settle()
      incoming.on('data', (chunk) => chunks.push(chunk))
      incoming.on('end', settle)
      incoming.on('error', settle)
      incoming.on('close', settle)
      socket.once('end', ended)
    })
  }
}

const NO_BYTES: Promise<Bytes> = Promise.resolve(new Uint8Array())

/** Names are found whatever their case; what was sent twice is one value, as fetch has it. */
class IncomingHeaders {
  readonly #raw: readonly string[]
  #whole: Headers | undefined

  /** @param raw names and values in turn */
  constructor(raw: readonly string[]) {
    this.#raw = raw
  }

  get(name: string): string | null {
    const wanted = name.toLowerCase()
    let found: string | null = null
    for (let index = 0; index < this.#raw.length; index += 2) {
      const key = this.#raw[index] ?? ''
      if (key.length !== wanted.length || key.toLowerCase() !== wanted) continue
      const value = this.#raw[index + 1] ?? ''
      found = found === null ? value : `${found}${wanted === 'cookie' ? '; ' : ', '}${value}`
    }
    return found
  }

  has(name: string): boolean {
    return this.get(name) !== null
  }

  keys(): Iterator<string> {
    return this.#all.keys()
  }

  values(): Iterator<string> {
    return this.#all.values()
  }

  entries(): Iterator<[string, string]> {
    return this.#all.entries()
  }

  forEach(callback: (value: string, name: string, headers: Headers) => void): void {
    this.#all.forEach(callback)
  }

  [Symbol.iterator](): Iterator<[string, string]> {
    return this.#all[Symbol.iterator]()
  }

  get #all(): Headers {
    this.#whole ??= platformHeaders(this.#raw)
    return this.#whole
  }
}

/** Of names and values in turn. */
export function headersOf(raw: readonly string[]): Headers {
  return new IncomingHeaders(raw) as unknown as Headers
}

/** The platform's own. What no header may be named, Node lets in; here it is left out. */
function platformHeaders(raw: readonly string[]): Headers {
  const headers = new Headers()
  for (let index = 0; index + 1 < raw.length; index += 2) {
    try {
      headers.append(raw[index] ?? '', raw[index + 1] ?? '')
    } catch {
      // Nobody can ask for it either.
    }
  }
  return headers
}
