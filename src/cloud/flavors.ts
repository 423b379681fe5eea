/** Flavors: how much of a host an instance takes, and the marks that schedulers and agents read from them. */

import { type Cloud, changed, nextId } from './cloud.ts'
import { impossible, refuse } from './errors.ts'
import { uuidFor } from './ids.ts'

/** A row of Nova's `flavors`, with its extra specs and the projects that may use it. Times are milliseconds since 1970. */
export interface Flavor {
  id: number
  /** What the API calls its id. Unique without case, as MySQL compares. */
  flavorId: string
  /** Unique without case. */
  name: string
  ramMb: number
  diskGb: number
  vcpus: number
  ephemeralGb: number
  swapMb: number
  rxtxFactor: number
  isPublic: boolean
  disabled: boolean
  description: string | null
  extraSpecs: Record<string, string>
  /** The ids of the projects that may use one that is not public. */
  projects: string[]
  createdAt: number
  updatedAt: number | null
}

export interface NewFlavor {
  name: string
  ramMb: number
  vcpus: number
  diskGb: number
  /** Default: made from the seed, a UUID. */
  flavorId?: string | undefined
  /** Default: the next. */
  id?: number | undefined
  /** Default 0. */
  ephemeralGb?: number | undefined
  /** Default 0. */
  swapMb?: number | undefined
  /** Default 1. */
  rxtxFactor?: number | undefined
  /** Default true. */
  isPublic?: boolean | undefined
  /** Default false. */
  disabled?: boolean | undefined
  description?: string | null | undefined
  extraSpecs?: Record<string, string> | undefined
  projects?: string[] | undefined
  /** Default: now. */
  createdAt?: number | undefined
  updatedAt?: number | null | undefined
}

/**
 * From here on numbers are not counted: those of the flavors that come with a cloud. The first that somebody makes is then number
 * 2, as it is where a cloud came with one; migrations tell these numbers.
 */
const APART_FROM = 2_000_000_001

/** Those that a cloud has unless it lists its own: Nova's classic five, the first so small that many fit on any host. */
export const DEFAULT_FLAVORS: readonly NewFlavor[] = [
  { flavorId: '1', name: 'm1.tiny', ramMb: 64, vcpus: 1, diskGb: 0 },
  { id: APART_FROM, flavorId: '2', name: 'm1.small', ramMb: 2048, vcpus: 1, diskGb: 20 },
  { id: APART_FROM + 1, flavorId: '3', name: 'm1.medium', ramMb: 4096, vcpus: 2, diskGb: 40 },
  { id: APART_FROM + 2, flavorId: '4', name: 'm1.large', ramMb: 8192, vcpus: 4, diskGb: 80 },
  { id: APART_FROM + 3, flavorId: '5', name: 'm1.xlarge', ramMb: 16_384, vcpus: 8, diskGb: 160 },
]

/** @throws {CloudError} FlavorIdExists, FlavorExists; Impossible: the number is taken */
export function createFlavor(cloud: Cloud, wanted: NewFlavor): Flavor {
  for (const other of cloud.state.flavors.values()) {
    if (other.id === wanted.id)
      impossible(`id ${wanted.id} is that of the flavor "${other.name}" already`, { path: ['id'] })
  }
  const given = wanted.flavorId
  if (given !== undefined && findFlavor(cloud, given)) refuse({ code: 'FlavorIdExists', flavorId: given })
  if (findFlavorNamed(cloud, wanted.name)) refuse({ code: 'FlavorExists', name: wanted.name })
  const { id = nextId(cloud, 'flavors') } = wanted
  if (id < APART_FROM) nextId(cloud, 'flavors', id)
  const flavor: Flavor = {
    id,
    flavorId: given ?? uuidFor(cloud.seed, 'flavor', wanted.name, id),
    name: wanted.name,
    ramMb: wanted.ramMb,
    diskGb: wanted.diskGb,
    vcpus: wanted.vcpus,
    ephemeralGb: wanted.ephemeralGb ?? 0,
    swapMb: wanted.swapMb ?? 0,
    rxtxFactor: wanted.rxtxFactor ?? 1,
    isPublic: wanted.isPublic ?? true,
    disabled: wanted.disabled ?? false,
    description: wanted.description ?? null,
    extraSpecs: { ...wanted.extraSpecs },
    projects: [...(wanted.projects ?? [])],
    createdAt: wanted.createdAt ?? cloud.clock.now(),
    updatedAt: wanted.updatedAt ?? null,
  }
  cloud.state.flavors.set(flavorKey(flavor.flavorId), flavor)
  changed(cloud, about('flavor.created', flavor))
  return flavor
}

/** Servers that have it keep what it was. @throws {CloudError} FlavorNotFound */
export function deleteFlavor(cloud: Cloud, flavorId: string): void {
  const flavor = getFlavor(cloud, flavorId)
  cloud.state.flavors.delete(flavorKey(flavor.flavorId))
  changed(cloud, about('flavor.deleted', flavor))
}

/** Nothing else of a flavor can be changed. @throws {CloudError} FlavorNotFound */
export function describeFlavor(cloud: Cloud, flavorId: string, description: string | null): Flavor {
  const flavor = getFlavor(cloud, flavorId)
  if (flavor.description !== description) touch(cloud, flavor)
  flavor.description = description
  changed(cloud, about('flavor.updated', flavor))
  return flavor
}

/** Add to its extra specs, or change some. */
export function setExtraSpecs(cloud: Cloud, flavor: Flavor, specs: Record<string, string>): void {
  flavor.extraSpecs = { ...flavor.extraSpecs, ...specs }
  changed(cloud, about('flavor.updated', flavor))
}

/** @returns whether there was one of this key */
export function removeExtraSpec(cloud: Cloud, flavor: Flavor, key: string): boolean {
  if (!Object.hasOwn(flavor.extraSpecs, key)) return false
  const { [key]: _, ...rest } = flavor.extraSpecs
  flavor.extraSpecs = rest
  changed(cloud, about('flavor.updated', flavor))
  return true
}

/** Let a project use a flavor that is not public. @throws {CloudError} FlavorAccessExists */
export function addFlavorAccess(cloud: Cloud, flavor: Flavor, projectId: string): void {
  if (flavor.projects.includes(projectId)) {
    refuse({ code: 'FlavorAccessExists', id: flavor.id, projectId })
  }
  flavor.projects = [...flavor.projects, projectId]
  changed(cloud, about('flavor.updated', flavor))
}

/** @throws {CloudError} FlavorAccessNotFound */
export function removeFlavorAccess(cloud: Cloud, flavor: Flavor, projectId: string): void {
  if (!flavor.projects.includes(projectId)) {
    refuse({ code: 'FlavorAccessNotFound', id: flavor.id, projectId })
  }
  flavor.projects = flavor.projects.filter((each) => each !== projectId)
  changed(cloud, about('flavor.updated', flavor))
}

/** Whoever is no admin finds only public ones, and those that their project may use. @throws {CloudError} FlavorNotFound */
export function getFlavor(cloud: Cloud, flavorId: string, seenBy?: { projectId: string | undefined }): Flavor {
  const flavor = findFlavor(cloud, flavorId)
  const hidden = flavor && seenBy && !flavor.isPublic && !flavor.projects.includes(seenBy.projectId ?? '')
  return flavor && !hidden ? flavor : refuse({ code: 'FlavorNotFound', flavorId })
}

export function findFlavor(cloud: Cloud, flavorId: string): Flavor | undefined {
  return cloud.state.flavors.get(flavorKey(flavorId))
}

export function findFlavorNamed(cloud: Cloud, name: string): Flavor | undefined {
  const key = flavorKey(name)
  for (const flavor of cloud.state.flavors.values()) if (flavorKey(flavor.name) === key) return flavor
}

function touch(cloud: Cloud, flavor: Flavor): void {
  flavor.updatedAt = cloud.clock.now()
}

/** MySQL compares without case. */
function flavorKey(text: string): string {
  return text.toLowerCase()
}

function about(type: `flavor.${'created' | 'updated' | 'deleted'}`, { flavorId, name }: Flavor) {
  return { type, flavorId, name } as const
}
