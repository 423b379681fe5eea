/** What can be said of a rule beforehand: that it can never match, or never do anything. */

import { nearest } from '../reading/nearest.ts'
import { anyOf } from './match.ts'
import { matchOf } from './meaning.ts'
import type { AskedOf, Known } from './read.ts'
import type { FaultRule, Match } from './rule.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Those that nobody reads a body of. */
const BODILESS = ['GET', 'HEAD']

/** One text for each reason, with the name of the rule before it. */
export function warningsOf(rule: FaultRule, known: Known): string[] {
  const match = matchOf(rule)
  const found = [
    ...ofOperation(match, known),
    ...ofMethod(match),
    ...ofVersion(match, known),
    ...ofBody(match, known),
    ...ofCounts(rule, match),
  ]
  return found.map((text) => `${rule.name}: ${text}`)
}

function ofOperation(match: Match, known: Known): string[] {
  const { operation, method, face } = match
  if (!operation) return []
  const names = operation.join(' or ')
  const all = askedOf({ operation }, known)
  if (all.length === 0) return [`it never matches: no operation is ${names}`]
  const asked = askedOf(match, known)
  if (asked.length === 0) {
    return [
      `it never matches: ${names} is asked of ${listed(all.map((each) => each.face))}, never of ${listed(face ?? [])}`,
    ]
  }
  const methods = methodsOf(asked)
  if (!method || methods.some(anyOf(method))) return []
  return [`it never matches: ${names} is never asked for by ${listed(method)}, but by ${listed(methods)}`]
}

/** Of whom its operations can be asked. */
function askedOf({ operation = [], face }: Match, { operations }: Known): AskedOf[] {
  const isMeant = anyOf(operation)
  return [...operations].flatMap(([name, asked]) =>
    isMeant(name) ? asked.filter((each) => !face || face.includes(each.face)) : [],
  )
}

function methodsOf(asked: AskedOf[]): string[] {
  return asked.flatMap(({ methods }) => (methods.length > 0 ? methods : METHODS))
}

function listed(words: string[]): string {
  return [...new Set(words)].join(' or ')
}

function ofMethod({ method }: Match): string[] {
  if (!method || METHODS.some(anyOf(method))) return []
  const meant = nearest(method[0] ?? '', METHODS)
  return [
    `it never matches: no request has the method ${method.join(' or ')}${meant ? ` (did you mean ${meant}?)` : ''}`,
  ]
}

function ofVersion(match: Match, known: Known): string[] {
  const { version, face, operation } = match
  const { newest = Number.POSITIVE_INFINITY } = known
  if (!version) return []
  const faces = operation ? askedOf(match, known).map((each) => each.face) : face
  if (faces && faces.length > 0 && !faces.includes('nova')) return ['it never matches: Keystone has no microversions']
  if (version.some(({ from, to }) => from <= to && from <= newest && to >= 1)) return []
  const most = Number.isFinite(newest) ? `, and the newest version is 2.${newest}` : ''
  return [`it never matches: no version is within its range${most}`]
}

function ofBody(match: Match, known: Known): string[] {
  const { body, method, operation } = match
  if (body === undefined) return []
  const asked = operation ? methodsOf(askedOf(match, known)) : METHODS
  const methods = method ? asked.filter(anyOf(method)) : asked
  if (methods.length === 0 || methods.some((each) => !BODILESS.includes(each))) return []
  return [`it never matches: a ${listed(methods)} has no body`]
}

function ofCounts({ times, probability, forMs, skip = 0 }: FaultRule, { nth }: Match): string[] {
  if (times === 0) return ['it never does anything: times is 0']
  if (probability === 0) return ['it never does anything: probability is 0']
  if (forMs === 0) return ['it never does anything: for is 0']
  if (!nth) return []
  const most = nth.reduce((sum, { from, to }) => sum + Math.max(0, to - from + 1), 0)
  return skip >= most ? [`it never does anything: skip lets ${skip} pass, and nth means no more`] : []
}
