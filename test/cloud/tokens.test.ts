import { expect, test } from 'vitest'
import { createClock } from '../../src/cloud/clock.ts'
import { createCloud } from '../../src/cloud/description.ts'
import { findToken, issueToken, TOKEN_LIVES_MS } from '../../src/cloud/identity.ts'

const HOUR = TOKEN_LIVES_MS

function startIssuing() {
  const clock = createClock({ mode: 'manual', start: Date.UTC(2026, 0, 1) })
  const cloud = createCloud({}, { seed: 1, clock })
  const holder = findToken(cloud, 'admin')
  if (!holder) throw new Error('nobody is an admin')
  const issue = (id: string) =>
    issueToken(cloud, { ...holder, id, issuedAt: clock.now(), expiresAt: clock.now() + HOUR })
  return { cloud, clock, issue, isKnown: (id: string) => findToken(cloud, id) !== undefined }
}

test('of more tokens than anybody needs the oldest are forgotten, and those that a world begins with never', () => {
  const { cloud, issue, isKnown } = startIssuing()
  for (let number = 0; number < 30_000; number++) issue(`token ${number}`)
  expect(cloud.state.identity.tokens.size).toBeLessThanOrEqual(20_000)
  expect([isKnown('token 29999'), isKnown('token 11000'), isKnown('token 9000')]).toEqual([true, true, false])
  expect([isKnown('admin'), isKnown('reader')]).toEqual([true, true])
})

test('where there are too many, those that have expired go first', () => {
  const { clock, issue, isKnown, cloud } = startIssuing()
  for (let number = 0; number < 10_000; number++) issue(`old ${number}`)
  clock.advance(HOUR)
  for (let number = 0; number < 10_000; number++) issue(`new ${number}`)
  expect(cloud.state.identity.tokens.size).toBeLessThan(10_100)
  expect([isKnown('new 0'), isKnown('new 9999'), isKnown('admin')]).toEqual([true, true, true])
})
