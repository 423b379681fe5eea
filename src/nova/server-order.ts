/** The order of a list of servers: within a cell as its database sorts, and across cells as Nova merges what they give. */

import type { Instance } from '../cloud/instances.ts'
import { compareText } from '../python/values.ts'
import { UnexpectedError } from './errors.ts'
import { COLUMNS } from './server-columns.ts'

export interface SortKey {
  key: string
  descending: boolean
}

type Value = string | number | null

interface Reader {
  read: (instance: Instance) => Value
  sign: 1 | -1
}

export class Order {
  readonly #keys: Reader[]

  constructor(keys: readonly SortKey[], zones: ReadonlyMap<string, string>) {
    this.#keys = keys.map(({ key, descending }) => {
      const column = COLUMNS[key] ?? (() => null)
      return { read: (instance) => column(instance, zones), sign: descending ? -1 : 1 }
    })
  }

  /** As MySQL does: text without case, and what says nothing is the least. */
  compare(one: Instance, other: Instance): number {
    for (const { read, sign } of this.#keys) {
      const difference = compareInMysql(read(one), read(other))
      if (difference !== 0) return difference * sign
    }
    return 0
  }

  /** In place. What is in order already, or the wrong way round, takes no time to speak of. */
  sort(instances: Instance[]): Instance[] {
    return instances.sort((one, other) => this.compare(one, other))
  }

  /**
   * The first so many of all. Those of the first part, which are in no cell yet, come before all others.
   *
   * @throws {UnexpectedError} TypeError: Python compares nothing with None. nova/compute/multi_cell_list.py `compare_records`
   */
  merge([unscheduled = [], ...parts]: Instance[][], limit: number): Instance[] {
    const found = unscheduled.slice(0, limit)
    const waiting = parts.filter((part) => part.length > 0)
    const [only] = waiting
    if (only && waiting.length === 1) return [...found, ...only.slice(0, limit - found.length)]
    const heads = waiting.map((part) => ({ part, at: 0 }))
    while (found.length < limit && heads.length > 0) {
      const [first, ...others] = heads
      if (!first) break
      let best = first
      for (const other of others) if (this.#comesFirst(other.part[other.at], best.part[best.at])) best = other
      const next = best.part[best.at++]
      if (next) found.push(next)
      if (best.at === best.part.length) heads.splice(heads.indexOf(best), 1)
    }
    return found
  }

  #comesFirst(one: Instance | undefined, other: Instance | undefined): boolean {
    if (!one || !other) return one !== undefined
    for (const { read, sign } of this.#keys) {
      const [a, b] = [read(one), read(other)]
      if (a === null || b === null) throw new UnexpectedError('TypeError')
      if (a === b) continue
      const difference = typeof a === 'number' && typeof b === 'number' ? a - b : compareText(String(a), String(b))
      return difference * sign < 0
    }
    return false
  }
}

function compareInMysql(one: Value, other: Value): number {
  if (one === other) return 0
  if (one === null || other === null) return one === null ? -1 : 1
  if (typeof one === 'number' && typeof other === 'number') return one - other
  const [a, b] = [String(one).toLowerCase(), String(other).toLowerCase()]
  return isAscii(a) && isAscii(b) ? (a < b ? -1 : a > b ? 1 : 0) : compareText(a, b)
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false
  return true
}
