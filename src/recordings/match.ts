/** Whether a request is one that was recorded, up to what names stand for; and where it differs, when it is not. */

import { dumps } from '../python/json.ts'
import { isDict, PyFloat, type PyValue } from '../python/values.ts'
import { decodePath } from '../python/wsgi.ts'
import { bodyText, bodyValue, type KeptBody } from './body.ts'
import { kindOf, partsOf, patternOf } from './names.ts'
import type { Exchange, KeptHeaders } from './recording.ts'

/** A request as it came in. */
export interface Asked {
  method: string
  to: string
  /** Below the service's address, decoded as WSGI has it. */
  path: string
  query: string
  headers: Headers
  body: KeptBody | undefined
}

/** One place where a request differs from a recorded one. */
export interface Difference {
  /** `method`, `path`, `query host`, `header openstack-api-version`, `body service.host`. */
  where: string
  recorded: string
  asked: string
  /** How much it tells the two apart. */
  weight: number
}

/** What names stand for, while requests are compared. */
export interface Values {
  /** The value a name has; undefined for one that the next request may decide. */
  known(name: string): string | undefined
}

export interface Comparison {
  differences: Difference[]
  /** The names whose values this request decides. */
  decides: Map<string, string>
}

/** The headers that make a request another one. */
const VERSION_HEADERS = ['openstack-api-version', 'x-openstack-nova-api-version']

export function compare({ to, request }: Exchange, asked: Asked, values: Values): Comparison {
  const differences: Difference[] = []
  const decides = new Map<string, string>()
  const differ = (where: string, recorded: string, got: string, weight: number) =>
    differences.push({ where, recorded, asked: got, weight })
  const same = (template: string, text: string) => matches(template, text, values, decides)

  if (request.method !== asked.method) differ('method', request.method, asked.method, 6)
  if (to !== asked.to) differ('service', to, asked.to, 8)
  const [path = '', query = ''] = split(request.path)
  if (!same(decodePath(path), asked.path)) differ('path', path, asked.path, pathWeight(path, asked.path))
  compareQueries(query, asked.query, same, differ)
  for (const name of VERSION_HEADERS) {
    const [recorded, got] = [headerOf(request.headers, name), asked.headers.get(name)]
    if (plain(recorded) !== plain(got)) differ(`header ${name}`, recorded ?? '(none)', got ?? '(none)', 2)
  }
  const subject = headerOf(request.headers, 'x-subject-token')
  const shown = asked.headers.get('x-subject-token')
  if ((subject === null) !== (shown === null) || (subject !== null && shown !== null && !same(subject, shown))) {
    differ('header x-subject-token', subject ?? '(none)', shown === null ? '(none)' : 'another', 2)
  }
  compareBodies(request.body, asked.body, same, differ)
  return { differences, decides }
}

/** The first value of a header of a recording, or all of them in one. */
export function headerOf(headers: KeptHeaders, name: string): string | null {
  const value = headers[name]
  return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value
}

type Same = (template: string, text: string) => boolean
type Differ = (where: string, recorded: string, asked: string, weight: number) => void

function matches(template: string, text: string, values: Values, decides: Map<string, string>): boolean {
  const parts = partsOf(template)
  if (parts.length === 1) return parts[0] === text
  const names: string[] = []
  const pattern = parts
    .map((part, index) => {
      if (index % 2 === 0) return escaped(part)
      const known = kindOf(part) === 'time' ? undefined : (decides.get(part) ?? values.known(part))
      if (known !== undefined) return escaped(known)
      names.push(part)
      return `(${patternOf(part)})`
    })
    .join('')
  const found = new RegExp(`^${pattern}$`).exec(text)
  if (!found) return false
  for (const [index, name] of names.entries()) {
    const value = found[index + 1] ?? ''
    const kind = kindOf(name)
    if (kind === 'secret' || kind === 'time' || kind === 'request' || kind === undefined) continue
    if (decides.has(name) && decides.get(name) !== value) return false
    decides.set(name, value)
  }
  return true
}

function compareQueries(recorded: string, asked: string, same: Same, differ: Differ): void {
  const [wanted, got] = [byName(recorded), byName(asked)]
  for (const name of new Set([...wanted.keys(), ...got.keys()])) {
    const [ours, theirs] = [wanted.get(name) ?? [], got.get(name) ?? []]
    if (ours.length === theirs.length && ours.every((value, index) => same(value, theirs[index] ?? ''))) continue
    differ(`query ${name}`, ours.join(', ') || '(none)', theirs.join(', ') || '(none)', 1)
  }
}

function byName(query: string): Map<string, string[]> {
  const values = new Map<string, string[]>()
  for (const pair of query.split('&').filter((each) => each !== '')) {
    const equals = pair.indexOf('=')
    const name = decoded(equals < 0 ? pair : pair.slice(0, equals))
    const value = equals < 0 ? '' : decoded(pair.slice(equals + 1))
    values.set(name, [...(values.get(name) ?? []), value])
  }
  return values
}

function compareBodies(recorded: KeptBody | undefined, asked: KeptBody | undefined, same: Same, differ: Differ): void {
  if (recorded === undefined && asked === undefined) return
  if (recorded === undefined || asked === undefined) {
    differ('body', recorded ? shown(bodyText(recorded)) : '(none)', asked ? shown(bodyText(asked)) : '(none)', 2)
    return
  }
  const [ours, theirs] = [bodyValue(recorded), bodyValue(asked)]
  if (recorded.as === 'json' && ours !== undefined && theirs !== undefined)
    compareValues(ours, theirs, 'body', same, differ)
  else if (!same(bodyText(recorded), bodyText(asked)))
    differ('body', shown(bodyText(recorded)), shown(bodyText(asked)), 2)
}

function compareValues(recorded: PyValue, asked: PyValue, where: string, same: Same, differ: Differ): void {
  if (recorded === '<secret>' && !isDict(asked) && !Array.isArray(asked)) return
  if (isDict(recorded) && isDict(asked)) {
    const left = new Set(asked.keys())
    for (const [key, value] of recorded) {
      // A key may be a name too: the placement of a server stands under its UUID.
      const mine = left.has(key) ? key : [...left].find((each) => same(key, each))
      if (mine === undefined) differ(`${where}.${key}`, shown(dumps(value)), '(none)', 1)
      else {
        left.delete(mine)
        compareValues(value, asked.get(mine) ?? null, `${where}.${key}`, same, differ)
      }
    }
    for (const key of left) differ(`${where}.${key}`, '(none)', shown(dumps(asked.get(key))), 1)
    return
  }
  if (Array.isArray(recorded) && Array.isArray(asked) && recorded.length === asked.length) {
    for (const [index, value] of recorded.entries()) {
      compareValues(value, asked[index] ?? null, `${where}[${index}]`, same, differ)
    }
    return
  }
  const equal =
    typeof recorded === 'string' && typeof asked === 'string'
      ? same(recorded, asked)
      : scalar(recorded) === scalar(asked)
  if (!equal) differ(where, shown(dumps(recorded)), shown(dumps(asked)), 1)
}

/** Numbers are the same whether or not they are written with a fraction of nothing. */
function scalar(value: PyValue): unknown {
  if (value instanceof PyFloat) return value.value
  return typeof value === 'object' && value !== null ? dumps(value) : value
}

/** The more of a path is the same, the nearer it is. */
function pathWeight(recorded: string, asked: string): number {
  const [ours, theirs] = [recorded.split('/'), asked.split('/')]
  const differing = ours.filter((part, index) => part !== theirs[index]).length
  return Math.min(7, differing * 2 + Math.abs(ours.length - theirs.length))
}

function split(path: string): [path: string, query: string] {
  const mark = path.indexOf('?')
  return mark < 0 ? [path, ''] : [path.slice(0, mark), path.slice(mark + 1)]
}

function plain(version: string | null): string | null {
  return version === null ? null : version.trim().toLowerCase().replace(/\s+/g, ' ')
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

function shown(text: string): string {
  return text.length > 120 ? `${text.slice(0, 117)}…` : text
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
