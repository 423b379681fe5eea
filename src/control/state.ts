/** /state and /reset: a whole cloud out, a whole cloud in, and back to how the world began. */

import { type Context, Hono } from 'hono'
import { checkWorldInTurns, made } from '../worlds/read.ts'
import { stopScenarios } from '../worlds/scenarios.ts'
import { toWorldFile } from '../worlds/world-file.ts'
import type { WorldFile } from '../worlds/world-schema.ts'
import { accepted } from './errors.ts'
import { inPieces, listed } from './in-pieces.ts'
import { jsonOf, type Place } from './request.ts'

export const state = new Hono<{ Bindings: Place }>().get('/', told).put('/', async (c) => {
  const { world } = c.env
  const description = accepted(await checkWorldInTurns(await jsonOf(c)))
  world.put(accepted(await made(world.make(description))))
  return told(c)
})

export const reset = new Hono<{ Bindings: Place }>().post('/', async (c) => {
  const { world } = c.env
  const fresh = await world.make()
  stopScenarios(world)
  world.reset(fresh)
  return c.body(null, 204)
})

/** The world as it is at this moment. */
function told(c: Context<{ Bindings: Place }>): Response {
  return inPieces(textsOf(toWorldFile(c.env.world.describe())))
}

function* textsOf(file: WorldFile): Generator<string> {
  let before = '{'
  for (const [name, part] of Object.entries(file)) {
    if (part === undefined) continue
    yield `${before}${JSON.stringify(name)}:`
    if (Array.isArray(part)) yield* listed<unknown>(part)
    else yield JSON.stringify(part)
    before = ','
  }
  yield '}'
}
