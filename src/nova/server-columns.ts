/** The columns of a server's row that lists are filtered and sorted by, as the database has them. nova/db/main/models.py `Instance` */

import { zoneOf } from '../cloud/aggregates.ts'
import { COMPUTE } from '../cloud/cells.ts'
import { type Instance, reservationIdOf } from '../cloud/instances.ts'
import { rootDeviceOf } from './server-view.ts'

/** What a column says, a time in seconds; null where it says nothing. */
export type Column = (instance: Instance, zones: ReadonlyMap<string, string>) => string | number | null

export const COLUMNS: { readonly [name: string]: Column } = {
  access_ip_v4: ({ accessIpV4 }) => accessIpV4,
  access_ip_v6: ({ accessIpV6 }) => accessIpV6,
  auto_disk_config: ({ diskConfig }) => (diskConfig === 'AUTO' ? 1 : 0),
  availability_zone: ({ host, pinnedZone }, zones) =>
    host === null ? pinnedZone : zoneOf({ binary: COMPUTE, host }, zones),
  config_drive: ({ configDrive }) => (configDrive ? 'True' : ''),
  created_at: ({ createdAt }) => seconds(createdAt),
  display_description: ({ description }) => description,
  display_name: ({ name }) => name,
  host: ({ host }) => host,
  hostname: ({ hostname }) => hostname,
  id: ({ id }) => id,
  image_ref: ({ image }) => image ?? '',
  instance_type_id: ({ flavor }) => flavor.id,
  kernel_id: () => '',
  key_name: ({ keyName }) => keyName,
  launch_index: ({ launchIndex }) => launchIndex,
  launched_at: ({ launchedAt }) => seconds(launchedAt),
  locked: ({ lockedBy }) => (lockedBy === null ? 0 : 1),
  locked_by: ({ lockedBy }) => lockedBy,
  node: ({ host }) => host,
  power_state: ({ powerState }) => powerState,
  progress: ({ progress }) => progress,
  project_id: ({ projectId }) => projectId,
  ramdisk_id: () => '',
  reservation_id: reservationIdOf,
  root_device_name: rootDeviceOf,
  task_state: ({ taskState }) => taskState,
  terminated_at: ({ terminatedAt }) => seconds(terminatedAt),
  updated_at: ({ updatedAt }) => seconds(updatedAt),
  user_id: ({ userId }) => userId,
  uuid: ({ uuid }) => uuid,
  vm_state: ({ vmState }) => vmState,
}

/** What a regular expression is put to: a time is a text to MySQL, too. */
export function textOf(name: string, value: string | number): string {
  if (!name.endsWith('_at')) return String(value)
  return new Date(Number(value) * 1000).toISOString().slice(0, 19).replace('T', ' ')
}

/** MySQL's DATETIME has no fraction of a second. Since 1970. */
function seconds(ms: number | null): number | null {
  return ms === null ? null : Math.floor(ms / 1000)
}
