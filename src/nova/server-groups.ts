/** os-server-groups, to be read: this cloud has none. nova/api/openstack/compute/server_groups.py */

import { projectOf } from '../cloud/identity.ts'
import { dumps } from '../python/json.ts'
import type { Schema } from '../python/jsonschema.ts'
import { NovaFault } from './errors.ts'
import { requireRole } from './policy.ts'
import type { ApiMethod, Call } from './resource.ts'
import { NO_QUERY, NON_NEGATIVE_INTEGER, severalTimes } from './validate.ts'

const PROPERTIES: { [name: string]: Schema } = {
  all_projects: severalTimes({ type: 'string' }),
  limit: severalTimes(NON_NEGATIVE_INTEGER),
  offset: severalTimes(NON_NEGATIVE_INTEGER),
}

/** GET /os-server-groups */
export const LIST_SERVER_GROUPS: ApiMethod = {
  query: [
    { from: 1, schema: { type: 'object', properties: PROPERTIES, additionalProperties: true } },
    { from: 75, schema: { type: 'object', properties: PROPERTIES, additionalProperties: false } },
  ],
  run: (call) => {
    requireRole(call, 'os_compute_api:os-server-groups:index', 'reader', projectOf(call.token))
    return dumps({ server_groups: [] })
  },
}

/** GET /os-server-groups/{id} */
export const SHOW_SERVER_GROUP: ApiMethod = { query: NO_QUERY, run: noSuchGroup }

/** DELETE /os-server-groups/{id} */
export const DELETE_SERVER_GROUP: ApiMethod = { run: noSuchGroup }

function noSuchGroup({ id }: Call): never {
  throw new NovaFault(404, `Instance group ${id} could not be found.`)
}
