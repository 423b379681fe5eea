/** os-instance-actions: what was done to a server, by which request, and how it went. nova/api/openstack/compute/instance_actions.py */

import { type ActionEvent, actionsOf, type InstanceAction } from '../cloud/instance-actions.ts'
import type { Instance } from '../cloud/instances.ts'
import { wholeSeconds } from '../cloud/services.ts'
import { dumps, type Writable } from '../python/json.ts'
import { changedWithin } from './changes.ts'
import { NovaFault } from './errors.ts'
import { limitOf, markerOf, nextLink } from './links.ts'
import { may, requireRole } from './policy.ts'
import type { ApiMethod, Call } from './resource.ts'
import { hostId, timeOrNull } from './server-view.ts'
import { serverAt } from './servers.ts'
import { NO_QUERY, NON_NEGATIVE_INTEGER, once } from './validate.ts'

/** From here on what was done to a server that is gone can be looked at. */
const GONE_FROM = 21
/** From here on who is no admin sees the events, too. */
const EVENTS_FROM = 51
/** From here on the list comes in pages, and each says when it last changed. */
const PAGES_FROM = 58
/** From here on an event says on which host it was. */
const HOST_FROM = 62
/** From here on the list can end at a time. */
const CHANGES_BEFORE_FROM = 66
/** From here on an event says what went wrong. */
const DETAILS_FROM = 84

const TIME = once({ type: 'string', format: 'date-time' })
const PAGED = { limit: once(NON_NEGATIVE_INTEGER), marker: once({ type: 'string' }), 'changes-since': TIME }
const LIST_QUERY = [
  { from: 1, schema: { type: 'object', properties: {}, additionalProperties: true } },
  { from: PAGES_FROM, schema: { type: 'object', properties: PAGED, additionalProperties: false } },
  {
    from: CHANGES_BEFORE_FROM,
    schema: { type: 'object', properties: { ...PAGED, 'changes-before': TIME }, additionalProperties: false },
  },
] as const satisfies ApiMethod['query']

/** GET /servers/{server}/os-instance-actions */
export const LIST_INSTANCE_ACTIONS: ApiMethod = {
  query: LIST_QUERY,
  run: (call) => {
    const server = serverOf(call)
    requireRole(call, rule('list'), 'reader', server.projectId)
    const newest = [...actionsOf(call.cloud, server.uuid)].reverse()
    if (call.version < PAGES_FROM) return dumps({ instanceActions: newest.map((each) => view(call, server, each)) })
    const isChanged = changedWithin((name) => call.query.get(name)?.at(-1)) ?? (() => true)
    const [limit, marker] = [limitOf(call), markerOf(call)]
    const from = limit === 0 || marker === undefined ? 0 : newest.findIndex((each) => each.requestId === marker) + 1
    if (limit > 0 && marker !== undefined && from === 0) {
      // Nova has looked for it already, and found None. nova/db/main/api.py `actions_get`
      throw new NovaFault(400, 'Marker None could not be found.')
    }
    const found = newest
      .slice(from)
      .filter(({ updatedAt }) => isChanged(updatedAt))
      .slice(0, limit)
    const last = found.at(-1)
    const full = limit > 0 && found.length === limit && last
    return dumps({
      instanceActions: found.map((each) => view(call, server, each)),
      ...(full && {
        links: nextLink(call, `servers/${call.params.server}/os-instance-actions`, last.requestId),
      }),
    })
  },
}

/** GET /servers/{server}/os-instance-actions/{request id} */
export const SHOW_INSTANCE_ACTION: ApiMethod = {
  query: NO_QUERY,
  run: (call) => {
    const server = serverOf(call)
    requireRole(call, rule('show'), 'reader', server.projectId)
    const action = actionsOf(call.cloud, server.uuid).find(({ requestId }) => requestId === call.id)
    if (!action) throw new NovaFault(404, `Action ${call.id} not found`)
    const showsEvents = may(call, 'admin') || call.version >= EVENTS_FROM
    const events = [...action.events].reverse()
    return dumps({
      instanceAction: {
        ...view(call, server, action),
        ...(showsEvents && { events: events.map((each) => eventView(call, action, each)) }),
      },
    })
  },
}

function serverOf(call: Call): Instance {
  return serverAt(call, call.params.server ?? '', call.version >= GONE_FROM)
}

function view({ version }: Call, { uuid }: Instance, action: InstanceAction): { [key: string]: Writable } {
  return {
    action: action.action,
    instance_uuid: uuid,
    request_id: action.requestId,
    user_id: action.userId,
    project_id: action.projectId,
    start_time: timeOrNull(wholeSeconds(action.startedAt)),
    message: action.message,
    ...(version >= PAGES_FROM && {
      updated_at: timeOrNull(action.updatedAt === null ? null : wholeSeconds(action.updatedAt)),
    }),
  }
}

/** @see nova/api/openstack/compute/instance_actions.py `_format_event` */
function eventView(call: Call, { projectId }: InstanceAction, event: ActionEvent): { [key: string]: Writable } {
  const isAdmin = may(call, 'admin')
  const { version } = call
  return {
    event: event.name,
    start_time: timeOrNull(wholeSeconds(event.startedAt)),
    finish_time: timeOrNull(event.finishedAt === null ? null : wholeSeconds(event.finishedAt)),
    result: event.result,
    ...(isAdmin && { traceback: event.traceback }),
    ...(isAdmin && version >= HOST_FROM && { host: event.host }),
    ...(version >= HOST_FROM && { hostId: hostId(event.host, projectId) }),
    ...(isAdmin && version >= DETAILS_FROM && { details: event.details }),
  }
}

function rule(action: string): string {
  return `os_compute_api:os-instance-actions:${action}`
}
