/** /clock: read a world's time, set it, freeze it, let it pass. */

import { Hono } from 'hono'
import * as z from 'zod'
import { passTime, setClock } from '../cloud/cloud.ts'
import { duration, durationMs } from '../reading/duration.ts'
import { toMs, toText } from '../reading/time.ts'
import type { World } from '../worlds/world.ts'
import { CLOCK_MODES, rate, time } from '../worlds/world-schema.ts'
import { json } from './answer.ts'
import { bodyOf, type Place } from './request.ts'

export const ClockSettings = z.strictObject({
  mode: z.enum(CLOCK_MODES).optional(),
  now: time.optional(),
  rate: rate.optional(),
})
export const Advance = z.strictObject({ by: duration })

export const clock = new Hono<{ Bindings: Place }>()
  .get('/', (c) => json(view(c.env.world)))
  .put('/', async (c) => {
    const { mode, now, rate } = await bodyOf(c, ClockSettings)
    setClock(c.env.world.cloud, {
      ...(mode && { mode }),
      ...(rate !== undefined && { rate }),
      ...(now !== undefined && { now: toMs(now) }),
    })
    return json(view(c.env.world))
  })
  .post('/advance', async (c) => {
    const { by } = await bodyOf(c, Advance)
    await passTime(c.env.world.cloud, durationMs(by))
    return json(view(c.env.world))
  })

function view({ cloud }: World): object {
  return { mode: cloud.clock.mode(), rate: cloud.clock.rate(), now: toText(cloud.clock.now()) }
}
