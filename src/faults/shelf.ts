/** Rules, filed so that a request looks only at those that it may fall under. */

import { type Key, keyOf } from './match.ts'
import { pathPattern, withoutEnd } from './pattern.ts'
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
}

type ByWord<Item> = Map<string, Item[]>

export function createShelf<Item extends Filed>(items: readonly Item[]): Shelf<Item> {
  const shelves = new Map<string, { words: (seen: Sighting) => string[]; items: ByWord<Item> }>()
  const patterns = new Map<string, { matches: (path: string) => boolean; items: Item[] }>()
  const always: Item[] = []

  const file = (key: Key, item: Item): void => {
    if (key.by === 'nothing') always.push(item)
    else if (key.by === 'path pattern') {
      for (const pattern of new Set(key.patterns)) {
        const known = patterns.get(pattern)
        if (known) known.items.push(item)
        else patterns.set(pattern, { matches: pathPattern(pattern), items: [item] })
      }
    } else {
      const name = 'name' in key ? `${key.by} ${key.name}` : key.by
      const shelf = shelves.get(name) ?? { words: wordsFor(key), items: new Map() }
      shelves.set(name, shelf)
      for (const word of new Set(key.words)) {
        const known = shelf.items.get(word)
        if (known) known.push(item)
        else shelf.items.set(word, [item])
      }
    }
  }
  for (const item of items) file(keyOf(item.match), item)

  return {
    candidates(seen) {
      const found: (readonly Item[])[] = always.length > 0 ? [always] : []
      for (const shelf of shelves.values()) {
        for (const word of shelf.words(seen)) {
          const filed = shelf.items.get(word)
          if (filed) found.push(filed)
        }
      }
      for (const { matches, items: filed } of patterns.values()) {
        if (seen.paths.some(matches)) found.push(filed)
      }
      const [first, second] = found
      if (second === undefined) return first ?? []
      return [...new Set(found.flat())].sort((one, other) => one.order - other.order)
    },
  }
}

function wordsFor(key: Exclude<Key, { by: 'nothing' | 'path pattern' }>): (seen: Sighting) => string[] {
  switch (key.by) {
    case 'host':
      return (seen) => seen.hosts.map((host) => host.toLowerCase())
    case 'path':
      return ({ paths }) => paths.map(withoutEnd)
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
  }
}
