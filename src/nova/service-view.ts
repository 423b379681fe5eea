/** How a service is shown, at each version. nova/api/openstack/compute/services.py `_get_service_detail` */

import { isUp, type Service } from '../cloud/services.ts'
import { quote } from '../python/json.ts'

/** From here on `forced_down` is shown, and can be set. */
export const FORCED_DOWN_FROM = 11
/** From here on services go by their UUID, and one PUT does what four did. */
export const UUID_FROM = 53
/** From here on a cell that is down is shown by the hosts that are known to be in it. */
const DOWN_CELLS_FROM = 69

/** How much of a service is shown. */
export interface Shape {
  /** Of services whose cell is down, too. */
  downCells: boolean
  uuid: boolean
  forcedDown: boolean
}

const SHAPES: [from: number, shape: Shape][] = [
  [DOWN_CELLS_FROM, { downCells: true, uuid: true, forcedDown: true }],
  [UUID_FROM, { downCells: false, uuid: true, forcedDown: true }],
  [FORCED_DOWN_FROM, { downCells: false, uuid: false, forcedDown: true }],
]
const FIRST_SHAPE: Shape = { downCells: false, uuid: false, forcedDown: false }

/** What is shown of a service at a version, given by its minor number. */
export function shapeAt(version: number): Shape {
  return SHAPES.find(([from]) => version >= from)?.[1] ?? FIRST_SHAPE
}

/** One service as JSON. `updated` is its `updated_at`, in milliseconds since 1970. */
export function serviceJson(service: Service, shape: Shape, zone: string, now: number, updated: number | null): string {
  const { binary, host, disabled, disabledReason } = service
  // Joined rather than added: V8 keeps a sum as a tree, and to make a list of thousands of trees takes ten times as long.
  return [
    `{"binary": ${quote(binary)}, "host": ${quote(host)}`,
    `"id": ${shape.uuid ? quote(service.uuid) : service.id}, "zone": ${quote(zone)}`,
    `"status": "${disabled ? 'disabled' : 'enabled'}", "state": "${isUp(service, now) ? 'up' : 'down'}"`,
    `"updated_at": ${updated === null ? 'null' : `"${timeText(updated)}"`}`,
    `"disabled_reason": ${disabledReason === null ? 'null' : quote(disabledReason)}${shape.forcedDown ? `, "forced_down": ${service.forcedDown}` : ''}}`,
  ].join(', ')
}

/** A time as oslo.serialization prints it: `2026-01-01T00:00:00.000000`. */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -1)}000`
}
