/** The scenarios that are played on a world, or were. */

import type { ControlClient } from './client.ts'
import { Listed } from './collection.ts'
import type { FaultRule } from './fault-rule.ts'
import type { ScenarioView } from './views.ts'
import type { ClockMode, WorldFile } from './world-file.ts'

/** A scenario as it would stand in a file. What a step may say is in docs/scenarios.md, and is checked when it is sent. */
export interface Scenario {
  name?: string | undefined
  about?: string | undefined
  /** Comes in place of the cloud. */
  world?: string | WorldFile | undefined
  seed?: number | undefined
  clock?: ClockMode | undefined
  faults?: readonly FaultRule[] | undefined
  steps: readonly Readonly<Record<string, unknown>>[]
}

/** One scenario, by the id that it got when it was begun. */
export class Scenarios extends Listed<ScenarioView> {
  /** @internal */
  constructor(client: ControlClient) {
    super(client, '/scenarios', 'scenarios')
  }

  /**
   * Begin to play one, by the name of one that comes with novasim, or written out. Its time is waited for.
   *
   * @throws {NovasimError} 400: malformed; 404: there is none of this name
   */
  play(scenario: string | Scenario): Promise<ScenarioView> {
    return this.client.ask('POST', this.path, typeof scenario === 'string' ? { name: scenario } : scenario)
  }

  /** The names of those that come with novasim. */
  async builtIn(): Promise<string[]> {
    const answer = await this.client.ask<{ built_in: string[] }>('GET', this.path)
    return answer.built_in
  }
}
