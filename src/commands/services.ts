/** `novasim services`: the compute services, how they are, and what can be changed of them. */

import type { ServiceChange, ServiceView } from '../handles/views.ts'
import { paint, plain, print, type RemoteFlags, remote, table, timeText } from './remote.ts'

export async function listServices(flags: RemoteFlags & { host?: string; binary?: string }): Promise<void> {
  const all = await remote(flags).services.list()
  const wanted = all.filter(({ host, binary }) => (flags.host ?? host) === host && (flags.binary ?? binary) === binary)
  print(flags, wanted, () => tableOf(wanted))
}

/** @param wanted `binary@host`, a UUID or an id; a host alone is its nova-compute */
export async function setService(
  wanted: string,
  { process, status, reason, forcedDown, ...flags }: RemoteFlags & Setting,
): Promise<void> {
  const change: ServiceChange = {
    ...(process && { process }),
    ...(status && { status }),
    ...(reason !== undefined && { disabled_reason: reason }),
    ...(forcedDown && { forced_down: forcedDown === 'true' }),
  }
  const { services } = remote(flags)
  const changed = await services.update(
    /@|^\d+$|^[\da-f-]{36}$/i.test(wanted) ? wanted : `nova-compute@${wanted}`,
    change,
  )
  print(flags, changed, () => tableOf([changed]))
}

interface Setting {
  process?: NonNullable<ServiceChange['process']>
  status?: NonNullable<ServiceChange['status']>
  reason?: string
  forcedDown?: 'true' | 'false'
}

function tableOf(services: ServiceView[]): string {
  return table(
    ['service', 'state', 'status', 'process', 'zone', 'updated', 'reason'],
    services.map((service) => [
      plain(`${service.binary}@${service.host}`),
      (service.state === 'up' ? paint('green', 'up') : paint('red', 'down')) + (service.forced_down ? ' (forced)' : ''),
      service.status,
      service.process,
      plain(service.zone),
      timeText(service.updated_at),
      plain(service.disabled_reason ?? '-'),
    ]),
  )
}
