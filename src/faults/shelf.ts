/** Rules, filed so that a request looks only at those that it may fall under. */

import { type Key, keyOf } from './match.ts'
import { shapesOf, withoutEnd } from './pattern.ts'
import type { Match } from './rule.ts'
import type { Sighting } from './sighting.ts'

/** What can be filed. */
export interface Filed {
  /** Its place among the others. */
  readonly order: number
  readonly match: Match
}

export interface Shelf<Item extends Filed> {
  /** Those that a request may fall under, in their order. */
  candidates(seen: Sighting): readonly Item[]
  /** No request has to look at it any more. */
  remove(item: Item): void
}

interface Board<Item> {
  words: (seen: Sighting) => string[]
  items: Map<string, Item[]>
}

export function createShelf<Item extends Filed>(items: readonly Item[]): Shelf<Item> {
  const boards = new Map<string, Board<Item>>()
  const always: Item[] = []

  /** The lists that an item is in, or is to be in. */
  const placesOf = ({ match }: Item): Item[][] => {
    const key = keyOf(match)
    if (key.by === 'nothing') return [always]
    const name = 'name' in key ? `${key.by} ${key.name}` : key.by
    const board: Board<Item> = boards.get(name) ?? { words: wordsFor(key), items: new Map() }
    boards.set(name, board)
    return [...new Set(key.words as string[])].map((word) => {
      const place = board.items.get(word) ?? []
      board.items.set(word, place)
      return place
    })
  }
  for (const item of items) for (const place of placesOf(item)) place.push(item)

  return {
    candidates(seen) {
      const found: Item[][] = always.length > 0 ? [always] : []
      for (const board of boards.values()) {
        for (const word of board.words(seen)) {
          const filed = board.items.get(word)
          if (filed && filed.length > 0) found.push(filed)
        }
      }
      const [first, second] = found
      if (second === undefined) return first ?? []
      return [...new Set(found.flat())].sort((one, other) => one.order - other.order)
    },
    remove(item) {
      for (const place of placesOf(item)) place.splice(place.indexOf(item), 1)
    },
  }
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
