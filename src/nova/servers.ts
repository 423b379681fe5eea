/** One server, looked up as Nova does. nova/api/openstack/compute/servers.py, nova/compute/api.py `get` */

import type { Cloud } from '../cloud/cloud.ts'
import { projectOf } from '../cloud/identity.ts'
import type { Instance } from '../cloud/instances.ts'
import { dumps } from '../python/json.ts'
import { isUuidLike } from '../python/uuid.ts'
import { NovaFault, UnexpectedError } from './errors.ts'
import { may, requireRole } from './policy.ts'
import type { ApiMethod, Call } from './resource.ts'
import { isReachable } from './server-lists.ts'
import { DOWN_CELLS_FROM } from './server-query.ts'
import { detailedView, IMAGE_PROPERTIES_FROM, look, unknownDetails } from './server-view.ts'
import { NO_QUERY } from './validate.ts'

/** GET /servers/{id} */
export const SHOW_SERVER: ApiMethod = {
  query: NO_QUERY,
  run: (call) => {
    const { cloud, id, version } = call
    const instance = mappedServer(call, id)
    const reachable = isReachable(cloud, instance)
    if (!reachable && version < DOWN_CELLS_FROM) throw unreachable()
    requireRole(call, 'os_compute_api:servers:show', 'reader', instance.projectId)
    // The properties of its image are in its cell. `_get_image`
    if (!reachable && version >= IMAGE_PROPERTIES_FROM && instance.image !== null) {
      throw new UnexpectedError('oslo_db.exception.DBConnectionError')
    }
    const groups = groupsOf(cloud, instance)
    const looking = look(call)
    return dumps({
      server: reachable ? detailedView(looking, instance, groups) : unknownDetails(looking, instance, groups),
    })
  },
}

/**
 * The server of this id, for whoever may know of it.
 *
 * @param gone whether one that is deleted counts, too
 * @throws {NovaFault} 404; {UnexpectedError} its cell is down
 */
export function serverAt(call: Call, id: string, gone = false): Instance {
  const instance = mappedServer(call, id, gone)
  if (!isReachable(call.cloud, instance)) throw unreachable()
  return instance
}

/** The same, whether its cell is down or not; of one that is, who may see it cannot be told yet. */
export function mappedServer(call: Call, id: string, gone = false): Instance {
  const { instances, deletedInstances } = call.cloud.state
  const uuid = isUuidLike(id) ? id.toLowerCase() : ''
  const found = instances.get(uuid) ?? (gone ? deletedInstances.get(uuid) : undefined)
  if (!found) throw noServer(id)
  const seen = may(call, 'admin') || found.projectId === projectOf(call.token)
  if (!seen && isReachable(call.cloud, found)) throw noServer(id)
  return found
}

export function noServer(id: string): NovaFault {
  return new NovaFault(404, `Instance ${id} could not be found.`)
}

/** nova/compute/api.py `_get_instance_from_cell` */
function unreachable(): UnexpectedError {
  return new UnexpectedError('nova.exception.NovaException')
}

/** The ids of the server groups that it is in: one at the most. */
function groupsOf(_cloud: Cloud, _instance: Instance): string[] {
  return []
}
