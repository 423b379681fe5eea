/** What a real Placement answered to the questions of fixtures/placement, asked of novasim over a socket. */

import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NEWEST_RELEASE } from '../../src/cloud/releases.ts'
import { answersOf } from '../support/answers.ts'
import { type Asking, answerTo, type Case, startAsking } from './asking.ts'

// One emulator for a file, since its questions build on each other; describe keeps the two together.
describe.each(readdirSync('fixtures/placement/answers'))('%s', (file) => {
  const recorded = answersOf<Case>('placement', file, NEWEST_RELEASE)
  let asking: Asking
  beforeAll(async () => {
    asking = await startAsking('fixtures/placement/world.yaml')
  })
  afterAll(() => asking.emulator.close())

  test.each(recorded)('$name', async ({ case: asked, status, headers, present, body }) => {
    expect(await answerTo(asking, '/placement', asked)).toEqual({ status, headers, present, body })
  })
})
