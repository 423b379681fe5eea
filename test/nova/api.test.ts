/** docs/nova-api.md names every operation that there is, and none that there is not. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ROUTES } from '../../src/nova/routes.ts'

/** The rows of the table: the resources of each, and what stands under operations. */
const rows = readFileSync('docs/nova-api.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, resource = '', operations = '']) => ({
    resources: [...resource.matchAll(/`([\w-]+)`/g)].map((match) => match[1]),
    // What comes after a colon explains.
    operations: operations
      .split(':')[0]!
      .split(', ')
      .map((each) => each.trim()),
  }))

const there = new Map<string, Set<string>>()
for (const name of ROUTES.flatMap(({ operations }) => operations)) {
  const [resource = '', operation = ''] = name.split(':')
  there.set(resource, (there.get(resource) ?? new Set()).add(operation))
}

test.each([...there])('%s is told, with its operations', (resource, operations) => {
  const told = rows.filter(({ resources }) => resources.includes(resource)).flatMap((row) => row.operations)
  expect(told).not.toEqual([])
  if (told.includes('all')) return
  expect([...operations].filter((each) => each !== 'action' && each !== 'choose').sort()).toEqual(
    told.filter((each) => operations.has(each) && each !== 'choose').sort(),
  )
})

test('what is told is there', () => {
  for (const { resources, operations } of rows) {
    for (const operation of operations.filter((each) => each !== 'all')) {
      const known = resources.some((each) => there.get(each ?? '')?.has(operation)) || resources.includes('versions')
      expect(known, `${resources}: ${operation}`).toBe(true)
    }
  }
})
