/** When Placement was installed, and its standard traits and resource classes with it. */

import type { Cloud } from '../cloud/cloud.ts'

/**
 * Milliseconds since 1970. No world says it: it was there no later than what the cloud made first, of that which it still has.
 *
 * @see placement/objects/trait.py `_trait_sync`, placement/objects/resource_class.py `ensure_sync`
 */
export function installedAt({ state, clock }: Cloud): number {
  const { services, flavors, resourceProviders } = state
  const firsts = [services, flavors, resourceProviders].map((rows) => rows.values().next().value?.createdAt)
  return Math.min(clock.now(), ...firsts.filter((each) => each !== undefined))
}
