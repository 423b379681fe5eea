/** What may be done to a server in the state that it is in. nova/compute/api.py `check_instance_state`, `check_instance_lock` */

import type { VmState } from '../cloud/instance-states.ts'
import type { Instance } from '../cloud/instances.ts'
import { NovaFault } from './errors.ts'
import { may } from './policy.ts'
import type { Call } from './resource.ts'

/** In which most of what changes a server is let pass. */
export const SETTLED: readonly VmState[] = ['active', 'paused', 'suspended', 'stopped']

/** @param id as the path says it. @throws {NovaFault} 409 */
export function requireSettled({ vmState }: Instance, action: string, id: string): void {
  if (!SETTLED.includes(vmState)) throw inState(action, id, 'vm_state', vmState)
}

/** @throws {NovaFault} 409 */
export function requireIdle({ taskState }: Instance, action: string, id: string): void {
  if (taskState !== null) throw inState(action, id, 'task_state', taskState)
}

/** Only an admin changes what is locked. @throws {NovaFault} 409 */
export function requireUnlocked(call: Call, { lockedBy, uuid }: Instance): void {
  if (lockedBy !== null && !may(call, 'admin')) throw new NovaFault(409, `Instance ${uuid} is locked`)
}

function inState(action: string, id: string, attribute: string, state: string): NovaFault {
  return new NovaFault(409, `Cannot '${action}' instance ${id} while it is in ${attribute} ${state}`)
}
