/** Sequences: requests over every operation that there is, and what happens to hosts meanwhile. */

import fc from 'fast-check'
import type { Question } from '../question.ts'
import { aggregates } from './aggregates.ts'
import { hosts } from './hosts.ts'
import { keystone } from './keystone.ts'
import { type Place, services } from './services.ts'
import { ASKER, ODD_HEADERS, VERSION_HEADERS } from './values.ts'
import { nowhere, versions } from './versions.ts'

/** What happens to the nova-compute of a host: it is killed, and silent until it counts as down; it is started again. */
export interface Happening {
  happening: 'kill' | 'start'
  host: string
}

export type Step = Question | Happening

export interface StepsOptions {
  places: Place[]
  /** Whether there are happenings to hosts, and services are deleted. */
  happenings: boolean
}

/** The longest sequence. A cloud has to be brought back after each that changed it, so they are not short either. */
const LONGEST = 60

/** A resource more is a file beside this one, and a line here. */
function questions({ places, happenings }: StepsOptions): fc.Arbitrary<Question> {
  return fc.oneof(
    { weight: 12, arbitrary: withHeaders(services({ places, deletes: happenings })) },
    { weight: 4, arbitrary: withHeaders(hosts(places)) },
    { weight: 4, arbitrary: withHeaders(aggregates(places)) },
    { weight: 3, arbitrary: withHeaders(versions) },
    { weight: 1, arbitrary: withHeaders(nowhere) },
    { weight: 4, arbitrary: withAsker(keystone) },
  )
}

export function sequences(options: StepsOptions): fc.Arbitrary<Step[]> {
  const question: fc.Arbitrary<Step> = questions(options)
  const computes = options.places.filter(({ binary }) => binary === 'nova-compute')
  const happening: fc.Arbitrary<Step> = fc.record({
    happening: fc.constantFrom('kill' as const, 'kill' as const, 'start' as const),
    host: fc.constantFrom(...computes.map(({ host }) => host)),
  })
  const step = options.happenings
    ? fc.oneof({ weight: 150, arbitrary: question }, { weight: 1, arbitrary: happening })
    : question
  return fc.array(step, { minLength: 1, maxLength: LONGEST, size: 'max' })
}

function withHeaders(asked: fc.Arbitrary<Question>): fc.Arbitrary<Question> {
  return fc.tuple(withAsker(asked), VERSION_HEADERS, ODD_HEADERS).map(([question, version, odd]) => {
    return compact({ ...question, headers: { ...version, ...odd, ...question.headers } })
  })
}

function withAsker(asked: fc.Arbitrary<Question>): fc.Arbitrary<Question> {
  return fc.tuple(asked, ASKER).map(([question, { as, headers }]) => {
    return compact({ ...question, ...(as && { as }), headers: { ...question.headers, ...headers } })
  })
}

function compact({ headers, ...question }: Question): Question {
  return headers && Object.keys(headers).length > 0 ? { ...question, headers } : question
}
