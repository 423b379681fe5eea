/** The live migration of a server that is under way. nova/api/openstack/compute/server_migrations.py */

import { checkLock, checkState } from '../cloud/instance-checks.ts'
import type { VmState } from '../cloud/instance-states.ts'
import type { Instance } from '../cloud/instances.ts'
import { abortLiveMigration, forceLiveMigration } from '../cloud/live-migrations.ts'
import type { Migration } from '../cloud/migrations.ts'
import { wholeSeconds } from '../cloud/services.ts'
import { workOff } from '../cloud/work.ts'
import { dumps, type Writable } from '../python/json.ts'
import { pythonInt } from '../python/values.ts'
import { NovaFault } from './errors.ts'
import { isUnderWay, OWNER_FROM } from './migrations.ts'
import { may, requireRole } from './policy.ts'
import type { ApiMethod, Call } from './resource.ts'
import { actorOf, inWordsOf } from './server-request.ts'
import { timeOrNull } from './server-view.ts'
import { serverAt } from './servers.ts'
import { NO_QUERY } from './validate.ts'

/** From here on one can be made to come to its end. */
const FORCED_FROM = 22
/** From here on one can be called off, and later one that does not run yet. */
const ABORTED_FROM = 24
const QUEUED_FROM = 65
/** From here on they can be looked at. */
const SHOWN_FROM = 23
/** From here on each has its UUID. */
const UUID_FROM = 59

const VERSIONS = [SHOWN_FROM, Number.POSITIVE_INFINITY] as const

/** GET /servers/{server}/migrations */
export const LIST_SERVER_MIGRATIONS: ApiMethod = {
  versions: VERSIONS,
  query: NO_QUERY,
  run: (call) => {
    const server = serverAt(call, call.params.server ?? '')
    requireRole(call, 'os_compute_api:servers:migrations:index', 'manager', server.projectId)
    const found = [...call.cloud.state.migrations.values()].filter(
      (each) => each.instance === server.uuid && isUnderWay(each),
    )
    const withHosts = may(call, 'admin')
    return dumps({ migrations: found.map((each) => view(call, each, withHosts)) })
  },
}

/** GET /servers/{server}/migrations/{id} */
export const SHOW_SERVER_MIGRATION: ApiMethod = {
  versions: VERSIONS,
  query: NO_QUERY,
  run: (call) => {
    const { id } = call
    const asked = call.params.server ?? ''
    const server = serverAt(call, asked)
    requireRole(call, 'os_compute_api:servers:migrations:show', 'admin')
    const migration = migrationOf(call, server.uuid)
    if (!migration) {
      throw new NovaFault(404, `In-progress live migration ${id} is not found for server ${asked}.`)
    }
    if (migration.type !== 'live-migration') {
      throw new NovaFault(404, `Migration ${id} for server ${asked} is not live-migration.`)
    }
    if (!isUnderWay(migration)) {
      throw new NovaFault(404, `Live migration ${id} for server ${asked} is not in progress.`)
    }
    return dumps({ migration: view(call, migration, true) })
  },
}

const FORCE_COMPLETE: ApiMethod = {
  versions: [FORCED_FROM, Number.POSITIVE_INFINITY],
  status: 202,
  body: [
    {
      from: 1,
      schema: {
        type: 'object',
        properties: { force_complete: { type: 'null' } },
        required: ['force_complete'],
        additionalProperties: false,
      },
    },
  ],
  run: (call) => {
    const { server, migration } = underWay(call, { rule: 'force_complete', action: 'force_complete', vm: ['active'] })
    if (!migration) throw new NovaFault(400, `Migration ${call.id} not found for instance ${server.uuid}`)
    requireStatus(server, migration, ['running'], 'force complete')
    forceLiveMigration(call.cloud, server, migration, actorOf(call))
    workOff(call.cloud)
    return ''
  },
}

/** POST /servers/{server}/migrations/{id}/action */
export const ACT_ON_SERVER_MIGRATION: ApiMethod = { actions: { force_complete: FORCE_COMPLETE }, run: () => null }

/** DELETE /servers/{server}/migrations/{id} */
export const ABORT_SERVER_MIGRATION: ApiMethod = {
  versions: [ABORTED_FROM, Number.POSITIVE_INFINITY],
  status: 202,
  run: (call) => {
    const { server, migration } = underWay(call, { rule: 'delete', action: 'abort live migration' })
    if (!migration) throw new NovaFault(404, `Migration ${call.id} not found for instance ${server.uuid}`)
    const among = call.version >= QUEUED_FROM ? ['running', 'queued', 'preparing'] : ['running']
    requireStatus(server, migration, among, 'abort live migration')
    abortLiveMigration(call.cloud, server, migration, actorOf(call))
    workOff(call.cloud)
    return ''
  },
}

/** The server, in whose state it is looked first of all, and the migration. nova/compute/api.py `live_migrate_force_complete` */
function underWay(
  call: Call,
  { rule, action, vm }: { rule: string; action: string; vm?: readonly VmState[] },
): { server: Instance; migration: Migration | undefined } {
  const asked = call.params.server ?? ''
  const server = serverAt(call, asked)
  requireRole(call, `os_compute_api:servers:migrations:${rule}`, 'manager', server.projectId)
  checkLock(server, actorOf(call))
  inWordsOf(action, asked, () =>
    checkState(server, action, { ...(vm && { vm }), task: ['migrating'], launched: vm !== undefined }),
  )
  return { server, migration: migrationOf(call, server.uuid) }
}

function requireStatus({ uuid }: Instance, { id, status }: Migration, among: string[], method: string): void {
  if (among.includes(status)) return
  const where = `Migration ${id} state of instance ${uuid} is ${status}.`
  throw new NovaFault(400, `${where} Cannot ${method} while the migration is in this state.`)
}

/** The migration that the path names, if it is one of the server's. MySQL reads the number at the beginning of a text. */
export function migrationOf({ cloud, id }: Call, server: string): Migration | undefined {
  const number = pythonInt(id) ?? Number(/^\s*\d+/.exec(id)?.[0] ?? 0)
  const found = cloud.state.migrations.get(number)
  return found?.instance === server ? found : undefined
}

/** @see nova/api/openstack/compute/server_migrations.py `output` */
function view({ version }: Call, migration: Migration, withHosts: boolean): { [key: string]: Writable } {
  const { createdAt, updatedAt, progress } = migration
  return {
    created_at: timeOrNull(wholeSeconds(createdAt)),
    dest_compute: withHosts ? migration.dest : null,
    dest_host: withHosts ? migration.destHost : null,
    dest_node: withHosts ? migration.destNode : null,
    disk_processed_bytes: progress?.diskProcessed ?? null,
    disk_remaining_bytes: progress?.diskRemaining ?? null,
    disk_total_bytes: progress?.diskTotal ?? null,
    id: migration.id,
    memory_processed_bytes: progress?.memoryProcessed ?? null,
    memory_remaining_bytes: progress?.memoryRemaining ?? null,
    memory_total_bytes: progress?.memoryTotal ?? null,
    server_uuid: migration.instance,
    source_compute: withHosts ? migration.source : null,
    source_node: withHosts ? migration.sourceNode : null,
    status: migration.status,
    updated_at: timeOrNull(updatedAt === null ? null : wholeSeconds(updatedAt)),
    ...(version >= UUID_FROM && { uuid: migration.uuid }),
    ...(version >= OWNER_FROM && { user_id: migration.userId, project_id: migration.projectId }),
  }
}
