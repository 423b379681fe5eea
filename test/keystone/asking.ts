/** A Keystone to test with, in this process, on a cloud whose clock stands still; and short ways to ask it. */

import { type Clock, createClock } from '../../src/cloud/clock.ts'
import type { Cloud } from '../../src/cloud/cloud.ts'
import { createCloud } from '../../src/cloud/description.ts'
import { DEFAULT_USERS, type NewUser } from '../../src/cloud/identity.ts'
import { createChance } from '../../src/cloud/ids.ts'
import { keystoneApp } from '../../src/keystone/app.ts'
import { decodePath } from '../../src/python/wsgi.ts'

export const BASE = 'http://novasim.test'
export const IDENTITY = `${BASE}/identity/v3`

export interface Asked {
  status: number
  headers: Headers
  text: string
  // What a test looks into is for the test to know.
  // biome-ignore lint/suspicious/noExplicitAny: a parsed body has any shape
  json: any
}

export interface Question {
  method?: string
  token?: string | undefined
  headers?: Record<string, string>
  /** A value is sent as JSON, a text as it is. */
  body?: unknown
}

export interface Asking {
  cloud: Cloud
  clock: Clock
  /** Ask below /identity/v3, or below /identity with `from: 'root'`. */
  ask(path: string, question?: Question & { from?: 'root' }): Promise<Asked>
  /** Log in by password; the token. */
  logIn(name: string, scope?: unknown, password?: string): Promise<string>
}

export function startAsking({ users = DEFAULT_USERS, seed = 1, release }: Wanted = {}): Asking {
  const clock = createClock({ mode: 'manual', start: Date.UTC(2026, 0, 1) })
  const cloud = createCloud({ users, release }, { seed, clock })
  const chance = createChance(seed, 'test')
  const fetch = keystoneApp({
    cloud,
    requestId: () => `req-${chance.uuid()}`,
    randomId: chance.characters,
    catalog: [
      { type: 'compute', name: 'nova', path: '/v2.1' },
      { type: 'placement', name: 'placement', path: '/placement' },
    ],
  })
  const ask: Asking['ask'] = async (path, { method = 'GET', token, headers = {}, body, from } = {}) => {
    const [below = '', query = ''] = `${from === 'root' ? '' : '/v3'}${path}`.split(/\?(.*)/s)
    const request = requestOf(`${BASE}/identity${below}?${query}`, method, { token, headers, body })
    const response = await fetch(request, { path: decodePath(below), query, base: BASE })
    const text = await response.text()
    return { status: response.status, headers: response.headers, text, json: parse(text) }
  }
  const logIn: Asking['logIn'] = async (name, scope, password = 'secret') => {
    const identity = passwordOf(name, password)
    const { status, headers, text } = await ask('/auth/tokens?nocatalog', {
      method: 'POST',
      body: { auth: scope === undefined ? { identity } : { identity, scope } },
    })
    if (status !== 201) throw new Error(`${name} cannot log in: ${status} ${text}`)
    return headers.get('x-subject-token')!
  }
  return { cloud, clock, ask, logIn }
}

interface Wanted {
  users?: NewUser[]
  seed?: number
  /** Default: the newest. */
  release?: string
}

export function passwordOf(name: string, password = 'secret') {
  return { methods: ['password'], password: { user: { name, password, domain: { id: 'default' } } } }
}

export function projectOf(name: string) {
  return { project: { name, domain: { id: 'default' } } }
}

/** Fetch gives a GET no body, and counts none; a socket carries both. */
function requestOf(url: string, method: string, { token, headers = {}, body }: Question): Request {
  const bytes = body === undefined ? undefined : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  const request = new Request(url, {
    method: bytes ? 'POST' : method,
    headers: {
      ...(bytes && { 'Content-Type': 'application/json', 'Content-Length': `${bytes.length}` }),
      ...(token !== undefined && { 'X-Auth-Token': token }),
      ...headers,
    },
    ...(bytes && { body: bytes }),
  })
  if (bytes && headers['Content-Type'] === '') request.headers.delete('content-type')
  return method === request.method ? request : Object.defineProperty(request, 'method', { value: method })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
