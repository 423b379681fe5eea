/**
 * What hangs on a server where there is no network and no volume: its addresses, ports, security groups and volumes, which are
 * none; its topology; and what its hypervisor tells of it.
 */

import type { Instance } from '../cloud/instances.ts'
import { dumps } from '../python/json.ts'
import { NovaFault } from './errors.ts'
import { requireRole } from './policy.ts'
import type { ApiMethod, Call } from './resource.ts'
import { serverAt } from './servers.ts'
import { NO_QUERY, NON_NEGATIVE_INTEGER, severalTimes } from './validate.ts'

/** GET /servers/{server}/ips. nova/api/openstack/compute/ips.py */
export const LIST_ADDRESSES: ApiMethod = {
  query: NO_QUERY,
  run: (call) => {
    serverOf(call, 'ips:index')
    return dumps({ addresses: {} })
  },
}

/** GET /servers/{server}/ips/{network} */
export const SHOW_ADDRESSES: ApiMethod = {
  query: NO_QUERY,
  run: (call) => {
    serverOf(call, 'ips:show')
    throw new NovaFault(404, 'Instance is not a member of specified network')
  },
}

/** GET /servers/{server}/os-interface. nova/api/openstack/compute/attach_interfaces.py */
export const LIST_INTERFACES: ApiMethod = {
  query: NO_QUERY,
  run: (call) => {
    serverOf(call, 'os-attach-interfaces:list')
    return dumps({ interfaceAttachments: [] })
  },
}

/** GET /servers/{server}/os-interface/{port} */
export const SHOW_INTERFACE: ApiMethod = {
  query: NO_QUERY,
  run: (call) => {
    serverOf(call, 'os-attach-interfaces:show')
    throw new NovaFault(404, `Port id ${call.id} could not be found.`)
  },
}

const PAGED = { limit: severalTimes(NON_NEGATIVE_INTEGER), offset: severalTimes(NON_NEGATIVE_INTEGER) }

/** GET /servers/{server}/os-volume_attachments. nova/api/openstack/compute/volume_attachments.py */
export const LIST_ATTACHMENTS: ApiMethod = {
  query: [
    { from: 1, schema: { type: 'object', properties: PAGED, additionalProperties: true } },
    { from: 75, schema: { type: 'object', properties: PAGED, additionalProperties: false } },
  ],
  run: (call) => {
    serverOf(call, 'os-volumes-attachments:index')
    return dumps({ volumeAttachments: [] })
  },
}

/** GET /servers/{server}/os-volume_attachments/{volume} */
export const SHOW_ATTACHMENT: ApiMethod = {
  query: [{ from: 1, schema: { type: 'object', properties: {}, additionalProperties: true } }],
  run: (call) => {
    serverOf(call, 'os-volumes-attachments:show')
    throw new NovaFault(404, `Instance ${call.params.server} is not attached to volume ${call.id}`)
  },
}

/** GET /servers/{server}/os-security-groups. nova/api/openstack/compute/security_groups.py */
export const LIST_SECURITY_GROUPS: ApiMethod = {
  query: NO_QUERY,
  run: (call) => {
    serverOf(call, 'os-security-groups:list')
    return dumps({ security_groups: [] })
  },
}

/** GET /servers/{server}/topology. nova/api/openstack/compute/server_topology.py */
export const SHOW_TOPOLOGY: ApiMethod = {
  versions: [78, Number.POSITIVE_INFINITY],
  query: NO_QUERY,
  run: (call) => {
    serverOf(call, 'compute:server:topology:index')
    return dumps({ nodes: [], pagesize_kb: null })
  },
}

/** @param rule what the policy calls it, of `os_compute_api` unless it says */
function serverOf(call: Call, rule: string): Instance {
  const server = serverAt(call, call.params.server ?? '')
  const name = rule.startsWith('compute:') ? rule : `os_compute_api:${rule}`
  requireRole(call, name, 'reader', server.projectId)
  return server
}
