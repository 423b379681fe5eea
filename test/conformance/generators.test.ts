import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Step, sequences } from '../../scripts/conformance/generators/steps.ts'
import { methodOf, pathOf, type Question } from '../../scripts/conformance/question.ts'

const PLACES = [
  { binary: 'nova-conductor', host: 'vm' },
  { binary: 'nova-compute', host: 'host1' },
  { binary: 'nova-compute', host: 'host2' },
]

function stepsOf(happenings: boolean): Step[] {
  return fc.sample(sequences({ places: PLACES, happenings }), { seed: 1, numRuns: 300 }).flat()
}

const isQuestion = (step: Step): step is Question => !('happening' in step)

test('every resource is asked about, by every method, by all who may ask, at many versions', () => {
  const questions = stepsOf(true).filter(isQuestion)
  const share = (holds: (question: Question) => boolean) => questions.filter(holds).length / questions.length
  for (const resource of [
    '/os-services',
    '/os-hypervisors',
    '/os-availability-zone',
    '/os-hosts',
    '/os-aggregates',
    '/auth/tokens',
  ]) {
    expect(
      share((question) => pathOf(question).startsWith(resource)),
      resource,
    ).toBeGreaterThan(0.005)
  }
  expect(new Set(questions.map(methodOf))).toEqual(
    new Set(['GET', 'PUT', 'POST', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS']),
  )
  expect(new Set(questions.map(({ as }) => as))).toEqual(new Set([undefined, 'reader', 'nobody', 'stranger']))
  expect(new Set(questions.map(({ headers }) => headers?.['OpenStack-API-Version'])).size).toBeGreaterThan(80)
})

test('where hosts cannot be started again, nothing happens to them, and no service that is there is deleted', () => {
  const steps = stepsOf(false)
  expect(steps.filter((step) => !isQuestion(step))).toEqual([])
  const deleted = steps
    .filter(isQuestion)
    .filter((question) => /^\/os-services\/\{[^}]*\}$/.test(question.DELETE ?? ''))
  expect(deleted).toEqual([])
  expect(stepsOf(true).some((step) => !isQuestion(step))).toBe(true)
})

test('the conductor is never deleted, nor is the token that everything is asked with taken back', () => {
  for (const step of stepsOf(true).filter(isQuestion)) {
    expect(step.DELETE ?? '').not.toContain('nova-conductor')
    if (step.DELETE?.startsWith('/auth/tokens')) expect(step.headers?.['X-Subject-Token']).not.toBe('{token}')
  }
})
