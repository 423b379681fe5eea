/** /snapshots: keep this moment of a world, and return to it. */

import { Hono } from 'hono'
import * as z from 'zod'
import { toText } from '../reading/time.ts'
import type { Snapshot } from '../worlds/snapshots.ts'
import type { World } from '../worlds/world.ts'
import { json, nothing } from './answer.ts'
import { ControlError } from './errors.ts'
import { bodyOf, noSuch, type Place, parameter } from './request.ts'

export const NewSnapshot = z.strictObject({
  id: z
    .string()
    .regex(/^[\w.-]{1,64}$/, 'expected up to 64 letters, digits, dots, dashes and underscores')
    .optional(),
})

export const snapshots = new Hono<{ Bindings: Place }>()
  .get('/', (c) => json({ snapshots: c.env.world.snapshots.list().map(view) }))
  .post('/', async (c) => {
    const { world } = c.env
    const { id } = await bodyOf(c, NewSnapshot)
    if (id !== undefined && world.snapshots.find(id)) {
      throw new ControlError(409, {
        message: `there is a snapshot "${id}" already`,
        path: ['id'],
        hint: 'remove it first',
      })
    }
    return json(view(world.snapshots.keep(id)), 201)
  })
  .get('/:id', (c) => json(view(snapshotAt(c.env.world, parameter(c, 'id')))))
  .post('/:id/restore', (c) => {
    const { snapshots } = c.env.world
    const snapshot = snapshotAt(c.env.world, parameter(c, 'id'))
    snapshots.restore(snapshot)
    return json(view(snapshot))
  })
  .delete('/:id', (c) => {
    c.env.world.snapshots.remove(snapshotAt(c.env.world, parameter(c, 'id')))
    return nothing()
  })

function view({ id, at, moment }: Snapshot): object {
  return { id, at: toText(at), services: moment.cloud.state.services.size, journal: moment.journal.last }
}

function snapshotAt({ snapshots }: World, wanted: string): Snapshot {
  const ids = snapshots.list().map(({ id }) => id)
  return snapshots.find(wanted) ?? noSuch('snapshot', wanted, ids)
}
