/** A server as the answer to a change shows it: from 2.75 on whole, and before that the part that there was from the beginning. */

import type { Instance } from '../cloud/instances.ts'
import type { Writable } from '../python/json.ts'
import type { Call } from './resource.ts'
import { detailedView, look } from './server-view.ts'

const WHOLE_FROM = 75

/** What is left out of it before 2.75. nova/api/openstack/compute/servers.py `update`, `_rebuild` */
const LEFT_OUT = /^(OS-EXT-|OS-SRV-USG:|os-extended-volumes:|config_drive$|key_name$|host_status$|security_groups$)/

/** @param kept what is shown all the same */
export function changedView(call: Call, instance: Instance, kept: readonly string[] = []): { [key: string]: Writable } {
  const view = detailedView(look(call), instance, [])
  if (call.version >= WHOLE_FROM) return view
  return Object.fromEntries(Object.entries(view).filter(([key]) => kept.includes(key) || !LEFT_OUT.test(key)))
}
