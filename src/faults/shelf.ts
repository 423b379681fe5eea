/** Rules, filed so that a request looks only at those that it may fall under. */

import { shapesOf, withoutEnd } from './pattern.ts'
import type { Sighting } from './sighting.ts'

/**
 * What a rule is filed under, so that requests that cannot fall under it do not look at it: the most telling of its wishes.
 * `there` is that something of the kind is there at all.
 */
export type Key =
  | { by: 'host' | 'path' | 'shape' | 'operation' | 'user' | 'method'; words: string[] }
  | { by: 'query' | 'header'; name: string; words: string[] }
  /** By the first text or number in what the body is to have; the name is where. */
  | { by: 'body'; name: string; words: [string] }
  | { by: 'there'; words: ['host' | 'binary' | 'body'] }
  | { by: 'query there' | 'header there'; words: [string] }
  | { by: 'nothing' }

/** What can be filed. */
export interface Filed {
  /** Says which of two comes first. */
  readonly order: number
  readonly key: Key
}

export interface Shelf<Item extends Filed> {
  /** Those that a request may fall under, in their order. */
  candidates(seen: Sighting): readonly Item[]
  add(item: Item): void
  /** No request has to look at it any more. One that is not there is let be. */
  remove(item: Item): void
}

interface Board<Item> {
  words: (seen: Sighting) => string[]
  items: Map<string, Item[]>
}

export function createShelf<Item extends Filed>(): Shelf<Item> {
  const boards = new Map<string, Board<Item>>()
  const always: Item[] = []

  return {
    candidates(seen) {
      const found: Item[][] = always.length > 0 ? [always] : []
      for (const board of boards.values()) {
        for (const word of board.words(seen)) {
          const filed = board.items.get(word)
          if (filed) found.push(filed)
        }
      }
      const [first, second] = found
      if (second === undefined) return first ?? []
      return [...new Set(found.flat())].sort((one, other) => one.order - other.order)
    },
    add(item) {
      const { key } = item
      if (key.by === 'nothing') return insert(always, item)
      const name = nameOf(key)
      const board: Board<Item> = boards.get(name) ?? { words: wordsFor(key), items: new Map() }
      boards.set(name, board)
      for (const word of new Set<string>(key.words)) {
        const filed = board.items.get(word) ?? []
        board.items.set(word, filed)
        insert(filed, item)
      }
    },
    remove(item) {
      const { key } = item
      if (key.by === 'nothing') return takeOut(always, item)
      const name = nameOf(key)
      const board = boards.get(name)
      if (!board) return
      for (const word of key.words) {
        const filed = board.items.get(word) ?? []
        takeOut(filed, item)
        if (filed.length === 0) board.items.delete(word)
      }
      if (board.items.size === 0) boards.delete(name)
    },
  }
}

/** In its place by its order, which mostly is the last. */
function insert<Item extends Filed>(filed: Item[], item: Item): void {
  let place = filed.length
  while (place > 0 && (filed[place - 1]?.order ?? 0) > item.order) place--
  filed.splice(place, 0, item)
}

function takeOut<Item>(filed: Item[], item: Item): void {
  const place = filed.indexOf(item)
  if (place >= 0) filed.splice(place, 1)
}

function nameOf(key: Exclude<Key, { by: 'nothing' }>): string {
  return 'name' in key ? `${key.by} ${key.name}` : key.by
}

function wordsFor(key: Exclude<Key, { by: 'nothing' }>): (seen: Sighting) => string[] {
  switch (key.by) {
    case 'host':
      return (seen) => seen.hosts.map((host) => host.toLowerCase())
    case 'path':
      return ({ paths }) => paths.map(withoutEnd)
    case 'shape':
      return ({ paths }) => paths.flatMap(shapesOf)
    case 'operation':
      return ({ operation: { name } }) => (name === undefined ? [] : [name])
    case 'user':
      return (seen) => seen.users
    case 'body': {
      const path = JSON.parse(key.name)
      return (seen) => bodyWords(path, seen.body)
    }
    case 'method':
      return ({ passage }) => [passage.request.method]
    case 'query':
      return (seen) => seen.query.getAll(key.name)
    case 'header':
      return ({ passage }) => [passage.request.headers.get(key.name) ?? '']
    case 'there':
      return whatIsThere
    case 'query there':
      return (seen) => [...seen.query.keys()].map((name) => name.toLowerCase())
    case 'header there':
      return ({ passage }) => [...passage.request.headers.keys()]
  }
}

function whatIsThere(seen: Sighting): string[] {
  const words = []
  if (seen.hosts.length > 0) words.push('host')
  if (seen.binaries.length > 0) words.push('binary')
  if (seen.bytes !== undefined) words.push('body')
  return words
}

/** What a body is filed under at a path of keys: what stands there, if anything. */
function bodyWords(path: string[], body: unknown): string[] {
  let here = body
  for (const key of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, key)) return []
    here = Reflect.get(here, key)
  }
  return here === undefined || (typeof here === 'object' && here !== null) ? [] : [JSON.stringify(here)]
}
