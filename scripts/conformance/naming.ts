/** What differs between any two clouds, replaced by names: addresses, tokens, ids, times. What is left has to be the same, to the byte. */

import { dumps, loads, type Writable } from '../../src/python/json.ts'
import { isDict, type PyValue } from '../../src/python/values.ts'
import { methodOf, pathOf, type Question, type Verb } from './question.ts'
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
  /** @param question what was asked: where, and by which method, decides what is chance in the answer */
  name(question: Pick<Question, 'at' | 'unordered' | Verb>, answer: Answer): Named
}

/** What a cloud calls by names of its own. */
export interface OwnWords {
  /** Each id and what stands for it: `['<user admin>', '36bd…']`. */
  ids(): [name: string, id: string][]
  /** Each address and what stands for it, the longer before those that it begins with. */
  addresses: [address: string, name: string][]
  /** When the other cloud began to be as this one was, in milliseconds since 1970: what is older has an age of its own in each. */
  began?: number
}

/** Ids that nobody has a name for are counted in the order in which they come, so that the same one has the same name. */
export function createNaming({ ids, addresses, began }: OwnWords): Naming {
  const counted = new Map<string, Map<string, string>>()
  const count = (kind: string, id: string) => {
    const names = counted.get(kind) ?? new Map<string, string>()
    const name = names.get(id) ?? `<${kind}-${names.size + 1}>`
    counted.set(kind, names.set(id, name))
    return name
  }
  const tidy = (text: string, { at, path }: Where): string => {
    let tidied = text
    for (const [name, id] of ids()) tidied = tidied.replaceAll(id, name)
    for (const [address, name] of addresses) tidied = tidied.replaceAll(address, name)
    tidied = tidied
      .replace(/req-[\da-f-]{36}/g, '<request>')
      .replace(TIME, (_, between, fraction = '', zone = '') => {
        return `<time${between}${fraction === '' || fraction === '.000000' ? fraction : '.ffffff'}${zone}>`
      })
      .replace(/(?<="adminPass": ")[2-9A-HJ-NP-Za-km-z]{12}(?=")/g, '<password>')
      // Where it was raised is a matter of how a cloud is installed, and of its Python.
      .replace(/(?<="(?:details|traceback)": ")(?:Traceback \(most| {2}File)(?:[^"\\]|\\.)*(?=")/g, '<traceback>')
      .replace(/"audit_ids": \[[^\]]*\]/g, (list) => list.replace(/"[\w-]{22}"/g, '"<audit>"'))
      .replace(/\b[\da-f]{56}\b/g, (id) => count('host-id', id))
      .replace(/\b[\da-f]{32}\b/g, '<id>')
      .replace(/\br-[\da-z]{8}\b/g, (id) => count('reservation', id))
      // Each cell counts its own, so that two servers may have the same.
      .replace(/\binstance-[\da-f]{8}\b/g, (id) => count('instance', `${path.split('?')[0]} ${id}`))
      .replace(UUID, (id) => (at === 'identity' ? '<uuid>' : count('uuid', id)))
    if (at === 'placement') {
      // It is one higher after each change, and a nova-compute makes changes of its own.
      return tidied
        .replace(/(?<="(?:resource_provider_)?generation": )\d+/g, '"<generation>"')
        .replace(/datetime\.datetime\([^)]*\)/g, '<time>')
        .replace(/(?<=Duplicate entry '|'resource_provider_id': )\d+/g, (id) => count('row', id))
    }
    // Counted by the database, from one run to the next.
    tidied = tidied.replace(/(?<="(?:old|new)_instance_type_id": )\d+/g, (id) => `"${count('flavor', id)}"`)
    if (path.startsWith('/flavors')) tidied = tidied.replace(/(?<=not found for )\d+/g, (id) => count('flavor', id))
    const resource = /^\/os-(migration|aggregate|hypervisor)s/.exec(path)?.[1]
    if (!resource) return tidied
    return tidied
      .replace(/(?<="id": )\d+/g, (id) => `"${count(resource, id)}"`)
      .replace(/(?<=[Aa]ggregate )\d+/g, (id) => count(resource, id))
  }
  return {
    name(question, { status, headers, text: whole }) {
      const where = { at: question.at, path: pathOf(question) }
      // What is counted as it comes has to come in one order.
      const text = question.unordered ? inOrder(whole, ids()) : whole
      const named: Named['headers'] = {}
      for (const [name, value] of Object.entries(headers)) {
        if (NOT_COMPARED.has(name) || value === undefined) continue
        if (name === 'x-subject-token') named[name] = '<a token>'
        // Python makes it of a set, whose order is another in each process.
        else if (name === 'allow') named[name] = String(value).split(', ').sort().join(', ')
        else if (name === 'content-length') {
          const right = Number(value) === Buffer.byteLength(whole) || methodOf(question) === 'HEAD'
          named[name] = right ? '<length>' : `${value}, and not the length of the body`
        } else if (name === 'last-modified' && began !== undefined) named[name] = agedSince(began, String(value))
        else named[name] = tidy([value].flat().join(', '), where)
      }
      const body = tidy(text, where)
      return { status, headers: named, body: isCalm(where) ? body : calm(body, where) }
    },
  }
}

/** `<before>`, or how many seconds later. */
function agedSince(began: number, time: string): string {
  const seconds = (Date.parse(time) - began) / 1000
  return seconds < 0 ? '<before>' : `<${seconds} s later>`
}

/** Lists and dicts sorted by what does not differ between two clouds. */
function inOrder(text: string, ids: [name: string, id: string][]): string {
  let value: PyValue
  try {
    value = loads(text)
  } catch {
    return text
  }
  const named = (each: PyValue) => {
    let shown = dumps(each as Writable)
    for (const [name, id] of ids) shown = shown.replaceAll(id, name)
    return shown
      .replace(UUID, (uuid) => (/^(.)\1{7}/.test(uuid) ? uuid : '<uuid>'))
      .replace(/(?<="generation": )\d+/g, '')
  }
  const walk = (each: PyValue): PyValue => {
    if (Array.isArray(each)) {
      const items = each.map(walk).map((item) => ({ item, shown: named(item) }))
      return items.sort((one, other) => (one.shown < other.shown ? -1 : 1)).map(({ item }) => item)
    }
    if (!isDict(each)) return each
    const entries = [...each].map(([name, item]): [string, PyValue] => [name, walk(item)])
    return new Map(entries.sort(([one], [other]) => (named(one) < named(other) ? -1 : 1)))
  }
  const before = dumps(value as Writable)
  const after = dumps(walk(value) as Writable)
  return after === before ? text : after + (text.endsWith('\n') ? '\n' : '')
}

/** Objects whose keys come in no order: Nova has the hosts of a zone from a set, and metadata as the database finds it. */
const SETS = new Set(['hosts', 'metadata'])

interface Where {
  at: Question['at']
  path: string
}

/** Whether an answer has nothing that is left to chance. */
function isCalm({ at, path }: Where): boolean {
  return at !== 'identity' && !/^\/os-(?:availability-zone|aggregates)/.test(path)
}

/**
 * What no order is promised for, sorted.
 * And of the catalogue, the services that every cloud here has.
 */
function calm(text: string, { at }: Where): string {
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
      return at === 'identity' && UNORDERED.has(key) ? items.sort(byText) : items
    }
    if (!isDict(each)) return each
    const entries = [...each].map(([name, item]): [string, PyValue] => [name, walk(item, name)])
    return new Map(SETS.has(key) ? entries.sort(([one], [other]) => (one < other ? -1 : 1)) : entries)
  }
  const after = dumps(walk(value, '') as Writable)
  return after === before ? text : after + (text.endsWith('\n') ? '\n' : '')
}

function byText(one: PyValue, other: PyValue): number {
  return dumps(one as Writable) < dumps(other as Writable) ? -1 : 1
}

function isCommon(entry: PyValue): boolean {
  return isDict(entry) && (entry.get('type') === 'identity' || entry.get('type') === 'compute')
}
