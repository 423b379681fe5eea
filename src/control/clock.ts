/** /clock: read a world's time, set it, freeze it, let it pass. */

import { Hono } from 'hono'
import ms from 'ms'
import * as z from 'zod'
import { passTime, setClock } from '../cloud/cloud.ts'
import { toMs, toText } from '../worlds/time.ts'
import type { World } from '../worlds/world.ts'
import { CLOCK_MODES, rate, time } from '../worlds/world-schema.ts'
import { bodyOf, type Place } from './request.ts'

/** A hundred years: so much cannot have been meant. */
const MOST_MS = 100 * 366 * 24 * 3_600_000

/** A duration: `61s`, `500ms`, `2h`, or a number of seconds. */
const duration = z
  .union([z.string(), z.number()], 'expected a duration such as "61s", "500ms" or "2h", or a number of seconds')
  .refine((value) => durationMs(value) >= 0 && durationMs(value) <= MOST_MS, {
    message: 'expected a duration such as "61s", "500ms" or "2h", not below zero; to go back, PUT /clock {"now": …}',
  })

const Settings = z.strictObject({ mode: z.enum(CLOCK_MODES).optional(), now: time.optional(), rate: rate.optional() })
const Advance = z.strictObject({ by: duration })

export const clock = new Hono<{ Bindings: Place }>()
  .get('/', (c) => c.json(view(c.env.world)))
  .put('/', async (c) => {
    const { mode, now, rate } = await bodyOf(c, Settings)
    setClock(c.env.world.cloud, {
      ...(mode && { mode }),
      ...(rate !== undefined && { rate }),
      ...(now !== undefined && { now: toMs(now) }),
    })
    return c.json(view(c.env.world))
  })
  .post('/advance', async (c) => {
    const { by } = await bodyOf(c, Advance)
    await passTime(c.env.world.cloud, durationMs(by))
    return c.json(view(c.env.world))
  })

function view({ cloud }: World): object {
  return { mode: cloud.clock.mode(), rate: cloud.clock.rate(), now: toText(cloud.clock.now()) }
}

/** Milliseconds; NaN when it is no duration. */
function durationMs(value: string | number): number {
  if (typeof value === 'number') return value * 1000
  if (/^\d+(\.\d+)?$/.test(value)) return Number(value) * 1000
  // Its types want to know the text beforehand; what it makes of a text that is no duration is NaN or undefined.
  return /^[\d.]+ ?[a-z]+$/i.test(value) ? (ms(value as ms.StringValue) ?? Number.NaN) : Number.NaN
}
