/** /state and /reset: a whole cloud out, a whole cloud in, and back to how the world began. */

import { Hono } from 'hono'
import { checkWorld } from '../worlds/read.ts'
import { stopScenarios } from '../worlds/scenarios.ts'
import { toWorldFile } from '../worlds/world-file.ts'
import { ControlError } from './errors.ts'
import { jsonOf, type Place } from './request.ts'

export const state = new Hono<{ Bindings: Place }>()
  .get('/', (c) => c.json(toWorldFile(c.env.world.describe())))
  .put('/', async (c) => {
    const { value, complaints } = checkWorld(await jsonOf(c))
    if (complaints !== undefined) {
      const [first, ...others] = complaints
      throw new ControlError(400, first ?? { message: 'the world is not as expected', path: [] }, ...others)
    }
    c.env.world.put(value)
    return c.json(toWorldFile(c.env.world.describe()))
  })

export const reset = new Hono<{ Bindings: Place }>().post('/', (c) => {
  stopScenarios(c.env.world)
  c.env.world.reset()
  return c.body(null, 204)
})
