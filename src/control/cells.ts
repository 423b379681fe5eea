/** /cells: where services are kept; take a cell's database away, or give it back. */

import { Hono } from 'hono'
import * as z from 'zod'
import { addCell, type Cell, findCell, setCellDown } from '../cloud/cells.ts'
import type { World } from '../worlds/world.ts'
import { CellEntry } from '../worlds/world-schema.ts'
import { json } from './answer.ts'
import { bodyOf, noSuch, type Place, parameter } from './request.ts'

export const NewCell = CellEntry.omit({ hosts: true })
export const CellChange = z.strictObject({ down: z.boolean() })

export const cells = new Hono<{ Bindings: Place }>()
  .get('/', (c) => json({ cells: c.env.world.cloud.state.cells.map((cell) => view(c.env.world, cell)) }))
  .post('/', async (c) => {
    const { name, down = false } = await bodyOf(c, NewCell)
    return json(view(c.env.world, addCell(c.env.world.cloud, { name, down })), 201)
  })
  .get('/:name', (c) => json(view(c.env.world, cellAt(c.env.world, parameter(c, 'name')))))
  .patch('/:name', async (c) => {
    const { name } = cellAt(c.env.world, parameter(c, 'name'))
    const { down } = await bodyOf(c, CellChange)
    return json(view(c.env.world, setCellDown(c.env.world.cloud, name, down)))
  })

function view({ cloud }: World, { name, down }: Cell): object {
  const hosts = [...cloud.state.hostMappings.values()].filter(({ cell }) => cell === name).map(({ host }) => host)
  return { name, down, hosts }
}

function cellAt({ cloud }: World, wanted: string): Cell {
  return (
    findCell(cloud, wanted) ??
    noSuch(
      'cell',
      wanted,
      cloud.state.cells.map(({ name }) => name),
    )
  )
}
