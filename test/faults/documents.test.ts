/** Holds docs/faults.md to the code. `UPDATE_DOCS=1 npm test -- test/faults/documents` writes what is generated. */

import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { READY_MADE } from '../../src/faults/catalogue.ts'
import { DECIDING } from '../../src/faults/rule.ts'
import { DOING_KEYS, MATCH_KEYS, RULE_KEYS } from '../../src/faults/rule-schema.ts'
import { operations as glanceOperations } from '../../src/glance/routes.ts'
import { operations as keystoneOperations } from '../../src/keystone/routes.ts'
import { operations as novaOperations } from '../../src/nova/operations.ts'
import { operations as placementOperations } from '../../src/placement/routes.ts'

const FILE = 'docs/faults.md'

const GENERATED = {
  'The operations of Nova: ': `${operationList(novaOperations())}.`,
  'Those of Keystone: ': `${operationList(keystoneOperations())}.`,
  'Those of Placement: ': `${operationList(placementOperations())}.`,
  'Those of Glance: ': `${operationList(glanceOperations())}.`,
  '| name | what a client sees | what it stands for | evidence |': readyMadeTable(),
}

if (process.env.UPDATE_DOCS) {
  let text = readFileSync(FILE, 'utf8')
  for (const [start, wanted] of Object.entries(GENERATED))
    text = text.replace(paragraphAt(text, start), `${start}${wanted}`)
  writeFileSync(FILE, text)
}

const DOCUMENT = readFileSync(FILE, 'utf8')

test.each([
  ['## A rule', RULE_KEYS],
  ['## `match`', MATCH_KEYS],
  ['## `do`', DOING_KEYS],
])('every key of the table under %s is one that there is, and all are there', (heading, keys) => {
  const section = DOCUMENT.split(`${heading}\n`)[1]!.split('\n## ')[0]!
  const documented = [...section.matchAll(/^\| `([\w-]+)` \|/gm)].map((match) => match[1]!)
  expect(documented.sort()).toEqual([...keys].sort())
})

test.each(Object.entries(GENERATED))('what follows “%s” is generated', (start, wanted) => {
  expect(paragraphAt(DOCUMENT, start)).toBe(`${start}${wanted}`)
})

test('whatever decides an answer is something that may stand in a rule', () => {
  expect(DOING_KEYS).toEqual(expect.arrayContaining([...DECIDING, 'delay']))
})

function operationList(operations: Map<string, string[]>): string {
  return [...operations.keys()].map((name) => `\`${name}\``).join(', ')
}

function readyMadeTable(): string {
  const rows = Object.entries(READY_MADE).map(([name, { looks, stands, evidence }]) => {
    return `| \`${name}\` | ${looks} | ${stands} | ${evidence} |`
  })
  return ['', '| --- | --- | --- | --- |', ...rows].join('\n')
}

/** From there to the next empty line. */
function paragraphAt(text: string, start: string): string {
  const from = text.indexOf(start)
  expect(from, `${FILE} has no “${start}”`).toBeGreaterThanOrEqual(0)
  const end = text.indexOf('\n\n', from)
  return text.slice(from, end < 0 ? text.trimEnd().length : end)
}
