/** /resource-providers: what Placement keeps of each host, and which of it is left of a service that was deleted. */

import { Hono } from 'hono'
import { deleteResourceProvider, isOrphan, type ResourceProvider } from '../cloud/resource-providers.ts'
import type { World } from '../worlds/world.ts'
import { json, nothing } from './answer.ts'
import { listAnswer } from './in-pieces.ts'
import { noSuch, type Place, parameter } from './request.ts'

export const resourceProviders = new Hono<{ Bindings: Place }>()
  .get('/', (c) => {
    return listAnswer(c, 'resource_providers', ({ state }) => [
      state.resourceProviders.values(),
      (each: ResourceProvider) => view(c.env.world, each),
    ])
  })
  .get('/:id', (c) => json(view(c.env.world, providerAt(c.env.world, parameter(c, 'id')))))
  .delete('/:id', (c) => {
    deleteResourceProvider(c.env.world.cloud, providerAt(c.env.world, parameter(c, 'id')))
    return nothing()
  })

function view({ cloud }: World, provider: ResourceProvider): object {
  const { uuid, name, generation } = provider
  return { uuid, name, generation, orphan: isOrphan(cloud, provider) }
}

function providersOf({ cloud }: World): ResourceProvider[] {
  return [...cloud.state.resourceProviders.values()]
}

/** By UUID, or by name. */
function providerAt(world: World, wanted: string): ResourceProvider {
  const all = providersOf(world)
  return (
    all.find(({ uuid, name }) => uuid === wanted || name === wanted) ??
    noSuch(
      'resource provider',
      wanted,
      all.map(({ name }) => name),
    )
  )
}
