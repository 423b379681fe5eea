/** What may be done to a server in the state that it is in. nova/compute/api.py `check_instance_state`, `check_instance_lock` */

import type { VmState } from '../cloud/instance-states.ts'
import type { Instance } from '../cloud/instances.ts'
import { NovaFault } from './errors.ts'
import { may } from './policy.ts'
import type { Call } from './resource.ts'

/** In which most of what changes a server is let pass. */
const SETTLED: readonly VmState[] = ['active', 'paused', 'suspended', 'stopped']

/** @param id as the path says it. @throws {NovaFault} 409 */
export function requireSettled({ vmState }: Instance, action: string, id: string): void {
  if (SETTLED.includes(vmState)) return
  throw new NovaFault(409, `Cannot '${action}' instance ${id} while it is in vm_state ${vmState}`)
}

/** Only an admin changes what is locked. @throws {NovaFault} 409 */
export function requireUnlocked(call: Call, { lockedBy, uuid }: Instance): void {
  if (lockedBy !== null && !may(call, 'admin')) throw new NovaFault(409, `Instance ${uuid} is locked`)
}
