/** Random sequences put to a real cloud and to novasim, and the shortest one that differs: `npm run conformance -- --random N --seed S`. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { stringify } from 'yaml'
import type { AskedCloud } from './cloud.ts'
import type { Place } from './generators/services.ts'
import { type Step, sequences } from './generators/steps.ts'
import { hostsOf } from './hosts.ts'
import { isQuestion, Pair, type Told } from './pair.ts'
import { shownQuestion } from './question.ts'

/** For how long a sequence that differs is made shorter. */
const SHRINK_FOR_MS = 90_000

export interface RandomOptions {
  /** How many requests, at the least. */
  requests: number
  seed: number
  /** Begin where a report says: `3:1:0`. */
  path?: string | undefined
  /** The folder of the real cloud's programs, for what happens to hosts; without it nothing does. */
  folder?: string | undefined
}

/** @returns how many answers differ: none, or one, since the first ends it */
export async function compareRandomly(real: AskedCloud, options: RandomOptions): Promise<number> {
  const { requests, seed, path, folder } = options
  const happenings = folder !== undefined && existsSync(join(folder, 'run'))
  if (!happenings)
    say('Nothing happens to hosts, and no service is deleted: NOVA_DIR names no folder with run/*.pid in it')
  const pair = await Pair.of(real, happenings ? hostsOf(real, folder) : undefined)
  const { services } = await real.get('/os-services')
  const places: Place[] = services.map(({ binary, host }: Place) => ({ binary, host }))
  const began = performance.now()
  let last: { told: Told[]; at: number } | undefined
  const property = fc.asyncProperty(sequences({ places, happenings }), async (steps) => {
    if (last ? Date.now() - last.at > SHRINK_FOR_MS : pair.asked >= requests) return
    const told = await pair.run(steps)
    const found = told.at(-1)?.differences ?? []
    if (found.length === 0) return
    last = { told, at: last?.at ?? Date.now() }
    throw new Error('the answers differ')
  })
  const result = await fc.check(property, { seed, ...(path !== undefined && { path }), numRuns: requests })
  await pair.bringBack()
  const took = Math.round((performance.now() - began) / 1000)
  if (result.failed && !last) throw result.errorInstance
  const word = last ? 'a difference' : 'no difference'
  say(`seed ${seed}: ${pair.asked} requests asked of both, ${word}, ${took} s`)
  if (last) report(last.told, seed, requests, result.counterexamplePath)
  return last ? 1 : 0
}

function report(told: Told[], seed: number, requests: number, path: string | null): void {
  say(`\n  The shortest sequence that differs has ${told.length} step${told.length === 1 ? '' : 's'}:`)
  for (const [index, { step, real }] of told.entries()) {
    say(`  ${index + 1}. ${isQuestion(step) ? shownQuestion(step) : `${step.happening} nova-compute on ${step.host}`}`)
    if (real && index < told.length - 1) say(`       ${real.status}, from both`)
  }
  for (const line of told.at(-1)?.differences ?? []) say(`       ${line}`)
  say('\n  As questions, for a file of cases:')
  say(stringify(told.map(({ step }) => asCase(step)).filter((each) => each !== undefined)).replace(/^/gm, '    '))
  say(`  Again: npm run conformance -- --random ${requests} --seed ${seed}${path ? ` --path ${path}` : ''}`)
}

function asCase(step: Step): object | undefined {
  return isQuestion(step) ? { name: shownQuestion(step).slice(0, 100), ...step } : undefined
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
