/** The processes of a running cloud: killed and started again, as its folder says how. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { AskedCloud } from './cloud.ts'
import type { Place } from './generators/services.ts'

/** How long anything is waited for. */
const WITHIN_MS = 150_000

export interface ServiceShown extends Place {
  id: string | number
  state: 'up' | 'down'
  status: string
  forced_down: boolean
  updated_at: string | null
}

/** @param folder has `venv/bin/nova-compute`, `etc/nova.conf`, `etc/HOST.conf` for each host, and `run/nova-compute-HOST.pid` */
export function hostsOf(cloud: AskedCloud, folder: string) {
  /** A compute host has a file of its own; what runs once for the cloud has none. */
  const nameOf = ({ binary, host }: Place) => (binary === 'nova-compute' ? `${binary}-${host}` : binary)
  const pidFile = (place: Place) => join(folder, 'run', `${nameOf(place)}.pid`)
  return {
    async kill(place: Place): Promise<void> {
      const pid = pidOf(pidFile(place))
      if (pid === undefined) return
      process.kill(pid, 'SIGKILL')
      await until(`${nameOf(place)} to end`, async () => !isRunning(pid))
    },
    /** Start what does not run, and wait until it has reported. */
    async start(place: Place): Promise<void> {
      const before = (await serviceOf(cloud, place))?.updated_at
      const running = pidOf(pidFile(place))
      if (running === undefined) {
        const settings = join(folder, 'etc', `${place.host}.conf`)
        const files = [join(folder, 'etc/nova.conf'), ...(place.binary === 'nova-compute' ? [settings] : [])]
        const log = openSync(join(folder, 'log', `${nameOf(place)}.log`), 'a')
        const child = spawn(
          join(folder, 'venv/bin', place.binary),
          files.flatMap((file) => ['--config-file', file]),
          { detached: true, stdio: ['ignore', log, log] },
        )
        child.unref()
        writeFileSync(pidFile(place), `${child.pid}\n`)
      }
      await until(`${nameOf(place)} to report`, async () => {
        const service = await serviceOf(cloud, place)
        return typeof service?.updated_at === 'string' && (running !== undefined || service.updated_at !== before)
      })
      if (place.binary === 'nova-compute')
        await until(`${place.host} to be found in its cell`, () => isMapped(cloud, place.host))
    },
    /** The database without the rows of what was deleted: no list shows them, but servers on a host that is registered anew tell. */
    async forgetDeleted(): Promise<void> {
      const program = join(folder, 'venv/bin/nova-manage')
      const settings = ['--config-file', join(folder, 'etc/nova.conf')]
      const command = ['db', 'archive_deleted_rows', '--all-cells', '--until-complete']
      const child = spawn(program, [...settings, ...command], { stdio: 'ignore' })
      const [code] = await once(child, 'exit')
      // 1: there was something to archive.
      if (code > 1) throw new Error(`nova-manage ${command.join(' ')} ended with ${code}`)
    },
    isRunning: (place: Place) => pidOf(pidFile(place)) !== undefined,
    /** Wait until a host that is silent counts as down. */
    async untilDown(place: Place): Promise<void> {
      await until(`${nameOf(place)} to count as down`, async () => {
        const service = await serviceOf(cloud, place)
        return service === undefined || service.state === 'down'
      })
    },
  }
}

export type Hosts = ReturnType<typeof hostsOf>

export async function serviceOf(cloud: AskedCloud, { binary, host }: Place): Promise<ServiceShown | undefined> {
  const { services } = await cloud.get(`/os-services?host=${host}&binary=${binary}`)
  return services[0]
}

/** Whether the PUT of before 2.53 would find it: a request for it that changes nothing. */
async function isMapped(cloud: AskedCloud, host: string): Promise<boolean> {
  const { hypervisors } = await cloud.get('/os-hypervisors/detail')
  if (!hypervisors.some((each: { service: { host: string } }) => each.service.host === host)) return false
  const { status } = await cloud.ask({ PUT: '/os-services/enable', body: { host, binary: 'nova-compute' } })
  return status === 200
}

export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + WITHIN_MS
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${WITHIN_MS / 1000} s for ${what}`)
    await sleep(200)
  }
}

/** Of a process that runs. */
function pidOf(file: string): number | undefined {
  if (!existsSync(file)) return undefined
  const pid = Number(readFileSync(file, 'utf8'))
  return pid > 0 && isRunning(pid) ? pid : undefined
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    // One that has ended and that nobody has waited for is none. proc(5)
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
