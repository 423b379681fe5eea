/** What a list of servers may be asked for. nova/api/openstack/compute/schemas/servers.py */

import type { Schema } from '../python/jsonschema.ts'
import { NON_NEGATIVE_INTEGER, QUERY_PARAMETER, severalTimes, type VersionedSchemas } from './validate.ts'

/** From here on there are tags to filter by. */
export const TAGS_FROM = 26
/** From here on a status that there is not is refused. */
export const STATUS_CHECKED_FROM = 38
/** From here on the list can end at a time. */
export const CHANGES_BEFORE_FROM = 66
/** From here on servers of a cell that is down are listed, too, by their id alone. */
export const DOWN_CELLS_FROM = 69
/** From here on one can filter and sort by whether a server is locked. */
export const LOCKED_FROM = 73
/** From here on what nobody knows is refused. */
const STRICT_FROM = 75

/** Columns of other tables: known, and refused. */
export const JOINED = [
  'block_device_mapping',
  'services',
  'metadata',
  'system_metadata',
  'info_cache',
  'security_groups',
  'pci_devices',
]

/** The lists of tags; each counts as it is named. */
export const TAG_FILTERS = ['tags', 'tags-any', 'not-tags', 'not-tags-any'] as const

const SORT_KEYS = [
  ...['access_ip_v4', 'access_ip_v6', 'auto_disk_config', 'availability_zone', 'config_drive', 'created_at'],
  ...['display_description', 'display_name', 'host', 'hostname', 'image_ref', 'instance_type_id', 'kernel_id'],
  ...['key_name', 'launch_index', 'launched_at', 'locked_by', 'node', 'power_state', 'progress', 'project_id'],
  ...['ramdisk_id', 'root_device_name', 'task_state', 'terminated_at', 'updated_at', 'user_id', 'uuid', 'vm_state'],
]
/** Once let pass, and never heeded. */
const IGNORED = [
  ...['architecture', 'cell_name', 'cleaned', 'default_ephemeral_device', 'default_swap_device', 'deleted'],
  ...['deleted_at', 'disable_terminate', 'ephemeral_gb', 'ephemeral_key_uuid', 'id', 'key_data', 'launched_on'],
  ...['locked', 'memory_mb', 'os_type', 'reservation_id', 'root_gb', 'shutdown_terminate', 'user_data', 'vcpus'],
  'vm_mode',
]

/** What a list is not sorted by although it may be asked for. */
export function ignoredSortKeys(version: number): ReadonlySet<string> {
  return new Set(version >= LOCKED_FROM ? IGNORED.filter((key) => key !== 'locked') : IGNORED)
}

/** Whatever the column says, or is like. */
const EXACT = [
  ...['user_id', 'project_id', 'tenant_id', 'launch_index', 'image_ref', 'image', 'vm_state', 'task_state', 'host'],
  ...['uuid', 'sort_dir', 'all_tenants', 'soft_deleted', 'deleted', 'status', ...JOINED],
]
const LIKE = [
  ...['kernel_id', 'ramdisk_id', 'hostname', 'key_name', 'power_state', 'node', 'flavor', 'reservation_id'],
  ...['launched_at', 'terminated_at', 'availability_zone', 'name', 'display_name', 'description'],
  ...['display_description', 'locked_by', 'root_device_name', 'config_drive', 'access_ip_v4', 'access_ip_v6'],
  ...['auto_disk_config', 'progress', 'ip', 'ip6', 'created_at'],
]
const REGEX = severalTimes({ type: 'string', format: 'regex' })
const TIME = severalTimes({ type: 'string', format: 'date-time' })

function sortedBy(keys: readonly string[]): { sort_key: Schema } {
  return { sort_key: severalTimes({ type: 'string', enum: [...keys] }) }
}

const FIRST = {
  ...all(EXACT, QUERY_PARAMETER),
  ...all(LIKE, REGEX),
  ...sortedBy([...SORT_KEYS, ...IGNORED]),
  'changes-since': TIME,
  limit: severalTimes(NON_NEGATIVE_INTEGER),
  marker: severalTimes({ type: 'string' }),
}
const WITH_TAGS = { ...FIRST, ...all(TAG_FILTERS, REGEX) }
const WITH_BEFORE = { ...WITH_TAGS, 'changes-before': TIME }
const WITH_LOCKED = { ...WITH_BEFORE, locked: QUERY_PARAMETER }

export const SERVERS_QUERY: VersionedSchemas = [
  // Under /v2 nothing is looked at, and nothing taken out.
  { from: 0, schema: {} },
  { from: 1, schema: queryOf(FIRST) },
  { from: TAGS_FROM, schema: queryOf(WITH_TAGS) },
  { from: CHANGES_BEFORE_FROM, schema: queryOf(WITH_BEFORE) },
  { from: LOCKED_FROM, schema: queryOf(WITH_LOCKED) },
  { from: STRICT_FROM, schema: queryOf({ ...WITH_LOCKED, ...sortedBy(['locked', ...SORT_KEYS]) }, false) },
]

/** What everybody may filter by; whatever else is asked for by who is no admin does not count. `_get_server_search_options` */
export function openFilters(version: number): ReadonlySet<string> {
  return new Set([
    ...['reservation_id', 'name', 'status', 'image', 'flavor', 'ip', 'changes-since', 'all_tenants'],
    ...(version >= 5 ? ['ip6'] : []),
    ...(version >= TAGS_FROM ? TAG_FILTERS : []),
    ...(version >= CHANGES_BEFORE_FROM ? ['changes-before'] : []),
    ...(version >= LOCKED_FROM ? ['locked'] : []),
    ...(version >= 83
      ? [
          ...['availability_zone', 'config_drive', 'key_name', 'created_at', 'launched_at', 'terminated_at'],
          ...['power_state', 'task_state', 'vm_state', 'progress', 'user_id'],
        ]
      : []),
    ...(version >= 90 ? ['hostname'] : []),
  ])
}

function all(names: readonly string[], schema: Schema): Record<string, Schema> {
  return Object.fromEntries(names.map((name) => [name, schema]))
}

/** What begins with an underscore is let pass, for it to be refused by name. */
function queryOf(properties: Record<string, Schema>, additionalProperties = true): Schema {
  return { type: 'object', properties, additionalProperties, patternProperties: { '^_': QUERY_PARAMETER } }
}
