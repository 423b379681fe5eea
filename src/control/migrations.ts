/** /migrations: records of moves and evacuations, which decide whether a service may be deleted or forced up. */

import { Hono } from 'hono'
import { changeMigration, type Migration, removeMigration } from '../cloud/migrations.ts'
import { recordMove } from '../cloud/moves.ts'
import type { World } from '../worlds/world.ts'
import { fromMigrationEntry } from '../worlds/world-file.ts'
import { MigrationEntry } from '../worlds/world-schema.ts'
import { bodyOf, noSuch, type Place, parameter } from './request.ts'

export const MigrationChange = MigrationEntry.pick({ status: true, dest: true }).partial()

export const migrations = new Hono<{ Bindings: Place }>()
  .get('/', (c) => c.json({ migrations: [...c.env.world.cloud.state.migrations.values()] }))
  .post('/', async (c) =>
    c.json(recordMove(c.env.world.cloud, fromMigrationEntry(await bodyOf(c, MigrationEntry))), 201),
  )
  .get('/:id', (c) => c.json(migrationAt(c.env.world, parameter(c, 'id'))))
  .patch('/:id', async (c) => {
    const migration = migrationAt(c.env.world, parameter(c, 'id'))
    changeMigration(c.env.world.cloud, migration, await bodyOf(c, MigrationChange))
    return c.json(migration)
  })
  .delete('/:id', (c) => {
    removeMigration(c.env.world.cloud, migrationAt(c.env.world, parameter(c, 'id')))
    return c.body(null, 204)
  })

function migrationAt({ cloud }: World, wanted: string): Migration {
  const known = cloud.state.migrations
  return known.get(Number(wanted)) ?? noSuch('migration', wanted, [...known.keys()].map(String))
}
