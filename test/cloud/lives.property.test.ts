/**
 * Random lives of servers, through Nova's own requests: whatever is turned down changes nothing, and after everything that is done
 * the instances, what hosts count and what is allocated agree.
 */

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createClock } from '../../src/cloud/clock.ts'
import type { Cloud } from '../../src/cloud/cloud.ts'
import { createCloud } from '../../src/cloud/description.ts'
import { TASK_KINDS } from '../../src/cloud/durations.ts'
import type { Instance } from '../../src/cloud/instances.ts'
import { isInProgress } from '../../src/cloud/migrations.ts'
import { snapshot } from '../../src/cloud/snapshot.ts'
import { RESERVED_MEMORY_MB, type Usage, usageOn } from '../../src/cloud/usage.ts'
import { novaApp } from '../../src/nova/app.ts'

const HOSTS = ['host1', 'host2', 'host3']
const IMAGE = '70a599e0-31e7-49b7-b260-868f441e862b'

const host = fc.constantFrom(...HOSTS)
const action = fc.oneof(
  fc.constantFrom(
    ...['os-stop', 'os-start', 'confirmResize', 'revertResize', 'lock', 'unlock', 'migrate'].map((name) => ({
      [name]: null,
    })),
  ),
  fc.constantFrom('SOFT', 'HARD').map((type) => ({ reboot: { type } })),
  fc.constantFrom('1', '2', 'nope').map((flavorRef) => ({ resize: { flavorRef } })),
  fc.constantFrom('active', 'error').map((state) => ({ 'os-resetState': { state } })),
  fc.option(host).map((to) => ({ 'os-migrateLive': { host: to, block_migration: 'auto' } })),
  host.map((to) => ({ migrate: { host: to } })),
  fc.option(host).map((to) => ({ evacuate: to ? { host: to } : {} })),
  fc.constant({ rebuild: { imageRef: IMAGE } }),
)
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('create' as const), host: fc.option(host), by: fc.nat(1) }) },
  { weight: 10, arbitrary: fc.record({ kind: fc.constant('act' as const), which: fc.nat(9), action, by: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), which: fc.nat(9), by: fc.nat(9) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('service' as const),
      host,
      change: fc.constantFrom(
        ...[{ forced_down: true }, { forced_down: false }, { status: 'disabled' }, { status: 'enabled' }],
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 3000 }) }) },
)

test.each([
  ['at once', 0],
  ['in its time', 1000],
])('when work is done %s', async (_, ms) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      const { cloud, ask } = cloudOfThree(ms)
      for (const each of steps) await perform(cloud, ask, each)
      for (const service of cloud.state.services.values()) service.forcedDown = false
      cloud.clock.advance(60_000)
      agree(cloud)
    }),
    { numRuns: 150 },
  )
})

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never
type Ask = (method: string, path: string, body?: unknown, token?: string) => Promise<number>

async function perform(cloud: Cloud, ask: Ask, each: Step): Promise<void> {
  const servers = [...cloud.state.instances.keys()]
  const token = 'by' in each && each.by === 0 ? 'reader' : 'admin'
  const server = 'which' in each ? (servers[each.which % Math.max(1, servers.length)] ?? 'nobody') : ''
  const before = kept(cloud)
  let status = 200
  switch (each.kind) {
    case 'create': {
      const where = each.host ? { host: each.host } : {}
      const wish = { name: 'a', imageRef: IMAGE, flavorRef: '2', networks: 'none', ...where }
      status = await ask('POST', '/servers', { server: wish }, token)
      break
    }
    case 'act':
      status = await ask('POST', `/servers/${server}/action`, each.action, token)
      break
    case 'delete':
      status = await ask('DELETE', `/servers/${server}`, undefined, token)
      break
    case 'service': {
      const service = [...cloud.state.services.values()].find((one) => one.host === each.host)
      status = await ask('PUT', `/os-services/${service?.uuid}`, each.change)
      break
    }
    case 'wait':
      cloud.clock.advance(each.ms)
  }
  expect(status).toBeLessThan(500)
  if (status >= 400) expect(kept(cloud)).toEqual(before)
  else agree(cloud)
}

function kept(cloud: Cloud) {
  const { identity: _, ...state } = snapshot(cloud).state
  return state
}

/** What is counted in three places is the same in all of them. */
function agree(cloud: Cloud): void {
  const { state } = cloud
  const busy = new Set([...state.tasks.values()].map(({ instance }) => instance))
  for (const name of HOSTS) {
    const there = [...state.instances.values()].filter((each) => each.host === name)
    expect([...(state.instancesOn.get(name) ?? [])].sort()).toEqual(there.map(({ uuid }) => uuid).sort())
    const { memoryMb, ...used } = usageOn(cloud, name)
    expect({ ...used, memoryMb: memoryMb - RESERVED_MEMORY_MB }).toEqual(sumOf(there))
    const { uuid: provider = '' } = state.hypervisors.get(name) ?? {}
    const holders = [...state.allocations.values()].filter(({ holdings }) =>
      holdings.some((one) => one.provider === provider),
    )
    const sum = (of: string) =>
      holders
        .flatMap(({ holdings }) => holdings)
        .filter((one) => one.provider === provider)
        .reduce((all, { resources }) => all + (resources[of] ?? 0), 0)
    const load = state.allocationsOn.get(provider)
    expect([...(load?.consumers ?? [])].sort()).toEqual(holders.map(({ uuid }) => uuid).sort())
    for (const of of ['VCPU', 'MEMORY_MB', 'DISK_GB']) expect(load?.used[of] ?? 0).toBe(sum(of))
    // Whoever is on a host, and is not being moved, has what it takes of it.
    for (const instance of there) {
      const mine = state.allocations.get(instance.uuid)?.holdings.find((one) => one.provider === provider)
      if (!busy.has(instance.uuid)) expect(mine?.resources.MEMORY_MB, instance.name).toBe(instance.flavor.ramMb)
    }
  }
  const projects = Map.groupBy(state.instances.values(), ({ projectId }) => projectId)
  expect(state.usedBy).toEqual(new Map([...projects].map(([id, theirs]) => [id, sumOf(theirs)])))
  const migrations = new Map([...state.migrations.values()].map((each) => [each.uuid, each]))
  for (const consumer of state.allocations.keys()) {
    const migration = migrations.get(consumer)
    expect(state.instances.has(consumer) || (migration !== undefined && isInProgress(migration))).toBe(true)
  }
}

/** What instances use, counted. */
function sumOf(instances: Instance[]): Usage {
  const sum = (of: (flavor: Instance['flavor']) => number) => instances.reduce((all, { flavor }) => all + of(flavor), 0)
  return {
    instances: instances.length,
    vcpus: sum(({ vcpus }) => vcpus),
    memoryMb: sum(({ ramMb }) => ramMb),
    localGb: sum(({ diskGb, ephemeralGb }) => diskGb + ephemeralGb),
  }
}

function cloudOfThree(ms: number): { cloud: Cloud; ask: Ask } {
  const clock = createClock({ mode: 'manual', start: Date.UTC(2026, 0, 1) })
  const cloud = createCloud(
    {
      services: HOSTS.map((name) => ({ binary: 'nova-compute', host: name })),
      instances: HOSTS.map((name) => ({ name: `${name}-{n}`, host: name, count: 2, flavor: '2' })),
      durations: Object.fromEntries(TASK_KINDS.map((kind) => [kind, ms])),
    },
    { seed: 1, clock },
  )
  let requests = 0
  const nova = novaApp({ cloud, requestId: () => `req-${++requests}` })
  return {
    cloud,
    ask: async (method, path, body, token = 'admin') => {
      const bytes = body === undefined ? undefined : JSON.stringify(body)
      const request = new Request(`http://nova/v2.1${path}`, {
        method,
        headers: {
          'X-Auth-Token': token,
          'OpenStack-API-Version': 'compute 2.90',
          ...(bytes && { 'Content-Type': 'application/json', 'Content-Length': `${bytes.length}` }),
        },
        ...(bytes && { body: bytes }),
      })
      const answer = await nova(request, { path: `/v2.1${path}`, query: '', base: 'http://nova' } as never)
      await answer.text()
      return answer.status
    },
  }
}
