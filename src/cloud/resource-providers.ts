/** Resource providers: what Placement keeps of each compute host, and what is left of one whose service is gone. */

import { type Cloud, changed } from './cloud.ts'

/** A row of Placement's `resource_providers`. */
export interface ResourceProvider {
  /** That of the hypervisor it stands for. */
  uuid: string
  /** The host's name. Unique, as the UUID is. */
  name: string
  /** Goes up with each change of what it holds. */
  generation: number
}

/** What it is at once it has been made: nova-compute then writes its inventory and its traits. */
export const FIRST_GENERATION = 2

/** A host tells Placement of itself. Nothing happens when it has done so before. */
export function addResourceProvider(cloud: Cloud, uuid: string, name: string, generation = FIRST_GENERATION): void {
  if (cloud.state.resourceProviders.has(uuid)) return
  cloud.state.resourceProviders.set(uuid, { uuid, name, generation })
  changed(cloud, { type: 'resource-provider.created', uuid, name })
}

export function removeResourceProvider(cloud: Cloud, uuid: string): void {
  const provider = cloud.state.resourceProviders.get(uuid)
  if (!provider) return
  cloud.state.resourceProviders.delete(uuid)
  changed(cloud, { type: 'resource-provider.removed', uuid, name: provider.name })
}

/** Whether no service stands behind it any more: the host's was deleted, but its process made the provider again. */
export function isOrphan(cloud: Cloud, { uuid, name }: ResourceProvider): boolean {
  return cloud.state.hypervisors.get(name)?.uuid !== uuid
}
