/** Usage: how much of a compute host its instances take. nova/compute/resource_tracker.py `_update_usage` */

import type { Cloud } from './cloud.ts'
import { type Instance, instancesOn } from './instances.ts'

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
export function usageOn(cloud: Cloud, host: string): Usage {
  const usage = { ...NO_USAGE, memoryMb: RESERVED_MEMORY_MB }
  for (const instance of instancesOn(cloud, host)) add(usage, instance)
  return usage
}

/** What each project uses on a host. */
export function usageByProject(cloud: Cloud, host: string): Map<string, Usage> {
  const projects = new Map<string, Usage>()
  for (const instance of instancesOn(cloud, host)) {
    const usage = projects.get(instance.projectId) ?? { ...NO_USAGE }
    add(usage, instance)
    projects.set(instance.projectId, usage)
  }
  return projects
}

/** What a project uses on all hosts. */
export function usageOfProject({ state }: Cloud, projectId: string): Usage {
  const usage = { ...NO_USAGE }
  for (const instance of state.instances.values()) if (instance.projectId === projectId) add(usage, instance)
  return usage
}

function add(usage: Usage, { flavor }: Instance): void {
  usage.instances++
  usage.vcpus += flavor.vcpus
  usage.memoryMb += flavor.ramMb
  usage.localGb += flavor.diskGb + flavor.ephemeralGb
}
