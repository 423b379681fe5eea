/** os-aggregates: made, changed, given hosts and metadata, and removed. */

import fc from 'fast-check'
import type { Question } from '../question.ts'
import type { Place } from './services.ts'
import { fields, ODD_RAW, ODD_TEXT, ODD_VALUE, query } from './values.ts'

/** Aggregates that a sequence makes; what is left of them is removed after it. */
export const MADE = ['made1', 'made2']

export function aggregates(places: Place[]): fc.Arbitrary<Question> {
  const hosts = places.filter(({ binary }) => binary === 'nova-compute').map(({ host }) => host)
  const name = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...MADE) },
    { weight: 1, arbitrary: fc.constantFrom('MADE1', 'made1 ', ' made1', 'a:b') },
  )
  const zone = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom<unknown>('az1', 'az2', null, 'nova', 'internal', 'a:b', 'AZ1') },
    { weight: 1, arbitrary: ODD_TEXT },
  )
  const host = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...hosts) },
    { weight: 1, arbitrary: fc.constantFrom('nowhere', 'HOST1', 'host1\n') },
    { weight: 1, arbitrary: ODD_TEXT },
  )
  const id = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...MADE).map((each) => `{aggregate ${each}}`) },
    { weight: 1, arbitrary: fc.constantFrom('0', '-1', '99999999', 'x', '1.5', '9'.repeat(20), '%20', 'detail') },
  )
  const metadata = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.dictionary(
        fc.constantFrom('ssd', 'a', 'k:1', 'A', 'availability_zone'),
        fc.constantFrom('true', 'x', '', null),
        { maxKeys: 3 },
      ),
    },
    { weight: 1, arbitrary: fc.dictionary(ODD_TEXT, ODD_VALUE, { maxKeys: 2 }) },
  )
  const create = fc
    .oneof(
      { weight: 4, arbitrary: fc.record({ name: fc.constantFrom(...MADE), availability_zone: zone }) },
      { weight: 2, arbitrary: fields({ name, availability_zone: zone }) },
    )
    .map((aggregate): Question => ({ POST: '/os-aggregates', body: { aggregate } }))
  const update = fc
    .tuple(id, fields({ name, availability_zone: zone }))
    .map(([of, aggregate]): Question => ({ PUT: `/os-aggregates/${of}`, body: { aggregate } }))
  const action = fc
    .tuple(
      id,
      fc.oneof(
        { weight: 3, arbitrary: host.map((each) => ({ add_host: { host: each } })) },
        { weight: 2, arbitrary: host.map((each) => ({ remove_host: { host: each } })) },
        { weight: 2, arbitrary: metadata.map((each) => ({ set_metadata: { metadata: each } })) },
        {
          weight: 1,
          arbitrary: fields({
            add_host: fields({ host }),
            remove_host: fields({ host }),
            set_metadata: fields({ metadata }),
          }),
        },
      ),
    )
    .map(([of, body]): Question => ({ POST: `/os-aggregates/${of}/action`, body }))
  const raw = fc
    .tuple(
      fc.oneof(
        fc.constant(''),
        id.map((each) => `/${each}/action`),
      ),
      ODD_RAW,
    )
    .map(([path, body]): Question => ({ POST: `/os-aggregates${path}`, raw: body }))
  return fc.oneof(
    { weight: 4, arbitrary: create },
    { weight: 2, arbitrary: query({}).map((sought): Question => ({ GET: `/os-aggregates${sought}` })) },
    { weight: 2, arbitrary: id.map((of): Question => ({ GET: `/os-aggregates/${of}` })) },
    { weight: 2, arbitrary: update },
    { weight: 5, arbitrary: action },
    { weight: 2, arbitrary: id.map((of): Question => ({ DELETE: `/os-aggregates/${of}` })) },
    { weight: 1, arbitrary: raw },
  )
}
