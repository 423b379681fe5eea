/** Whose is it: the host and the binary of what an id in a path names. */

import type { Cloud } from './cloud.ts'

/** A row of Nova's `services` table that is deleted: the row stays there, marked. nova/db/main/models.py `Service`, a `SoftDeleteMixin` */
export interface DeletedService {
  id: number
  binary: string
  host: string
}

export interface Owner {
  /** Null of an instance that is on no host. */
  host: string | null
  binary: string | null
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i

/**
 * The service, instance or hypervisor of an id; a service also when it has been deleted.
 *
 * @param kind what an integer id is one of; with none, only UUIDs name something
 */
export function ownerOf(cloud: Cloud, id: string, kind: 'service' | 'hypervisor' | undefined): Owner | undefined {
  const { services, deletedServices, instances, hypervisors } = cloud.state
  if (UUID.test(id)) {
    const uuid = id.toLowerCase()
    return owner(
      services.get(uuid) ??
        instances.get(uuid) ??
        find(hypervisors.values(), (each) => each.uuid === uuid) ??
        deletedServices.get(uuid),
    )
  }
  if (kind === undefined || !/^\d{1,10}$/.test(id)) return undefined
  const isIt = (each: { id: number }) => each.id === Number(id)
  if (kind === 'hypervisor') return owner(find(hypervisors.values(), isIt))
  return owner(find(services.values(), isIt) ?? find(deletedServices.values(), isIt))
}

function owner(found: { host: string | null; binary?: string } | undefined): Owner | undefined {
  return found && { host: found.host, binary: found.binary ?? null }
}

function find<Item>(items: Iterable<Item>, is: (item: Item) => boolean): Item | undefined {
  for (const item of items) if (is(item)) return item
  return undefined
}
