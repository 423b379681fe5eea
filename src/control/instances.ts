/** /instances: place, move and remove instances, as much of them as the hosts they run on need. */

import { Hono } from 'hono'
import { changeInstance, findInstance, type Instance, placeInstances, removeInstance } from '../cloud/instances.ts'
import type { World } from '../worlds/world.ts'
import { InstanceEntry } from '../worlds/world-schema.ts'
import { bodyOf, noSuch, type Place, parameter } from './request.ts'

export const InstanceChange = InstanceEntry.pick({ name: true, host: true, status: true }).partial()

export const instances = new Hono<{ Bindings: Place }>()
  .get('/', (c) => c.json({ instances: [...c.env.world.cloud.state.instances.values()] }))
  .post('/', async (c) => {
    const wanted = await bodyOf(c, InstanceEntry)
    const placed = placeInstances(c.env.world.cloud, wanted)
    return wanted.count === undefined ? c.json(placed[0], 201) : c.json({ instances: placed }, 201)
  })
  .get('/:id', (c) => c.json(instanceAt(c.env.world, parameter(c, 'id'))))
  .patch('/:id', async (c) => {
    const instance = instanceAt(c.env.world, parameter(c, 'id'))
    changeInstance(c.env.world.cloud, instance, await bodyOf(c, InstanceChange))
    return c.json(instance)
  })
  .delete('/:id', (c) => {
    removeInstance(c.env.world.cloud, instanceAt(c.env.world, parameter(c, 'id')))
    return c.body(null, 204)
  })

/** By UUID, or by name. */
function instanceAt({ cloud }: World, wanted: string): Instance {
  const names = () => [...cloud.state.instances.values()].map(({ name }) => name)
  return findInstance(cloud, wanted) ?? noSuch('instance', wanted, names())
}
