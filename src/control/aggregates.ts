/** /aggregates: make and change groups of hosts, and the availability zones that they make. */

import { Hono } from 'hono'
import { type Aggregate, changeAggregate, createAggregate, removeAggregate } from '../cloud/aggregates.ts'
import type { World } from '../worlds/world.ts'
import { fromAggregateEntry } from '../worlds/world-file.ts'
import { AggregateEntry } from '../worlds/world-schema.ts'
import { json, nothing } from './answer.ts'
import { bodyOf, noSuch, type Place, parameter } from './request.ts'

export const AggregateChange = AggregateEntry.omit({
  id: true,
  uuid: true,
  created_at: true,
  updated_at: true,
}).partial()

export const aggregates = new Hono<{ Bindings: Place }>()
  .get('/', (c) => json({ aggregates: [...c.env.world.cloud.state.aggregates.values()].map(view) }))
  .post('/', async (c) => {
    const made = createAggregate(c.env.world.cloud, fromAggregateEntry(await bodyOf(c, AggregateEntry)))
    return json(view(made), 201)
  })
  .get('/:id', (c) => json(view(aggregateAt(c.env.world, parameter(c, 'id')))))
  .patch('/:id', async (c) => {
    const aggregate = aggregateAt(c.env.world, parameter(c, 'id'))
    const { availability_zone, ...change } = await bodyOf(c, AggregateChange)
    changeAggregate(c.env.world.cloud, aggregate, { ...change, availabilityZone: availability_zone })
    return json(view(aggregate))
  })
  .delete('/:id', (c) => {
    removeAggregate(c.env.world.cloud, aggregateAt(c.env.world, parameter(c, 'id')))
    return nothing()
  })

/** The zone stands in the metadata, as Nova has it, and beside it, as people look for it. */
function view({ id, uuid, name, hosts, metadata }: Aggregate): object {
  return { id, uuid, name, availability_zone: metadata.availability_zone ?? null, hosts, metadata }
}

/** By id, or by name. */
function aggregateAt({ cloud }: World, wanted: string): Aggregate {
  const all = [...cloud.state.aggregates.values()]
  return (
    all.find(({ id, name }) => String(id) === wanted || name === wanted) ??
    noSuch(
      'aggregate',
      wanted,
      all.map(({ name }) => name),
    )
  )
}
