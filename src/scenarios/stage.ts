/** What a scenario is played on: a world, as far as a scenario needs to know of it. */

import type { Cloud } from '../cloud/cloud.ts'
import type { Complaint } from '../reading/complaint.ts'

export interface Stage {
  readonly cloud: Cloud
  /** Whether the player moves a clock that stands, rather than waiting for somebody to. */
  readonly drivesClock: boolean
  /** Ask as a client would; `path` is that of a real Nova's port. */
  ask(request: Asked): Promise<Answered>
  /** Do something to the cloud, so that the journal says it was the scenario. */
  act<Result>(what: string, run: () => Result): Result
  /** Set a fault by its name in the catalogue, or as a rule. @returns what is wrong with it */
  setFault(fault: string | object): Complaint[]
  /** @returns whether there was one */
  clearFault(name: string): boolean
  /** How many requests there were since the scenario began that fall under a `match`. */
  countRequests(match: object): { count: number; complaints: Complaint[] }
  /** Whether what is expected of the requests is so; `message` says what came instead. */
  verifyRequests(expected: object): { ok: boolean; message: string }
  /** The tool under test, where the scenario is played around one: its exit code, once it has ended. */
  readonly command?: Promise<number> | undefined
  /** Be told when a request has been answered. @returns what ends it */
  onRequest(told: () => void): () => void
}

export interface Asked {
  method: string
  path: string
  headers: Record<string, string>
  body: string | undefined
}

export interface Answered {
  status: number
  text: string
}
