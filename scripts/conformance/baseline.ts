/** What a real cloud has before questions are asked, and how it is brought back to that afterwards. */

import { setTimeout as sleep } from 'node:timers/promises'
import type { AskedCloud } from './cloud.ts'
import type { Place } from './generators/services.ts'
import { type Hosts, type ServiceShown, serviceOf, until } from './hosts.ts'
import type { Question } from './question.ts'

interface Aggregate {
  id: number
  hosts: string[]
}

/** What is made and may be left behind: how it is listed, and how one of the list is deleted. */
interface Kind {
  list: string
  /** Where in the answer they are. */
  key: string
  /** What one is called in the path that deletes it; those of a list of texts are called so themselves. */
  id: 'id' | 'uuid' | 'name'
  path: string
  question: Omit<Question, 'GET'>
}

interface Counted {
  running_vms: number
  vcpus_used: number
  service: { host: string }
}

/** Nova's `update_resources_interval`, and some time for it. */
const COUNTED_WITHIN_MS = 75_000

const PLACEMENT = { at: 'placement', version: '1.39' } as const

export class Baseline {
  private readonly places: Place[] = []
  private aggregates: Aggregate[] = []
  /** By the list that they are in. */
  private readonly listed = new Map<string, Set<string>>()
  private readonly real: AskedCloud
  private readonly hosts: Hosts | undefined

  private constructor(real: AskedCloud, hosts: Hosts | undefined) {
    this.real = real
    this.hosts = hosts
  }

  /** @param hosts its processes: without them nobody can bring a service back that was deleted */
  static async of(real: AskedCloud, hosts: Hosts | undefined): Promise<Baseline> {
    const baseline = new Baseline(real, hosts)
    const { services } = await real.get('/os-services')
    baseline.places.push(...services.map(({ binary, host }: Place) => ({ binary, host })))
    baseline.aggregates = (await real.get('/os-aggregates')).aggregates
    for (const kind of baseline.kinds()) baseline.listed.set(kind.list, new Set(await baseline.idsOf(kind)))
    return baseline
  }

  /** The cloud with what it had, and without what came to be since. What is gone and is no service stays gone. */
  async bringBack(): Promise<void> {
    let registered = false
    for (const place of this.places) registered = (await this.bringBackService(place)) || registered
    // Servers first: their aggregates and flavors do not go before them.
    const [servers, ...others] = this.kinds()
    if (servers) {
      await this.takeAway(servers)
      await until('the servers to be gone', async () => (await this.newOf(servers)).length === 0)
    }
    await this.bringBackAggregates()
    await this.freeWhatNobodyHas()
    for (const kind of others) await this.takeAway(kind)
    await this.bringBackProviders()
    if (registered) await this.hosts?.forgetDeleted()
    await this.untilCounted()
  }

  /** A nova-compute takes minutes to see that its provider is gone, and makes it as it starts. */
  private async bringBackProviders(): Promise<void> {
    if (this.real.addresses.placement === undefined || !this.hosts) return
    const providers = async (): Promise<{ name: string }[]> =>
      (await this.ask({ ...PLACEMENT, GET: '/resource_providers' })).resource_providers
    const there = new Set((await providers()).map(({ name }) => name))
    for (const place of this.places.filter(({ binary, host }) => binary === 'nova-compute' && !there.has(host))) {
      await this.hosts.kill(place)
      await this.hosts.start(place)
      await until(`the provider of ${place.host}`, async () =>
        (await providers()).some(({ name }) => name === place.host),
      )
    }
  }

  /** What the servers that are gone, or their moves, have left in Placement; a host that was down has not freed it. */
  private async freeWhatNobodyHas(): Promise<void> {
    if (this.real.addresses.placement === undefined) return
    const { servers } = await this.real.get('/servers?all_tenants=1')
    for (const provider of (await this.ask({ ...PLACEMENT, GET: '/resource_providers' })).resource_providers) {
      const path = `/resource_providers/${provider.uuid}/allocations`
      const { allocations } = await this.ask({ ...PLACEMENT, GET: path })
      for (const consumer of Object.keys(allocations)) {
        if (servers.some(({ id }: { id: string }) => id === consumer)) continue
        await this.real.ask({ ...PLACEMENT, DELETE: `/allocations/${consumer}` })
      }
    }
  }

  private async ask(question: Question) {
    const { status, text } = await this.real.ask(question)
    if (status !== 200) throw new Error(`${question.GET} cannot be read: ${status} ${text}`)
    return JSON.parse(text)
  }

  /** A nova-compute counts what its host has once a minute, unless it is it that changes it. */
  private async untilCounted(): Promise<void> {
    const end = Date.now() + COUNTED_WITHIN_MS
    while (Date.now() < end) {
      const { servers } = await this.real.get('/servers/detail?all_tenants=1')
      const { hypervisors } = await this.real.get('/os-hypervisors/detail')
      const right = hypervisors.every(({ running_vms, vcpus_used, service }: Counted) => {
        const here = servers.filter((each: Record<string, unknown>) => each['OS-EXT-SRV-ATTR:host'] === service.host)
        const vcpus = here.reduce((sum: number, { flavor }: { flavor: { vcpus: number } }) => sum + flavor.vcpus, 0)
        return running_vms === here.length && vcpus_used === vcpus
      })
      if (right) return
      await sleep(1000)
    }
  }

  private kinds(): Kind[] {
    const credentials = `/users/${this.real.ids.get('user reader')}/application_credentials`
    return [
      { list: '/servers?all_tenants=1', key: 'servers', id: 'id', path: '/servers', question: {} },
      { list: '/flavors?is_public=None', key: 'flavors', id: 'id', path: '/flavors', question: {} },
      {
        ...{ list: credentials, key: 'application_credentials', id: 'id', path: credentials },
        question: { at: 'identity', as: 'reader' },
      },
      {
        list: '/resource_providers',
        key: 'resource_providers',
        id: 'uuid',
        path: '/resource_providers',
        question: PLACEMENT,
      },
      {
        list: '/resource_classes',
        key: 'resource_classes',
        id: 'name',
        path: '/resource_classes',
        question: PLACEMENT,
      },
      { list: '/traits', key: 'traits', id: 'name', path: '/traits', question: PLACEMENT },
    ]
  }

  private async idsOf({ list, key, id, question }: Kind): Promise<string[]> {
    if (question.at === 'placement' && this.real.addresses.placement === undefined) return []
    const entries: (string | Record<string, string>)[] = (await this.ask({ ...question, GET: list }))[key]
    return entries.map((each) => (typeof each === 'string' ? each : (each[id] ?? '')))
  }

  private async newOf(kind: Kind): Promise<string[]> {
    const before = this.listed.get(kind.list)
    return (await this.idsOf(kind)).filter((id) => !before?.has(id))
  }

  private async takeAway(kind: Kind): Promise<void> {
    // The last first: a resource provider does not go before those that are a part of it.
    for (const id of (await this.newOf(kind)).reverse()) {
      const { status, text } = await this.real.ask({
        ...kind.question,
        DELETE: `${kind.path}/${encodeURIComponent(id)}`,
      })
      if (status >= 400 && status !== 404) throw new Error(`${kind.path}/${id} cannot be taken away: ${status} ${text}`)
    }
  }

  /** @returns whether it was deleted, and is another one now */
  private async bringBackService(place: Place): Promise<boolean> {
    const running = this.hosts?.isRunning(place) ?? true
    let service = await serviceOf(this.real, place)
    const wasGone = service === undefined
    if (!service || !running) {
      if (!this.hosts) throw new Error(`${place.binary} on ${place.host} is gone, and nothing says how to start it`)
      if (!service) await this.hosts.kill(place)
      await this.hosts.start(place)
      service = await serviceOf(this.real, place)
    }
    const change = changeBack(service)
    if (!service || !change) return wasGone
    const { status, text } = await this.real.ask({ PUT: `/os-services/${service.id}`, version: '2.53', body: change })
    if (status !== 200) throw new Error(`${place.binary} on ${place.host} cannot be brought back: ${status} ${text}`)
    return wasGone
  }

  private async bringBackAggregates(): Promise<void> {
    const act = (id: number, body: object) => this.real.ask({ POST: `/os-aggregates/${id}/action`, body })
    const { aggregates }: { aggregates: Aggregate[] } = await this.real.get('/os-aggregates')
    for (const { id, hosts } of aggregates) {
      const before = this.aggregates.find((each) => each.id === id)
      for (const host of hosts.filter((each) => !before?.hosts.includes(each))) await act(id, { remove_host: { host } })
      if (!before) await this.real.ask({ DELETE: `/os-aggregates/${id}` })
    }
    for (const { id, hosts } of this.aggregates) {
      const now = aggregates.find((each) => each.id === id)
      for (const host of hosts.filter((each) => !now?.hosts.includes(each))) await act(id, { add_host: { host } })
    }
  }
}

/** What makes it one that is enabled and not forced down; undefined when it is that already. */
function changeBack(service: ServiceShown | undefined): Record<string, unknown> | undefined {
  if (service?.status === 'enabled' && !service.forced_down) return undefined
  return { status: 'enabled', ...(service?.forced_down && { forced_down: false }) }
}
