/** What a real Glance answered to the questions of fixtures/glance, asked of novasim over a socket. */

import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NEWEST_RELEASE } from '../../src/cloud/releases.ts'
import { type Asking, answerTo, type Case, startAsking } from '../placement/asking.ts'
import { answersOf } from '../support/answers.ts'

// One emulator for a file, since its questions build on each other; describe keeps the two together.
describe.each(readdirSync('fixtures/glance/answers'))('%s', (file) => {
  const recorded = answersOf<Case>('glance', file, NEWEST_RELEASE)
  let asking: Asking
  beforeAll(async () => {
    asking = await startAsking('fixtures/glance/world.yaml')
  })
  afterAll(() => asking.emulator.close())

  test.each(recorded)('$name', async ({ case: asked, status, headers, present, body }) => {
    expect(await answerTo(asking, '/image', asked)).toEqual({ status, headers, present, body })
  })
})
