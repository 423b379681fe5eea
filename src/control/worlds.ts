/** /worlds: make a world, list them, end one. The same from within every world, for it is about all of them. */

import { Hono } from 'hono'
import * as z from 'zod'
import { nearest, oneOf } from '../reading/check.ts'
import { clockWord } from '../reading/clock-schema.ts'
import { BUILT_IN_WORLDS, builtInWorld, isBuiltIn } from '../worlds/built-in.ts'
import { loginOf } from '../worlds/login.ts'
import { checkWorld } from '../worlds/read.ts'
import type { World } from '../worlds/world.ts'
import type { WorldDescription } from '../worlds/world-file.ts'
import { worldPrefix } from '../worlds/worlds.ts'
import { accepted, ControlError } from './errors.ts'
import { bodyOf, noSuch, type Place, parameter, type Steered } from './request.ts'

export const NewWorld = z.strictObject({
  name: z.string().optional(),
  world: z.union([z.string(), z.looseObject({})]).optional(),
  seed: z.int().optional(),
  clock: clockWord.optional(),
})

export function worldRoutes({ worlds }: Steered) {
  const worldAt = (name: string): World =>
    worlds.find(name) ??
    noSuch(
      'world',
      name,
      worlds.list().map((world) => world.name),
    )
  /** A world that went back to its beginning makes up the same ids again. */
  const freeName = (world: World): string => {
    const name = `w-${world.controlId()}`
    return worlds.find(name) ? freeName(world) : name
  }
  return new Hono<{ Bindings: Place }>()
    .get('/', (c) => c.json({ worlds: worlds.list().map((world) => view(world, c.env.origin)) }))
    .post('/', async (c) => {
      const { name, world = 'default', seed, clock } = await bodyOf(c, NewWorld)
      const description = typeof world === 'string' ? named(world) : written(world)
      const opened = worlds.open(name ?? freeName(c.env.world), description, { seed, clock })
      return c.json(view(opened, c.env.origin), 201)
    })
    .get('/:name', (c) => c.json(view(worldAt(parameter(c, 'name')), c.env.origin)))
    .delete('/:name', (c) => {
      worlds.close(worldAt(parameter(c, 'name')))
      return c.body(null, 204)
    })
}

function view(world: World, origin: string): object {
  const url = origin + worldPrefix(world.name)
  return {
    name: world.name,
    seed: world.seed,
    url,
    auth_url: `${url}/identity/v3`,
    control_url: `${url}/_novasim`,
    env: loginOf(world.cloud, url),
  }
}

function named(name: string): WorldDescription {
  if (isBuiltIn(name)) return builtInWorld(name)
  const names = Object.keys(BUILT_IN_WORLDS)
  const meant = nearest(name, names)
  throw new ControlError(400, {
    message: `there is no built-in world "${name}"`,
    path: ['world'],
    hint: meant ? `did you mean "${meant}"?` : `there is ${oneOf(names)}; or write the world out, as in a world file`,
  })
}

function written(world: object): WorldDescription {
  const { value, complaints } = checkWorld(world)
  if (complaints === undefined) return value
  return accepted({ complaints: complaints.map(({ path, ...same }) => ({ ...same, path: ['world', ...path] })) })
}
