/** `novasim snapshot`: keep moments of a world, and return to them. */

import type { SnapshotView } from '../handles/views.ts'
import { plain, print, type RemoteFlags, remote, table, timeText, write } from './remote.ts'

export async function listSnapshots(flags: RemoteFlags): Promise<void> {
  const snapshots = await remote(flags).snapshots.list()
  print(flags, snapshots, () => (snapshots.length === 0 ? 'no snapshots' : tableOf(snapshots)))
}

/** @param id default: made by novasim */
export async function makeSnapshot(id: string | undefined, flags: RemoteFlags): Promise<void> {
  const made = await remote(flags).snapshots.create(id)
  print(flags, made, () => tableOf([made]))
}

export async function restoreSnapshot(id: string, flags: RemoteFlags): Promise<void> {
  const restored = await remote(flags).snapshots.restore(id)
  print(flags, restored, () => tableOf([restored]))
}

export async function forgetSnapshot(id: string, flags: RemoteFlags): Promise<void> {
  await remote(flags).snapshots.delete(id)
  if (!flags.json) write(`gone: ${plain(id)}`)
}

function tableOf(snapshots: SnapshotView[]): string {
  return table(
    ['snapshot', 'at', 'services', 'journal'],
    snapshots.map(({ id, at, services, journal }) => [plain(id), timeText(at), String(services), String(journal)]),
  )
}
