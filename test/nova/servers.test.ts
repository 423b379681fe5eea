/** What a real Nova answered to the questions of fixtures/servers, which are about one cloud with servers in every state. */

import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { NEWEST_RELEASE } from '../../src/cloud/releases.ts'
import { answersOf, filesOf } from '../support/answers.ts'
import { type Asking, answerTo, type Case, lookUp, lookUpActions, startAsking } from './asking.ts'

// One emulator for a file, since its questions build on each other; describe keeps the two together.
describe.each(filesOf('servers'))('%s', (file) => {
  let asking: Asking
  beforeAll(async () => {
    const own = `fixtures/servers/worlds/${file.replace('.jsonl', '.yaml')}`
    asking = await startAsking(existsSync(own) ? own : 'fixtures/servers/world.yaml')
    await lookUp(asking, 'server')
    await lookUpActions(asking)
    await lookUpHidden(asking)
  })
  afterAll(() => asking.emulator.close())

  test.each(answersOf<Case>('servers', file, NEWEST_RELEASE))('$name', async ({ case: asked, ...said }) => {
    const { status, headers, present, body } = said
    expect(await answerTo(asking, asked)).toEqual({ status, headers, present, body })
  })
})

/** What a cell that is down has, Nova does not list by name. */
async function lookUpHidden({ emulator, names }: Asking): Promise<void> {
  const { instances } = (await (await fetch(`${emulator.url}/_novasim/instances`)).json()) as {
    instances: { uuid: string; name: string }[]
  }
  for (const { uuid, name } of instances) names.set(`server ${name}`, uuid)
}
