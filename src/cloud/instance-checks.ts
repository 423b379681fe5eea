/** What has to be so before anything is done to an instance, in the order in which Nova looks. nova/compute/api.py, its decorators */

import { COMPUTE, findHostMapping } from './cells.ts'
import type { Cloud } from './cloud.ts'
import { refuse } from './errors.ts'
import type { Asking } from './instance-actions.ts'
import type { TaskState, VmState } from './instance-states.ts'
import type { Instance } from './instances.ts'
import { findServiceOf, isUp, type Service } from './services.ts'

/** Who asks, and whether nothing that is locked keeps them away. */
export interface Actor extends Asking {
  isAdmin: boolean
}

/** @throws {CloudError} InstanceLocked */
export function checkLock({ lockedBy, uuid }: Instance, { isAdmin }: Actor): void {
  if (lockedBy !== null && !isAdmin) refuse({ code: 'InstanceLocked', instance: uuid })
}

/** @throws {CloudError} InstanceNotReady */
export function hostOf({ host, uuid }: Instance): string {
  return host ?? refuse({ code: 'InstanceNotReady', instance: uuid })
}

/**
 * @param among the states that it may be in; of the tasks, none unless it says, and any for `null`
 * @throws {CloudError} InstanceInState
 */
export function checkState(
  { uuid, vmState, taskState, launchedAt }: Instance,
  doing: string,
  among: { vm?: readonly VmState[]; task?: readonly (TaskState | null)[] | null; launched?: boolean },
): void {
  const { vm, task = [null], launched = true } = among
  const turnDown = (attribute: 'vm_state' | 'task_state' | 'launched_at', state: string | null): never =>
    refuse({ code: 'InstanceInState', instance: uuid, attribute, state, doing })
  if (vm && !vm.includes(vmState)) turnDown('vm_state', vmState)
  if (task && !task.includes(taskState)) turnDown('task_state', taskState)
  if (launched && launchedAt === null) turnDown('launched_at', null)
}

/** The service of a compute host, where there is one. */
export function computeServiceOf(cloud: Cloud, host: string): Service | undefined {
  const cell = findHostMapping(cloud, host)?.cell
  return cell === undefined ? undefined : findServiceOf(cloud, host, COMPUTE, cell)
}

/** Whether a host's nova-compute counts as up. */
export function isHostUp(cloud: Cloud, host: string): boolean {
  const service = computeServiceOf(cloud, host)
  return service !== undefined && isUp(service, cloud.clock.now())
}
