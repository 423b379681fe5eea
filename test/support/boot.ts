/** A world to test with, and short ways to ask it. */

import type { Cloud } from '../../src/cloud/cloud.ts'
import { createEmulator, type StartedEmulator, startEmulator } from '../../src/emulator.ts'
import type { EmulatorOptions } from '../../src/options.ts'
import { expectDescribed } from './described.ts'

export interface Asked {
  status: number
  headers: Headers
  text: string
  // What a test looks into is for the test to know.
  // biome-ignore lint/suspicious/noExplicitAny: a parsed body has any shape
  json: any
}

export interface Request$ {
  method?: string
  /** A token; `admin` unless it is said, `null` for none. */
  token?: string | null
  /** A microversion, for the OpenStack-API-Version header. */
  version?: string
  headers?: Record<string, string>
  /** A value is sent as JSON, a text as it is. */
  body?: unknown
}

export interface Booted extends AsyncDisposable {
  /** Ask any path of the emulator. */
  ask(path: string, request?: Request$): Promise<Asked>
  /** Ask Nova, below /v2.1. */
  nova(path: string, request?: Request$): Promise<Asked>
  /** Ask control, below /_novasim. What it answers is held to the document that describes it. */
  control(method: string, path: string, body?: unknown): Promise<Asked>
  /** Ask control for what does not end. */
  stream(path: string, headers?: Record<string, string>): Promise<Response>
  /** The cloud of the default world. */
  cloud: Cloud
}

/** An emulator in this process, with no socket. Its clock stands still unless the options say otherwise. */
export async function boot(options: EmulatorOptions = {}): Promise<Booted> {
  const emulator = createEmulator({ clock: 'manual', ...options })
  const { cloud } = await emulator.ready
  return booted(
    (path, init) => emulator.fetch(new Request(`http://novasim.test${path}`, init)),
    cloud,
    () => emulator[Symbol.asyncDispose](),
  )
}

/** The same over a real socket. */
export async function bootListening(options: EmulatorOptions = {}): Promise<Booted & { emulator: StartedEmulator }> {
  const emulator = await startEmulator({ clock: 'manual', ...options })
  const { cloud } = await emulator.ready
  const made = booted(
    (path, init) => fetch(emulator.url + path, init),
    cloud,
    () => emulator.close(),
  )
  return { ...made, emulator }
}

/** Both ways to reach an emulator, for tests of what crosses the wire. */
export const BOTH_WAYS = [
  ['in-process', boot],
  ['over a socket', bootListening],
] as const

type Send = (path: string, init: RequestInit) => Response | Promise<Response>

function booted(send: Send, cloud: Cloud, dispose: () => PromiseLike<void>): Booted {
  const ask = async (path: string, { method = 'GET', token = 'admin', version, headers, body }: Request$ = {}) => {
    const init: RequestInit = {
      method,
      headers: {
        ...(token !== null && { 'X-Auth-Token': token }),
        ...(version !== undefined && { 'OpenStack-API-Version': `compute ${version}` }),
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...headers,
      },
    }
    if (body !== undefined) init.body = typeof body === 'string' ? body : JSON.stringify(body)
    const response = await send(path, init)
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, json: parsed(text) }
  }
  return {
    ask,
    nova: (path, request) => ask(`/v2.1${path}`, request),
    async control(method, path, body) {
      const asked = await ask(`/_novasim${path}`, { method, token: null, ...(body !== undefined && { body }) })
      expectDescribed(method, path, asked.status, asked.json)
      return asked
    },
    stream: async (path, headers = {}) => send(path, { headers }),
    cloud,
    [Symbol.asyncDispose]: dispose,
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
