/** /scenarios: play one on this world, by name or written out; how far it is. */

import { Hono } from 'hono'
import * as z from 'zod'
import { lineOf } from '../scenarios/player.ts'
import { builtInScenarios, type HeldScenario, scenariosOf, startScenario } from '../worlds/scenarios.ts'
import { warningsIn } from '../worlds/stage.ts'
import { json, nothing } from './answer.ts'
import { madeOf, scenarioFrom } from './given.ts'
import { jsonOf, noSuch, type Place, parameter } from './request.ts'

/** The name of one that comes with novasim, in place of a scenario. */
export const ByName = z.strictObject({ name: z.string() })

export const scenarios = new Hono<{ Bindings: Place }>()
  .get('/', (c) => json({ scenarios: [...scenariosOf(c.env.world).values()].map(view), built_in: builtInScenarios() }))
  .post('/', async (c) => {
    const written = await jsonOf(c)
    const byName = ByName.safeParse(written)
    const { scenario, world } = await (byName.success
      ? scenarioFrom(byName.data.name, ['name'])
      : scenarioFrom(written, []))
    if (world) c.env.world.put(await madeOf(world, c.env.world.make(world.description)))
    const warnings = warningsIn(scenario)
    const started = view(startScenario(c.env.world, scenario, c.env.origin))
    return json({ ...started, ...(warnings.length > 0 && { warnings }) }, 201)
  })
  .get('/:id', (c) => json(view(heldAt(c.env, parameter(c, 'id')))))
  .delete('/:id', (c) => {
    const { id, playing } = heldAt(c.env, parameter(c, 'id'))
    playing.stop()
    scenariosOf(c.env.world).delete(id)
    return nothing()
  })

function view({ id, scenario, playing, outcome }: HeldScenario): object {
  const { played } = playing
  const next = scenario.steps[played.length]
  return {
    id,
    name: scenario.name ?? null,
    status: outcome === undefined ? 'playing' : outcome.stopped ? 'stopped' : outcome.passed ? 'passed' : 'failed',
    steps: scenario.steps.length,
    played,
    next: outcome === undefined && next ? lineOf(next) : null,
  }
}

function heldAt({ world }: Place, wanted: string): HeldScenario {
  const all = scenariosOf(world)
  return all.get(wanted) ?? noSuch('scenario', wanted, [...all.keys()])
}
