/** /faults: the rules by which requests go wrong, and how often each came and fired. */

import { Hono } from 'hono'
import type { ShownRule } from '../faults/injector.ts'
import { checkRule, checkRules } from '../faults/read.ts'
import { warningsOf } from '../faults/warnings.ts'
import { knownTo } from '../worlds/known.ts'
import type { World } from '../worlds/world.ts'
import { json, nothing } from './answer.ts'
import { accepted } from './errors.ts'
import { jsonOf, noSuch, type Place, parameter } from './request.ts'

export const faults = new Hono<{ Bindings: Place }>()
  .get('/', (c) => json({ faults: c.env.world.faults.list().map(view) }))
  .post('/', async (c) => {
    const { world } = c.env
    const sent = await jsonOf(c)
    const read = accepted(checkRules(sent, knownTo(world.cloud, world.faults.names())))
    world.faults.add(read.rules)
    const made = read.rules.map(({ rule }) => view(ruleAt(world, rule.name)))
    const warnings = read.warnings.length > 0 && { warnings: read.warnings }
    return json(Array.isArray(sent) ? { faults: made, ...warnings } : { ...made[0], ...warnings }, 201)
  })
  .delete('/', (c) => {
    c.env.world.faults.clear()
    return nothing()
  })
  .get('/:name', (c) => json(view(ruleAt(c.env.world, parameter(c, 'name')))))
  .patch('/:name', async (c) => {
    const { world } = c.env
    const { name, written } = ruleAt(world, parameter(c, 'name'))
    const change = await jsonOf(c)
    const changed = typeof change === 'object' && change !== null ? withoutNull({ ...written, ...change }) : change
    const known = knownTo(world.cloud)
    const others = new Set(world.faults.names().filter((each) => each !== name))
    const set = accepted(checkRule(changed, known, others))
    world.faults.replace(name, set)
    const warnings = warningsOf(set.rule, known)
    return json({ ...view(ruleAt(world, set.rule.name)), ...(warnings.length > 0 && { warnings }) })
  })
  .delete('/:name', (c) => {
    const { name } = ruleAt(c.env.world, parameter(c, 'name'))
    c.env.world.faults.remove(name)
    return nothing()
  })

/** As it was written, and what came of it. */
function view({ written, matched, fired, state }: ShownRule): object {
  return { ...written, matched, fired, state }
}

function ruleAt({ faults: injector }: World, name: string): ShownRule {
  return injector.find(name) ?? noSuch('fault', name, injector.names())
}

/** What is set to null is taken away. */
function withoutNull(rule: object): object {
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== null))
}
