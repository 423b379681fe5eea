/** Moments of a world, kept: all that decides what it answers next. */

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

export interface Snapshots {
  /** Keep this moment. @param id default: one that the world makes up */
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

export function createSnapshots({ now, newId, moment, restore }: SnapshotOptions): Snapshots {
  const kept = new Map<string, Snapshot>()
  /** The world that goes back makes up the same ids again. */
  const unusedId = (): string => {
    const id = newId()
    return kept.has(id) ? unusedId() : id
  }
  return {
    keep(id = unusedId()) {
      const snapshot = { id, at: now(), moment: moment() }
      kept.delete(id)
      kept.set(id, snapshot)
      return snapshot
    },
    find: (id) => kept.get(id),
    list: () => [...kept.values()],
    restore: (snapshot) => restore(snapshot.moment),
    remove: ({ id }) => kept.delete(id),
  }
}
