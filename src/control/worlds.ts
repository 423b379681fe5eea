/** /worlds: make a world, list them, end one. The same from within every world, for it is about all of them. */

import { Hono } from 'hono'
import * as z from 'zod'
import { checkRules } from '../faults/read.ts'
import { clockWord } from '../reading/clock-schema.ts'
import { knownAt } from '../worlds/known.ts'
import { loginOf } from '../worlds/login.ts'
import { startScenario } from '../worlds/scenarios.ts'
import { warningsIn } from '../worlds/stage.ts'
import { makeInTurns, type World } from '../worlds/world.ts'
import { WorldSchema } from '../worlds/world-schema.ts'
import { worldPrefix } from '../worlds/worlds.ts'
import { json, nothing } from './answer.ts'
import { accepted } from './errors.ts'
import { below, madeOf, scenarioFrom, worldFrom } from './given.ts'
import { bodyOf, noSuch, type Place, parameter, type Steered } from './request.ts'

export const NewWorld = z.strictObject({
  name: z.string().optional(),
  world: z.union([z.string(), z.looseObject({})]).optional(),
  release: WorldSchema.shape.release,
  seed: z.int().optional(),
  clock: clockWord.optional(),
  faults: z.unknown().optional(),
  scenario: z.union([z.string(), z.looseObject({})]).optional(),
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
    .get('/', (c) => json({ worlds: worlds.list().map((world) => view(world, c.env.origin)) }))
    .post('/', async (c) => {
      const { name, world = 'default', release, seed, clock, faults = [], scenario } = await bodyOf(c, NewWorld)
      const { origin } = c.env
      const given = await worldFrom(world, ['world'])
      const played = scenario === undefined ? undefined : await scenarioFrom(scenario, ['scenario'])
      const begun = played?.world ?? given
      const description = { ...begun.description, ...(release !== undefined && { release }) }
      const { rules, warnings: ofRules } = accepted(below(['faults'], checkRules(faults, knownAt(description.release))))
      const options = { seed: seed ?? played?.scenario.seed, clock, faults: rules }
      const cloud = await madeOf(begun, makeInTurns(description, options))
      const opened = worlds.open(name ?? freeName(c.env.world), description, options, cloud)
      const warnings = [...ofRules, ...(played ? warningsIn(played.scenario) : [])]
      const held = played && startScenario(opened, played.scenario, origin)
      return json(
        { ...view(opened, origin), ...(held && { scenario: held.id }), ...(warnings.length > 0 && { warnings }) },
        201,
      )
    })
    .get('/:name', (c) => json(view(worldAt(parameter(c, 'name')), c.env.origin)))
    .delete('/:name', (c) => {
      worlds.close(worldAt(parameter(c, 'name')))
      return nothing()
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
