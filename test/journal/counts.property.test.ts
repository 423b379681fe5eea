/** How many there were of each kind is counted from time to time, and is what it would be were all counted anew. */

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator.ts'

const PATHS = { 'os-services:list': '/v2.1/os-services', 'os-hypervisors:list': '/v2.1/os-hypervisors' }
type Name = keyof typeof PATHS

const step = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom<Name>('os-services:list', 'os-hypervisors:list') },
  { weight: 3, arbitrary: fc.constant('count' as const) },
  { weight: 1, arbitrary: fc.constantFrom('clear' as const, 'keep' as const, 'return' as const) },
  { weight: 1, arbitrary: fc.record({ entries: fc.integer({ min: 1, max: 8 }) }) },
)

test('whatever is kept, gone, cleared and brought back, each is counted once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      await using emulator = createEmulator({ journal: { entries: 4 } })
      const ask = async (method: string, path: string, body?: object) => {
        const headers = { 'X-Auth-Token': 'admin', 'Content-Type': 'application/json' }
        const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
        const answer = await emulator.fetch(new Request(`http://novasim.test${path}`, init))
        expect(answer.ok).toBe(true)
        return answer.status === 204 ? undefined : answer.json()
      }
      const counts = async () => {
        const told = (await ask('GET', '/_novasim/journal?limit=1')) as { counts: Record<string, number> }
        return told.counts
      }
      let expected: Record<string, number> = {}
      let snapshot: { id: string; expected: typeof expected } | undefined
      for (const each of [...steps, 'count' as const]) {
        if (typeof each === 'object') await ask('PUT', '/_novasim/journal', each)
        else if (each === 'count') expect(await counts()).toEqual(expected)
        else if (each === 'clear') {
          await ask('DELETE', '/_novasim/journal')
          expected = {}
        } else if (each === 'keep') {
          const { id } = (await ask('POST', '/_novasim/snapshots')) as { id: string }
          snapshot = { id, expected: { ...expected } }
        } else if (each === 'return') {
          if (!snapshot) continue
          await ask('POST', `/_novasim/snapshots/${snapshot.id}/restore`)
          expected = { ...snapshot.expected }
        } else {
          await ask('GET', PATHS[each])
          expected[`${each} 200`] = (expected[`${each} 200`] ?? 0) + 1
        }
      }
    }),
    { numRuns: 150 },
  )
})
