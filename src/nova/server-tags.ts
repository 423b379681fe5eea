/** The tags of a server. nova/api/openstack/compute/server_tags.py */

import { sameText } from '../cloud/aggregates.ts'
import { labelInstance } from '../cloud/instance-labels.ts'
import type { Instance } from '../cloud/instances.ts'
import { dumps } from '../python/json.ts'
import { type Schema, validate } from '../python/jsonschema.ts'
import { valueAt } from '../python/values.ts'
import { NovaFault, UnexpectedError } from './errors.ts'
import { linksTo } from './links.ts'
import { requireRole } from './policy.ts'
import type { ApiMethod, Call } from './resource.ts'
import { isReachable } from './server-lists.ts'
import { TAGS_FROM } from './server-query.ts'
import { requireSettled } from './server-state.ts'
import { tagsOf } from './server-view.ts'
import { noServer, serverAt } from './servers.ts'

/** nova/objects/instance.py `MAX_TAG_COUNT` */
const MOST_TAGS = 50
/** nova/api/validation/parameter_types.py `tag` */
const TAG: Schema = { type: 'string', pattern: '^[^,/]*$', minLength: 1, maxLength: 60 }
const ALL: Schema = {
  type: 'object',
  properties: { tags: { type: 'array', items: TAG, maxItems: MOST_TAGS } },
  required: ['tags'],
  additionalProperties: false,
}
const ANY_QUERY: ApiMethod['query'] = [
  { from: 1, schema: { type: 'object', properties: {}, additionalProperties: true } },
]

/** What WebOb says of an answer that says nothing. */
const BARE = { 'Content-Type': 'text/html; charset=UTF-8' }

const versions = [TAGS_FROM, Number.POSITIVE_INFINITY] as const

/** GET /servers/{server}/tags */
export const LIST_TAGS: ApiMethod = {
  versions,
  query: ANY_QUERY,
  run: (call) => dumps({ tags: tagsOf(tagged(call, 'index')) }),
}

/** GET /servers/{server}/tags/{tag} */
export const SHOW_TAG: ApiMethod = {
  versions,
  query: ANY_QUERY,
  status: 204,
  run: (call) => {
    const { id } = call
    if (!has(tagged(call, 'show'), id)) {
      throw new NovaFault(404, `Server ${call.params.server} has no tag '${id}'`)
    }
    return null
  },
}

/** PUT /servers/{server}/tags/{tag} */
export const ADD_TAG: ApiMethod = {
  versions,
  body: [{ from: 1, schema: { type: 'null' } }],
  run: (call) => {
    const { cloud, id } = call
    const server = settled(call, 'update', 'update tag')
    const wrong = validate(id, TAG)
    if (wrong) {
      const rule = "It must be a non empty string without characters '/' and ','. Validation error message:"
      throw new NovaFault(400, `Tag '${id}' is invalid. ${rule} ${wrong.message}`)
    }
    if (server.tags.length >= MOST_TAGS) {
      throw new NovaFault(400, `The number of tags exceeded the per-server limit ${MOST_TAGS}`)
    }
    if (server.tags.includes(id)) return { status: 204, headers: BARE, body: null }
    if (!has(server, id)) labelInstance(cloud, server, { tags: [...server.tags, id] })
    const [self] = linksTo(call, 'servers', call.params.server ?? '')
    return { status: 201, headers: { ...BARE, Location: `${self?.href}/tags/${id}` }, body: '' }
  },
}

/** PUT /servers/{server}/tags */
export const REPLACE_TAGS: ApiMethod = {
  versions,
  body: [{ from: 1, schema: ALL }],
  run: (call) => {
    const server = settled(call, 'update_all', 'update tags')
    const tags = valueAt(call.body, 'tags')
    const wanted = Array.isArray(tags) ? [...new Set(tags.map(String))] : []
    // Two that are one to MySQL.
    if (new Set(wanted.map((tag) => tag.toLowerCase())).size < wanted.length) {
      throw new UnexpectedError('oslo_db.exception.DBDuplicateEntry')
    }
    return dumps({ tags: tagsOf(labelInstance(call.cloud, server, { tags: wanted })) })
  },
}

/** DELETE /servers/{server}/tags/{tag} */
export const DELETE_TAG: ApiMethod = {
  versions,
  status: 204,
  run: (call) => {
    const { cloud, id } = call
    const server = settled(call, 'delete', 'delete tag')
    if (!has(server, id)) throw new NovaFault(404, `Instance ${call.params.server} has no tag '${id}'`)
    labelInstance(cloud, server, { tags: server.tags.filter((tag) => !sameText(tag, id)) })
    return null
  },
}

/** DELETE /servers/{server}/tags */
export const DELETE_TAGS: ApiMethod = {
  versions,
  status: 204,
  run: (call) => {
    labelInstance(call.cloud, settled(call, 'delete_all', 'delete tags'), { tags: [] })
    return null
  },
}

function has({ tags }: Instance, tag: string): boolean {
  return tags.some((each) => sameText(each, tag))
}

/** Which project has the server is known to the API's own database, so that the policy is asked first of all. */
function mapped(call: Call, action: string, role: 'reader' | 'member'): Instance {
  const asked = call.params.server ?? ''
  const { instances, deletedInstances } = call.cloud.state
  const found = instances.get(asked.toLowerCase()) ?? deletedInstances.get(asked.toLowerCase())
  if (!found) throw new NovaFault(404, `Instance ${asked} has no mapping to a cell.`)
  requireRole(call, `os_compute_api:os-server-tags:${action}`, role, found.projectId)
  return found
}

function tagged(call: Call, action: string): Instance {
  const found = mapped(call, action, 'reader')
  if (!isReachable(call.cloud, found)) throw new UnexpectedError('oslo_db.exception.DBConnectionError')
  if (found.deletedAt !== null) throw noServer(call.params.server ?? '')
  return found
}

function settled(call: Call, action: string, does: string): Instance {
  mapped(call, action, 'member')
  const asked = call.params.server ?? ''
  const server = serverAt(call, asked)
  requireSettled(server, does, asked)
  return server
}
