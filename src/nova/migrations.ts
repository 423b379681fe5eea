/** os-migrations: every move there was, and those under way. nova/api/openstack/compute/migrations.py */

import { sameText } from '../cloud/aggregates.ts'
import { findCell, findHostMapping, reach } from '../cloud/cells.ts'
import type { Cloud } from '../cloud/cloud.ts'
import { projectOf } from '../cloud/identity.ts'
import type { Migration } from '../cloud/migrations.ts'
import { wholeSeconds } from '../cloud/services.ts'
import { dumps, type Writable } from '../python/json.ts'
import type { Schema } from '../python/jsonschema.ts'
import { changedWithin } from './changes.ts'
import { NovaFault } from './errors.ts'
import { keptLists } from './kept.ts'
import { limitOf, linksTo, markerOf, nextLink } from './links.ts'
import { may, requireRole } from './policy.ts'
import type { ApiMethod, Call } from './resource.ts'
import { timeOrNull } from './server-view.ts'
import { timeText } from './service-view.ts'
import { NON_NEGATIVE_INTEGER, once, QUERY_PARAMETER } from './validate.ts'

/** From here on the type of each is told, and where one that is under way is to be found. */
const TYPE_FROM = 23
/** From here on the list comes in pages, the newest first, and each has its UUID. */
const PAGES_FROM = 59
/** From here on the list can end at a time. */
const CHANGES_BEFORE_FROM = 66
/** From here on it is told whose each is. */
export const OWNER_FROM = 80

const FILTERS = {
  hidden: QUERY_PARAMETER,
  host: QUERY_PARAMETER,
  instance_uuid: QUERY_PARAMETER,
  source_compute: QUERY_PARAMETER,
  status: QUERY_PARAMETER,
  migration_type: QUERY_PARAMETER,
}
const TEXT = once({ type: 'string' })
const TIME = once({ type: 'string', format: 'date-time' })
const PAGED = { ...FILTERS, limit: once(NON_NEGATIVE_INTEGER), marker: TEXT, 'changes-since': TIME }
const WITH_BEFORE = { ...PAGED, 'changes-before': TIME }
const QUERY = [
  { from: 1, schema: queryOf(FILTERS, true) },
  { from: PAGES_FROM, schema: queryOf(PAGED) },
  { from: CHANGES_BEFORE_FROM, schema: queryOf(WITH_BEFORE) },
  { from: OWNER_FROM, schema: queryOf({ ...WITH_BEFORE, user_id: TEXT, project_id: TEXT }) },
]

/** A live migration that is under way, and can be looked at by itself. */
const UNDER_WAY = new Set(['queued', 'preparing', 'running', 'post-migrating'])

/** GET /os-migrations */
export function listMigrations(cloud: Cloud): ApiMethod {
  const kept = keptLists(cloud)
  return {
    query: QUERY,
    run: (call) => {
      const { token, version, query, environ } = call
      const mine = projectOf(token)
      requireRole(call, 'os_compute_api:os-migrations:index', 'manager', mine)
      const asked = query.get('project_id')?.at(-1)
      if (!asked || asked !== mine) requireRole(call, 'os_compute_api:os-migrations:index:all_projects', 'admin')
      const key = `${version} ${environ.base} ${environ.path} ${mine} ${may(call, 'admin')} ${environ.query}`
      return kept(key, () => ({ json: listJson(call), until: Number.POSITIVE_INFINITY }))
    },
  }
}

export function isUnderWay({ type, status }: Migration): boolean {
  return type === 'live-migration' && UNDER_WAY.has(status)
}

/** @throws {NovaFault} 400; {CloudError} CellUnreachable */
function listJson(call: Call): string {
  const { cloud, version } = call
  const paged = version >= PAGES_FROM
  const tests = testsOf(call)
  const isWanted = (migration: Migration) => tests.every((test) => test(migration))
  if (!paged) {
    for (const { name } of cloud.state.cells) reach(cloud, name)
    const found = [...cloud.state.migrations.values()].filter(isWanted).sort((one, other) => one.id - other.id)
    return dumps({ migrations: found.map((each) => view(call, each)) })
  }
  const limit = limitOf(call)
  const marker = markerOf(call)
  const after = marker ? markerAt(cloud, marker) : undefined
  const all = [...cloud.state.migrations.values()].filter((each) => isReachable(cloud, each) && isWanted(each))
  const later = all.sort(newestFirst).filter((each) => !after || newestFirst(after, each) < 0)
  const found = later.slice(0, limit)
  const last = found.at(-1)
  const full = limit > 0 && found.length === limit && last
  return dumps({
    migrations: found.map((each) => view(call, each)),
    ...(full && { migrations_links: nextLink(call, 'os-migrations', last.uuid) }),
  })
}

function newestFirst(one: Migration, other: Migration): number {
  return Math.floor(other.createdAt / 1000) - Math.floor(one.createdAt / 1000) || other.id - one.id
}

function markerAt(cloud: Cloud, marker: string): Migration {
  for (const migration of cloud.state.migrations.values()) {
    if (sameText(migration.uuid, marker) && isReachable(cloud, migration)) return migration
  }
  throw new NovaFault(400, `Marker ${marker} could not be found.`)
}

/** A migration is kept in the cell of its source. */
function isReachable(cloud: Cloud, { source }: Migration): boolean {
  const cell = findHostMapping(cloud, source)?.cell
  return cell === undefined || findCell(cloud, cell)?.down !== true
}

type Test = (migration: Migration) => boolean

/** Of what is said several times, the last counts. nova/db/main/api.py `migration_get_all_by_filters` */
function testsOf({ query, version }: Call): Test[] {
  const asked = (name: string) => query.get(name)?.at(-1)
  const same = (found: string | null, wanted: string) => found !== null && sameText(found, wanted)
  const on = (name: string, test: (migration: Migration, wanted: string) => boolean): Test[] => {
    const wanted = asked(name)
    return wanted === undefined ? [] : [(migration) => test(migration, wanted)]
  }
  const isChanged = changedWithin(asked)
  return [
    ...(isChanged ? [({ updatedAt }: Migration) => isChanged(updatedAt)] : []),
    ...on('status', ({ status }, wanted) => same(status, wanted)),
    ...on('host', ({ source, dest }, wanted) => same(source, wanted) || same(dest, wanted)),
    ...(query.has('host') ? [] : on('source_compute', ({ source }, wanted) => same(source, wanted))),
    ...on('migration_type', ({ type }, wanted) => same(type, wanted)),
    // None is hidden here; MySQL reads the number at the beginning of a text, and takes any other for 0.
    ...on('hidden', (_, wanted) => (Number.parseFloat(wanted) || 0) === 0),
    ...on('instance_uuid', ({ instance }, wanted) => same(instance, wanted)),
    ...(version < OWNER_FROM
      ? []
      : [
          ...on('user_id', ({ userId }, wanted) => same(userId, wanted)),
          ...on('project_id', ({ projectId }, wanted) => same(projectId, wanted)),
        ]),
  ]
}

/** @see nova/api/openstack/compute/migrations.py `_output` */
function view(call: Call, migration: Migration): { [key: string]: Writable } {
  const { version } = call
  const shown = may(call, 'admin')
  const { id, uuid, type, instance } = migration
  return {
    id,
    ...(version >= PAGES_FROM && { uuid }),
    source_compute: shown ? migration.source : null,
    dest_compute: shown ? migration.dest : null,
    source_node: shown ? migration.sourceNode : null,
    dest_node: shown ? migration.destNode : null,
    dest_host: shown ? migration.destHost : null,
    old_instance_type_id: migration.oldFlavor,
    new_instance_type_id: migration.newFlavor,
    instance_uuid: instance,
    status: migration.status,
    ...(version >= TYPE_FROM && { migration_type: type }),
    ...(version >= OWNER_FROM && { user_id: migration.userId, project_id: migration.projectId }),
    created_at: timeText(wholeSeconds(migration.createdAt)),
    updated_at: timeOrNull(migration.updatedAt === null ? null : wholeSeconds(migration.updatedAt)),
    ...(version >= TYPE_FROM &&
      isUnderWay(migration) && { links: linksTo(call, `servers/${instance}/migrations`, String(id)) }),
  }
}

function queryOf(properties: Record<string, Schema>, additionalProperties = false): Schema {
  return { type: 'object', properties, additionalProperties }
}
