/** A cloud, described: what a world file says, made into a cloud, and the other way round. */

import { type Aggregate, type AggregateWish, createAggregate } from './aggregates.ts'
import { type Consumer, restoreConsumer } from './allocations.ts'
import { addCell, DEFAULT_CELL, findCell, mapHost } from './cells.ts'
import type { Clock, ClockMode } from './clock.ts'
import { type Cloud, changed, emptyCloud, nextId, peekId } from './cloud.ts'
import { type Durations, NO_DURATIONS, REAL_DURATIONS } from './durations.ts'
import { CloudError, impossible, refuse } from './errors.ts'
import { createFlavor, DEFAULT_FLAVORS, findFlavor, findFlavorNamed, type NewFlavor } from './flavors.ts'
import { DEFAULT_HYPERVISOR, describeHypervisor, type Hypervisor, type HypervisorWish } from './hypervisors.ts'
import { addStaticTokens, addUser, DEFAULT_USERS, type NewUser, type RoleName } from './identity.ts'
import { addImage, DEFAULT_IMAGES, type NewImage } from './images.ts'
import { actionsOf, type InstanceAction } from './instance-actions.ts'
import { embedFlavor, type InstanceFlavor, sameFlavor } from './instance-flavors.ts'
import { stateFor, statusOf } from './instance-states.ts'
import { checkRoom, type Instance, type NewInstance, NO_HINTS, placeInstances } from './instances.ts'
import { type NewMigration, recordMigration } from './migrations.ts'
import { type LeftProcess, leaveProcess, type ProcessState, wakeProcesses } from './processes.ts'
import { providerDescriber, restoreProvider } from './provider-descriptions.ts'
import { NEWEST_RELEASE, RELEASES } from './releases.ts'
import { createResourceClass } from './resource-classes.ts'
import { FIRST_GENERATION, type NewResourceProvider, restoreParent } from './resource-providers.ts'
import {
  findServiceOf,
  lastReport,
  type NewService,
  REPORT_EVERY_MS,
  registerService,
  type Service,
  servicesOf,
  updatedAt,
  wholeSeconds,
} from './services.ts'
import type { Task } from './tasks.ts'
import { createTrait } from './traits.ts'
import { workOff } from './work.ts'

/** How long ago a process that is stopped from the beginning was last heard from, unless it says: long enough to be down. */
const SILENT_FOR_MS = 3_600_000

/** Times are milliseconds since 1970. What is left out has the default of its operation. */
export interface CloudDescription {
  /** Default: the newest. */
  release?: string | undefined
  clock?: { start?: number | undefined; mode?: ClockMode | undefined; rate?: number | undefined } | undefined
  services?: ServiceDescription[] | undefined
  hosts?: (Omit<HypervisorWish, 'host'> & { name: string })[] | undefined
  aggregates?: AggregateWish[] | undefined
  /** Default: `DEFAULT_FLAVORS`. */
  flavors?: readonly NewFlavor[] | undefined
  /** Default: `DEFAULT_IMAGES`. */
  images?: readonly NewImage[] | undefined
  instances?: InstanceDescription[] | undefined
  migrations?: NewMigration[] | undefined
  /** The work that is under way. */
  tasks?: Task[] | undefined
  /** How long work takes. Default: `REAL_DURATIONS` on a clock that goes by itself, `NO_DURATIONS` on one that does not. */
  durations?: Partial<Durations> | undefined
  cells?: CellDescription[] | undefined
  users?: NewUser[] | undefined
  /** Default: one of each host. When they are listed, there are no others. */
  resourceProviders?: NewResourceProvider[] | undefined
  /** Default: of each instance on a host, what its flavor takes there. When they are listed, there are no others. */
  allocations?: Consumer[] | undefined
  /** Those that somebody made. */
  resourceClasses?: { name: string; createdAt?: number | undefined }[] | undefined
  /** Those that somebody made. */
  traits?: { name: string; createdAt?: number | undefined }[] | undefined
  /** Processes whose service was deleted. */
  processes?: LeftProcessDescription[] | undefined
  /** How many ids each table has given out, where that is more than shows: rows that are gone keep theirs. */
  counters?: Record<string, number> | undefined
}

export interface ServiceDescription extends NewService {
  /** Default `running`. */
  process?: ProcessState | undefined
  /** When its row was last written. Default: the moment the world starts; for a stopped process, an hour before. */
  updatedAt?: number | null | undefined
  /** When it was last heard from, where that is not `updatedAt`. */
  lastSeenUp?: number | null | undefined
  /** When a process that has just started will first be heard from. */
  firstReportAt?: number | undefined
  createdAt?: number | undefined
}

export interface InstanceDescription extends NewInstance {
  /** Place so many of it. */
  count?: number | undefined
  /** What was done to it. */
  actions?: readonly InstanceAction[] | undefined
}

export interface LeftProcessDescription {
  binary: string
  host: string
  /** Default `cell1`. */
  cell?: string | undefined
  /** Default `running`. */
  process?: ProcessState | undefined
  /** What a nova-compute registers again. */
  node?: ({ id: number; uuid: string } & Omit<HypervisorWish, 'host'>) | undefined
  /** When it next looks at its host's resources, where that will change something. */
  nextUpdate?: number | undefined
}

export interface CellDescription {
  name: string
  down?: boolean | undefined
  /** Hosts that are mapped to it, beside those of its services. */
  hosts?: string[] | undefined
}

/**
 * Make the cloud that is described.
 *
 * @throws {CloudError} Impossible, with the path of what cannot be: a duplicate, an instance on no host, …
 */
export function createCloud(description: CloudDescription, options: { seed: number; clock: Clock }): Cloud {
  const making = makeCloud(description, options)
  for (;;) {
    const { done, value } = making.next()
    if (done) return value
  }
}

/** The same, a part with each step: between two, others may have their turn. */
export function* makeCloud(
  description: CloudDescription,
  options: { seed: number; clock: Clock },
): Generator<undefined, Cloud> {
  try {
    return yield* steps(description, options)
  } catch (error) {
    // Nothing is to come of what was made so far.
    options.clock.end()
    throw error
  }
}

function* steps(
  description: CloudDescription,
  { seed, clock }: { seed: number; clock: Clock },
): Generator<undefined, Cloud> {
  const cloud = emptyCloud(seed, clock)
  cloud.state.release = knownRelease(description.release)
  const usual = clock.mode() === 'manual' ? NO_DURATIONS : REAL_DURATIONS
  cloud.state.durations = Object.freeze({ ...usual, ...withoutUndefined(description.durations ?? {}) })
  yield* addCells(cloud, description)
  const taken = takenIds(description)
  yield* each(description.services, 'services', (wanted) => addService(cloud, wanted, taken))
  yield* each(description.hosts, 'hosts', ({ name, ...offer }) => describeHypervisor(cloud, { host: name, ...offer }))
  // Each process has told Placement of its host once, as it is.
  for (const provider of cloud.state.resourceProviders.values()) provider.generation = FIRST_GENERATION
  yield* each(description.aggregates, 'aggregates', (wanted) => createAggregate(cloud, wanted))
  yield* each(description.flavors ?? DEFAULT_FLAVORS, 'flavors', (wanted) => addFlavor(cloud, wanted))
  yield* each(description.images ?? DEFAULT_IMAGES, 'images', (wanted) => addImage(cloud, wanted))
  let many = 0
  for (const [index, { count = 1 }] of description.instances?.entries() ?? []) {
    at(['instances', index], () => checkRoom(many, count))
    many += count
  }
  for (const [index, wanted] of description.instances?.entries() ?? []) yield* addInstances(cloud, wanted, index)
  yield* each(description.migrations, 'migrations', (wanted) => recordMigration(cloud, wanted))
  yield* each(description.users ?? DEFAULT_USERS, 'users', (wanted) => addUser(cloud, wanted))
  addStaticTokens(cloud)
  yield* addPlacement(cloud, description)
  yield* addProcesses(cloud, description)
  for (const task of description.tasks ?? []) cloud.state.tasks.set(task.id, Object.freeze(task))
  for (const [table, given] of Object.entries(description.counters ?? {})) nextId(cloud, table, given)
  // What waits for a process that did nothing goes on when it does.
  cloud.listeners.add(({ type }) => {
    if (type === 'service.started' || type === 'service.resumed' || type === 'service.registered') {
      if (cloud.state.tasks.size > 0) cloud.clock.at(cloud.clock.now(), () => workOff(cloud))
    }
  })
  workOff(cloud)
  return cloud
}

/** Put another cloud in the place of this one. Who is logged in stays so, where the user is still there. */
export function replaceCloud(cloud: Cloud, other: Cloud): void {
  for (const token of cloud.state.identity.tokens.values()) {
    const { users, projects, tokens } = other.state.identity
    const stays =
      users.has(token.userId) && (!token.scope || !('projectId' in token.scope) || projects.has(token.scope.projectId))
    if (stays && !tokens.has(token.id)) tokens.set(token.id, token)
  }
  other.clock.end()
  cloud.state = other.state
  cloud.clock.restore(other.clock.state())
  wakeProcesses(cloud)
  workOff(cloud)
  changed(cloud, { type: 'clock.moved', now: cloud.clock.now() })
}

/**
 * The description that makes this very cloud again, all ids and times given; not the tokens it has handed out. A part with each
 * step: it is of no use when the cloud changes between two.
 */
export function* describeCloud(cloud: Cloud): Generator<undefined, CloudDescription> {
  const { state, clock } = cloud
  const now = clock.now()
  const instances = [...state.instances.values(), ...state.deletedInstances.values()]
  return {
    release: state.release,
    clock: { start: now, mode: clock.mode(), ...(clock.rate() !== 1 && { rate: clock.rate() }) },
    cells: state.cells.map(({ name, down }) => ({
      name,
      down,
      hosts: [...state.hostMappings.values()].filter(({ cell }) => cell === name).map(({ host }) => host),
    })),
    services: yield* mapped(state.services.values(), (service) => describeService(service, now)),
    hosts: yield* mapped(state.hypervisors.values(), ({ host, ...offer }: Hypervisor) => ({ name: host, ...offer })),
    aggregates: [...state.aggregates.values()].map((aggregate: Aggregate) => structuredClone(aggregate)),
    flavors: [...state.flavors.values()].map((flavor) => structuredClone(flavor)),
    instances: yield* mapped(instances, (each) => describeInstance(cloud, each)),
    migrations: [...state.migrations.values()],
    tasks: [...state.tasks.values()],
    durations: state.durations,
    users: describeUsers(cloud),
    images: [...state.images.values()].map((image) => ({ ...image })),
    resourceProviders: yield* mapped(state.resourceProviders.values(), providerDescriber(cloud)),
    allocations: [...state.allocations.values()].map((consumer) => ({ ...consumer })),
    resourceClasses: [...state.resourceClasses.values()].map(({ name, createdAt }) => ({ name, createdAt })),
    traits: [...state.traits.values()].map((trait) => ({ ...trait })),
    processes: [...state.leftProcesses.values()].map(describeLeftProcess),
    counters: Object.fromEntries([...state.counters].sort(([one], [other]) => (one < other ? -1 : 1))),
  }
}

/** An instance as a description has it: what would be so by itself is left out. */
export function describeInstance(cloud: Cloud, instance: Instance): InstanceDescription {
  const { uuid, name, host, vmState, taskState, powerState, flavor, oldFlavor, newFlavor, projectId, userId } = instance
  const status = statusOf(instance)
  const plain = stateFor(status)
  const isPlain = plain.vmState === vmState && plain.taskState === taskState && plain.powerState === powerState
  const actions = actionsOf(cloud, uuid)
  const { metadata, tags } = instance
  return {
    ...{ uuid, id: instance.id, name, host, status },
    ...(!isPlain && { vmState, taskState, powerState }),
    cell: instance.cell,
    flavor: describeFlavor(cloud, flavor),
    ...(oldFlavor && { oldFlavor: describeFlavor(cloud, oldFlavor) }),
    ...(newFlavor && { newFlavor: describeFlavor(cloud, newFlavor) }),
    image: instance.image,
    ...{ project: projectId, user: userId },
    createdAt: instance.createdAt,
    updatedAt: instance.updatedAt,
    launchedAt: instance.launchedAt,
    ...(Object.keys(metadata).length > 0 && { metadata }),
    ...(tags.length > 0 && { tags }),
    ...(instance.hints !== NO_HINTS && { hints: instance.hints }),
    ...told(instance, ['terminatedAt', 'deletedAt', 'pinnedZone', 'lockedBy', 'lockedReason', 'fault', 'description']),
    ...told(instance, ['accessIpV4', 'accessIpV6', 'keyName', 'reservationId', 'userData', 'oldVmState']),
    hostname: instance.hostname,
    ...(instance.configDrive && { configDrive: true }),
    ...(instance.progress > 0 && { progress: instance.progress }),
    ...(instance.launchIndex > 0 && { launchIndex: instance.launchIndex }),
    ...(instance.diskConfig !== 'MANUAL' && { diskConfig: instance.diskConfig }),
    ...(actions.length > 0 && { actions }),
  }
}

/** By its id, where the cloud has just this one. */
function describeFlavor(cloud: Cloud, kept: InstanceFlavor): string | InstanceFlavor {
  const known = findFlavor(cloud, kept.flavorId)
  return known && sameFlavor(embedFlavor(known), kept) ? kept.flavorId : kept
}

/** Those of its fields that are not null. */
function told<Field extends keyof Instance>(instance: Instance, fields: Field[]): Partial<Pick<Instance, Field>> {
  const named: Partial<Pick<Instance, Field>> = {}
  for (const field of fields) if (instance[field] !== null) named[field] = instance[field]
  return named
}

/** A service as a description has it, at this moment. */
export function describeService(service: Service, now: number): ServiceDescription {
  const { changedAt: _, reportsFrom, ...row } = service
  const lastSeenUp = lastReport(service, now)
  const described = { ...row, updatedAt: updatedAt(service, now), lastSeenUp }
  return reportsFrom !== null && now < reportsFrom ? { ...described, firstReportAt: reportsFrom } : described
}

function describeLeftProcess({ node, nextUpdate, ...left }: LeftProcess): LeftProcessDescription {
  if (node === null) return left
  const { host: _, ...offer } = node
  return { ...left, node: offer, ...(nextUpdate !== null && { nextUpdate }) }
}

function describeUsers(cloud: Cloud): NewUser[] {
  const { users, projects, grants } = cloud.state.identity
  return [...users.values()].flatMap(({ id, name, password }) => {
    const mine = grants.filter(({ userId }) => userId === id)
    const roles = (on: (grant: (typeof mine)[number]) => boolean): RoleName[] => mine.filter(on).map(({ role }) => role)
    const inProjects = [...projects.values()].map((project) => ({
      project: project.name,
      roles: roles(({ on }) => 'projectId' in on && on.projectId === project.id),
    }))
    const systemRoles = roles(({ on }) => 'system' in on)
    const domainRoles = roles(({ on }) => 'domainId' in on)
    const [first, ...others] = inProjects.filter((each) => each.roles.length > 0)
    return [{ name, password, ...first, systemRoles, domainRoles }, ...others.map((each) => ({ name, ...each }))]
  })
}

function knownRelease(release = NEWEST_RELEASE): string {
  const lower = release.toLowerCase()
  if (lower in RELEASES) return lower
  const known = Object.keys(RELEASES).join(', ')
  impossible(`there is no release "${release}" of Nova`, { path: ['release'], hint: `the releases are ${known}` })
}

/** The cells that are listed, after those that services name without a list; `cell1` stands first unless it is listed. */
function* addCells(cloud: Cloud, { cells = [], services = [] }: CloudDescription): Generator<undefined, void> {
  const listed = new Set(cells.map(({ name }) => name))
  if (!listed.has(DEFAULT_CELL)) addCell(cloud, { name: DEFAULT_CELL })
  yield* each(cells, 'cells', ({ name, down }) => addCell(cloud, down === undefined ? { name } : { name, down }))
  services.forEach(({ cell = DEFAULT_CELL }, index) => {
    if (findCell(cloud, cell)) return
    if (cells.length === 0) {
      addCell(cloud, { name: cell })
      return
    }
    impossible(`there is no cell "${cell}"`, {
      path: ['services', index, 'cell'],
      hint: `the cells are ${cloud.state.cells.map(({ name }) => name).join(', ')}`,
    })
  })
  cells.forEach(({ name, hosts = [] }, index) => {
    for (const [place, host] of hosts.entries()) at(['cells', index, 'hosts', place], () => mapHost(cloud, host, name))
  })
}

function addService(cloud: Cloud, wanted: ServiceDescription, taken: Map<string, Set<number>>): void {
  const now = cloud.clock.now()
  const cell = wanted.cell ?? DEFAULT_CELL
  while (wanted.id === undefined && taken.get(cell)?.has(peekId(cloud, servicesOf(cell))))
    nextId(cloud, servicesOf(cell))
  const service = registerService(cloud, wanted)
  service.process = wanted.process ?? 'running'
  const updatedAt =
    wanted.updatedAt !== undefined ? wanted.updatedAt : service.process === 'running' ? now : now - SILENT_FOR_MS
  const seen = wanted.lastSeenUp !== undefined ? wanted.lastSeenUp : updatedAt
  service.createdAt = wanted.createdAt ?? Math.min(now, wholeSeconds(seen ?? now))
  service.lastSeenUp = seen === null ? null : wholeSeconds(seen)
  service.changedAt = updatedAt !== null && (seen === null || updatedAt > seen) ? updatedAt : null
  // A running process has reported every ten seconds since; one that never has will in a moment.
  if (service.process !== 'running') service.reportsFrom = null
  else if (wanted.firstReportAt !== undefined) service.reportsFrom = wanted.firstReportAt
  else if (service.lastSeenUp !== null) service.reportsFrom = firstReport(service.lastSeenUp, now)
}

/** One entry may be a million of them. */
function* addInstances(
  cloud: Cloud,
  { actions, count, ...wanted }: InstanceDescription,
  index: number,
): Generator<undefined, void> {
  if (index > 0 && index % A_STEP === 0) yield
  for (let first = 1; first <= (count ?? 1); first += A_STEP) {
    if (first > 1) yield
    at(['instances', index], () => {
      const part = count && Math.min(A_STEP, count - first + 1)
      const [placed] = placeInstances(cloud, { ...wanted, count: part }, first)
      if (placed && actions && first === 1) cloud.state.instanceActions.set(placed.uuid, actions)
    })
  }
}

function addFlavor(cloud: Cloud, wanted: NewFlavor): void {
  if (wanted.flavorId !== undefined && findFlavor(cloud, wanted.flavorId)) {
    impossible(`there is a flavor with the id "${wanted.flavorId}" already`, { path: ['id'] })
  }
  if (findFlavorNamed(cloud, wanted.name)) {
    impossible(`there is a flavor "${wanted.name}" already`, { path: ['name'] })
  }
  createFlavor(cloud, wanted)
}

/** What is listed stands in place of what the hosts and their instances have told Placement. */
function* addPlacement(
  cloud: Cloud,
  { resourceClasses, traits, resourceProviders, allocations }: CloudDescription,
): Generator<undefined, void> {
  const { state } = cloud
  yield* each(resourceClasses, 'resourceClasses', ({ name, createdAt }) => createResourceClass(cloud, name, createdAt))
  yield* each(traits, 'traits', ({ name, createdAt }) => createTrait(cloud, name, createdAt))
  if (resourceProviders) {
    const known = state.resourceProviders
    state.resourceProviders = new Map()
    state.providersNamed = new Map()
    yield* each(resourceProviders, 'resourceProviders', (wanted) => {
      restoreProvider(cloud, withoutUndefined(wanted), known.get(wanted.uuid))
    })
    // Only now is every parent there.
    yield* each(resourceProviders, 'resourceProviders', ({ uuid, parent }) => {
      if (parent) restoreParent(cloud, uuid, parent)
    })
  }
  if (!allocations) return
  state.allocations.clear()
  state.allocationsOn.clear()
  yield* each(allocations, 'allocations', (consumer) => {
    for (const { provider } of consumer.holdings) {
      if (!state.resourceProviders.has(provider)) {
        impossible(`there is no resource provider ${provider}`, { path: ['resources', provider] })
      }
    }
    restoreConsumer(cloud, consumer)
  })
}

function* addProcesses(cloud: Cloud, { processes }: CloudDescription): Generator<undefined, void> {
  yield* each(
    processes,
    'processes',
    ({ binary, host, cell = DEFAULT_CELL, process = 'running', node, nextUpdate }) => {
      if (findServiceOf(cloud, host, binary, cell)) {
        impossible(`the ${binary} on host "${host}" has a service`, {
          hint: 'those in processes have none; say how it is by the process of the service',
        })
      }
      const known = node === undefined ? null : { ...DEFAULT_HYPERVISOR, ...withoutUndefined(node), host }
      leaveProcess(cloud, { binary, host, cell, process, node: known }, nextUpdate)
    },
  )
  wakeProcesses(cloud)
}

function withoutUndefined<Value extends object>(
  value: Value,
): { [Key in keyof Value]: Exclude<Value[Key], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as never
}

/** The first of its reports that is still to be told from the others: they all lie ten seconds apart. */
function firstReport(seen: number, now: number): number {
  return seen <= now ? seen : seen - Math.ceil((seen - now) / REPORT_EVERY_MS) * REPORT_EVERY_MS
}

/** The ids that are given, by cell, so that the ones that are made keep clear of them. */
function takenIds({ services = [] }: CloudDescription): Map<string, Set<number>> {
  const taken = new Map<string, Set<number>>()
  for (const { cell = DEFAULT_CELL, id } of services) {
    if (id !== undefined) taken.set(cell, (taken.get(cell) ?? new Set()).add(id))
  }
  return taken
}

/** How many things are made, or described, in a step: together they take a few milliseconds. */
const A_STEP = 500

function* each<Item>(
  items: readonly Item[] | undefined,
  name: string,
  add: (item: Item) => unknown,
): Generator<undefined, void> {
  for (const [index, item] of items?.entries() ?? []) {
    if (index > 0 && index % A_STEP === 0) yield
    at([name, index], () => add(item))
  }
}

function* mapped<Item, Result>(items: Iterable<Item>, map: (item: Item) => Result): Generator<undefined, Result[]> {
  const results: Result[] = []
  for (const item of items) {
    if (results.length > 0 && results.length % A_STEP === 0) yield
    results.push(map(item))
  }
  return results
}

/** Whatever is refused within stands at this path of the description. */
function at(path: (string | number)[], run: () => unknown): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof CloudError) || error.refusal.code !== 'Impossible') throw error
    refuse({ ...error.refusal, path: [...path, ...(error.refusal.path ?? [])] })
  }
}
