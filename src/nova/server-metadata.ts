/** The metadata of a server. nova/api/openstack/compute/server_metadata.py */

import { labelInstance } from '../cloud/instance-labels.ts'
import type { Instance } from '../cloud/instances.ts'
import { dumps } from '../python/json.ts'
import { dictAt } from '../python/values.ts'
import { NovaFault } from './errors.ts'
import { requireRole } from './policy.ts'
import type { ApiMethod, Call } from './resource.ts'
import { textsOf } from './server-request.ts'
import { requireSettled, requireUnlocked } from './server-state.ts'
import { serverAt } from './servers.ts'
import { metadataOf, NO_QUERY, within } from './validate.ts'

/** Nova's quota `metadata_items`. */
const MOST_ITEMS = 128

const METADATA = metadataOf('string')
const ALL = [{ from: 1, schema: within('metadata', METADATA) }]
const ONE = [{ from: 1, schema: within('meta', { ...METADATA, minProperties: 1, maxProperties: 1 }) }]

/** GET /servers/{server}/metadata */
export const LIST_METADATA: ApiMethod = {
  query: NO_QUERY,
  run: (call) => dumps({ metadata: serverOf(call, 'index', 'reader').metadata }),
}

/** GET /servers/{server}/metadata/{key} */
export const SHOW_METADATA: ApiMethod = {
  query: NO_QUERY,
  run: (call) => {
    const { id } = call
    const { metadata } = serverOf(call, 'show', 'reader')
    return dumps({ meta: { [id]: itemOf(metadata, id) } })
  },
}

/** POST /servers/{server}/metadata: beside what there is. */
export const ADD_METADATA: ApiMethod = {
  body: ALL,
  run: (call) => {
    const server = serverOf(call, 'create', 'member')
    const metadata = write(call, server, { ...server.metadata, ...textsOf(dictAt(call.body, 'metadata')) })
    return dumps({ metadata })
  },
}

/** PUT /servers/{server}/metadata: in the place of what there is. */
export const REPLACE_METADATA: ApiMethod = {
  body: ALL,
  run: (call) => {
    const server = serverOf(call, 'update_all', 'member')
    return dumps({ metadata: write(call, server, textsOf(dictAt(call.body, 'metadata'))) })
  },
}

/** PUT /servers/{server}/metadata/{key} */
export const UPDATE_METADATA: ApiMethod = {
  body: ONE,
  run: (call) => {
    const server = serverOf(call, 'update', 'member')
    const meta = textsOf(dictAt(call.body, 'meta'))
    if (!Object.hasOwn(meta, call.id)) throw new NovaFault(400, 'Request body and URI mismatch')
    write(call, server, { ...server.metadata, ...meta })
    return dumps({ meta })
  },
}

/** DELETE /servers/{server}/metadata/{key} */
export const DELETE_METADATA: ApiMethod = {
  status: 204,
  run: (call) => {
    const { cloud, id } = call
    const server = serverOf(call, 'delete', 'member')
    itemOf(server.metadata, id)
    requireChangeable(call, server, 'delete metadata')
    const { [id]: _, ...metadata } = server.metadata
    labelInstance(cloud, server, { metadata })
    return null
  },
}

function write(call: Call, server: Instance, metadata: Record<string, string>): Record<string, string> {
  requireChangeable(call, server, 'update metadata')
  if (Object.keys(metadata).length > MOST_ITEMS) {
    throw new NovaFault(403, `Maximum number of metadata items exceeds ${MOST_ITEMS}`)
  }
  labelInstance(call.cloud, server, { metadata })
  return metadata
}

function requireChangeable(call: Call, server: Instance, does: string): void {
  requireUnlocked(call, server)
  requireSettled(server, does, server.uuid)
}

function itemOf(metadata: Readonly<Record<string, string>>, key: string): string {
  const found = Object.hasOwn(metadata, key) ? metadata[key] : undefined
  if (found === undefined) throw new NovaFault(404, 'Metadata item was not found')
  return found
}

function serverOf(call: Call, action: string, role: 'reader' | 'member'): Instance {
  const server = serverAt(call, call.params.server ?? '')
  requireRole(call, `os_compute_api:server-metadata:${action}`, role, server.projectId)
  return server
}
