/** /state and /reset: a whole cloud out, a whole cloud in, and back to how the world began. */

import { setImmediate } from 'node:timers/promises'
import { Hono } from 'hono'
import { checkWorld } from '../worlds/read.ts'
import { stopScenarios } from '../worlds/scenarios.ts'
import type { World } from '../worlds/world.ts'
import { toWorldFile } from '../worlds/world-file.ts'
import { accepted } from './errors.ts'
import { jsonOf, type Place } from './request.ts'

export const state = new Hono<{ Bindings: Place }>()
  .get('/', async (c) => c.json(await fileOf(c.env.world)))
  .put('/', async (c) => {
    const { world } = c.env
    world.put(await world.make(accepted(checkWorld(await jsonOf(c)))))
    return c.json(await fileOf(world))
  })

export const reset = new Hono<{ Bindings: Place }>().post('/', async (c) => {
  const { world } = c.env
  const fresh = await world.make()
  stopScenarios(world)
  world.reset(fresh)
  return c.body(null, 204)
})

/** The world as it is at this moment; who else waits has a turn before it is written out. */
async function fileOf(world: World): Promise<object> {
  const file = toWorldFile(world.describe())
  await setImmediate()
  return file
}
