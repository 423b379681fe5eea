/** The time of a world. */

import type { ControlClient } from './client.ts'
import type { Duration } from './fault-rule.ts'
import type { ClockView } from './views.ts'
import type { ClockMode } from './world-file.ts'

/** How a clock can be set. */
export interface ClockSettings {
  mode?: ClockMode | undefined
  /** How many seconds pass in a second of the wall; above 0, up to a million. */
  rate?: number | undefined
  /** `2026-01-01T00:00:00Z`. */
  now?: string | undefined
}

/** Read it, set it, freeze it, let it pass. */
export class Clock {
  readonly #client: ControlClient

  /** @internal */
  constructor(client: ControlClient) {
    this.#client = client
  }

  get(): Promise<ClockView> {
    return this.#client.ask('GET', '/clock')
  }

  /** @throws {NovasimError} 400 */
  set(settings: ClockSettings): Promise<ClockView> {
    return this.#client.ask('PUT', '/clock', settings)
  }

  /** Let time pass, through what waits for a moment on the way, in order: `61s`, `2h`, or a number of seconds. @throws {NovasimError} 400 */
  advance(by: Duration): Promise<ClockView> {
    return this.#client.ask('POST', '/clock/advance', { by })
  }
}
