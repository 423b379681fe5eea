/** Traits: what can be said of a resource provider beside how much it has. Placement's `traits`. */

import { type Cloud, changed } from './cloud.ts'
import { refuse } from './errors.ts'

/** One that somebody made. Its name begins with `CUSTOM_`. Milliseconds since 1970. */
export interface Trait {
  name: string
  createdAt: number
}

/** What a nova-compute with Nova's fake driver says of its host, as a real Placement listed it. */
export const COMPUTE_TRAITS: readonly string[] = Object.freeze([
  'COMPUTE_IMAGE_TYPE_RAW',
  'COMPUTE_TRUSTED_CERTS',
  'COMPUTE_ADDRESS_SPACE_EMULATED',
  'COMPUTE_VOLUME_MULTI_ATTACH',
  'COMPUTE_NODE',
  'OWNER_NOVA',
  'COMPUTE_ADDRESS_SPACE_PASSTHROUGH',
  'COMPUTE_SECURITY_STATELESS_FIRMWARE',
  'COMPUTE_ACCELERATORS',
  'COMPUTE_NET_ATTACH_INTERFACE',
  'COMPUTE_STORAGE_VIRTIO_FS',
  'COMPUTE_MEM_BACKING_FILE',
  'COMPUTE_DEVICE_TAGGING',
  'COMPUTE_NET_ATTACH_INTERFACE_WITH_TAG',
  'COMPUTE_VOLUME_ATTACH_WITH_TAG',
  'COMPUTE_VOLUME_EXTEND',
])

/** The mark of a compute host whose service is disabled. */
export const DISABLED_TRAIT = 'COMPUTE_STATUS_DISABLED'

/** Make one. @returns whether there was none of that name before */
export function createTrait(cloud: Cloud, name: string, createdAt = cloud.clock.now()): boolean {
  if (cloud.state.traits.has(name)) return false
  cloud.state.traits.set(name, { name, createdAt })
  changed(cloud, { type: 'trait.created', name })
  return true
}

/** @throws {CloudError} TraitInUse */
export function deleteTrait(cloud: Cloud, { name }: Trait): void {
  for (const { traits } of cloud.state.resourceProviders.values()) {
    if (traits.includes(name)) refuse({ code: 'TraitInUse', name })
  }
  cloud.state.traits.delete(name)
  changed(cloud, { type: 'trait.deleted', name })
}
