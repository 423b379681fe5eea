/** Every reason for which the cloud turns an operation down. Facts only: each face has its own words for them. */

export type Refusal =
  /** No service has this id or UUID. */
  | { code: 'ServiceNotFound'; serviceId: string }
  /** More than one cell has a service with this integer id. */
  | { code: 'ServiceNotUnique'; serviceId: string }
  /** The service is not a nova-compute, and only those can be updated. */
  | { code: 'NotAComputeService'; binary: string }
  /** No cell is known to hold this compute host. */
  | { code: 'HostNotMapped'; host: string }
  /** The host is mapped to a cell, but has no such service there. */
  | { code: 'HostBinaryNotFound'; host: string; binary: string }
  /** The service's host has instances, so the service cannot be deleted. */
  | { code: 'HostHasInstances'; host: string; count: number }
  /** Migrations to or from the service's host are under way, so the service cannot be deleted. */
  | { code: 'MigrationsInProgress'; host: string; count: number }
  /** Somebody has deleted the resource provider of the service's host, without which the service cannot be deleted. */
  | { code: 'HostProviderGone'; host: string }
  /** Evacuations from the host are `done`, not yet `completed`, so it cannot be forced up. */
  | { code: 'EvacuationsNotCompleted'; host: string }
  /** A cell whose database is gone had to be asked. */
  | { code: 'CellUnreachable'; cell: string }
  /** The database cannot keep this text: it has characters beyond the basic plane, or half of one. */
  | { code: 'TextNotStorable'; why: 'beyond-basic-plane' | 'lone-surrogate' }
  /** No flavor has this id, or none that is seen. */
  | { code: 'FlavorNotFound'; flavorId: string }
  | { code: 'FlavorExists'; name: string }
  | { code: 'FlavorIdExists'; flavorId: string }
  | { code: 'FlavorAccessExists'; id: number; projectId: string }
  | { code: 'FlavorAccessNotFound'; id: number; projectId: string }
  /** Somebody has locked the instance, and only an admin may change it. */
  | { code: 'InstanceLocked'; instance: string }
  /** That cannot be done to an instance in this state. `doing` is the name of Nova's function. */
  | {
      code: 'InstanceInState'
      instance: string
      attribute: 'vm_state' | 'task_state' | 'launched_at'
      state: string | null
      doing: string
    }
  /** The instance is on no host. */
  | { code: 'InstanceNotReady'; instance: string }
  /** The instance's host counts as down. */
  | { code: 'HostOfInstanceDown' }
  /** The instance's host counts as up, so nothing is evacuated from it. */
  | { code: 'HostStillUp'; host: string }
  /** The host that it is to move to is the one that it is on. */
  | { code: 'MigratesToItself' }
  | { code: 'SameFlavor' }
  /** The flavor has no disk, while the instance has one. */
  | { code: 'ResizeToNoDisk' }
  /** No move of the instance waits to be confirmed or reverted. */
  | { code: 'NotResized' }
  /** No enabled nova-compute is in the zone. */
  | { code: 'ZoneNotAvailable'; zone: string }
  /** No nova-compute is on this host, or not in this spelling. */
  | { code: 'ComputeHostNotFound'; host: string }
  | { code: 'AggregateNotFound'; id: string }
  | { code: 'AggregateNameExists'; name: string }
  | { code: 'AggregateHostExists'; id: number; host: string }
  | { code: 'AggregateHostNotFound'; id: number; host: string }
  /** The key is there, in another case. */
  | { code: 'AggregateMetadataKeyExists'; id: number; key: string }
  /** What would come of it cannot be. nova/exception.py `InvalidAggregateAction…` */
  | {
      code: 'AggregateUnsafe'
      id: number
      doing: 'add host' | 'remove host' | 'update' | 'update metadata'
      reason:
        | { why: 'EmptyZone'; name: string }
        | { why: 'OtherZones'; zones: string[] }
        | { why: 'HasInstances' }
        | { why: 'NotEmpty' }
        | { why: 'ZoneWouldChange'; from: string | null; to: string | null; count: number }
    }
  | PlacementRefusal
  /** What a description of a cloud, or a change to it, says cannot be. */
  | Impossible

/** What Placement turns down. Providers and consumers are named by their UUIDs. */
export type PlacementRefusal =
  /** A resource provider has this UUID already, or this name. */
  | { code: 'ProviderExists'; uuid?: string; name?: string }
  /** Something is allocated of it. */
  | { code: 'ProviderInUse'; provider: string }
  /** It is the parent of another. */
  | { code: 'ProviderHasChildren'; provider: string }
  /** What would be its parent cannot be; or it has one, and may not get another, or none. */
  | { code: 'ProviderParent'; why: 'itself' | 'unknown' | 'loop' | 'moves' | 'leaves' }
  /** Something is allocated of the classes that it would have no more of. */
  | { code: 'InventoryInUse'; provider: string; classes: string[] }
  /** It has nothing of the class. */
  | { code: 'NoInventory'; resourceClass: string; provider: string }
  /** It cannot be had in a piece of this size. */
  | { code: 'ConstraintsViolated'; resourceClass: string; provider: string }
  /** Less is left than was asked for. */
  | { code: 'CapacityExceeded'; resourceClass: string; provider: string }
  | { code: 'ResourceClassExists'; name: string }
  | { code: 'ResourceClassInUse'; name: string }
  | { code: 'TraitInUse'; name: string }

/** A contradiction in what the cloud was told to be: what is wrong, and the likely way out. */
export interface Impossible {
  code: 'Impossible'
  message: string
  hint?: string
  /** Where in the description it stands: `['instances', 3, 'host']`. */
  path?: (string | number)[]
}

/** Thrown by an operation that is turned down. Nothing has changed when it is thrown. */
export class CloudError extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.code === 'Impossible' ? refusal.message : refusal.code)
    this.name = 'CloudError'
    this.refusal = refusal
  }
}

/** @throws {CloudError} always */
export function refuse(refusal: Refusal): never {
  throw new CloudError(refusal)
}

/** @throws {CloudError} always, with the code `Impossible` */
export function impossible(message: string, more: { hint?: string; path?: (string | number)[] } = {}): never {
  refuse({ code: 'Impossible', message, ...more })
}
