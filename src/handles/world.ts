/**
 * One world, as a test holds it: the nouns of the control routes with types. The same class in process and over HTTP; who has
 * but an address says `connect('http://127.0.0.1:8774')`, as the commands of the terminal do.
 */

import { type ConnectOptions, ControlClient } from './client.ts'
import { Clock } from './clock.ts'
import { Changeable, Collection, Listed } from './collection.ts'
import type { FaultRule } from './fault-rule.ts'
import { Faults } from './faults.ts'
import { Instances } from './instances.ts'
import { Journal } from './journal.ts'
import { type Scenario, Scenarios } from './scenarios.ts'
import { Snapshots } from './snapshots.ts'
import type {
  AggregateChange,
  AggregateView,
  CellView,
  HealthView,
  MigrationChange,
  MigrationView,
  ProcessView,
  ResourceProviderView,
  ServiceChange,
  ServiceView,
  WorldView,
} from './views.ts'
import type { AggregateEntry, ClockMode, MigrationEntry, ProcessState, ServiceEntry, WorldFile } from './world-file.ts'

/** A service that starts now: it has no past, so no times. */
export type NewService = Omit<ServiceEntry, 'created_at' | 'updated_at' | 'last_seen_up' | 'first_report_at'>

/** A world to be made. */
export interface NewWorld {
  /** Default: made from the seed. */
  name?: string | undefined
  /** A built-in world's name, or a world as in a file. Default `default`. */
  world?: string | WorldFile | undefined
  /** Nova's release, `2024.1` or `zed`, say. Default: that of the world, or the newest. */
  release?: string | undefined
  /** Default: that of the world, or 0. */
  seed?: number | undefined
  /** `real`, `manual`, or `60x`: sixty times as fast as the real one. Default: that of the world, or `real`. */
  clock?: ClockMode | `${number}x` | undefined
  /** The faults that it begins with. */
  faults?: readonly (FaultRule | string)[] | undefined
  /** What is played on it from its start: the name of one that comes with novasim, or one written out. */
  scenario?: string | Scenario | undefined
}

/** One world, as a test holds it. Everything that is asked of it is a control request, and rejects with a `NovasimError`. */
export class World {
  /** Its name; `default` for the one at the root. */
  readonly name: string
  /** Its address, without a slash at the end. */
  readonly url: string
  /** By UUID, by `binary@host`, or by integer id. */
  readonly services: Collection<ServiceView, NewService, ServiceChange>
  readonly instances: Instances
  /** By id, or by name. */
  readonly aggregates: Collection<AggregateView, AggregateEntry, AggregateChange>
  readonly migrations: Collection<MigrationView, MigrationEntry, MigrationChange>
  /** By name. None is taken away. */
  readonly cells: Omit<Collection<CellView, { name: string; down?: boolean }, { down: boolean }>, 'delete'>
  /** By `binary@host`: also those whose service was deleted. */
  readonly processes: Changeable<ProcessView, { process: ProcessState }>
  /** By UUID, or by name. */
  readonly resourceProviders: Listed<ResourceProviderView>
  readonly faults: Faults
  readonly clock: Clock
  readonly journal: Journal
  readonly scenarios: Scenarios
  readonly snapshots: Snapshots
  readonly #client: ControlClient

  /** @internal */
  constructor(client: ControlClient, name: string) {
    this.#client = client
    this.name = name
    this.url = client.url
    this.services = new Collection(client, '/services', 'services')
    this.instances = new Instances(client, '/instances', 'instances')
    this.aggregates = new Collection(client, '/aggregates', 'aggregates')
    this.migrations = new Collection(client, '/migrations', 'migrations')
    this.cells = new Collection(client, '/cells', 'cells')
    this.processes = new Changeable(client, '/processes', 'processes')
    this.resourceProviders = new Listed(client, '/resource-providers', 'resource_providers')
    this.faults = new Faults(client, '/faults', 'faults')
    this.clock = new Clock(client)
    this.journal = new Journal(client)
    this.scenarios = new Scenarios(client)
    this.snapshots = new Snapshots(client)
  }

  /** Where Nova's API is. */
  get computeUrl(): string {
    return `${this.url}/v2.1`
  }

  /** Where Keystone is: `OS_AUTH_URL`. */
  get authUrl(): string {
    return `${this.url}/identity/v3`
  }

  /** Where it is, and how to log in. @throws {NovasimError} 404: there is no such world */
  about(): Promise<WorldView> {
    return this.#client.ask('GET', `/worlds/${encodeURIComponent(this.name)}`)
  }

  /** The whole cloud, as a world file. */
  state(): Promise<WorldFile> {
    return this.#client.ask('GET', '/state')
  }

  /** Put another cloud in its place; who is logged in stays so. @throws {NovasimError} 400 */
  setState(world: WorldFile): Promise<WorldFile> {
    return this.#client.ask('PUT', '/state', world)
  }

  /** Go back to how the world began: cloud, clock, chance, faults, journal. Nobody is logged in; snapshots stay. */
  async reset(): Promise<void> {
    await this.#client.ask('POST', '/reset')
  }
}

/** A world of one's own: at the end of `await using` it is ended. */
export class OwnWorld extends World implements AsyncDisposable {
  /** The `OS_*` variables that log a client in. */
  readonly env: Record<string, string>
  readonly #end: () => Promise<void>

  /** @internal */
  constructor(client: ControlClient, { name, env }: WorldView, end: () => Promise<void>) {
    super(client, name)
    this.env = env
    this.#end = end
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#end()
  }
}

/** A world, and the others beside it. */
export class Novasim extends World {
  readonly #root: ControlClient

  /** @internal @param root the client at the address of the emulator */
  constructor(root: ControlClient, name: string = DEFAULT_WORLD) {
    super(root.at(addressOf(root, name)), name)
    this.#root = root
  }

  /** The world of this name, which is there already. Nothing is asked before it is used. */
  world(name: string): World {
    return new World(this.#root.at(addressOf(this.#root, name)), name)
  }

  /** All worlds, the default one first. */
  async worlds(): Promise<WorldView[]> {
    const answer = await this.#root.ask<{ worlds: WorldView[] }>('GET', '/worlds')
    return answer.worlds
  }

  /** Make a world, cheap enough for one per test. @throws {NovasimError} 400: malformed; 409: there is one of this name */
  async createWorld(wanted: NewWorld = {}): Promise<OwnWorld> {
    const made = await this.#root.ask<WorldView>('POST', '/worlds', wanted)
    return new OwnWorld(this.#root.at(addressOf(this.#root, made.name)), made, () => this.deleteWorld(made.name))
  }

  /** End a world. @throws {NovasimError} 404: there is none; 409: it is the default one */
  async deleteWorld(name: string): Promise<void> {
    await this.#root.ask('DELETE', `/worlds/${encodeURIComponent(name)}`)
  }

  /** Rejects unless novasim is ready. @throws {NovasimError} */
  health(): Promise<HealthView> {
    return this.#root.ask('GET', '/health')
  }
}

/**
 * The typed handles of a novasim that runs somewhere. Nothing is asked before they are used.
 *
 * @param url its address, such as `http://127.0.0.1:8774`; or that of one of its worlds, `http://127.0.0.1:8774/w/ci-7`
 */
export function connect(url: string, options: ConnectOptions = {}): Novasim {
  const { root = url, name } = /^(?<root>.*?)\/w\/(?<name>[^/]+)\/*$/.exec(url)?.groups ?? {}
  return new Novasim(new ControlClient(root, options), name)
}

/** What the world at the root is called. */
const DEFAULT_WORLD = 'default'

function addressOf({ url }: ControlClient, name: string): string {
  return name === DEFAULT_WORLD ? url : `${url}/w/${encodeURIComponent(name)}`
}
