/** /state and /reset: a whole cloud out, a whole cloud in, and back to how the world began. */

import { type Context, Hono } from 'hono'
import { inTurns } from '../http/in-turns.ts'
import { checkWorldInTurns, made } from '../worlds/read.ts'
import { stopScenarios } from '../worlds/scenarios.ts'
import { toWorldFile, type WorldDescription } from '../worlds/world-file.ts'
import type { WorldFile } from '../worlds/world-schema.ts'
import { nothing } from './answer.ts'
import { accepted } from './errors.ts'
import { inPieces, listed } from './in-pieces.ts'
import { jsonOf, type Place } from './request.ts'

export const state = new Hono<{ Bindings: Place }>().get('/', told).put('/', async (c) => {
  const { world } = c.env
  const description = accepted(await checkWorldInTurns(await jsonOf(c)))
  world.put(accepted(await made(world.make(description))))
  return told(c)
})

export const reset = new Hono<{ Bindings: Place }>().post('/', async (c) => {
  const { world } = c.env
  const fresh = await world.make()
  stopScenarios(world)
  world.reset(fresh)
  return nothing()
})

/** The world as it is at this moment, written as the client takes it. */
async function told(c: Context<{ Bindings: Place }>): Promise<Response> {
  const { world } = c.env
  return inPieces(textsOf(await inTurns(world.cloud, () => world.describe())))
}

function* textsOf(description: WorldDescription): Generator<string> {
  const lists = Object.entries(description).flatMap(([name, part]) => {
    return Array.isArray(part) ? [{ name, list: part as unknown[] }] : []
  })
  const empty = Object.fromEntries(lists.map(({ name }) => [name, []]))
  let before = '{'
  for (const [name, part] of Object.entries(toWorldFile({ ...description, ...empty }))) {
    if (part === undefined) continue
    yield `${before}${JSON.stringify(name)}:`
    const long = lists.find((each) => each.name === inCamelCase(name))
    if (long) yield* listed(entriesOf(long.list, (some) => toWorldFile({ [long.name]: some })[name as keyof WorldFile]))
    else yield JSON.stringify(part)
    before = ','
  }
  yield '}'
}

/** The entries of a list in a world file. */
function* entriesOf(list: unknown[], write: (some: unknown[]) => WorldFile[keyof WorldFile]): Generator<unknown> {
  for (let from = 0; from < list.length; from += PART) {
    const entries = write(list.slice(from, from + PART))
    if (Array.isArray(entries)) yield* entries
  }
}

/** How many entries are written at a time. */
const PART = 100

function inCamelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())
}
