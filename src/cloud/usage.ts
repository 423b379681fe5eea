/** Usage: how much of a compute host its instances take. nova/compute/resource_tracker.py `_update_usage` */

import type { Cloud } from './cloud.ts'
import { DEFAULT_FLAVORS } from './flavors.ts'

/** What a host keeps for itself. Nova's `reserved_host_memory_mb` default. */
export const RESERVED_MEMORY_MB = 512

export interface Usage {
  vcpus: number
  memoryMb: number
  localGb: number
  instances: number
}

/** What is used on a host, its own share included. */
export function usageOn({ state }: Cloud, host: string): Usage {
  const usage: Usage = { vcpus: 0, memoryMb: RESERVED_MEMORY_MB, localGb: 0, instances: 0 }
  const flavor = DEFAULT_FLAVORS[0]
  for (const uuid of state.instancesOn.get(host) ?? []) {
    if (!state.instances.has(uuid)) continue
    usage.instances++
    usage.vcpus += flavor?.vcpus ?? 0
    usage.memoryMb += flavor?.ramMb ?? 0
    usage.localGb += (flavor?.diskGb ?? 0) + (flavor?.ephemeralGb ?? 0)
  }
  return usage
}
