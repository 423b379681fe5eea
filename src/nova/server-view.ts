/** How a server is shown, at each version. nova/api/openstack/compute/views/servers.py */

import { createHash } from 'node:crypto'
import { zoneOf, zonesByHost } from '../cloud/aggregates.ts'
import { COMPUTE, findHostMapping } from '../cloud/cells.ts'
import type { Cloud } from '../cloud/cloud.ts'
import { statusOf } from '../cloud/instance-states.ts'
import { type Instance, reservationIdOf } from '../cloud/instances.ts'
import { findServiceOf, isUp, nextChangeByTime, type Service, wholeSeconds } from '../cloud/services.ts'
import { dumps, Json, type Writable } from '../python/json.ts'
import { compareText } from '../python/values.ts'
import { bookmarkOf, linksTo } from './links.ts'
import { may } from './policy.ts'
import { sayingsOf } from './releases.ts'
import type { Call } from './resource.ts'
import { timeText } from './service-view.ts'

/** The version from which each of these is shown. */
const FROM = {
  extended: 3,
  locked: 9,
  hostStatus: 16,
  description: 19,
  tags: 26,
  embeddedFlavor: 47,
  trustedCertificates: 63,
  groups: 71,
  lockedReason: 73,
  hostname: 90,
  pinnedZone: 96,
  schedulerHints: 100,
} as const

/** From here on a server's image is shown with its properties. */
export const IMAGE_PROPERTIES_FROM = 98

/** The statuses in which something goes on that can be told in percent, and those that have a reason. */
const IN_PROGRESS = new Set(['ACTIVE', 'BUILD', 'REBUILD', 'RESIZE', 'VERIFY_RESIZE', 'MIGRATING'])
const WITH_FAULT = new Set(['ERROR', 'DELETED'])

/** Who looks at servers, and what has been looked up for them already. */
export interface Looking {
  call: Call
  now: number
  isAdmin: boolean
  zones: ReadonlyMap<string, string>
  /** By host. */
  statuses: Map<string, string>
  /** By host and project. */
  hostIds: Map<string, string>
  /** By what many servers have in common: a flavor, an image. */
  parts: Map<unknown, Json>
  /** When the first of what was looked up may change by time alone; Infinity: never. */
  until: number
}

export function look(call: Call): Looking {
  const { cloud } = call
  return {
    call,
    now: cloud.clock.now(),
    isAdmin: may(call, 'admin'),
    zones: zonesByHost(cloud),
    statuses: new Map(),
    hostIds: new Map(),
    parts: new Map(),
    until: Number.POSITIVE_INFINITY,
  }
}

/** As the list has it. */
export function briefView({ call }: Looking, { uuid, name }: Instance): { [key: string]: Writable } {
  return { id: uuid, name, links: linksTo(call, 'servers', uuid) }
}

/** One of a cell that is down, as the list has it. */
export function unknownView({ call }: Looking, { uuid }: Instance): { [key: string]: Writable } {
  return { id: uuid, status: 'UNKNOWN', links: linksTo(call, 'servers', uuid) }
}

/** One of a cell that is down, with what the API's own database knows of it. `_show_from_down_cell` */
export function unknownDetails(
  looking: Looking,
  instance: Instance,
  groups: string[] | undefined,
): { [key: string]: Writable } {
  const { uuid, projectId, createdAt, userId, pinnedZone } = instance
  return {
    id: uuid,
    status: 'UNKNOWN',
    tenant_id: projectId,
    created: isoTime(createdAt),
    links: linksTo(looking.call, 'servers', uuid),
    ...(groups && {
      image: shared(looking, instance.image, () => imageView(looking, instance)),
      flavor: shared(looking, instance.flavor, () => flavorView(looking, instance)),
      'OS-EXT-AZ:availability_zone': pinnedZone ?? 'UNKNOWN',
      'OS-EXT-STS:power_state': 0,
      user_id: userId,
      ...(looking.call.version >= FROM.groups && { server_groups: groups }),
    }),
  }
}

/**
 * With all that is known of it.
 *
 * @param groups the ids of its server groups: only one server at a time is shown with them, and in a list its host's status
 *   comes last
 */
export function detailedView(looking: Looking, instance: Instance, groups?: string[]): { [key: string]: Writable } {
  const view = sortedView(looking, instance, groups)
  const { isAdmin, call } = looking
  return sayingsOf(call.cloud).sortsServers ? view : grownView(view, { isAdmin, isAlone: groups !== undefined })
}

function sortedView(looking: Looking, instance: Instance, groups?: string[]): { [key: string]: Writable } {
  const { call, isAdmin, zones } = looking
  const { version } = call
  const { uuid, host } = instance
  // What hangs on a server goes with it.
  const isGone = instance.deletedAt !== null
  const status = isGone ? 'DELETED' : statusOf(instance)
  const hostStatus = version >= FROM.hostStatus && isAdmin && { host_status: hostStatusOf(looking, instance) }
  return {
    accessIPv4: instance.accessIpV4 ?? '',
    accessIPv6: instance.accessIpV6 ?? '',
    addresses: {},
    created: isoTime(instance.createdAt),
    flavor: shared(looking, instance.flavor, () => flavorView(looking, instance)),
    hostId: hostIdOf(looking, instance),
    id: uuid,
    image: shared(looking, instance.image, () => imageView(looking, instance)),
    links: linksTo(call, 'servers', uuid),
    metadata: isGone ? {} : instance.metadata,
    name: instance.name,
    status,
    tenant_id: instance.projectId,
    user_id: instance.userId,
    updated: isoTime(instance.updatedAt ?? looking.now),
    'OS-DCF:diskConfig': instance.diskConfig,
    ...(WITH_FAULT.has(status) && instance.fault && { fault: faultOf(instance.fault, isAdmin) }),
    ...(IN_PROGRESS.has(status) && { progress: instance.progress }),
    'OS-EXT-AZ:availability_zone':
      host === null ? (instance.pinnedZone ?? '') : zoneOf({ binary: COMPUTE, host }, zones),
    config_drive: instance.configDrive ? 'True' : '',
    key_name: instance.keyName,
    'OS-SRV-USG:launched_at': storedTime(instance.launchedAt),
    'OS-SRV-USG:terminated_at': storedTime(instance.terminatedAt),
    ...(isAdmin && attributesOf(instance, version)),
    'OS-EXT-STS:task_state': instance.taskState,
    'OS-EXT-STS:vm_state': instance.vmState,
    'OS-EXT-STS:power_state': instance.powerState,
    'os-extended-volumes:volumes_attached': [],
    ...(version >= FROM.locked && { locked: instance.lockedBy !== null }),
    ...(groups && hostStatus),
    ...(version >= FROM.description && { description: instance.description }),
    ...(version >= FROM.tags && { tags: isGone ? [] : tagsOf(instance) }),
    ...(version >= FROM.trustedCertificates && { trusted_image_certificates: null }),
    ...(version >= FROM.groups && groups && { server_groups: groups }),
    ...(version >= FROM.lockedReason && { locked_reason: isGone ? null : instance.lockedReason }),
    ...(version >= FROM.hostname && !isAdmin && { 'OS-EXT-SRV-ATTR:hostname': instance.hostname }),
    ...(version >= FROM.pinnedZone && { pinned_availability_zone: instance.pinnedZone }),
    ...(version >= FROM.schedulerHints && { scheduler_hints: instance.hints }),
    ...(!groups && hostStatus),
  }
}

/** The keys of a server up to 2025.2; `host_status` stands last in a list. nova/api/openstack/compute/views/servers.py of 32.0.0 */
const GROWN = [
  ...['id', 'name', 'status', 'tenant_id', 'user_id', 'metadata', 'hostId', 'image', 'flavor', 'created', 'updated'],
  ...['addresses', 'accessIPv4', 'accessIPv6', 'links', 'OS-DCF:diskConfig', 'fault', 'progress'],
  ...['OS-EXT-AZ:availability_zone', 'pinned_availability_zone', 'scheduler_hints', 'config_drive', 'key_name'],
  ...['OS-SRV-USG:launched_at', 'OS-SRV-USG:terminated_at', 'OS-EXT-SRV-ATTR:host', 'OS-EXT-SRV-ATTR:instance_name'],
  ...['OS-EXT-SRV-ATTR:hypervisor_hostname', 'OS-EXT-SRV-ATTR:reservation_id', 'OS-EXT-SRV-ATTR:launch_index'],
  ...['OS-EXT-SRV-ATTR:hostname', 'OS-EXT-SRV-ATTR:kernel_id', 'OS-EXT-SRV-ATTR:ramdisk_id'],
  ...['OS-EXT-SRV-ATTR:root_device_name', 'OS-EXT-SRV-ATTR:user_data', 'OS-EXT-STS:task_state'],
  ...['OS-EXT-STS:vm_state', 'OS-EXT-STS:power_state', 'os-extended-volumes:volumes_attached', 'host_status'],
  ...['locked', 'locked_reason', 'description', 'tags', 'trusted_image_certificates', 'server_groups'],
]
/** For who sees no other attribute of these, it comes later. */
const HOSTNAME = 'OS-EXT-SRV-ATTR:hostname'

function grownView(
  view: { [key: string]: Writable },
  { isAdmin, isAlone }: { isAdmin: boolean; isAlone: boolean },
): { [key: string]: Writable } {
  const late = [...(isAdmin ? [] : [HOSTNAME, 'server_groups']), ...(isAlone ? [] : ['host_status'])]
  const keys = [...GROWN.filter((key) => !late.includes(key)), ...late]
  return Object.fromEntries(keys.flatMap((key) => (key in view ? [[key, view[key]]] : [])))
}

/** In the order in which the database has them. */
export function tagsOf({ tags }: Instance): string[] {
  return [...tags].sort(compareText)
}

/** nova/utils.py `isotime` */
export function isoTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

/** Like `timeText`; and null. */
export function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : timeText(ms)
}

/** Like `timeOrNull`, of a time that comes from the database, which keeps whole seconds. */
function storedTime(ms: number | null): string | null {
  return timeOrNull(ms === null ? null : wholeSeconds(ms))
}

/** What stands for the host where it must not be told. nova/utils.py `generate_hostid` */
export function hostId(host: string | null, projectId: string): string {
  return host === null
    ? ''
    : createHash('sha224')
        .update(projectId + host)
        .digest('hex')
}

/** What a hypervisor calls a server: Nova's default `instance_name_template`. @param id of its row */
export function instanceName(id: number): string {
  return `instance-${id.toString(16).padStart(8, '0')}`
}

/** nova/api/openstack/compute/views/servers.py `show`, the extended attributes */
function attributesOf(instance: Instance, version: number): { [key: string]: Writable } {
  const { id, host, userData } = instance
  return {
    'OS-EXT-SRV-ATTR:host': host,
    'OS-EXT-SRV-ATTR:instance_name': id === null ? null : instanceName(id),
    'OS-EXT-SRV-ATTR:hypervisor_hostname': host,
    ...(version >= FROM.extended && {
      'OS-EXT-SRV-ATTR:hostname': instance.hostname,
      'OS-EXT-SRV-ATTR:kernel_id': '',
      'OS-EXT-SRV-ATTR:launch_index': instance.launchIndex,
      'OS-EXT-SRV-ATTR:ramdisk_id': '',
      'OS-EXT-SRV-ATTR:reservation_id': reservationIdOf(instance),
      'OS-EXT-SRV-ATTR:root_device_name': rootDeviceOf(instance),
      'OS-EXT-SRV-ATTR:user_data': userData,
    }),
  }
}

/** Named once it has been on a host. */
export function rootDeviceOf({ launchedAt }: Instance): string | null {
  return launchedAt === null ? null : '/dev/sda'
}

/** Written once for all servers of a list that have it. */
function shared({ parts }: Looking, key: unknown, make: () => Writable): Json {
  const known = parts.get(key) ?? new Json(dumps(make()))
  parts.set(key, known)
  return known
}

function flavorView({ call }: Looking, { flavor }: Instance): { [key: string]: Writable } {
  if (call.version < FROM.embeddedFlavor) {
    return { id: flavor.flavorId, links: [bookmarkOf(call, 'flavors', flavor.flavorId)] }
  }
  return {
    vcpus: flavor.vcpus,
    ram: flavor.ramMb,
    disk: flavor.diskGb,
    ephemeral: flavor.ephemeralGb,
    swap: flavor.swapMb,
    original_name: flavor.name,
    extra_specs: flavor.extraSpecs,
  }
}

function imageView({ call }: Looking, { image, flavor }: Instance): Writable {
  if (image === null) return ''
  const { showsWholeImage } = sayingsOf(call.cloud)
  return {
    id: image,
    links: [bookmarkOf(call, 'images', image)],
    ...(call.version >= IMAGE_PROPERTIES_FROM && {
      properties: showsWholeImage ? keptOf(call.cloud, image, flavor.diskGb) : {},
    }),
  }
}

/** @see nova/utils.py `get_system_metadata_from_image` */
function keptOf({ state }: Cloud, id: string, diskGb: number): { [key: string]: Writable } {
  const image = state.images.get(id)
  return {
    ...image?.properties,
    ...(image && { min_ram: `${image.minRamMb}`, min_disk: `${Math.max(image.minDiskGb, diskGb)}` }),
    ...(image?.diskFormat && { disk_format: image.diskFormat }),
    ...(image?.containerFormat && { container_format: image.containerFormat }),
    base_image_ref: id,
  }
}

function faultOf(fault: NonNullable<Instance['fault']>, isAdmin: boolean): { [key: string]: Writable } {
  const { code, message, details, createdAt } = fault
  const shown = details !== null && details !== '' && (isAdmin || code !== 500)
  return { code, created: isoTime(createdAt), message, ...(shown && { details }) }
}

function hostIdOf({ hostIds }: Looking, { host, projectId }: Instance): string {
  if (host === null) return ''
  const key = `${host} ${projectId}`
  const known = hostIds.get(key) ?? hostId(host, projectId)
  hostIds.set(key, known)
  return known
}

/** In a list, what is said of the first server on a host is said of all. nova/compute/api.py `get_instances_host_statuses` */
function hostStatusOf(looking: Looking, { host, deletedAt }: Instance): string {
  if (host === null) return ''
  const known = looking.statuses.get(host)
  if (known !== undefined) return known
  const { call, now } = looking
  const cell = findHostMapping(call.cloud, host)?.cell
  const service = cell === undefined || deletedAt !== null ? undefined : findServiceOf(call.cloud, host, COMPUTE, cell)
  if (service) looking.until = Math.min(looking.until, nextChangeByTime(service, now))
  const status = service ? statusOfService(service, now) : ''
  looking.statuses.set(host, status)
  return status
}

/** @see nova/compute/api.py `get_instance_host_status` */
function statusOfService(service: Service, now: number): string {
  if (service.forcedDown) return 'DOWN'
  if (service.disabled) return 'MAINTENANCE'
  return isUp(service, now) ? 'UP' : 'UNKNOWN'
}
