/** Which servers a list is about, and in which order. nova/api/openstack/compute/servers.py `_get_servers` */

import { sameText } from '../cloud/aggregates.ts'
import { findHostMapping } from '../cloud/cells.ts'
import type { Cloud } from '../cloud/cloud.ts'
import { findFlavor } from '../cloud/flavors.ts'
import { projectOf } from '../cloud/identity.ts'
import { statusOf, TASK_STATES, type TaskState, VM_STATES, type VmState } from '../cloud/instance-states.ts'
import type { Instance } from '../cloud/instances.ts'
import { matcherOf } from '../python/regex.ts'
import { repr } from '../python/repr.ts'
import { changedWithin } from './changes.ts'
import { NovaFault, UnexpectedError } from './errors.ts'
import { may, requireRole } from './policy.ts'
import type { Call } from './resource.ts'
import { COLUMNS, textOf } from './server-columns.ts'
import type { SortKey } from './server-order.ts'
import {
  DOWN_CELLS_FROM,
  ignoredSortKeys,
  JOINED,
  openFilters,
  STATUS_CHECKED_FROM,
  TAG_FILTERS,
  TAGS_FROM,
} from './server-query.ts'
import { boolOrUndefined } from './validate.ts'

export type Test = (instance: Instance, zones: ReadonlyMap<string, string>) => boolean

/** What a list is to show. */
export interface Wanted {
  /** Only what is on this host; undefined: on any, or on none. */
  host: string | undefined
  /** Those that are gone, those that are not, or both when undefined. */
  deleted: boolean | undefined
  tests: Test[]
  sort: SortKey[]
  /** Whether that is the order in which lists are without being asked. */
  isDefault: boolean
  /** Whether servers of a cell that is down are shown, too; of which project, undefined: of all. */
  downCells: { projectId: string | undefined } | undefined
}

/** What the database compares with the whole of a column. nova/db/main/api.py `instance_get_all_by_filters_sort` */
const EXACT = new Set([
  ...['project_id', 'user_id', 'image_ref', 'vm_state', 'instance_type_id', 'uuid', 'host', 'task_state', 'locked'],
])
const PAGING = ['sort_key', 'sort_dir', 'limit', 'marker']
/** Another name for a column. */
const ALIASES: { readonly [name: string]: string } = {
  image: 'image_ref',
  name: 'display_name',
  tenant_id: 'project_id',
}

/**
 * @param action what the policy calls the list
 * @returns undefined where nothing can be found
 * @throws {NovaFault} 400, 403
 */
export function readWanted(call: Call, action: 'index' | 'detail'): Wanted | undefined {
  const { cloud, version, query } = call
  const isAdmin = may(call, 'admin')
  const options = optionsOf(call, isAdmin)
  const downCells = version >= DOWN_CELLS_FROM && !PAGING.some((name) => query.has(name)) && onlyAllTenants(options)
  for (const name of options.keys()) {
    if (JOINED.includes(name) || name.startsWith('_')) throw new NovaFault(400, `Invalid filter field: ${name}.`)
  }
  options.delete('status')
  const states = query.has('status') ? statesCalled(query.get('status') ?? []) : undefined
  if (states?.vmStates.length === 0) {
    if (version >= STATUS_CHECKED_FROM) throw new NovaFault(400, 'Invalid status value')
    return undefined
  }
  const isChanged = changedWithin((name) => options.get(name))
  const tests: Test[] = [
    ...(isChanged ? [({ updatedAt }: Instance) => isChanged(updatedAt)] : []),
    ...(states ? [inStates(states)] : []),
  ]
  if (states) options.delete('vm_state')
  if (states && !states.anyTask) options.delete('task_state')
  let deleted = deletedOf(options)
  if (states?.vmStates.length === 1 && states.vmStates[0] === 'deleted') {
    if (!isAdmin) throw new NovaFault(403, 'Only administrators may list deleted instances')
    deleted = true
  }
  const allTenants = isAllTenants(options)
  options.delete('all_tenants')
  if (options.has('locked')) options.set('locked', strictBool(options.get('locked') ?? '') ? '1' : '0')
  const mine = projectOf(call.token)
  if (allTenants) {
    requireRole(call, `os_compute_api:servers:${action}:get_all_tenants`, 'admin')
  } else {
    options.delete('tenant_id')
    if (mine === undefined) options.set('user_id', call.token?.userId ?? '')
    else options.set('project_id', mine)
  }
  const sort = sortOf(call, isAdmin)
  // Nova fails in every cell, and leaves them all out: on a sort key that is no column, and on tags below 2.26.
  if (sort.some(({ key }) => !COLUMNS[key])) return undefined
  if (version < TAGS_FROM && TAG_FILTERS.some((name) => options.has(name))) return undefined
  tests.push(...softDeleted(options, deleted), ...tagTests(options))
  const host = options.get('host')
  options.delete('host')
  const columns = columnTests(cloud, options)
  if (!columns) return undefined
  return {
    host: host === undefined ? undefined : (findHostMapping(cloud, host)?.host ?? host),
    deleted,
    tests: [...tests, ...columns],
    sort,
    isDefault: !query.has('sort_key') && !query.has('sort_dir'),
    downCells: downCells ? { projectId: allTenants ? undefined : mine } : undefined,
  }
}

/** What is left to filter by, each with what was said last, in the order in which they first came. `remove_invalid_options` */
function optionsOf({ query, version }: Call, isAdmin: boolean): Map<string, string> {
  const open = openFilters(version)
  const options = new Map<string, string>()
  for (const [name, values] of query) {
    if (isAdmin ? !PAGING.includes(name) : open.has(name)) options.set(name, values.at(-1) ?? '')
  }
  return options
}

function onlyAllTenants(options: Map<string, string>): boolean {
  return options.size === 0 || (options.size === 1 && options.has('all_tenants'))
}

function inStates({ vmStates, taskStates, anyTask }: States): Test {
  return ({ vmState, taskState }) =>
    vmStates.includes(vmState) && (anyTask || (taskState !== null && taskStates.includes(taskState)))
}

/** Those that are gone are left out unless they are asked for, or what has changed is. */
function deletedOf(options: Map<string, string>): boolean | undefined {
  const asked = options.get('deleted')
  options.delete('deleted')
  if (asked !== undefined) return boolOrUndefined(asked) ?? false
  return options.has('changes-since') || options.has('changes-before') ? undefined : false
}

function softDeleted(options: Map<string, string>, deleted: boolean | undefined): Test[] {
  const asked = options.get('soft_deleted')
  options.delete('soft_deleted')
  // Without `deleted` the database is not asked, and of a column of that name it knows nothing.
  return deleted === false && !asked ? [({ vmState }) => vmState !== 'soft-delete'] : []
}

/** @throws {NovaFault} 400. @see nova/api/openstack/common.py `is_all_tenants` */
function isAllTenants(options: Map<string, string>): boolean {
  const asked = options.get('all_tenants')
  return asked === undefined ? false : asked === '' || strictBool(asked)
}

/** @throws {NovaFault} 400. @see oslo_utils/strutils.py `bool_from_string` */
function strictBool(text: string): boolean {
  const found = boolOrUndefined(text)
  if (found !== undefined) return found
  const known = "'0', '1', 'f', 'false', 'n', 'no', 'off', 'on', 't', 'true', 'y', 'yes'"
  throw new NovaFault(400, `Unrecognized value ${repr(text)}, acceptable values are: ${known}`)
}

/** @throws {NovaFault} 400, 403. @see nova/db/utils.py `process_sort_params`. What it adds comes after the UUID, and no two have one. */
function sortOf({ query, version }: Call, isAdmin: boolean): SortKey[] {
  const keys = (query.get('sort_key') ?? ['created_at']).map((key) => key.trim())
  const directions = (query.get('sort_dir') ?? ['desc']).map((direction) => direction.trim())
  const ignored = ignoredSortKeys(version)
  for (const key of [...keys]) {
    const at = keys.indexOf(key)
    if (ignored.has(key)) {
      if (directions.length > at) directions.splice(at, 1)
      keys.splice(at, 1)
    } else if ((key === 'host' || key === 'node') && !isAdmin) {
      throw new NovaFault(403, `Only administrators can sort servers by ${key}`)
    }
  }
  // Where nothing is to be shown, nothing is sorted.
  if (Number(query.get('limit')?.at(-1) ?? 1) === 0) return []
  if (directions.some((direction) => direction !== 'asc' && direction !== 'desc')) {
    throw new NovaFault(400, "Invalid input received: Unknown sort direction, must be 'desc' or 'asc'")
  }
  if (directions.length > keys.length) {
    throw new NovaFault(400, 'Invalid input received: Sort direction size exceeds sort key size')
  }
  // nova/compute/instance_list.py `InstanceSortContext`
  if (keys.length === 0) keys.push('created_at', 'id')
  const first = directions[0] ?? 'desc'
  const sort = keys.map((key, index) => ({ key, descending: (directions[index] ?? first) === 'desc' }))
  return keys.includes('uuid') ? sort : [...sort, { key: 'uuid', descending: false }]
}

function tagTests(options: Map<string, string>): Test[] {
  const has = ({ tags }: Instance, tag: string) => tags.some((each) => sameText(each, tag))
  return TAG_FILTERS.flatMap((name): Test[] => {
    const asked = options.get(name)
    options.delete(name)
    if (asked === undefined) return []
    const wanted = asked.split(',')
    const any = name.endsWith('any')
    const hasThem = (instance: Instance) =>
      any ? wanted.some((tag) => has(instance, tag)) : wanted.every((tag) => has(instance, tag))
    return [name.startsWith('not') ? (instance) => !hasThem(instance) : hasThem]
  })
}

/** Undefined where nothing can be found. @throws {UnexpectedError} what the database does not take for a regular expression */
function columnTests(cloud: Cloud, options: Map<string, string>): Test[] | undefined {
  const wanted = new Map<string, string>()
  for (const [name, value] of options) {
    if (name === 'flavor') {
      const flavor = findFlavor(cloud, value)
      if (!flavor) return undefined
      wanted.set('instance_type_id', String(flavor.id))
    } else wanted.set(ALIASES[name] ?? name, value)
  }
  // Servers have no addresses here.
  if (wanted.has('ip') || wanted.has('ip6')) return undefined
  return [...wanted].flatMap(([name, value]): Test[] => {
    const column = COLUMNS[name]
    if (!column) return []
    if (EXACT.has(name)) {
      return [
        (instance, zones) => {
          const found = column(instance, zones)
          return found !== null && sameText(String(found).trimEnd(), value.trimEnd())
        },
      ]
    }
    const pattern = matcherOf(value.replaceAll('|', '\\|'))
    if (!pattern) throw new UnexpectedError('TypeError')
    return [
      (instance, zones) => {
        const found = column(instance, zones)
        return found !== null && pattern.test(textOf(name, found))
      },
    ]
  })
}

/** What a status is made of. */
interface States {
  vmStates: VmState[]
  taskStates: TaskState[]
  /** Whether any of these states is called so whatever its task. */
  anyTask: boolean
}

/** @see nova/api/openstack/common.py `task_and_vm_state_from_status` */
function statesCalled(statuses: string[]): States {
  const wanted = new Set(statuses.map((status) => status.toUpperCase()))
  const found = { vmStates: new Set<VmState>(), taskStates: new Set<TaskState>(), anyTask: false }
  for (const vmState of VM_STATES.filter((state) => state !== 'unknown')) {
    const otherwise = statusOf({ vmState, taskState: null })
    if (wanted.has(otherwise)) {
      found.vmStates.add(vmState)
      found.anyTask = true
    }
    for (const taskState of TASK_STATES) {
      const status = statusOf({ vmState, taskState })
      if (status === otherwise || !wanted.has(status)) continue
      found.vmStates.add(vmState)
      found.taskStates.add(taskState)
    }
  }
  return { vmStates: [...found.vmStates], taskStates: [...found.taskStates], anyTask: found.anyTask }
}
