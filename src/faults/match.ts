/** Does this request fall under this rule? */

import { hasStar, pathPattern, shapeOf, textPattern, withoutEnd } from './pattern.ts'
import { type Match, within } from './rule.ts'
import type { Key } from './shelf.ts'
import type { Sighting } from './sighting.ts'

export type Question = (seen: Sighting) => boolean

/** All that a rule asks of a request but for which in order it is, the cheapest first. */
export function questions(match: Match): Question[] {
  const asked: Question[] = []
  const { method, face, operation, path, version, user, header, query, host, binary, body } = match
  if (method) asked.push(onMethod(method))
  if (face) asked.push(({ passage }) => face.includes(passage.face))
  if (operation) asked.push(onOperation(operation))
  if (path) asked.push(onPath(path))
  if (version) asked.push(({ operation: { version: of } }) => of !== undefined && within(version, of))
  if (user) asked.push(onAny(user, (seen) => seen.users))
  if (header) asked.push(...onHeaders(header))
  if (query) asked.push(...onQuery(query))
  if (host) asked.push(onAny(host, (seen) => seen.hosts, true))
  if (binary) asked.push(onAny(binary, (seen) => seen.binaries))
  if (body !== undefined) asked.push((seen) => isPartOf(body, seen.body))
  return asked
}

/** Whether it can be answered only once the body has been read, where there is one. An action of Nova's is named in it. */
export function asksForBody({ host, binary, user, body, operation }: Match): boolean {
  return [host, binary, user, body, operation].some((each) => each !== undefined)
}

/** One of the texts. */
export function anyOf(patterns: string[], fold = false): (text: string) => boolean {
  const each = patterns.map((pattern) => textPattern(pattern, fold))
  const [only] = each
  return only && each.length === 1 ? only : (text) => each.some((matches) => matches(text))
}

function onMethod(methods: string[]): Question {
  const matches = anyOf(methods)
  return ({ passage }) => matches(passage.request.method)
}

function onOperation(operations: string[]): Question {
  const matches = anyOf(operations)
  return ({ operation: { name } }) => name !== undefined && matches(name)
}

function onPath(paths: string[]): Question {
  const each = paths.map(pathPattern)
  return (seen) => {
    const [whole, below] = seen.paths
    return each.some((matches) => matches(whole) || matches(below))
  }
}

function onAny(patterns: string[], textsOf: (seen: Sighting) => string[], fold = false): Question {
  const matches = anyOf(patterns, fold)
  return (seen) => textsOf(seen).some(matches)
}

function onHeaders(wanted: Record<string, (string | null)[]>): Question[] {
  return Object.entries(wanted).map(([name, values]) => {
    const matches = orNone(values)
    return ({ passage }) => matches(presentIn([passage.request.headers.get(name)]))
  })
}

function onQuery(wanted: Record<string, (string | null)[]>): Question[] {
  return Object.entries(wanted).map(([name, values]) => {
    const matches = orNone(values)
    return (seen) => matches(seen.query.getAll(name))
  })
}

function orNone(values: (string | null)[]): (texts: string[]) => boolean {
  const matches = anyOf(presentIn(values))
  const mayLack = values.includes(null)
  return (texts) => (texts.length === 0 ? mayLack : texts.some(matches))
}

function presentIn(values: (string | null)[]): string[] {
  return values.filter((value) => value !== null)
}

/** Whether all of a wish is in a value: keys at any depth, of a list each item at its place. */
export function isPartOf(wanted: unknown, value: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null) return wanted === value
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(value) &&
      wanted.length === value.length &&
      wanted.every((each, index) => isPartOf(each, value[index]))
    )
  }
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(wanted).every(
    ([key, each]) => Object.hasOwn(value, key) && isPartOf(each, Reflect.get(value, key)),
  )
}

/** The most telling of its wishes. */
export function keyOf(match: Match): Key {
  const { host, binary, body, path, user, operation, method } = match
  const [hosts, paths, users] = [wordsIn(host), wordsIn(path), wordsIn(user)]
  if (hosts) return { by: 'host', words: hosts.map((each) => each.toLowerCase()) }
  for (const by of ['query', 'header'] as const) {
    for (const [name, values] of Object.entries(match[by] ?? {})) {
      const words = wordsIn(values)
      if (words) return { by, name, words }
    }
  }
  if (paths) return { by: 'path', words: paths.map(withoutEnd) }
  if (users) return { by: 'user', words: users }
  const leaf = leafOf(body)
  if (leaf) return { by: 'body', name: JSON.stringify(leaf.path), words: [JSON.stringify(leaf.value)] }
  if (host) return { by: 'there', words: ['host'] }
  if (typeof body === 'object' && body !== null) return { by: 'there', words: ['body'] }
  const [operations, methods] = [wordsIn(operation), wordsIn(method)]
  if (operations) return { by: 'operation', words: operations }
  for (const by of ['query', 'header'] as const) {
    const telling = Object.entries(match[by] ?? {}).find(([, values]) => !values.includes(null))
    if (telling) return { by: `${by} there`, words: [telling[0].toLowerCase()] }
  }
  if (path?.every((each) => shapeOf(each) !== ANY_SHAPE)) return { by: 'shape', words: path.map(shapeOf) }
  if (methods) return { by: 'method', words: methods }
  return binary ? { by: 'there', words: ['binary'] } : { by: 'nothing' }
}

/** The first value in a body that is neither a list nor a mapping, and the keys on the way to it. */
function leafOf(body: unknown, path: string[] = []): { path: string[]; value: unknown } | undefined {
  if (body === undefined) return undefined
  if (typeof body !== 'object' || body === null) return { path, value: body }
  for (const [key, each] of Object.entries(body)) {
    const leaf = leafOf(each, [...path, key])
    if (leaf) return leaf
  }
  return undefined
}

const ANY_SHAPE = shapeOf('**')

/** The texts, when none of them has a star and none is that there be nothing. */
function wordsIn(patterns: (string | null)[] | undefined): string[] | undefined {
  if (!patterns) return undefined
  const words = presentIn(patterns).filter((pattern) => !hasStar(pattern))
  return words.length === patterns.length ? words : undefined
}
