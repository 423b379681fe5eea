/** Stages: how a piece of work is written down. work.ts carries them out. */

import { allocate, moveAllocation, release } from './allocations.ts'
import type { Cloud } from './cloud.ts'
import { finishEvent } from './instance-actions.ts'
import type { InstanceFlavor } from './instance-flavors.ts'
import { holdingOf, type Instance, writeInstance } from './instances.ts'
import { providerOf } from './scheduler.ts'
import type { Task } from './tasks.ts'

/** What follows a stage. */
export interface Next {
  stage: string
  /** Whose nova-compute does it; null: a conductor, or a scheduler. */
  host: string | null
  /** Which part of the whole time passes until then: 0.25 is a quarter. */
  share: number
  wish?: Task['wish']
}

/** Do a stage of a task to its instance. @returns what follows; nothing, when the task is over */
export type Stage = (cloud: Cloud, task: Task, instance: Instance) => Next | undefined

export interface Work {
  stages: { readonly [stage: string]: Stage }
  /** It goes wrong at the stage that the task is at. */
  fail(cloud: Cloud, task: Task, instance: Instance, message: string): void
}

/** A fault, as Nova keeps it of an exception. nova/compute/utils.py `add_instance_fault_from_exc` */
export function faultOf(cloud: Cloud, message: string, code = 500): Instance['fault'] {
  return Object.freeze({
    code,
    message,
    details: `Traceback (most recent call last):\n${message}\n`,
    createdAt: cloud.clock.now(),
  })
}

/** The instance cannot be used any more: `ERROR`, with the reason. */
export function errorOut(cloud: Cloud, instance: Instance, message: string): Instance {
  return writeInstance(cloud, instance, { vmState: 'error', taskState: null, fault: faultOf(cloud, message) })
}

/** Note that a part of what a task does went wrong. */
export function failEvent(cloud: Cloud, task: Task, name: string, message: string): void {
  finishEvent(cloud, task.instance, task.action, name, {
    details: message,
    traceback: `Traceback (most recent call last):\n${message}\n`,
  })
}

/** Give an instance so much of a host; false when there is no room for it. */
export function claimOn(cloud: Cloud, instance: Instance, flavor: InstanceFlavor, hosts: readonly string[]): void {
  const { uuid, projectId, userId } = instance
  const holdings = hosts.flatMap((host) => {
    const provider = providerOf(cloud, host)
    return provider ? [holdingOf(flavor, provider.uuid)] : []
  })
  allocate(cloud, [{ consumer: uuid, projectId, userId, holdings }], false)
}

/** Give an instance its share of a host beside what it has: of a host that is down it has that until the host is back. */
export function claimAlso(cloud: Cloud, { uuid, projectId, userId, flavor }: Instance, host: string): void {
  const provider = providerOf(cloud, host)?.uuid
  if (provider === undefined) return
  const others = (cloud.state.allocations.get(uuid)?.holdings ?? []).filter((each) => each.provider !== provider)
  allocate(cloud, [{ consumer: uuid, projectId, userId, holdings: [...others, holdingOf(flavor, provider)] }], false)
}

/** The instance sets out: its migration holds what it has at its source, and it has what it will at its destination. */
export function setOut(
  cloud: Cloud,
  instance: Instance,
  migration: string,
  flavor: InstanceFlavor,
  dest: string,
): void {
  moveAllocation(cloud, instance.uuid, migration)
  claimOn(cloud, instance, flavor, [dest])
}

/** It stays where it was: what its migration holds is its own again. */
export function turnBack(cloud: Cloud, instance: Instance, migration: string): void {
  if (!cloud.state.allocations.has(migration)) return
  release(cloud, instance.uuid)
  moveAllocation(cloud, migration, instance.uuid)
}
