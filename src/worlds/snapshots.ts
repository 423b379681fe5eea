/** Moments of a world, kept: all that decides what it answers next. */

import { impossible } from '../cloud/errors.ts'
import type { CloudSnapshot } from '../cloud/snapshot.ts'
import type { InjectorState } from '../faults/injector.ts'
import type { JournalState } from './journal.ts'
import type { ShelfState } from './recordings.ts'

/** A moment of a world. Not to be changed by anybody. */
export interface Moment {
  cloud: CloudSnapshot
  /** Where each stream of chance stands. */
  chance: Record<string, [number, number, number, number]>
  faults: InjectorState
  journal: JournalState
  recordings: ShelfState
}

export interface Snapshot {
  id: string
  /** The world's time that is kept; milliseconds since 1970. */
  at: number
  moment: Moment
}

/** How many rows of their tables the snapshots of a world keep in all: some 1 GB. A cloud of three hosts has fifty. */
export const MOST_ROWS = 10_000_000

export interface Snapshots {
  /** Keep this moment. @param id default: one that the world makes up. @throws {CloudError} Impossible: there is no room for it */
  keep(id?: string): Snapshot
  find(id: string): Snapshot | undefined
  /** The oldest first. */
  list(): Snapshot[]
  /** Return to one; it can be returned to again. What was kept since is kept still. */
  restore(snapshot: Snapshot): void
  remove(snapshot: Snapshot): void
}

export interface SnapshotOptions {
  now(): number
  newId(): string
  moment(): Moment
  restore(moment: Moment): void
}

/** @param most how many rows they keep in all. Default `MOST_ROWS` */
export function createSnapshots({ now, newId, moment, restore }: SnapshotOptions, most = MOST_ROWS): Snapshots {
  const kept = new Map<string, Snapshot>()
  let rows = 0
  const remove = (id: string) => {
    const snapshot = kept.get(id)
    if (!snapshot) return
    kept.delete(id)
    rows -= rowsOf(snapshot.moment)
  }
  /** The world that goes back makes up the same ids again. */
  const unusedId = (): string => {
    const id = newId()
    return kept.has(id) ? unusedId() : id
  }
  return {
    keep(id = unusedId()) {
      if (rows > most) {
        impossible(`the ${kept.size} snapshots of this world keep ${rows} rows, and no more are made`, {
          hint: 'remove those that are not needed: DELETE /_novasim/snapshots/ID',
        })
      }
      const snapshot = { id, at: now(), moment: moment() }
      remove(id)
      kept.set(id, snapshot)
      rows += rowsOf(snapshot.moment)
      return snapshot
    },
    find: (id) => kept.get(id),
    list: () => [...kept.values()],
    restore: (snapshot) => restore(snapshot.moment),
    remove: ({ id }) => remove(id),
  }
}

function rowsOf({ cloud }: Moment): number {
  return Object.values(cloud.state).reduce((sum, table: unknown) => sum + (table instanceof Map ? table.size : 0), 0)
}
