/** What differs between any two clouds, replaced by names: addresses, tokens, ids, times. What is left has to be the same, to the byte. */

import { dumps, loads, type Writable } from '../../src/python/json.ts'
import { isDict, type PyValue } from '../../src/python/values.ts'
import type { AskedCloud } from './cloud.ts'
import { methodOf, type Question } from './question.ts'
import type { Answer } from './wire.ts'

/** An answer with names in it. */
export interface Named {
  status: number
  headers: Record<string, string>
  body: string
}

/** Headers of the connection and of the server in front, of which a cloud says nothing. */
const NOT_COMPARED = new Set(['date', 'server', 'connection', 'keep-alive', 'transfer-encoding', 'via'])
const UUID = /(?<![\da-fA-F-])[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}(?![\da-fA-F-])/g
const TIME = /\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d(\.\d{6})?(Z|\+00:00)?/g
/** Lists that Keystone promises no order for; some are sets, whose order is another in each process. */
const UNORDERED = new Set([
  'methods',
  'roles',
  'catalog',
  'endpoints',
  'projects',
  'users',
  'services',
  'role_assignments',
  'regions',
  'domains',
])

export interface Naming {
  name(question: Question, answer: Answer): Named
}

/** Ids that nobody has a name for are counted in the order in which they come, so that the same one has the same name. */
export function createNaming(cloud: AskedCloud): Naming {
  const counted = new Map<string, string>()
  const count = (kind: string, id: string) => {
    const name = counted.get(id) ?? `<${kind}-${counted.size + 1}>`
    counted.set(id, name)
    return name
  }
  const known = () => {
    const ids = [...cloud.ids].filter(([, id]) => id.length >= 32)
    return [...ids, ...[...cloud.tokens].map(([who, token]): [string, string] => [`token ${who}`, token])]
  }
  const { identity, compute, placement } = cloud.addresses
  const addresses: [string, string][] = [
    [identity, '<identity>'],
    [identity.replace(/\/v3$/, ''), '<keystone>'],
    ...(placement ? [[placement, '<placement>'] as [string, string]] : []),
    [compute, '<nova>'],
    [compute.replace(/\/v2\.1$/, ''), '<compute>'],
  ]
  const tidy = (text: string, at: Question['at']): string => {
    let tidied = text
    for (const [name, id] of known()) tidied = tidied.replaceAll(id, `<${name}>`)
    for (const [address, name] of addresses) tidied = tidied.replaceAll(address, name)
    return tidied
      .replace(/req-[\da-f-]{36}/g, '<request>')
      .replace(TIME, (_, between, fraction = '', zone = '') => {
        return `<time${between}${fraction === '' || fraction === '.000000' ? fraction : '.ffffff'}${zone}>`
      })
      .replace(/"audit_ids": \[[^\]]*\]/g, (list) => list.replace(/"[\w-]{22}"/g, '"<audit>"'))
      .replace(/\b[\da-f]{32}\b/g, '<id>')
      .replace(UUID, (id) => (at === 'identity' ? '<uuid>' : count('uuid', id)))
  }
  return {
    name(question, { status, headers, text }) {
      const named: Named['headers'] = {}
      for (const [name, value] of Object.entries(headers)) {
        if (NOT_COMPARED.has(name) || value === undefined) continue
        if (name === 'x-subject-token') named[name] = '<a token>'
        // Python makes it of a set, whose order is another in each process.
        else if (name === 'allow') named[name] = String(value).split(', ').sort().join(', ')
        else if (name === 'content-length') {
          const right = Number(value) === Buffer.byteLength(text) || methodOf(question) === 'HEAD'
          named[name] = right ? '<length>' : `${value}, and not the length of the body`
        } else named[name] = tidy([value].flat().join(', '), question.at)
      }
      const body = tidy(text, question.at)
      return { status, headers: named, body: question.at === 'identity' ? calm(body) : body }
    },
  }
}

/** Lists that no order is promised for, sorted; and of the catalogue, the services that every cloud here has. */
function calm(text: string): string {
  let value: PyValue
  try {
    value = loads(text)
  } catch {
    return text
  }
  const before = dumps(value as Writable)
  const walk = (each: PyValue, key: string): PyValue => {
    if (Array.isArray(each)) {
      const items = each.map((item) => walk(item, '')).filter((item) => key !== 'catalog' || isCommon(item))
      if (!UNORDERED.has(key)) return items
      const keyed = items.map((item) => [dumps(item as Writable), item] as const)
      return keyed.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)).map(([, item]) => item)
    }
    if (isDict(each)) return new Map([...each].map(([name, item]) => [name, walk(item, name)]))
    return each
  }
  const after = dumps(walk(value, '') as Writable)
  return after === before ? text : after + (text.endsWith('\n') ? '\n' : '')
}

function isCommon(entry: PyValue): boolean {
  return isDict(entry) && (entry.get('type') === 'identity' || entry.get('type') === 'compute')
}
