/** What is to be read of hosts: hypervisors, zones, hosts, and the limits and flavors that go with them. */

import fc from 'fast-check'
import type { Question } from '../question.ts'
import type { Place } from './services.ts'
import { ODD_TEXT, query } from './values.ts'

export function hosts(places: Place[]): fc.Arbitrary<Question> {
  const names = places.map(({ host }) => host)
  const odd = ODD_TEXT.map((text) => encodeURIComponent(text.toWellFormed()))
  const name = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...names, 'nowhere', 'HOST1') },
    { weight: 1, arbitrary: odd },
  )
  const hypervisor = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...names).map((host) => `{hypervisor ${host}}`) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '1',
        '2',
        '99',
        '0',
        '-1',
        'x',
        '99999999-0000-4000-8000-000000000009',
        'detail',
        'statistics',
      ),
    },
    { weight: 1, arbitrary: name },
  )
  const hypervisors = fc
    .tuple(
      fc.oneof(
        fc.constantFrom('', '/detail', '/statistics', '/', '/detail/x'),
        hypervisor.map((id) => `/${id}`),
        hypervisor.map((id) => `/${id}/uptime`),
        fc.oneof(name, fc.constantFrom('host', 'o', '%25')).map((pattern) => `/${pattern}/search`),
        fc.oneof(name, fc.constantFrom('host', 'o', '%25')).map((pattern) => `/${pattern}/servers`),
      ),
      query({
        limit: fc.constantFrom('0', '1', '2', '100', '-1', 'x', '1001', ''),
        marker: fc.constantFrom('1', '99', 'x', '', ...names.map((host) => `{hypervisor ${host}}`)),
        hypervisor_hostname_pattern: fc.constantFrom('host', 'host1', 'HOST', 'nowhere', '', '%', 'o_t'),
        with_servers: fc.constantFrom('true', 'True', '1', '0', 'false', 'yes', 'x', ''),
      }),
    )
    .map(([path, sought]) => `/os-hypervisors${path}${sought.replace(/%7Bhypervisor%20(\w+)%7D/g, '{hypervisor $1}')}`)
  const zones = fc
    .tuple(fc.constantFrom('', '/detail', '/', '/x'), query({}))
    .map(([path, sought]) => `/os-availability-zone${path}${sought}`)
  const old = fc
    .tuple(
      fc.oneof(
        fc.constant(''),
        name.map((host) => `/${host}`),
      ),
      query({
        zone: fc.constantFrom('nova', 'az1', 'internal', 'x'),
        service: fc.constantFrom('nova-compute', 'compute', 'x'),
      }),
    )
    .map(([path, sought]) => `/os-hosts${path}${sought}`)
  return fc
    .tuple(
      fc.oneof(
        { weight: 30, arbitrary: fc.constant('GET') },
        { weight: 1, arbitrary: fc.constantFrom('HEAD', 'OPTIONS', 'PATCH', 'DELETE') },
      ),
      fc.oneof({ weight: 5, arbitrary: hypervisors }, { weight: 1, arbitrary: zones }, { weight: 2, arbitrary: old }),
    )
    .map(([method, path]): Question => ({ [method]: path }))
}
