/** The flavor of an instance: what it was when the instance was made, whatever becomes of it. */

import type { Flavor } from './flavors.ts'

/** What an instance keeps of its flavor, shared by all that have the same. nova/objects/instance.py `flavor` */
export interface InstanceFlavor {
  /** The number of its row, which migrations name. */
  readonly id: number
  readonly flavorId: string
  readonly name: string
  readonly ramMb: number
  readonly diskGb: number
  readonly vcpus: number
  readonly ephemeralGb: number
  readonly swapMb: number
  readonly rxtxFactor: number
  readonly isPublic: boolean
  readonly disabled: boolean
  readonly extraSpecs: Readonly<Record<string, string>>
}

const embedded = new WeakMap<Flavor, InstanceFlavor>()

/** What an instance that is made now keeps of a flavor; the same object for as long as the flavor is the same. */
export function embedFlavor(flavor: Flavor): InstanceFlavor {
  const known = embedded.get(flavor)
  // Nothing of a flavor but its description changes once it is made; its extra specs are replaced as a whole.
  if (known?.extraSpecs === flavor.extraSpecs) return known
  const { id, flavorId, name, ramMb, diskGb, vcpus, ephemeralGb, swapMb, rxtxFactor, isPublic, disabled } = flavor
  const { extraSpecs } = flavor
  const made = Object.freeze({
    ...{ id, flavorId, name, ramMb, diskGb, vcpus, ephemeralGb, swapMb, rxtxFactor, isPublic, disabled },
    extraSpecs,
  })
  embedded.set(flavor, made)
  return made
}

/** Whether both say the same. */
export function sameFlavor(one: InstanceFlavor, other: InstanceFlavor): boolean {
  if (one === other) return true
  const text = ({ extraSpecs, ...rest }: InstanceFlavor) =>
    JSON.stringify([
      rest.id,
      rest.flavorId,
      rest.name,
      rest.ramMb,
      rest.diskGb,
      rest.vcpus,
      rest.ephemeralGb,
      rest.swapMb,
      rest.rxtxFactor,
      rest.isPublic,
      rest.disabled,
      Object.entries(extraSpecs).sort(),
    ])
  return text(one) === text(other)
}
