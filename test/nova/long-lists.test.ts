/** Long lists are made in turns: whatever is changed meanwhile, each is as it was at one moment between question and answer. */

import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator.ts'

const HOSTS = 1500
const CHANGES = 30
const names = Array.from({ length: HOSTS }, (_, number) => `host${number}`)

/** What a list shows of the hosts whose services are disabled. */
interface List {
  path: string
  version: string
  disabledIn(answer: never): Iterable<string>
}

interface Named {
  host: string
  name: string
  hypervisor_hostname: string
  status: string
  generation: number
}

const isDisabled = ({ status }: Named) => status === 'disabled'

const LISTS: Record<string, List> = {
  services: {
    ...{ path: '/v2.1/os-services?binary=nova-compute', version: 'compute 2.53' },
    disabledIn: ({ services }: { services: Named[] }) => services.filter(isDisabled).map(({ host }) => host),
  },
  'hypervisors before pages': {
    ...{ path: '/v2.1/os-hypervisors/detail', version: 'compute 2.1' },
    disabledIn: (answer: { hypervisors: Named[] }) =>
      answer.hypervisors.filter(isDisabled).map(({ hypervisor_hostname: host }) => host),
  },
  'hypervisors of a pattern, with their uptimes': {
    ...{ path: '/v2.1/os-hypervisors/detail?hypervisor_hostname_pattern=host', version: 'compute 2.88' },
    disabledIn: (answer: { hypervisors: Named[] }) =>
      answer.hypervisors.filter(isDisabled).map(({ hypervisor_hostname: host }) => host),
  },
  zones: {
    ...{ path: '/v2.1/os-availability-zone/detail', version: 'compute 2.1' },
    disabledIn: ({ availabilityZoneInfo: zones }: { availabilityZoneInfo: { hosts: object | null }[] }) => {
      const shown = new Set(zones.flatMap(({ hosts }) => Object.keys(hosts ?? {})))
      return names.filter((name) => !shown.has(name))
    },
  },
  'resource providers': {
    ...{ path: '/placement/resource_providers', version: 'placement 1.39' },
    disabledIn: (answer: { resource_providers: Named[] }) =>
      answer.resource_providers.filter(({ generation }) => generation > 2).map(({ name }) => name),
  },
  'allocation candidates': {
    ...{ path: '/placement/allocation_candidates?resources=VCPU:1', version: 'placement 1.39' },
    disabledIn: (answer: { provider_summaries: Record<string, { traits: string[] }> }) =>
      Object.values(answer.provider_summaries).flatMap(({ traits }, place) =>
        traits.includes('COMPUTE_STATUS_DISABLED') ? [names[place] ?? ''] : [],
      ),
  },
  'services of control': {
    ...{ path: '/_novasim/services', version: 'compute 2.1' },
    disabledIn: ({ services }: { services: Named[] }) => services.filter(isDisabled).map(({ host }) => host),
  },
  state: {
    ...{ path: '/_novasim/state', version: 'compute 2.1' },
    disabledIn: ({ services }: { services: Named[] }) => services.filter(isDisabled).map(({ host }) => host),
  },
}

test.each(Object.entries(LISTS))('%s', async (_name, { path, version, disabledIn }) => {
  await using emulator = createEmulator({
    world: { services: names.map((host) => ({ binary: 'nova-compute', host })) },
  })
  const ask = async (method: string, where: string, body?: object) => {
    const headers = { 'X-Auth-Token': 'admin', 'OpenStack-API-Version': version, 'Content-Type': 'application/json' }
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
    const answer = await emulator.fetch(new Request(`http://novasim.test${where}`, init))
    expect(answer.status).toBe(200)
    return answer.text()
  }
  // Hosts from all over the list, one after the other.
  const changed = Array.from({ length: CHANGES }, (_, turn) => `host${(turn * 787) % HOSTS}`)
  const asked: { atLeast: number; atMost: number; text: string }[] = []
  const asking: Promise<unknown>[] = []
  let done = 0
  for (const host of changed) {
    const atLeast = done
    asking.push(ask('GET', path).then((text) => asked.push({ atLeast, atMost: done, text })))
    for (let turn = 0; turn < atLeast % 4; turn++) await setImmediate()
    await ask('PATCH', `/_novasim/services/nova-compute@${host}`, { status: 'disabled' })
    done++
  }
  await Promise.all(asking)
  expect(asked).toHaveLength(CHANGES)
  for (const { atLeast, atMost, text } of asked) {
    const shown = [...disabledIn(JSON.parse(text) as never)]
    expect(shown.length).toBeGreaterThanOrEqual(atLeast)
    // A change is done a moment before whoever asked for it knows.
    expect(shown.length).toBeLessThanOrEqual(atMost + 1)
    expect(new Set(shown)).toEqual(new Set(changed.slice(0, shown.length)))
  }
})
