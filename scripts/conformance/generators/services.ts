/** os-services: every method, the PUT of before 2.53 and that of after, lists, deletes. */

import fc from 'fast-check'
import type { Question } from '../question.ts'
import { BOOLISH, fields, ODD_RAW, ODD_TEXT, query } from './values.ts'

/** A service that there is. */
export interface Place {
  binary: string
  host: string
}

export interface ServicesOptions {
  places: Place[]
  /** Whether services that are there may be deleted: only where their processes can be started again. */
  deletes: boolean
}

const ACTIONS = ['enable', 'disable', 'disable-log-reason', 'force-down']

export function services({ places, deletes }: ServicesOptions): fc.Arbitrary<Question> {
  const place = fc.constantFrom(...places)
  const hosts = places.map(({ host }) => host)
  const host = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...hosts) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(...hosts.map((each) => each.toUpperCase()), 'nowhere', 'host1.', 'host 1', 'host1\n'),
    },
    { weight: 1, arbitrary: ODD_TEXT },
  )
  const binary = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('nova-compute', 'nova-conductor', 'nova-scheduler') },
    {
      weight: 1,
      arbitrary: fc.constantFrom('nova-osapi_compute', 'nova-metadata', 'NOVA-COMPUTE', 'cinder-volume', 'nova-cells'),
    },
    { weight: 1, arbitrary: ODD_TEXT },
  )
  const reason = fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom<unknown>('maintenance', 'x', null, 'AUTO: Connection to libvirt lost: 1') },
    { weight: 1, arbitrary: ODD_TEXT },
  )
  const uuid = place.map(({ binary: of, host: at }) => `{uuid ${of}@${at}}`)
  const int = place.map(({ binary: of, host: at }) => `{int ${of}@${at}}`)
  // Without a conductor nobody can report, and all that reported count as down.
  const removable = places
    .filter(({ binary: of }) => of !== 'nova-conductor')
    .flatMap(({ binary: of, host: at }) => [`{uuid ${of}@${at}}`, `{int ${of}@${at}}`])
  const nobody = fc.oneof(
    fc.constantFrom(
      ...[
        '0',
        '-1',
        '1e3',
        '99999999',
        '2147483648',
        '9'.repeat(30),
        'x',
        '1.5',
        '+1',
        '0x1',
        '%20',
        '%0A',
        '%00',
        'é',
        '1_0',
      ],
    ),
    fc.constantFrom(
      '99999999-0000-4000-8000-000000000009',
      '99999999-0000-4000-8000-00000000000',
      'enabled',
      'detail',
      'force_down',
      'Enable',
    ),
    ODD_TEXT.map((text) => encodeURIComponent(text.toWellFormed())),
  )
  const oddId = fc.oneof(
    { weight: 3, arbitrary: nobody },
    { weight: 1, arbitrary: uuid.map((id) => `${id}%0A`) },
    { weight: 1, arbitrary: uuid.map((id) => `urn:uuid:${id}`) },
    { weight: 1, arbitrary: uuid.map((id) => `%7B${id}%7D`) },
    { weight: 1, arbitrary: int.map((id) => `${id}x`) },
  )
  const list = query({ host, binary }).map((sought): Question => ({ GET: `/os-services${sought}` }))
  const action = fc
    .tuple(
      fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...ACTIONS) }, { weight: 1, arbitrary: oddId }),
      fields({
        host,
        binary: fc.oneof({ weight: 3, arbitrary: fc.constant('nova-compute') }, binary),
        disabled_reason: reason,
        forced_down: BOOLISH,
      }),
    )
    .map(([name, body]): Question => ({ PUT: `/os-services/${name}`, body }))
  const wellFormedAction = fc
    .record({ name: fc.constantFrom(...ACTIONS), host: fc.constantFrom(...hosts), reason, forced: BOOLISH })
    .map(({ name, host: at, reason: why, forced }): Question => {
      const about = { host: at, binary: 'nova-compute' }
      const more =
        name === 'disable-log-reason' ? { disabled_reason: why } : name === 'force-down' ? { forced_down: forced } : {}
      return { PUT: `/os-services/${name}`, body: { ...about, ...more } }
    })
  const update = fc
    .tuple(
      fc.oneof({ weight: 8, arbitrary: uuid }, { weight: 1, arbitrary: int }, { weight: 1, arbitrary: oddId }),
      fields({
        status: fc.constantFrom('enabled', 'disabled', 'enabled', 'disabled', 'Enabled', 'disabled\n'),
        disabled_reason: reason,
        forced_down: BOOLISH,
      }),
    )
    .map(([id, body]): Question => ({ PUT: `/os-services/${id}`, body }))
  const raw = fc
    .tuple(fc.oneof(fc.constantFrom(...ACTIONS), uuid), ODD_RAW)
    .map(([id, body]): Question => ({ PUT: `/os-services/${id}`, raw: body }))
  const remove = fc
    .oneof(...(deletes ? [{ weight: 1, arbitrary: fc.constantFrom(...removable) }] : []), {
      weight: 4,
      arbitrary: nobody,
    })
    .map((id): Question => ({ DELETE: `/os-services/${id}` }))
  const otherMethod = fc
    .tuple(
      fc.constantFrom('GET', 'POST', 'PATCH', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'),
      fc.oneof(
        fc.constant('/os-services'),
        fc.constant('/os-services/'),
        uuid.map((id) => `/os-services/${id}`),
        fc.constantFrom(
          '/os-services/enable',
          '/os-services/detail',
          '/os-services.json',
          '/os-services//enable',
          '/OS-SERVICES',
          '/os-services/enable/',
          '/os-services/a/b',
        ),
      ),
      fc.option(fc.constantFrom<unknown>({}, { service: {} }, []), { nil: undefined }),
    )
    // A service that is there is deleted above, or not at all.
    .filter(([method, path]) => !(method === 'DELETE' && path.includes('{')))
    .map(([method, path, body]): Question => ({ [method]: path, ...(body !== undefined && { body }) }))
  return fc.oneof(
    { weight: 5, arbitrary: list },
    { weight: 3, arbitrary: action },
    { weight: 4, arbitrary: wellFormedAction },
    { weight: 6, arbitrary: update },
    { weight: 2, arbitrary: raw },
    { weight: 1, arbitrary: remove },
    { weight: 2, arbitrary: otherMethod },
  )
}
