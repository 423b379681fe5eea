/** Instances: their record, and placing, changing and removing one as the world says, with no scheduler and no questions. */

import { type Holding, type Resources, release, restoreConsumer } from './allocations.ts'
import { DEFAULT_CELL, findHostMapping } from './cells.ts'
import { type Cloud, changed, nextId } from './cloud.ts'
import { impossible } from './errors.ts'
import { findFlavor, findFlavorNamed } from './flavors.ts'
import { hexFor, uuidFor } from './ids.ts'
import { DEFAULT_IMAGES } from './images.ts'
import { embedFlavor, type InstanceFlavor } from './instance-flavors.ts'
import {
  type InstanceState,
  type InstanceStatus,
  stateFor,
  statusOf,
  type TaskState,
  type VmState,
} from './instance-states.ts'
import { findResourceProvider, touch } from './resource-providers.ts'
import { endTask, tasksOf } from './tasks.ts'
import { countUsage } from './usage.ts'

/** Nothing, for the many instances that have nothing: shared, so that it takes no room. */
export const NO_METADATA: Readonly<Record<string, string>> = Object.freeze({})
export const NO_TAGS: readonly string[] = Object.freeze([] as string[])
export const NO_HINTS: Instance['hints'] = Object.freeze({})

/** How many that are deleted are kept. */
export const KEPT_DELETED = 10_000

/** Why an instance is in `ERROR`. A row of Nova's `instance_faults`. */
export interface InstanceFault {
  readonly code: number
  readonly message: string
  /** Shown to admins, or of a code that is 500 to nobody else. */
  readonly details: string | null
  readonly createdAt: number
}

/**
 * A row of Nova's `instances`, with what hangs on it. It is frozen, and replaced as a whole with each change: what was made of it
 * holds for as long as the record is the same. Times are milliseconds since 1970.
 */
export interface Instance extends InstanceState {
  readonly uuid: string
  /** Of its cell's table; null before it is in one. */
  readonly id: number | null
  readonly name: string
  /** The compute host it is on; null when it is on none (not yet scheduled, or shelved and offloaded). */
  readonly host: string | null
  /** Null when no host was found for it: such are kept in a cell of their own. */
  readonly cell: string | null
  readonly projectId: string
  readonly userId: string
  /** As it was when the instance was made or resized. */
  readonly flavor: InstanceFlavor
  /** Null of one that boots from a volume. */
  readonly image: string | null
  readonly createdAt: number
  readonly updatedAt: number | null
  readonly launchedAt: number | null
  readonly terminatedAt: number | null
  /** Null while it is not deleted. */
  readonly deletedAt: number | null
  /** The zone that was asked for, from which it must not go. Where it is now follows from its host. */
  readonly pinnedZone: string | null
  readonly metadata: Readonly<Record<string, string>>
  readonly tags: readonly string[]
  readonly lockedBy: 'owner' | 'admin' | null
  readonly lockedReason: string | null
  readonly fault: InstanceFault | null
  readonly hostname: string
  readonly description: string | null
  readonly accessIpV4: string | null
  readonly accessIpV6: string | null
  readonly keyName: string | null
  readonly configDrive: boolean
  /** Whole percent of a live migration's memory. */
  readonly progress: number
  /** `r-…`, which servers that were made together share; null: made from its own UUID. */
  readonly reservationId: string | null
  readonly launchIndex: number
  /** As it was given, in base64. */
  readonly userData: string | null
  /** `AUTO` or `MANUAL`. */
  readonly diskConfig: 'AUTO' | 'MANUAL'
  /** What its scheduler was told, each a list of texts. */
  readonly hints: Readonly<Record<string, string[]>>
  /** While a resize waits to be confirmed: what it was, and what it is to be. */
  readonly oldFlavor: InstanceFlavor | null
  readonly newFlavor: InstanceFlavor | null
  /** What it goes back to when the resize is reverted or confirmed. */
  readonly oldVmState: VmState | null
}

/** What a world says of an instance; what it leaves out has a default. */
export interface NewInstance {
  name: string
  /** Default: none. */
  host?: string | null | undefined
  /** Default `ACTIVE`. */
  status?: InstanceStatus | undefined
  /** Default: made from the seed. */
  uuid?: string | undefined
  /** Default: the next. */
  id?: number | null | undefined
  /** Default: that of its status. */
  vmState?: VmState | undefined
  taskState?: TaskState | null | undefined
  powerState?: number | undefined
  /** Default: that of its host. */
  cell?: string | null | undefined
  /** An id or a name. Default: the first that is listed. */
  flavor?: string | InstanceFlavor | undefined
  oldFlavor?: string | InstanceFlavor | null | undefined
  newFlavor?: string | InstanceFlavor | null | undefined
  /** Default: the first that is listed. */
  image?: string | null | undefined
  /** An id, or a name. Default `admin`. */
  project?: string | undefined
  user?: string | undefined
  /** Default: now. */
  createdAt?: number | undefined
  updatedAt?: number | null | undefined
  launchedAt?: number | null | undefined
  terminatedAt?: number | null | undefined
  deletedAt?: number | null | undefined
  pinnedZone?: string | null | undefined
  metadata?: Readonly<Record<string, string>> | undefined
  tags?: readonly string[] | undefined
  lockedBy?: 'owner' | 'admin' | null | undefined
  lockedReason?: string | null | undefined
  fault?: InstanceFault | null | undefined
  /** Default: made of its name. */
  hostname?: string | undefined
  description?: string | null | undefined
  accessIpV4?: string | null | undefined
  accessIpV6?: string | null | undefined
  keyName?: string | null | undefined
  configDrive?: boolean | undefined
  progress?: number | undefined
  reservationId?: string | null | undefined
  launchIndex?: number | undefined
  userData?: string | null | undefined
  diskConfig?: 'AUTO' | 'MANUAL' | undefined
  hints?: Instance['hints'] | undefined
  oldVmState?: VmState | null | undefined
}

/** What of an instance can be changed by who steers the world. What is not named stays. */
export interface InstanceChange {
  name?: string | undefined
  host?: string | null | undefined
  status?: InstanceStatus | undefined
  vmState?: VmState | undefined
  taskState?: TaskState | null | undefined
  powerState?: number | undefined
  metadata?: Readonly<Record<string, string>> | undefined
  tags?: readonly string[] | undefined
  lockedBy?: 'owner' | 'admin' | null | undefined
  lockedReason?: string | null | undefined
  fault?: InstanceFault | null | undefined
  progress?: number | undefined
}

/**
 * Put an instance where it is said to be; nothing is scheduled, and it need not fit.
 *
 * @throws {CloudError} Impossible: the host has no nova-compute, there is no such flavor, or the UUID is taken
 */
export function placeInstance(cloud: Cloud, wanted: NewInstance): Instance {
  const host = computeHost(cloud, wanted.host)
  const { instances, deletedInstances } = cloud.state
  if (wanted.uuid !== undefined && (instances.has(wanted.uuid) || deletedInstances.has(wanted.uuid))) {
    impossible(`the UUID ${wanted.uuid} is that of another instance already`, { path: ['uuid'] })
  }
  const flavor = flavorFor(cloud, wanted.flavor, 'flavor')
  const oldFlavor = wanted.oldFlavor ? flavorFor(cloud, wanted.oldFlavor, 'old_flavor') : null
  const newFlavor = wanted.newFlavor ? flavorFor(cloud, wanted.newFlavor, 'new_flavor') : null
  const image = imageFor(cloud, wanted.image)
  const now = cloud.clock.now()
  const id = wanted.id === null ? null : nextId(cloud, 'instances', wanted.id)
  const state = stateFor(wanted.status ?? 'ACTIVE')
  const createdAt = wanted.createdAt ?? now
  const instance: Instance = Object.freeze({
    uuid: wanted.uuid ?? uuidFor(cloud.seed, 'instance', wanted.name, id ?? 0),
    id,
    name: wanted.name,
    host,
    cell: wanted.cell !== undefined ? wanted.cell : cellOf(cloud, host),
    vmState: wanted.vmState ?? state.vmState,
    taskState: wanted.taskState !== undefined ? wanted.taskState : state.taskState,
    powerState: wanted.powerState ?? state.powerState,
    projectId: personId(cloud, 'project', wanted.project),
    userId: personId(cloud, 'user', wanted.user),
    flavor,
    image,
    createdAt,
    updatedAt: wanted.updatedAt !== undefined ? wanted.updatedAt : createdAt,
    launchedAt: wanted.launchedAt !== undefined ? wanted.launchedAt : host === null ? null : createdAt,
    terminatedAt: wanted.terminatedAt ?? null,
    deletedAt: wanted.deletedAt ?? null,
    pinnedZone: wanted.pinnedZone ?? null,
    metadata: frozen(wanted.metadata, NO_METADATA),
    tags: frozen(wanted.tags, NO_TAGS),
    lockedBy: wanted.lockedBy ?? null,
    lockedReason: wanted.lockedReason ?? null,
    fault: wanted.fault ? Object.freeze({ ...wanted.fault }) : null,
    hostname: wanted.hostname ?? hostnameFor(wanted.name),
    description: wanted.description ?? null,
    accessIpV4: wanted.accessIpV4 ?? null,
    accessIpV6: wanted.accessIpV6 ?? null,
    keyName: wanted.keyName ?? null,
    configDrive: wanted.configDrive ?? false,
    progress: wanted.progress ?? 0,
    reservationId: wanted.reservationId ?? null,
    launchIndex: wanted.launchIndex ?? 0,
    userData: wanted.userData ?? null,
    diskConfig: wanted.diskConfig ?? 'MANUAL',
    hints: frozen(wanted.hints, NO_HINTS),
    oldFlavor,
    newFlavor,
    oldVmState: wanted.oldVmState ?? null,
  })
  if (instance.deletedAt !== null) {
    deletedInstances.set(instance.uuid, instance)
    return instance
  }
  exchange(cloud, undefined, instance)
  claim(cloud, instance, host)
  changed(cloud, about('instance.placed', instance))
  return instance
}

/** How many instances a cloud may have. Each takes a kilobyte. */
const MOST_INSTANCES = 2_000_000

/** @throws {CloudError} Impossible: there would be more than a cloud may have */
export function checkRoom(there: number, more: number): void {
  if (there + more <= MOST_INSTANCES) return
  impossible(`with ${more} more than ${there} there would be more than ${MOST_INSTANCES} instances`, {
    path: ['count'],
    hint: 'a cloud has no more; take some away',
  })
}

/**
 * Place several, all or none: `web-{n}` says where the number goes; else it stands behind. Without a count it is one, as named.
 *
 * @param first the number that the first of them gets
 */
export function placeInstances(
  cloud: Cloud,
  { count, ...wanted }: NewInstance & { count?: number | undefined },
  first = 1,
): Instance[] {
  if (count === undefined) return [placeInstance(cloud, wanted)]
  checkRoom(cloud.state.instances.size, count)
  if (wanted.uuid !== undefined) impossible('several instances cannot have one UUID', { path: ['uuid'] })
  if (wanted.id !== undefined) impossible('several instances cannot have one id', { path: ['id'] })
  const all = {
    ...wanted,
    project: personId(cloud, 'project', wanted.project),
    user: personId(cloud, 'user', wanted.user),
  }
  return Array.from({ length: count }, (_, index) =>
    placeInstance(cloud, { ...all, name: numbered(wanted.name, first + index) }),
  )
}

/**
 * Move an instance from one moment to the next, or say how it is. What it has allocated goes with it.
 *
 * @throws {CloudError} Impossible: the host has no nova-compute
 */
export function changeInstance(cloud: Cloud, instance: Instance, change: InstanceChange): Instance {
  const host = change.host === undefined ? instance.host : computeHost(cloud, change.host)
  const { status, host: _, ...rest } = change
  const state = status === undefined ? {} : stateFor(status)
  if (host !== instance.host) {
    release(cloud, instance.uuid)
    claim(cloud, instance, host)
  }
  return writeInstance(cloud, instance, {
    ...state,
    ...withoutUndefined(rest),
    ...(host !== instance.host && { host, cell: cellOf(cloud, host) ?? instance.cell }),
  })
}

/** Take an instance away, as if it had never been. What it has allocated is free again. */
export function removeInstance(cloud: Cloud, instance: Instance): void {
  const { instances, deletedInstances } = cloud.state
  deletedInstances.delete(instance.uuid)
  exchange(cloud, instances.get(instance.uuid), undefined)
  release(cloud, instance.uuid)
  cloud.state.instanceActions.delete(instance.uuid)
  for (const task of tasksOf(cloud, instance.uuid)) endTask(cloud, task)
  changed(cloud, about('instance.removed', instance))
}

/** Write some of an instance's columns, and with them `updated_at`. The one way in which a record is replaced. */
export function writeInstance(cloud: Cloud, { uuid }: Instance, change: Partial<Instance>): Instance {
  const before = getInstance(cloud, uuid)
  const after: Instance = Object.freeze({
    ...before,
    ...change,
    updatedAt: change.updatedAt !== undefined ? change.updatedAt : cloud.clock.now(),
  })
  if (after.deletedAt !== null) {
    exchange(cloud, before, undefined)
    cloud.state.deletedInstances.set(uuid, after)
    purge(cloud)
    changed(cloud, about('instance.removed', after))
    return after
  }
  exchange(cloud, before, after)
  changed(cloud, about('instance.updated', after))
  return after
}

/** Forget the oldest of those that are deleted, as an operator does with `nova-manage db purge`. */
function purge({ state }: Cloud): void {
  if (state.deletedInstances.size <= KEPT_DELETED) return
  const [oldest] = state.deletedInstances.keys()
  if (oldest === undefined) return
  state.deletedInstances.delete(oldest)
  state.instanceActions.delete(oldest)
}

/** Add one that is new. */
export function addInstance(cloud: Cloud, wanted: Instance): Instance {
  const instance = Object.freeze(wanted)
  exchange(cloud, undefined, instance)
  changed(cloud, about('instance.placed', instance))
  return instance
}

/** The instance as it is now. @throws {Error} it is gone: whoever asks has looked before */
export function getInstance(cloud: Cloud, uuid: string): Instance {
  const instance = cloud.state.instances.get(uuid)
  if (!instance) throw new Error(`there is no instance ${uuid}`)
  return instance
}

/** Every instance counts that is on the host, whatever its status. nova/objects/instance.py `get_count_by_hosts` */
export function countInstancesOn(cloud: Cloud, host: string): number {
  return cloud.state.instancesOn.get(host)?.size ?? 0
}

/** Those on a host, as they are now, in the order in which they came. */
export function instancesOn({ state }: Cloud, host: string): Instance[] {
  return [...(state.instancesOn.get(host) ?? [])].flatMap((uuid) => state.instances.get(uuid) ?? [])
}

/** The instance of this UUID, or else of this name. */
export function findInstance(cloud: Cloud, wanted: string): Instance | undefined {
  const byUuid = cloud.state.instances.get(wanted)
  if (byUuid) return byUuid
  for (const instance of cloud.state.instances.values()) if (instance.name === wanted) return instance
}

/** What an instance of a flavor takes of a compute host. */
export function holdingOf(flavor: InstanceFlavor, provider: string): Holding {
  return { provider, resources: resourcesOf(flavor) }
}

/** By flavor: many instances have the same, and it is never changed. */
const taken = new WeakMap<InstanceFlavor, Resources>()

/** In the order in which Nova's scheduler asks for it: that of the alphabet. nova/scheduler/utils.py `resources_from_flavor` */
function resourcesOf(flavor: InstanceFlavor): Resources {
  const known = taken.get(flavor)
  if (known) return known
  const { vcpus, ramMb, diskGb, ephemeralGb, swapMb } = flavor
  const disk = diskGb + ephemeralGb + Math.ceil(swapMb / 1024)
  const resources = Object.freeze({
    ...(disk > 0 && { DISK_GB: disk }),
    ...(ramMb > 0 && { MEMORY_MB: ramMb }),
    ...(vcpus > 0 && { VCPU: vcpus }),
  })
  taken.set(flavor, resources)
  return resources
}

/** `r-` and eight characters. */
export function reservationIdOf({ reservationId, uuid }: Instance): string {
  return reservationId ?? `r-${uuid.slice(0, 8)}`
}

/** What a guest calls itself. nova/utils.py `sanitize_hostname` */
export function hostnameFor(name: string, otherwise = ''): string {
  // Most names are one already, and take no more room than they do.
  if (/^[a-z\d]([a-z\d-]{0,61}[a-z\d])?$/.test(name)) return name
  const latin = name.replace(/[^\0-\xff]/g, '').slice(0, 63)
  const word = latin.replace(/[ _.]/g, '-').replace(/[^\p{L}\p{N}-]+/gu, '')
  const host = word.toLowerCase().replace(/^-+|-+$/g, '')
  return host === '' ? otherwise.slice(0, 63) : host
}

/** The id of a project or a user: as it is given, or made from the name as Keystone's is here. */
function personId(cloud: Cloud, kind: 'project' | 'user', wanted = 'admin'): string {
  return /^[\da-f]{32}$/.test(wanted) ? wanted : hexFor(cloud.seed, kind, wanted)
}

function flavorFor(cloud: Cloud, wanted: string | InstanceFlavor | undefined, path: string): InstanceFlavor {
  if (typeof wanted === 'object') return wanted
  if (wanted === undefined) {
    for (const first of cloud.state.flavors.values()) return embedFlavor(first)
    impossible('the instance has no flavor, and the world has none', { hint: 'list one in its flavors', path: [] })
  }
  const found = findFlavor(cloud, wanted) ?? findFlavorNamed(cloud, wanted)
  if (found) return embedFlavor(found)
  const names = [...cloud.state.flavors.values()].map(({ name }) => name)
  return impossible(`there is no flavor "${wanted}"`, { path: [path], hint: `the flavors are ${some(names)}` })
}

/** The id of an image that is named by its id or its name; one that is gone still has its id. */
function imageFor(cloud: Cloud, wanted: string | null | undefined): string | null {
  if (wanted === undefined) return firstImage(cloud)
  if (wanted === null || UUID.test(wanted)) return wanted
  const { images } = cloud.state
  for (const { id, name } of images.values()) if (name === wanted) return id
  const names = [...images.values()].map(({ id, name }) => name ?? id)
  return impossible(`there is no image "${wanted}"`, {
    path: ['image'],
    hint: names.length > 0 ? `the images are ${some(names)}` : 'list one in its images',
  })
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

function firstImage(cloud: Cloud): string | null {
  for (const id of cloud.state.images.keys()) return id
  return DEFAULT_IMAGES[0]?.id ?? null
}

/** What it takes of the host is its own at once, whether it fits or not. */
function claim(cloud: Cloud, { uuid, projectId, userId, flavor }: Instance, host: string | null): void {
  const provider = host === null ? undefined : cloud.state.hypervisors.get(host)?.uuid
  const known = provider === undefined ? undefined : findResourceProvider(cloud, provider)
  if (!known) return
  const holdings = [holdingOf(flavor, known.uuid)]
  restoreConsumer(cloud, { uuid, generation: 1, projectId, userId, type: null, holdings, changedAt: cloud.clock.now() })
  touch(cloud, known)
}

function numbered(name: string, n: number): string {
  return name.includes('{n}') ? name.replaceAll('{n}', String(n)) : `${name}-${n}`
}

function cellOf(cloud: Cloud, host: string | null): string | null {
  return host === null ? DEFAULT_CELL : (findHostMapping(cloud, host)?.cell ?? null)
}

/** Put an instance in the place of another: one that comes is in the place of none, and of one that goes is none. */
function exchange(cloud: Cloud, before: Instance | undefined, after: Instance | undefined): void {
  const { instances, instancesOn } = cloud.state
  if (before && before.host !== null && before.host !== after?.host) instancesOn.get(before.host)?.delete(before.uuid)
  if (before) countUsage(cloud, before, -1)
  if (before && !after) instances.delete(before.uuid)
  if (!after) return
  instances.set(after.uuid, after)
  countUsage(cloud, after, 1)
  if (after.host === null || after.host === before?.host) return
  const there = instancesOn.get(after.host)
  if (there) there.add(after.uuid)
  else instancesOn.set(after.host, new Set([after.uuid]))
}

function computeHost(cloud: Cloud, host: string | null | undefined): string | null {
  if (host === undefined || host === null) return null
  const mapping = findHostMapping(cloud, host)
  if (mapping) return mapping.host
  const hosts = [...cloud.state.hostMappings.values()].map((each) => each.host)
  impossible(`no nova-compute runs on host "${host}"`, {
    path: ['host'],
    hint: hosts.length > 0 ? `the compute hosts are ${some(hosts)}` : 'the cloud has no nova-compute service yet',
  })
}

function some(names: string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ')
}

function frozen<Value extends object>(given: Value | undefined, empty: Value): Value {
  if (given === undefined || Object.keys(given).length === 0) return empty
  return Object.freeze((Array.isArray(given) ? [...given] : { ...given }) as Value)
}

function withoutUndefined<Value extends object>(
  value: Value,
): Partial<{ [Key in keyof Value]: Exclude<Value[Key], undefined> }> {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as never
}

function about(type: `instance.${'placed' | 'updated' | 'removed'}`, instance: Instance) {
  const { uuid, name, host } = instance
  return { type, uuid, name, host, status: statusOf(instance) } as const
}
