/** What a real Nova answered to the questions of fixtures/servers, which are about one cloud with servers in every state. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NEWEST_RELEASE } from '../../src/cloud/releases.ts'
import { answersOf, filesOf } from '../support/answers.ts'
import { type Asking, answerTo, type Case, lookUp, lookUpActions, startAsking } from './asking.ts'

// One emulator for a file, since its questions build on each other; describe keeps the two together.
describe.each(filesOf('servers'))('%s', (file) => {
  let asking: Asking
  beforeAll(async () => {
    asking = await startAsking('fixtures/servers/world.yaml')
    await lookUp(asking, 'server')
    await lookUpActions(asking)
  })
  afterAll(() => asking.emulator.close())

  test.each(answersOf<Case>('servers', file, NEWEST_RELEASE))('$name', async ({ case: asked, ...said }) => {
    const { status, headers, present, body } = said
    expect(await answerTo(asking, asked)).toEqual({ status, headers, present, body })
  })
})
