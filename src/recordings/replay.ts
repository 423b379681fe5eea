/** Answers from a recording, its ids and times moved to the present. */

import { hexFor, uuidFor } from '../cloud/ids.ts'
import { bytesOf } from '../http/request.ts'
import { dumps, quote } from '../python/json.ts'
import { valueAt } from '../python/values.ts'
import { decodePath, type Environ } from '../python/wsgi.ts'
import { bodyText, bodyValue, keepBody } from './body.ts'
import { beganAt } from './cloud-clock.ts'
import { type Asked, type Comparison, compare, type Difference, headerOf } from './match.ts'
import { fillNames, kindOf, moveTime, partsOf } from './names.ts'
import type { Exchange, Recording } from './recording.ts'
import { textAt } from './value.ts'

/** In the order of the recording, or each request by what it asks for. */
export const REPLAY_MODES = ['strict', 'match'] as const
export type ReplayMode = (typeof REPLAY_MODES)[number]

/** What becomes of a request that the recording does not answer. */
export const REPLAY_ELSES = ['error', 'world'] as const
export type ReplayElse = (typeof REPLAY_ELSES)[number]

/** Which ids the answers have: those that were recorded, where the file tells them, or others, made from the seed. */
export const REPLAY_IDS = ['recorded', 'seed'] as const
export type ReplayIds = (typeof REPLAY_IDS)[number]

/** Whether times are moved to the world's, or stay those that were recorded. */
export const REPLAY_TIMES = ['moved', 'recorded'] as const
export type ReplayTimes = (typeof REPLAY_TIMES)[number]

export interface ReplayOptions {
  /** Default `match`. */
  mode?: ReplayMode | undefined
  /** Default `error`. */
  otherwise?: ReplayElse | undefined
  /** Default `recorded`. */
  ids?: ReplayIds | undefined
  /** Default `moved`. */
  times?: ReplayTimes | undefined
  /** What ids, and tokens, are made from. */
  seed: number
  /** The time to which times are moved, in milliseconds since 1970. */
  now(): number
}

type Answer = Response | Promise<Response>

/** A request on its way, as worlds pass it. */
interface Passage {
  request: Request
  environ: Environ
}

/** How far a replay is. Plain data, to return to. */
export interface ReplayState {
  /** The next exchange, where they are in order. */
  position: number
  used: number[]
  bindings: [name: string, value: string][]
  shift: number | undefined
  requests: number
  unexpected: number
}

export interface Replay {
  readonly recording: Recording
  readonly mode: ReplayMode
  readonly otherwise: ReplayElse
  /** Answer a request, or let `next` do. */
  layer(passage: Passage, next: () => Answer): Promise<Response>
  /** How many exchanges have been used, and how many requests were none of them. */
  progress(): { used: number; of: number; unexpected: number }
  /** Back to the beginning. */
  rewind(): void
  state(): ReplayState
  restore(state: ReplayState): void
}

export function createReplay(recording: Recording, options: ReplayOptions): Replay {
  const { mode = 'match', otherwise = 'error', ids = 'recorded', times = 'moved', seed, now } = options
  const { exchanges, values } = recording
  const services = new Set(exchanges.map(({ to }) => to))
  const firstSeen = firstAppearances(exchanges)
  const holders = tokenHolders(exchanges)
  const index = indexOf(exchanges)

  let position = 0
  let used = new Set<Exchange>()
  let bindings = new Map<string, string>()
  let shift: number | undefined
  let requests = 0
  let unexpected = 0

  /** The value of a name that no request decides. */
  const made = (name: string): string => {
    const recorded = ids === 'recorded' ? values.get(name) : undefined
    switch (kindOf(name)) {
      case 'uuid':
        return recorded ?? uuidFor(seed, 'recording', name)
      case 'id':
        return recorded ?? hexFor(seed, 'recording', name)
      case 'host-id':
        return recorded ?? `${hexFor(seed, 'recording', name)}${hexFor(seed, 'recording more', name)}`.slice(0, 56)
      case 'reservation':
        return (
          recorded ??
          `r-${BigInt(`0x${hexFor(seed, 'recording', name)}`)
            .toString(36)
            .slice(-8)}`
        )
      case 'audit':
        return Buffer.from(hexFor(seed, 'recording', name), 'hex').toString('base64url')
      case 'token':
        // Of the size and the look of one of Keystone's.
        return `gAAAAA${[0, 1, 2, 3, 4, 5, 6, 7].map((part) => Buffer.from(hexFor(seed, `recording ${part}`, name), 'hex').toString('base64url')).join('')}`
      default:
        return 'secret'
    }
  }
  const known = (name: string): string | undefined => {
    const lower = name.startsWith('UUID-') ? name.toLowerCase() : name
    const kind = kindOf(lower)
    if (kind === 'time' || kind === 'secret' || kind === 'request' || kind === undefined) return undefined
    const value = bindings.get(lower) ?? (firstSeen.get(lower) === 'answer' ? made(lower) : undefined)
    return name === lower ? value : value?.toUpperCase()
  }
  /** A name whose value each request may decide anew: it came from the client when it was recorded. */
  const isFree = (name: string) => firstSeen.get(name.toLowerCase()) === 'request'
  const strictly = { known }
  const loosely = { known: (name: string) => (isFree(name) ? undefined : known(name)) }

  const answerOf = (exchange: Exchange, { decides }: Comparison, { environ, request }: Passage): Response => {
    shift ??= times === 'recorded' ? 0 : Math.floor((now() - beganAt(recording)) / 1000) * 1000
    const moved = shift
    for (const [name, value] of decides)
      bindings.set(name.toLowerCase(), name.startsWith('UUID-') ? value.toLowerCase() : value)
    const token = request.headers.get('x-auth-token')
    const shownAs = nameIn(headerOf(exchange.request.headers, 'x-auth-token'))
    if (token !== null && shownAs !== undefined && isFree(shownAs)) bindings.set(shownAs, token)
    used.add(exchange)
    requests++
    const requestId = `req-${uuidFor(seed, 'replayed request', recording.made.at, requests)}`
    const base = environ.base
    const value = (name: string): string => {
      switch (kindOf(name)) {
        case undefined:
          return name === 'compute' ? base : `${base}/${name}`
        case 'request':
          return requestId
        case 'time':
          return moveTime(values.get(name) ?? '', moved)
        case 'length':
          return '<length>'
        default: {
          const lower = name.toLowerCase()
          const given = known(name) ?? made(lower)
          if (!bindings.has(lower) && kindOf(lower) !== 'secret')
            bindings.set(lower, name === lower ? given : given.toLowerCase())
          return given
        }
      }
    }
    return respond(exchange, value, request.method)
  }

  /** Whose token it is that somebody asks with, as far as this replay has given it out. */
  const holdersOf = (token: string | null): string[] =>
    token === null
      ? []
      : [...bindings].flatMap(([name, value]) =>
          value === token && name.startsWith('token-') ? (holders.get(name) ?? name) : [],
        )

  const tokenOf = (exchange: Exchange, asked: Asked, theirs: string[]): 'same' | 'other' | 'unknown' | 'missing' => {
    const recorded = headerOf(exchange.request.headers, 'x-auth-token')
    const given = asked.headers.get('x-auth-token')
    if ((recorded === null) !== (given === null)) return 'missing'
    const name = nameIn(recorded)
    if (given === null || name === undefined || known(name) === given) return 'same'
    if (theirs.length === 0) return bindings.has(name) ? 'other' : 'unknown'
    return theirs.includes(holders.get(name) ?? name) ? 'same' : 'other'
  }

  const tokenDifference = (exchange: Exchange, asked: Asked, strict: boolean): Difference[] => {
    const token = tokenOf(exchange, asked, holdersOf(asked.headers.get('x-auth-token')))
    const name = nameIn(headerOf(exchange.request.headers, 'x-auth-token'))
    const recorded = name === undefined ? '(none)' : `<${name}>${holders.has(name) ? `, of ${holders.get(name)}` : ''}`
    if (token === 'missing') {
      return [{ where: 'header x-auth-token', recorded, asked: name === undefined ? 'a token' : '(none)', weight: 2 }]
    }
    if (strict && token === 'other')
      return [{ where: 'header x-auth-token', recorded, asked: 'the token of another', weight: 1 }]
    return []
  }

  const inOrder = (asked: Asked): [Exchange, Comparison] | undefined => {
    const exchange = exchanges[position]
    if (!exchange) return undefined
    const comparison = compare(exchange, asked, strictly)
    if (comparison.differences.length > 0 || tokenDifference(exchange, asked, true).length > 0) return undefined
    position++
    return [exchange, comparison]
  }

  const byWhatIsAsked = (asked: Asked): [Exchange, Comparison] | undefined => {
    let best: { comparison: Comparison; group: Group } | undefined
    for (const group of index.get(shapeOf(asked.method, asked.to, asked.path)) ?? []) {
      const [sample] = group.exchanges
      const comparison = sample && compare(sample, asked, loosely)
      if (!comparison || comparison.differences.length > 0) continue
      // One that names exactly what is asked for comes before one that would take anything.
      if (best === undefined || comparison.decides.size < best.comparison.decides.size) best = { comparison, group }
    }
    if (best === undefined) return undefined
    const theirs = holdersOf(asked.headers.get('x-auth-token'))
    const { exchanges: same, from } = best.group
    let last: Exchange | undefined
    let others: Exchange | undefined
    for (let at = from; at < same.length; at++) {
      const exchange = same[at]
      if (exchange === undefined || used.has(exchange)) continue
      const token = tokenOf(exchange, asked, theirs)
      if (token === 'missing') continue
      if (token !== 'other') {
        if (at === from) best.group.from++
        return [exchange, best.comparison]
      }
      others ??= exchange
    }
    // The last one answers on: of those for the same holder, if there is one.
    for (let at = same.length - 1; at >= 0 && last === undefined; at--) {
      const exchange = same[at]
      if (exchange && ['same', 'unknown'].includes(tokenOf(exchange, asked, theirs))) last = exchange
    }
    const found = last ?? others ?? same.findLast((exchange) => tokenOf(exchange, asked, theirs) === 'other')
    return found && [found, best.comparison]
  }

  const refuse = (asked: Asked): Response => {
    unexpected++
    return notRecorded(recording, mode, position, asked, (exchange) => [
      ...compare(exchange, asked, mode === 'strict' ? strictly : loosely).differences,
      ...tokenDifference(exchange, asked, mode === 'strict'),
    ])
  }

  const rewind = () => {
    position = 0
    for (const group of [...index.values()].flat()) group.from = 0
    used = new Set()
    bindings = new Map()
    shift = undefined
    requests = 0
    unexpected = 0
  }

  return {
    recording,
    mode,
    otherwise,
    async layer(passage, next) {
      const asked = await askedOf(passage, services)
      const found = mode === 'strict' ? inOrder(asked) : byWhatIsAsked(asked)
      if (found) return answerOf(...found, passage)
      if (otherwise === 'world') {
        unexpected++
        return next()
      }
      return refuse(asked)
    },
    progress: () => ({ used: used.size, of: exchanges.length, unexpected }),
    rewind,
    state: () => ({
      position,
      used: exchanges.flatMap((exchange, at) => (used.has(exchange) ? [at] : [])),
      bindings: [...bindings],
      shift,
      requests,
      unexpected,
    }),
    restore(state) {
      rewind()
      position = state.position
      used = new Set(state.used.flatMap((at) => exchanges[at] ?? []))
      bindings = new Map(state.bindings)
      shift = state.shift
      requests = state.requests
      unexpected = state.unexpected
    },
  }
}

/** The `OS_*` variables with which the recorded client logged in; the password may be any. */
export function recordedLogin({ exchanges }: Recording, url: string): Record<string, string> {
  const login = exchanges.find(
    ({ to, request }) =>
      to === 'identity' && /^\/v3\/auth\/tokens(?:\?|$)/.test(request.path) && request.method === 'POST',
  )
  const auth = valueAt(bodyValue(login?.request.body), 'auth')
  const user = valueAt(auth, 'identity', 'password', 'user')
  const project = valueAt(auth, 'scope', 'project')
  const plain = (text: string | undefined) => (text === undefined || text.includes('<') ? undefined : text)
  const given = {
    OS_USERNAME: plain(textAt(user, 'name')) ?? 'admin',
    OS_PASSWORD: 'secret',
    OS_PROJECT_NAME: plain(textAt(project, 'name')) ?? (project === undefined && login ? undefined : 'admin'),
    OS_SYSTEM_SCOPE: valueAt(auth, 'scope', 'system') === undefined ? undefined : 'all',
    OS_USER_DOMAIN_ID: plain(textAt(user, 'domain', 'id')),
    OS_USER_DOMAIN_NAME: plain(textAt(user, 'domain', 'name')),
    OS_PROJECT_DOMAIN_ID: plain(textAt(project, 'domain', 'id')),
    OS_PROJECT_DOMAIN_NAME: plain(textAt(project, 'domain', 'name')),
  }
  const domains = login ? {} : { OS_USER_DOMAIN_NAME: 'Default', OS_PROJECT_DOMAIN_NAME: 'Default' }
  const entries = Object.entries({ ...given, ...domains }).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as [string, string]],
  )
  return { OS_AUTH_URL: `${url}/identity/v3`, ...Object.fromEntries(entries), OS_IDENTITY_API_VERSION: '3' }
}

async function askedOf(passage: Passage, services: Set<string>): Promise<Asked> {
  const { request, environ } = passage
  const { method, headers } = request
  const body = keepBody(await bytesOf(request))
  return { method, headers, query: environ.query, body, ...placeOf(environ.path, services) }
}

/** Nova is at the root of a world, every other service below its name. */
function placeOf(path: string, services: Set<string>): { to: string; path: string } {
  const [, first = '', rest = ''] = /^\/([^/]*)([\s\S]*)$/.exec(path) ?? []
  if (first !== 'compute' && (first === 'identity' || services.has(first))) return { to: first, path: rest || '/' }
  return { to: 'compute', path }
}

/** 204, 205 and 304 have no body, and fetch allows none. */
const BODYLESS = new Set([204, 205, 304])

function respond({ answer }: Exchange, value: (name: string) => string, method: string): Response {
  const { body } = answer
  const bytes =
    body === undefined
      ? Buffer.alloc(0)
      : body.as === 'base64'
        ? Buffer.from(body.base64, 'base64')
        : Buffer.from(
            fillNames(bodyText(body), (name) => (body.as === 'json' ? quote(value(name)).slice(1, -1) : value(name))),
          )
  const headers = new Headers()
  for (const [name, given] of Object.entries(answer.headers)) {
    for (const each of [given].flat()) {
      const filled = fillNames(each, value).replace('<length>', String(bytes.length))
      // A header is Latin-1 on the wire.
      headers.append(name, /^[\0-\xff]*$/.test(filled) ? filled : Buffer.from(filled, 'utf8').toString('latin1'))
    }
  }
  const bodyless = BODYLESS.has(answer.status) || method === 'HEAD' || body === undefined
  return new Response(bodyless ? null : bytes, { status: answer.status, headers })
}

/** How many recorded exchanges are compared to find the nearest. */
const COMPARED_AT_MOST = 2000

function notRecorded(
  recording: Recording,
  mode: ReplayMode,
  position: number,
  asked: Asked,
  differences: (exchange: Exchange) => Difference[],
): Response {
  const { exchanges, file } = recording
  const came = `${asked.method} ${asked.to} ${asked.path}${asked.query ? `?${asked.query}` : ''}`
  const next = mode === 'strict' ? exchanges[position] : undefined
  const compared = exchanges
    .slice(mode === 'strict' ? position : 0)
    .slice(0, COMPARED_AT_MOST)
    .map((exchange) => ({ exchange, different: differences(exchange) }))
  const weight = (each: Difference[]) => each.reduce((sum, difference) => sum + difference.weight, 0)
  const nearest = compared.reduce<(typeof compared)[number] | undefined>(
    (best, each) => (best === undefined || weight(each.different) < weight(best.different) ? each : best),
    undefined,
  )
  const where = ({ n, line, to, request }: Exchange) =>
    `${request.method} ${to} ${request.path} (exchange ${n}, ${file}:${line})`
  const what =
    mode === 'match'
      ? `${came} is not in ${file}`
      : next
        ? `${came} came where ${where(next)} is next`
        : `${came} came after the last of the ${exchanges.length} exchanges of ${file}`
  const how = nearest?.different
    .map((each) => `${each.where}: recorded ${each.recorded}; asked ${each.asked}`)
    .join('; ')
  const near = nearest
    ? nearest.different.length === 0
      ? `. It is what comes later: ${where(nearest.exchange)}`
      : `. The nearest is ${where(nearest.exchange)}: ${how}`
    : ''
  const error = {
    code: 501,
    title: 'Not Recorded',
    message: `novasim replay: ${what}${near}`,
    ...(nearest && {
      nearest: { n: nearest.exchange.n, line: nearest.exchange.line },
      differences: nearest.different.map(({ weight: _, ...each }) => each),
    }),
  }
  const body = dumps({ error })
  return new Response(body, { status: 501, headers: { 'content-type': 'application/json' } })
}

/** Whether a name stands first in a request, so that the client decides its value, or in an answer. */
function firstAppearances(exchanges: Exchange[]): Map<string, 'request' | 'answer'> {
  const seen = new Map<string, 'request' | 'answer'>()
  const note = (where: 'request' | 'answer', texts: string[]) => {
    for (const text of texts) {
      if (!text.includes('<')) continue
      for (const [index, part] of partsOf(text).entries()) {
        const name = part.toLowerCase()
        if (index % 2 === 1 && !seen.has(name)) seen.set(name, where)
      }
    }
  }
  for (const { request, answer } of exchanges) {
    const headers = (kept: typeof request.headers) => Object.values(kept).flat()
    note('request', [request.path, ...headers(request.headers), ...(request.body ? [bodyText(request.body)] : [])])
    note('answer', [...headers(answer.headers), ...(answer.body ? [bodyText(answer.body)] : [])])
  }
  return seen
}

/** Whose each token is, and for what: two of the same are as good as one. */
function tokenHolders(exchanges: Exchange[]): Map<string, string> {
  const holders = new Map<string, string>()
  for (const { to, answer } of exchanges) {
    const name = to.startsWith('identity') ? nameIn(headerOf(answer.headers, 'x-subject-token')) : undefined
    const token = valueAt(bodyValue(answer.body), 'token')
    const user = textAt(token, 'user', 'name')
    if (name === undefined || user === undefined) continue
    const project = textAt(token, 'project', 'name')
    const scope = project ?? textAt(token, 'domain', 'name') ?? (valueAt(token, 'system') ? 'the system' : undefined)
    holders.set(name, scope === undefined ? user : `${user} in ${scope}`)
  }
  return holders
}

/** Exchanges that ask for the very same, in their order. */
interface Group {
  exchanges: Exchange[]
  /** All before it have been used. */
  from: number
}

/** Exchanges by what they ask for, so that a long recording is not gone through for each request. */
function indexOf(exchanges: Exchange[]): Map<string, Group[]> {
  const groups = new Map<string, Group>()
  const index = new Map<string, Group[]>()
  for (const exchange of exchanges) {
    const { method, path, headers, body } = exchange.request
    const asked = [
      path,
      headers['openstack-api-version'],
      headers['x-openstack-nova-api-version'],
      headers['x-subject-token'],
    ]
    const key = `${method} ${exchange.to} ${asked.join('\n')}\n${body ? bodyText(body) : ''}`.replace(
      /<time-\d+>/g,
      '<time>',
    )
    const known = groups.get(key)
    if (known) {
      known.exchanges.push(exchange)
      continue
    }
    const group = { exchanges: [exchange], from: 0 }
    groups.set(key, group)
    const shape = shapeOf(method, exchange.to, decodePath(path.replace(/\?.*$/s, '')))
    const others = index.get(shape)
    if (others) others.push(group)
    else index.set(shape, [group])
  }
  return index
}

function shapeOf(method: string, to: string, path: string): string {
  return `${method} ${to} ${path.split('/').length}`
}

function nameIn(text: string | null): string | undefined {
  if (text === null) return undefined
  const [before, name, after] = partsOf(text)
  return before === '' && after === '' ? name : undefined
}
