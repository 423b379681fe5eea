/** What can be said of a rule beforehand: that it can never match, or never do anything. */

import { nearest } from '../reading/nearest.ts'
import { matchOf } from './injector.ts'
import { anyOf } from './match.ts'
import type { Known } from './read.ts'
import type { FaultRule, Match } from './rule.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** One text for each reason, with the name of the rule before it. */
export function warningsOf(rule: FaultRule, known: Known): string[] {
  const match = matchOf(rule)
  const found = [...ofOperation(match, known), ...ofMethod(match), ...ofVersion(match, known), ...ofCounts(rule, match)]
  return found.map((text) => `${rule.name}: ${text}`)
}

function ofOperation({ operation, method }: Match, { operations }: Known): string[] {
  if (!operation) return []
  const meant = [...operations].filter(([name]) => anyOf(operation)(name))
  const names = operation.join(' or ')
  if (meant.length === 0) return [`it never matches: no operation is ${names}`]
  const askedBy = meant.flatMap(([, methods]) => (methods.length > 0 ? methods : METHODS))
  if (!method || askedBy.some(anyOf(method))) return []
  return [
    `it never matches: ${names} is never asked for by ${method.join(' or ')}, but by ${[...new Set(askedBy)].join(' or ')}`,
  ]
}

function ofMethod({ method }: Match): string[] {
  if (!method || METHODS.some(anyOf(method))) return []
  const meant = nearest(method[0] ?? '', METHODS)
  return [
    `it never matches: no request has the method ${method.join(' or ')}${meant ? ` (did you mean ${meant}?)` : ''}`,
  ]
}

function ofVersion({ version, face }: Match, { newest = Number.POSITIVE_INFINITY }: Known): string[] {
  if (!version) return []
  if (face && !face.includes('nova')) return ['it never matches: Keystone has no microversions']
  if (version.some(({ from, to }) => from <= to && from <= newest && to >= 1)) return []
  const most = Number.isFinite(newest) ? `, and the newest version is 2.${newest}` : ''
  return [`it never matches: no version is within its range${most}`]
}

function ofCounts({ times, probability, forMs, skip = 0 }: FaultRule, { nth }: Match): string[] {
  if (times === 0) return ['it never does anything: times is 0']
  if (probability === 0) return ['it never does anything: probability is 0']
  if (forMs === 0) return ['it never does anything: for is 0']
  if (!nth) return []
  const most = nth.reduce((sum, { from, to }) => sum + Math.max(0, to - from + 1), 0)
  return skip >= most ? [`it never does anything: skip lets ${skip} pass, and nth means no more`] : []
}
