/** Usage: how much of a compute host its instances take. nova/compute/resource_tracker.py `_update_usage` */

import type { Cloud } from './cloud.ts'
import type { Instance } from './instances.ts'

/** What a host keeps for itself. Nova's `reserved_host_memory_mb` default. */
export const RESERVED_MEMORY_MB = 512

export interface Usage {
  vcpus: number
  memoryMb: number
  localGb: number
  instances: number
}

export const NO_USAGE: Readonly<Usage> = { vcpus: 0, memoryMb: 0, localGb: 0, instances: 0 }

/** What is used on a host, its own share included. */
export function usageOn({ state }: Cloud, host: string): Usage {
  const used = state.usedOn.get(host) ?? NO_USAGE
  return { ...used, memoryMb: used.memoryMb + RESERVED_MEMORY_MB }
}

/** What each project uses on a host. */
export function usageByProject({ state }: Cloud, host: string): Map<string, Usage> {
  const projects = new Map<string, Usage>()
  for (const uuid of state.instancesOn.get(host) ?? []) {
    const instance = state.instances.get(uuid)
    if (instance) count(projects, instance.projectId, instance, 1)
  }
  return projects
}

/** What a project uses on all hosts. */
export function usageOfProject({ state }: Cloud, projectId: string): Readonly<Usage> {
  return state.usedBy.get(projectId) ?? NO_USAGE
}

/** Keep what is used in step with an instance that comes (1) or goes (-1). Part of writing one; nobody else calls it. */
export function countUsage({ state }: Cloud, instance: Instance, times: 1 | -1): void {
  if (instance.host !== null) count(state.usedOn, instance.host, instance, times)
  count(state.usedBy, instance.projectId, instance, times)
}

function count(used: Map<string, Usage>, key: string, { flavor }: Instance, times: 1 | -1): void {
  const usage = used.get(key) ?? { ...NO_USAGE }
  usage.instances += times
  usage.vcpus += times * flavor.vcpus
  usage.memoryMb += times * flavor.ramMb
  usage.localGb += times * (flavor.diskGb + flavor.ephemeralGb)
  if (usage.instances > 0) used.set(key, usage)
  else used.delete(key)
}
