/** What a control route is given, and how it reads what was sent. */

import type { Context } from 'hono'
import type * as z from 'zod'
import { check } from '../reading/check.ts'
import { nearest, oneOf } from '../reading/nearest.ts'
import { takeTurns } from '../reading/turns.ts'
import { parseYaml } from '../reading/yaml-aside.ts'
import type { World } from '../worlds/world.ts'
import type { Worlds } from '../worlds/worlds.ts'
import { accepted, ControlError } from './errors.ts'

/** The largest body that is read: a whole world may be in it. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024

/** Where a control request came in. */
export interface Place {
  world: World
  /** The path below `/_novasim`. */
  path: string
  /** The address of the emulator as the client wrote it, with no world in it and no slash at the end. */
  origin: string
}

/** The emulator, as far as control steers it. */
export interface Steered {
  worlds: Worlds
  version: string
  /** Milliseconds since 1970. */
  startedAt: number
}

export type ControlContext = Context<{ Bindings: Place }>

/** The body as the schema wants it. @throws {ControlError} 400 with everything that is wrong with it */
export async function bodyOf<Schema extends z.ZodType>(c: ControlContext, schema: Schema): Promise<z.infer<Schema>> {
  return accepted(check(schema, await jsonOf(c)))
}

/** The body, as JSON or, when its Content-Type says so, as YAML. An empty one is `{}`. @throws {ControlError} 400, 413 */
export async function jsonOf(c: ControlContext): Promise<unknown> {
  if (Number(c.req.header('content-length') ?? 0) > MAX_BODY_BYTES) {
    throw new ControlError(413, { message: `the body is larger than ${MAX_BODY_BYTES} bytes`, path: [] })
  }
  // There may be a whole world in it: between two parts of the work others have their turn.
  const turn = takeTurns()
  const text = await c.req.text()
  if (text.trim() === '') return {}
  const yaml = /yaml/i.test(c.req.header('content-type') ?? '')
  try {
    await turn()
    const value: unknown = yaml ? await parseYaml(text) : JSON.parse(text)
    await turn()
    if (isDeeper(value, DEEPEST)) throw new Error(`it lies more than ${DEEPEST} deep`)
    await turn()
    return value
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ControlError(400, { message: `the body is not ${yaml ? 'YAML' : 'JSON'}: ${why}`, path: [] })
  }
}

/** How deep a body may lie: nothing that control knows lies deeper than a few levels, but for the bodies that rules match. */
const DEEPEST = 500

function isDeeper(value: unknown, deepest: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (deepest === 0) return true
  for (const each of Object.values(value)) {
    if (typeof each === 'object' && isDeeper(each, deepest - 1)) return true
  }
  return false
}

/** What the path calls `name`, decoded. */
export function parameter(c: ControlContext, name: string): string {
  return c.req.param(name) ?? ''
}

/** Say that there is no such thing, and which there are. @throws {ControlError} 404 always */
export function noSuch(kind: string, wanted: string, known: string[]): never {
  const meant = nearest(wanted, known)
  const hint =
    known.length === 0 ? `there is none at all` : meant ? `did you mean "${meant}"?` : `there is ${oneOf(known)}`
  throw new ControlError(404, { message: `there is no ${kind} "${wanted}"`, path: [], hint })
}
