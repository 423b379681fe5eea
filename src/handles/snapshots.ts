/** Moments of a world that are kept. */

import type { ControlClient } from './client.ts'
import { Listed } from './collection.ts'
import type { SnapshotView } from './views.ts'

/** One moment, by its id. */
export class Snapshots extends Listed<SnapshotView> {
  /** @internal */
  constructor(client: ControlClient) {
    super(client, '/snapshots', 'snapshots')
  }

  /** Keep this moment: cloud, clock, chance, logins, faults, journal. @throws {NovasimError} 409: there is one of this id */
  create(id?: string): Promise<SnapshotView> {
    return this.client.ask('POST', this.path, id === undefined ? {} : { id })
  }

  /** Return to it. @throws {NovasimError} 404 */
  restore(id: string): Promise<SnapshotView> {
    return this.client.ask('POST', `${this.at(id)}/restore`)
  }
}
