/** One question, as it stands in a file of cases: who asks, what, how. fixtures/nova/README.md explains the fields. */

import type { Sent } from './wire.ts'

export const VERBS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS'] as const
export type Verb = (typeof VERBS)[number]

export interface Question extends Partial<Record<Verb, string>> {
  name?: string
  /** Default `admin`. */
  as?: string
  /** A microversion, for the newer of the headers. */
  version?: string
  /** Another service than Nova. */
  at?: 'identity' | 'placement'
  /** Above /v2.1. */
  root?: boolean
  /** Null: without that header, which goes along otherwise. */
  headers?: Record<string, string | null>
  /** Sent as JSON. */
  body?: unknown
  /** Sent as it is. */
  raw?: string
  /** The answer has lists, or dicts, whose order the cloud does not promise. */
  unordered?: boolean
}

/** Where a question goes, and what it is once names stand for this cloud's ids. */
export interface Asked {
  to: 'compute' | 'root' | 'identity' | 'placement'
  sent: Sent
}

/** What a question is to one cloud. `fill` puts ids in the place of names; `tokens` are by who asks. */
export function askedOf(question: Question, fill: (text: string) => string, tokens: Map<string, string>): Asked {
  const method = methodOf(question)
  const token = tokens.get(question.as ?? 'admin')
  const body = 'body' in question ? fill(JSON.stringify(question.body)) : question.raw
  const service = question.at === 'placement' ? 'placement' : 'compute'
  const headers: Record<string, string> = {
    Accept: 'application/json',
    ...(token !== undefined && { 'X-Auth-Token': token }),
    ...(question.version !== undefined && { 'OpenStack-API-Version': `${service} ${question.version}` }),
    ...(body !== undefined && { 'Content-Type': 'application/json' }),
  }
  for (const [name, value] of Object.entries(question.headers ?? {})) {
    // Names of headers have no case, so one that is given replaces the usual one.
    const usual = Object.keys(headers).find((each) => each.toLowerCase() === name.toLowerCase())
    if (usual !== undefined) delete headers[usual]
    if (value !== null) headers[name] = fill(value)
  }
  const to = question.root ? 'root' : (question.at ?? 'compute')
  return { to, sent: { method, path: fill(question[method] ?? ''), headers, body } }
}

export function methodOf(question: Question): Verb {
  return VERBS.find((verb) => question[verb] !== undefined) ?? 'GET'
}

export function pathOf(question: Question): string {
  return question[methodOf(question)] ?? ''
}

/** As people read it: `PUT /os-services/enable as reader, compute 2.11 {"host": "host1"}`. */
export function shownQuestion(question: Question): string {
  const { as, version, at, root, headers, body, raw } = question
  const about = [
    as !== undefined && `as ${as}`,
    at !== undefined && `at ${at}`,
    root && 'at the root',
    version !== undefined && `version ${version}`,
    ...Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${JSON.stringify(value)}`),
  ].filter((each) => each)
  const sent = 'body' in question ? JSON.stringify(body) : raw === undefined ? '' : `raw ${JSON.stringify(raw)}`
  return [`${methodOf(question)} ${JSON.stringify(pathOf(question)).slice(1, -1)}`, about.join(', '), sent]
    .filter((each) => each !== '')
    .join('  ')
}
