/** The instances of a world: place, move, remove. */

import { Changeable } from './collection.ts'
import type { InstanceChange, InstanceView } from './views.ts'
import type { InstanceEntry } from './world-file.ts'

/** One instance, by UUID or by name. */
export class Instances extends Changeable<InstanceView, InstanceChange> {
  /** Place one; with a `count` several, and then all that were placed come back. @throws {NovasimError} 400, 409 */
  create(wanted: InstanceEntry & { count: number }): Promise<InstanceView[]>
  create(wanted: InstanceEntry & { count?: never }): Promise<InstanceView>
  async create(wanted: InstanceEntry): Promise<InstanceView | InstanceView[]> {
    const answer = await this.client.ask<InstanceView | { instances: InstanceView[] }>('POST', this.path, wanted)
    return 'instances' in answer ? answer.instances : answer
  }
}
