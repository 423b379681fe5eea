/** /state and /reset: a whole cloud out, a whole cloud in, and back to how the world began. */

import { Hono } from 'hono'
import { checkWorld } from '../worlds/read.ts'
import { stopScenarios } from '../worlds/scenarios.ts'
import { toWorldFile } from '../worlds/world-file.ts'
import { accepted } from './errors.ts'
import { jsonOf, type Place } from './request.ts'

export const state = new Hono<{ Bindings: Place }>()
  .get('/', (c) => c.json(toWorldFile(c.env.world.describe())))
  .put('/', async (c) => {
    c.env.world.put(accepted(checkWorld(await jsonOf(c))))
    return c.json(toWorldFile(c.env.world.describe()))
  })

export const reset = new Hono<{ Bindings: Place }>().post('/', (c) => {
  stopScenarios(c.env.world)
  c.env.world.reset()
  return c.body(null, 204)
})
