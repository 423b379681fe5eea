/** Holds docs/scenarios.md to the code, both ways. The steps and the names are in test/documents.test.ts. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { ScenarioSchema } from '../../src/scenarios/scenario.ts'
import { VERB_NAMES, VERBS } from '../../src/scenarios/step.ts'

const DOCUMENT = readFileSync('docs/scenarios.md', 'utf8')
const STEP = ScenarioSchema.shape.steps.element.shape

const section = (heading: string): string => DOCUMENT.split(`\n## ${heading}\n`)[1]!.split('\n## ')[0]!

/** What stands in the first cells of a table. */
const firstCells = (text: string): string[] =>
  [...text.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) => wordsIn(cell!)).sort()

const wordsIn = (text: string): string[] => [...text.matchAll(/`([\w-]+)`/g)].map(([, word]) => word!)

/** The keys of a mapping, whether it may be left out or not. */
function keysOf(schema: unknown): string[] {
  if (schema instanceof z.ZodOptional) return keysOf(schema.unwrap())
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}

test('the keys at the top', () => {
  expect(firstCells(section('Top'))).toEqual(keysOf(ScenarioSchema).sort())
})

test('the keys that say when a step is performed, and what may be waited for', () => {
  const text = section('When a step is performed')
  expect(firstCells(text)).toEqual(['at', 'say', 'when', 'within'])
  for (const key of firstCells(text)) expect(STEP).toHaveProperty(key)
  const row = /^\| `when` \| (.*) \|$/m.exec(text)![1]!
  const known = keysOf(STEP.when)
  expect(
    wordsIn(row.replaceAll(': ended`', '`'))
      .filter((word) => word !== 'match')
      .sort(),
  ).toEqual(known.sort())
})

test('what a step takes that takes several things', () => {
  const written = [...section('What a step does').matchAll(/^\| `([\w-]+): \{(.*?)\}` \|/gm)]
  const shown = Object.fromEntries(written.map(([, name, keys]) => [name, keys!.split(', ')]))
  const taking = VERB_NAMES.map((name) => [name, keysOf(VERBS[name].takes)] as const).filter(([, keys]) => keys.length)
  const { fault, ...others } = { ...Object.fromEntries(taking), ask: keysOf(STEP.ask), fault: [], expect: ['…'] }
  expect(fault).toEqual([])
  delete shown.fault
  expect(shown).toEqual(others)
})

test('what may be expected', () => {
  const text = section('What a step does').split('`expect` takes')[1]!
  const known = Object.entries(STEP.expect.unwrap().shape).flatMap(([name, schema]) => [name, ...keysOf(schema)])
  const documented = wordsIn(text).filter((word) => !['match', 'times', 'within'].includes(word))
  expect(new Set(documented)).toEqual(new Set(known))
})
