/** What grows, and what is asked of it at each size. */

import { setImmediate } from 'node:timers/promises'
import { MAX_BODY_BYTES } from '../../src/control/request.ts'
import { type Ask, LIST, LOGIN, putOf, worldOf } from '../bench/answers.ts'
import { manyRules } from '../bench/rules.ts'

/** What came back. */
export interface Came {
  bytes: number
  /** Read, by whoever wants to. */
  json(): unknown
}

/** Ask an emulator in this process. @throws {Error} the answer is no success */
export type Asking = (ask: Ask) => Promise<Came>

/** What is timed: a request, or some that belong together. */
export interface Question {
  name: string
  /** Whether it is what clients of Nova do, rather than what steers a world. */
  hot: boolean
  run(ask: Asking, turn: number): Promise<number>
}

export interface Dimension {
  name: string
  /** In the plural. */
  what: string
  sizes: number[]
  /** Options of `createEmulator`. */
  options(size: number): object
  /** Make the rest of it. */
  fill?(ask: Asking, size: number): Promise<void>
  questions(ask: Asking, size: number): Promise<Question[]>
}

const HOSTS = 100
const get = (path: string): Ask => ({ ...LIST, path })
const at = (version: string, path: string): Ask => {
  return { ...LIST, path, headers: { ...LIST.headers, 'OpenStack-API-Version': version } }
}
const control = (method: string, path: string, body?: object): Ask => {
  return { method, path: `/_novasim${path}`, headers: {}, ...(body && { body: JSON.stringify(body) }) }
}
const once = (name: string, of: Ask | ((turn: number) => Ask), hot = true): Question => ({
  ...{ name, hot },
  run: async (ask, turn) => (await ask(typeof of === 'function' ? of(turn) : of)).bytes,
})
const both = (name: string, first: (turn: number) => Ask, second: Ask): Question => ({
  ...{ name, hot: true },
  run: async (ask, turn) => (await ask(first(turn))).bytes + (await ask(second)).bytes,
})

/** An availability zone of all compute hosts. */
function allHosts(services: number): object {
  const hosts = Array.from({ length: services - 2 }, (_, number) => `host${number}`)
  return { name: 'all', availability_zone: 'az1', hosts }
}

/** Change one service, and back at the next turn. */
async function changes(ask: Asking, host: string, below = ''): Promise<(turn: number) => Ask> {
  const { services } = (await ask(get(`${below}/v2.1/os-services?host=${host}`))).json() as {
    services: { id: string; binary: string }[]
  }
  const uuid = services.find(({ binary }) => binary === 'nova-compute')?.id
  if (uuid === undefined) throw new Error(`there is no nova-compute on ${host}`)
  return (turn) => {
    const put = putOf(uuid, turn % 2 === 0 ? 'disabled' : 'enabled')
    return { ...put, path: below + put.path }
  }
}

const services: Dimension = {
  ...{ name: 'services', what: 'services', sizes: [10, 100, 1000, 10_000, 100_000] },
  options: (size) => ({ world: { ...worldOf(size), aggregates: [allHosts(size)] } }),
  async questions(ask) {
    const change = await changes(ask, 'host2')
    const ofHost = get('/v2.1/os-services?host=host2')
    const fits = (await ask(control('GET', '/state'))).bytes < MAX_BODY_BYTES
    return [
      once('list', LIST),
      once('list of one host', ofHost),
      once('PUT', change),
      both('PUT, then list', change, LIST),
      both('PUT, then list of one host', change, ofHost),
      once('login', LOGIN),
      once('hypervisors in detail, before pages', at('compute 2.1', '/v2.1/os-hypervisors/detail')),
      once('zones in detail', at('compute 2.1', '/v2.1/os-availability-zone/detail')),
      once('resource providers', at('placement 1.39', '/placement/resource_providers')),
      once('allocation candidates', at('placement 1.39', '/placement/allocation_candidates?resources=VCPU:1')),
      once('control: services', control('GET', '/services'), false),
      {
        ...{ name: 'control: a service, removed and registered', hot: false },
        async run(asked) {
          await asked(control('DELETE', '/services/nova-compute@host3'))
          await setImmediate()
          return (await asked(control('POST', '/services', { binary: 'nova-compute', host: 'host3' }))).bytes
        },
      },
      once('control: state', control('GET', '/state'), false),
      {
        ...{ name: 'control: snapshot, kept and restored', hot: false },
        async run(asked) {
          const kept = await asked(control('POST', '/snapshots'))
          const { id } = kept.json() as { id: string }
          // Each is a request of its own, which comes in another turn of the event loop.
          await setImmediate()
          await asked(control('POST', `/snapshots/${id}/restore`))
          await setImmediate()
          await asked(control('DELETE', `/snapshots/${id}`))
          return kept.bytes
        },
      },
      once('control: reset', control('POST', '/reset'), false),
      ...(fits ? AS_ONE : []),
    ]
  },
}

/** What is done with a whole cloud, sent as it stands in its state. They come last: what is sent is in memory from then on. */
const AS_ONE: Question[] = [
  withState('control: state, put', (state) => ({ ...control('PUT', '/state'), body: JSON.stringify(state) })),
  withState(
    'control: a world of as many, made and ended',
    (world) => ({ ...control('POST', '/worlds'), body: JSON.stringify({ name: 'another', world }) }),
    control('DELETE', '/worlds/another'),
  ),
  withState('control: a scenario with as many', (world) => {
    return { ...control('POST', '/scenarios'), body: JSON.stringify({ world, steps: [{ say: 'it is there' }] }) }
  }),
]

/** @param after what is asked then, in a turn of its own */
function withState(name: string, of: (state: unknown) => Ask, after?: Ask): Question {
  let known: Ask | undefined
  return {
    ...{ name, hot: false },
    async run(ask) {
      known ??= of((await ask(control('GET', '/state'))).json())
      const { bytes } = await ask(known)
      await setImmediate()
      if (after) await ask(after)
      return bytes
    },
  }
}

const instances: Dimension = {
  ...{ name: 'instances', what: `instances on ${HOSTS} hosts`, sizes: [100, 1000, 10_000, 100_000, 1_000_000] },
  options: (size) => ({
    world: {
      ...worldOf(HOSTS + 2),
      instances: Array.from({ length: HOSTS }, (_, host) => ({
        ...{ name: `web${host}-{n}`, host: `host${host}`, count: size / HOSTS },
      })),
    },
  }),
  async questions(ask) {
    const change = await changes(ask, 'host2')
    const servers = await ask(get('/v2.1/servers?all_tenants=1&host=host2&limit=1'))
    const id = (servers.json() as { servers: { id: string }[] }).servers[0]?.id ?? ''
    return [
      once('one server', get(`/v2.1/servers/${id}`)),
      once('10 servers in detail', get('/v2.1/servers/detail?all_tenants=1&limit=10')),
      once('10 servers of one host', get('/v2.1/servers?all_tenants=1&host=host2&limit=10')),
      once('hypervisors in detail', get('/v2.1/os-hypervisors/detail')),
      once('PUT of a service', change),
      both('PUT, then list of services', change, LIST),
      both('PUT, then hypervisors', change, get('/v2.1/os-hypervisors/detail')),
      {
        ...{ name: 'control: an instance, placed and removed', hot: false },
        async run(asked) {
          const placed = await asked(control('POST', '/instances', { name: 'another', host: 'host2' }))
          const { uuid } = placed.json() as { uuid: string }
          await asked(control('DELETE', `/instances/${uuid}`))
          return placed.bytes
        },
      },
    ]
  },
}

const worlds: Dimension = {
  ...{ name: 'worlds', what: 'worlds of three hosts', sizes: [1, 10, 100, 1000, 10_000] },
  options: () => ({}),
  async fill(ask, size) {
    for (let number = 0; number < size; number++) {
      await ask(control('POST', '/worlds', { name: `w${number}` }))
      await ask(get(`/w/w${number}/v2.1/os-services`))
    }
  },
  async questions(ask, size) {
    const below = `/w/w${Math.floor(size / 2)}`
    const change = await changes(ask, 'host2', below)
    return [
      once('list', get(`${below}/v2.1/os-services`)),
      once('list, each time of another world', (turn) => get(`/w/w${turn % size}/v2.1/os-services`)),
      once('PUT', change),
      both('PUT, then list', change, get(`${below}/v2.1/os-services`)),
      {
        ...{ name: 'control: a world, made and ended', hot: false },
        async run(asked) {
          const { bytes } = await asked(control('POST', '/worlds', { name: 'another' }))
          await asked(control('DELETE', '/worlds/another'))
          return bytes
        },
      },
    ]
  },
}

const faults: Dimension = {
  ...{ name: 'faults', what: 'rules, none of them about the request', sizes: [0, 10, 100, 1000, 10_000] },
  options: (size) => ({ faults: manyRules(size) }),
  async questions(ask) {
    const change = await changes(ask, 'host2')
    return [
      once('list', LIST),
      once('list of one host', get('/v2.1/os-services?host=host2')),
      once('PUT', change),
      once('login', LOGIN),
      {
        ...{ name: 'control: a rule, set and removed', hot: false },
        async run(asked) {
          const rule = { name: 'another', match: { path: '/nowhere' }, do: { status: 503 } }
          const { bytes } = await asked(control('POST', '/faults', rule))
          await asked(control('DELETE', '/faults/another'))
          return bytes
        },
      },
    ]
  },
}

const journal: Dimension = {
  ...{ name: 'journal', what: 'entries of the journal, which is full', sizes: [0, 1000, 10_000, 100_000, 1_000_000] },
  options: (size) => ({ journal: { entries: size, bytes: 1e12 } }),
  async fill(ask, size) {
    for (let number = 0; number < size; number++) await ask(LIST)
  },
  async questions(ask) {
    const change = await changes(ask, 'host2')
    return [
      once('list', LIST),
      once('PUT', change),
      once('login', LOGIN),
      once('control: the last ten entries', control('GET', '/journal?limit=10'), false),
      once('control: verify', control('POST', '/journal/verify', { never: { method: 'DELETE' } }), false),
    ]
  },
}

export const DIMENSIONS: Dimension[] = [services, instances, worlds, faults, journal]
