/** /state and /reset: a whole cloud out, a whole cloud in, and back to how the world began. */

import { setImmediate } from 'node:timers/promises'
import { type Context, Hono } from 'hono'
import { checkWorldInTurns, made } from '../worlds/read.ts'
import { stopScenarios } from '../worlds/scenarios.ts'
import { toWorldFile } from '../worlds/world-file.ts'
import { accepted } from './errors.ts'
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

/** The world as it is at this moment. Who else waits has a turn before each of its parts is written out. */
async function told(c: Context<{ Bindings: Place }>): Promise<Response> {
  const parts: string[] = []
  for (const [name, part] of Object.entries(toWorldFile(c.env.world.describe()))) {
    if (part === undefined) continue
    await setImmediate()
    parts.push(`${JSON.stringify(name)}:${JSON.stringify(part)}`)
  }
  return c.body(`{${parts.join(',')}}`, 200, { 'Content-Type': 'application/json' })
}
