/** /durations: how long work on servers takes, from now on. */

import { Hono } from 'hono'
import type * as z from 'zod'
import { setDurations } from '../cloud/tasks.ts'
import { fromDurations, toDurations } from '../worlds/instance-file.ts'
import { DurationsEntry } from '../worlds/world-schema.ts'
import { json } from './answer.ts'
import { bodyOf, type Place } from './request.ts'

export const Durations: z.ZodType<z.infer<typeof DurationsEntry>> = DurationsEntry

export const durations = new Hono<{ Bindings: Place }>()
  .get('/', (c) => json(toDurations(c.env.world.cloud.state.durations)))
  .put('/', async (c) => {
    const { cloud } = c.env.world
    setDurations(cloud, fromDurations(await bodyOf(c, Durations)))
    return json(toDurations(cloud.state.durations))
  })
