/** /migrations: records of moves and evacuations, which decide whether a service may be deleted or forced up. */

import { Hono } from 'hono'
import * as z from 'zod'
import type { Cloud } from '../cloud/cloud.ts'
import { impossible } from '../cloud/errors.ts'
import { changeMigration, type Migration, recordMigration, removeMigration } from '../cloud/migrations.ts'
import { taskOfMigration } from '../cloud/tasks.ts'
import { failTask, stagesOf, steerTask } from '../cloud/work.ts'
import { fromMigrationEntry } from '../worlds/instance-file.ts'
import type { World } from '../worlds/world.ts'
import { MigrationEntry } from '../worlds/world-schema.ts'
import { json, nothing } from './answer.ts'
import type { Answer } from './answers.ts'
import { listAnswer } from './in-pieces.ts'
import { bodyOf, noSuch, type Place, parameter } from './request.ts'

export const MigrationChange = MigrationEntry.pick({ status: true, dest: true })
  .extend({ held: z.boolean(), fails_at: z.string().nullable() })
  .partial()

export const migrations = new Hono<{ Bindings: Place }>()
  .get('/', (c) => {
    return listAnswer(c, 'migrations', (cloud) => [
      cloud.state.migrations.values(),
      (each: Migration) => view(cloud, each),
    ])
  })
  .post('/', async (c) => {
    const { cloud } = c.env.world
    return json(view(cloud, recordMigration(cloud, fromMigrationEntry(await bodyOf(c, MigrationEntry)))), 201)
  })
  .get('/:id', (c) => json(view(c.env.world.cloud, migrationAt(c.env.world, parameter(c, 'id')))))
  .patch('/:id', async (c) => {
    const migration = migrationAt(c.env.world, parameter(c, 'id'))
    const { cloud } = c.env.world
    steer(cloud, migration, await bodyOf(c, MigrationChange))
    return json(view(cloud, migrationAt(c.env.world, parameter(c, 'id'))))
  })
  .delete('/:id', (c) => {
    removeMigration(c.env.world.cloud, migrationAt(c.env.world, parameter(c, 'id')))
    return nothing()
  })

/** What carries it on is told to wait, to go on or to fail; without it, only its record can be changed. */
function steer(
  cloud: Cloud,
  migration: Migration,
  { held, fails_at, ...record }: z.infer<typeof MigrationChange>,
): void {
  const task = taskOfMigration(cloud, migration.id)
  if (!task && (held !== undefined || fails_at)) {
    impossible(`nothing carries migration ${migration.id} on: it is ${migration.status}`, {
      path: [held !== undefined ? 'held' : 'fails_at'],
    })
  }
  if (task && typeof fails_at === 'string' && !stagesOf(task.kind).includes(fails_at)) {
    impossible(`it has no stage "${fails_at}"`, {
      path: ['fails_at'],
      hint: `the stages are ${stagesOf(task.kind).join(', ')}`,
    })
  }
  if (task && record.status === 'error') {
    failTask(cloud, task)
    return
  }
  if (Object.keys(record).length > 0) changeMigration(cloud, migration, record)
  if (task && (held !== undefined || fails_at !== undefined)) {
    steerTask(cloud, task, {
      ...(held !== undefined && { held }),
      ...(fails_at !== undefined && { failsAt: fails_at }),
    })
  }
}

/** With the work that carries it on, where there is some. */
function view(cloud: Cloud, { id, type, status, source, dest, instance }: Migration): Answer<'Migration'> {
  const task = taskOfMigration(cloud, id)
  return {
    ...{ id, type, status, source, dest, instance },
    stage: task?.stage ?? null,
    held: task?.held ?? false,
    fails_at: task?.failsAt ?? null,
  }
}

function migrationAt({ cloud }: World, wanted: string): Migration {
  const known = cloud.state.migrations
  return known.get(Number(wanted)) ?? noSuch('migration', wanted, [...known.keys()].map(String))
}
