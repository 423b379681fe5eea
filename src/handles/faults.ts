/** The faults of a world: lies on the wire. */

import { Changeable } from './collection.ts'
import type { FaultRule, FaultView } from './fault-rule.ts'

/** What can be changed of a rule; what is set to null is taken away. It goes on counting. */
export type FaultChange = { [Key in keyof FaultRule]?: FaultRule[Key] | null }

/** One rule, by its name. */
export class Faults extends Changeable<FaultView, FaultChange> {
  /**
   * Set a rule behind the others, or a ready-made fault by its name, or several.
   *
   * @throws {NovasimError} 400: it is malformed, and what was probably meant
   */
  add(rule: FaultRule | string): Promise<FaultView>
  add(rules: readonly (FaultRule | string)[]): Promise<FaultView[]>
  async add(given: FaultRule | string | readonly (FaultRule | string)[]): Promise<FaultView | FaultView[]> {
    const answer = await this.client.ask<FaultView | { faults: FaultView[] }>('POST', this.path, given)
    return 'faults' in answer ? answer.faults : answer
  }

  /** Take all away. */
  async clear(): Promise<void> {
    await this.client.ask('DELETE', this.path)
  }
}
