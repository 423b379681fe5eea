/** Cells: where services and hosts are kept, and what happens when a cell's database is gone. */

import { type Cloud, changed } from './cloud.ts'
import { impossible, refuse } from './errors.ts'

export interface Cell {
  name: string
  /** Its database does not answer. */
  down: boolean
}

/** The API database's note of which cell has a compute host. It outlives the cell's own database. */
export interface HostMapping {
  host: string
  cell: string
}

/** The service that runs on a compute host: the only one whose host is mapped to a cell, grouped, or has instances. */
export const COMPUTE = 'nova-compute'

/** The cell a service is in unless it says otherwise. */
export const DEFAULT_CELL = 'cell1'

export function addCell(cloud: Cloud, { name, down = false }: { name: string; down?: boolean }): Cell {
  if (findCell(cloud, name)) impossible(`there is a cell "${name}" already`, { path: ['name'] })
  const cell = { name, down }
  cloud.state.cells.push(cell)
  changed(cloud, { type: 'cell.added', ...cell })
  return cell
}

/** Take a cell's database away, or give it back. */
export function setCellDown(cloud: Cloud, name: string, down: boolean): Cell {
  const cell = findCell(cloud, name) ?? impossible(`there is no cell "${name}"`)
  cell.down = down
  changed(cloud, { type: 'cell.updated', ...cell })
  return cell
}

export function findCell(cloud: Cloud, name: string): Cell | undefined {
  return cloud.state.cells.find((cell) => cell.name === name)
}

/** @throws {CloudError} CellUnreachable when the cell's database is gone: Nova then knows nothing of what is in it. */
export function reach(cloud: Cloud, name: string): void {
  if (findCell(cloud, name)?.down) refuse({ code: 'CellUnreachable', cell: name })
}

/** Note which cell has a host. A host is in one cell only. */
export function mapHost(cloud: Cloud, host: string, cell: string): void {
  const known = findHostMapping(cloud, host)
  if (known && known.cell !== cell) {
    impossible(`host "${host}" is in cell "${known.cell}" already, so it cannot be in "${cell}" too`, {
      path: ['host'],
    })
  }
  cloud.state.hostMappings.set(host.toLowerCase(), Object.freeze({ host, cell }))
}

export function forgetHost(cloud: Cloud, host: string): void {
  cloud.state.hostMappings.delete(host.toLowerCase())
}

/** MySQL compares without case, so HOST1 finds host1. */
export function findHostMapping(cloud: Cloud, host: string): HostMapping | undefined {
  return cloud.state.hostMappings.get(host.toLowerCase())
}
