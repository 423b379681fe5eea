/** PUT and DELETE /servers/{id}. nova/api/openstack/compute/servers.py `update`, `delete` */

import { zonesByHost } from '../cloud/aggregates.ts'
import { deleteInstance } from '../cloud/deletions.ts'
import { type Instance, writeInstance } from '../cloud/instances.ts'
import { workOff } from '../cloud/work.ts'
import { dumps } from '../python/json.ts'
import { dictAt, type PyDict, strip } from '../python/values.ts'
import { NovaFault } from './errors.ts'
import { requireRole } from './policy.ts'
import type { ApiMethod, Call } from './resource.ts'
import { changedView } from './server-changed-view.ts'
import { actorOf, inWordsOf, textOrNull } from './server-request.ts'
import { UPDATE_BODY } from './server-schemas.ts'
import { serverAt } from './servers.ts'

export const DELETE_SERVER: ApiMethod = {
  status: 204,
  run(call) {
    const { cloud, id } = call
    const instance = serverAt(call, id)
    requireRole(call, 'os_compute_api:servers:delete', 'member', instance.projectId)
    inWordsOf('delete', id, () => deleteInstance(cloud, instance, actorOf(call)))
    workOff(cloud)
    return null
  },
}

export const UPDATE_SERVER: ApiMethod = {
  body: UPDATE_BODY,
  run(call) {
    const { cloud, id, body } = call
    const instance = serverAt(call, id)
    requireRole(call, 'os_compute_api:servers:update', 'member', instance.projectId)
    const server = dictAt(body, 'server')
    const change = { ...labelsIn(server), ...pinIn(call, server, instance) }
    const changed = Object.keys(change).length > 0 ? writeInstance(cloud, instance, change) : instance
    return dumps({ server: changedView(call, changed) })
  },
}

/** What a request says a server is to be called, and where it is reached. Rebuilds say it, too. */
export function labelsIn(server: PyDict): Partial<Instance> {
  return {
    ...(server.has('name') && { name: strip(String(server.get('name'))) }),
    ...(server.has('description') && { description: textOrNull(server.get('description')) }),
    ...(server.has('hostname') && { hostname: String(server.get('hostname')) }),
    ...(server.has('accessIPv4') && { accessIpV4: textOrNull(server.get('accessIPv4')) }),
    ...(server.has('accessIPv6') && { accessIpV6: textOrNull(server.get('accessIPv6')) }),
    ...(server.has('OS-DCF:diskConfig') && {
      diskConfig: server.get('OS-DCF:diskConfig') === 'AUTO' ? 'AUTO' : 'MANUAL',
    }),
  }
}

/** The zone that it is to stay in. @throws {NovaFault} 409 */
function pinIn({ cloud }: Call, server: PyDict, { pinnedZone, host }: Instance): Partial<Instance> {
  if (!server.has('pinned_availability_zone')) return {}
  const wanted = textOrNull(server.get('pinned_availability_zone'))
  if (wanted === null) return pinnedZone === null ? {} : { pinnedZone: null }
  if (pinnedZone !== null) {
    if (wanted === pinnedZone) return {}
    throw new NovaFault(
      409,
      'Cannot change pinned availability zone directly. Unpin first by setting pinned_availability_zone to null.',
    )
  }
  const zone = host === null ? 'None' : (zonesByHost(cloud).get(host) ?? 'nova')
  if (wanted !== zone) {
    throw new NovaFault(
      409,
      `Server can only be pinned to its current availability zone '${zone}', but '${wanted}' was requested.`,
    )
  }
  return { pinnedZone: wanted }
}
