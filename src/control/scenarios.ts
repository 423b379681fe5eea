/** /scenarios: play one on this world, by name or written out; how far it is. */

import { Hono } from 'hono'
import * as z from 'zod'
import { nearest, oneOf } from '../reading/check.ts'
import { lineOf } from '../scenarios/player.ts'
import { checkScenario, type Scenario } from '../scenarios/scenario.ts'
import { loadWorld } from '../worlds/load.ts'
import {
  builtInScenario,
  builtInScenarios,
  type HeldScenario,
  scenariosOf,
  startScenario,
} from '../worlds/scenarios.ts'
import { VOCABULARY } from '../worlds/stage.ts'
import type { WorldFile } from '../worlds/world-schema.ts'
import { accepted, ControlError } from './errors.ts'
import { jsonOf, noSuch, type Place, parameter } from './request.ts'

/** The name of one that comes with novasim, in place of a scenario. */
export const ByName = z.strictObject({ name: z.string() })

export const scenarios = new Hono<{ Bindings: Place }>()
  .get('/', (c) =>
    c.json({ scenarios: [...scenariosOf(c.env.world).values()].map(view), built_in: builtInScenarios() }),
  )
  .post('/', async (c) => {
    const written = await jsonOf(c)
    const byName = ByName.safeParse(written)
    const scenario = byName.success ? named(byName.data.name) : accepted(checkScenario(written, VOCABULARY))
    if (scenario.world !== undefined) c.env.world.put(await loadWorld(builtInOnly(scenario.world)))
    return c.json(view(startScenario(c.env.world, scenario, c.env.origin)), 201)
  })
  .get('/:id', (c) => c.json(view(heldAt(c.env, parameter(c, 'id')))))
  .delete('/:id', (c) => {
    const { id, playing } = heldAt(c.env, parameter(c, 'id'))
    playing.stop()
    scenariosOf(c.env.world).delete(id)
    return c.body(null, 204)
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

function named(name: string): Scenario {
  const known = builtInScenarios()
  const meant = nearest(name, known)
  const hint = meant ? `did you mean "${meant}"?` : `there is ${oneOf(known)}; or write its steps out`
  const found = builtInScenario(name)
  if (found) return found
  throw new ControlError(404, { message: `there is no scenario "${name}"`, path: ['name'], hint })
}

/** Files are for whoever starts novasim to name, not for whoever reaches its port. */
function builtInOnly(world: NonNullable<Scenario['world']>): string | WorldFile {
  if (typeof world !== 'string') return world as WorldFile
  if (!/[./\\]/.test(world)) return world
  throw new ControlError(400, {
    message: `a scenario that is sent cannot name a file for its world: "${world}"`,
    path: ['world'],
    hint: 'write the world out, or name a built-in one',
  })
}

function heldAt({ world }: Place, wanted: string): HeldScenario {
  const all = scenariosOf(world)
  return all.get(wanted) ?? noSuch('scenario', wanted, [...all.keys()])
}
