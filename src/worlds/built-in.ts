/** The worlds that come with novasim, by name. */

import type { ServiceDescription } from '../cloud/description.ts'
import type { WorldDescription } from './world-file.ts'

/** What each is, for people who look for one. */
export const BUILT_IN_WORLDS = {
  default: 'a controller and three compute hosts, all well, two instances on each',
  empty: 'no service at all, but one can log in',
  'api-reference': "the cloud in the samples of Nova's API reference, its clock standing still in 2012",
  large: '1,000 compute hosts with 10,000 instances',
} as const

export type BuiltInWorld = keyof typeof BUILT_IN_WORLDS

export function isBuiltIn(name: string): name is BuiltInWorld {
  return Object.hasOwn(BUILT_IN_WORLDS, name)
}

export function builtInWorld(name: BuiltInWorld): WorldDescription {
  switch (name) {
    case 'default':
      return cloudOf(['host1', 'host2', 'host3'], 2)
    case 'empty':
      return {}
    case 'api-reference':
      return API_REFERENCE
    case 'large':
      return cloudOf(
        Array.from({ length: 1000 }, (_, index) => `host${String(index + 1).padStart(4, '0')}`),
        10,
      )
  }
}

function cloudOf(hosts: string[], instancesEach: number): WorldDescription {
  const computes = hosts.map((host): ServiceDescription => ({ binary: 'nova-compute', host }))
  return {
    services: [
      { binary: 'nova-conductor', host: 'controller' },
      { binary: 'nova-scheduler', host: 'controller' },
      ...computes,
    ],
    instances: hosts.map((host) => ({ name: `${host}-{n}`, host, count: instancesEach })),
  }
}

const AT = (text: string): number => Date.parse(`${text}Z`)

/** doc/api_samples/os-services/services-list-get-resp.json, and the same of v2.11 and v2.53, of Nova 34.0.0 */
const API_REFERENCE: WorldDescription = {
  clock: { start: AT('2012-10-29T13:42:05'), mode: 'manual' },
  services: [
    {
      ...{ id: 1, uuid: 'c4726392-27de-4ff9-b2e0-5aa1d08a520f', binary: 'nova-scheduler', host: 'host1' },
      ...{ disabled: true, disabledReason: 'test1', updatedAt: AT('2012-10-29T13:42:02') },
    },
    {
      ...{ id: 2, uuid: 'e81d66a4-ddd3-4aba-8a84-171d1cb4d339', binary: 'nova-compute', host: 'host1' },
      ...{ disabled: true, disabledReason: 'test2', updatedAt: AT('2012-10-29T13:42:05') },
    },
    {
      ...{ id: 3, uuid: 'bbd684ff-d3f6-492e-a30a-a12a2d2db0e0', binary: 'nova-scheduler', host: 'host2' },
      ...{ process: 'stopped', updatedAt: AT('2012-09-19T06:55:34') },
    },
    {
      ...{ id: 4, uuid: '13aa304e-5340-45a7-a7fb-b6d6e914d272', binary: 'nova-compute', host: 'host2' },
      ...{ disabled: true, disabledReason: 'test4', process: 'stopped', updatedAt: AT('2012-09-18T08:03:38') },
    },
  ],
}
