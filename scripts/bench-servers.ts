/**
 * What a large cloud costs: 1,000 hosts with 100 servers each, made from a world file, kept, and looked at host by host, every
 * host for the first time. `npm run bench:servers`; `--check` fails where a target is missed, `--cli` says which command.
 */

import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { parseArgs } from 'node:util'

const HOSTS = 1000
const EACH = 100
const ASKED = 200

/** The most of each that is good enough. The times of the lists are medians, the way over the socket included. */
const TARGETS = { 'made, ms': 2000, 'resident, MB': 300, 'one host listed, ms': 5, 'with all details, ms': 5 } as const

const { values } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    cli: { type: 'string', default: 'dist/cli.js' },
    /** What part of a target still passes the check. */
    slack: { type: 'string', default: '1' },
  },
})

const empty = await start({})
empty.end()
const hosts = Array.from({ length: HOSTS }, (_, index) => `host${index}`)
const large = await start({
  services: hosts.map((host) => ({ binary: 'nova-compute', host })),
  instances: hosts.map((host) => ({ name: `${host}-{n}`, host, count: EACH })),
})
const found: Record<keyof typeof TARGETS, number> = {
  // Above what a start takes with nothing in the world.
  'made, ms': large.tookMs - empty.tookMs,
  'resident, MB': residentMb(large.pid),
  'one host listed, ms': await timeOf(large.url, '/servers', 0),
  'with all details, ms': await timeOf(large.url, '/servers/detail', ASKED),
}
large.end()

const names = Object.keys(TARGETS) as (keyof typeof TARGETS)[]
process.stdout.write('| 1,000 hosts, 100,000 servers | | at the most |\n| --- | --- | --- |\n')
for (const name of names) process.stdout.write(`| ${name} | ${found[name].toFixed(1)} | ${TARGETS[name]} |\n`)
if (values.check && names.some((name) => found[name] > TARGETS[name] / Number(values.slack))) process.exitCode = 1

async function timeOf(url: string, path: string, from: number): Promise<number> {
  const headers = { 'X-Auth-Token': 'admin', 'OpenStack-API-Version': 'compute 2.96' }
  const times: number[] = []
  for (let host = from; host < from + ASKED; host++) {
    const began = performance.now()
    const answer = await fetch(`${url}/v2.1${path}?all_tenants=1&host=host${host}`, { headers })
    const text = await answer.text()
    times.push(performance.now() - began)
    const { servers } = JSON.parse(text) as { servers: unknown[] }
    if (servers.length !== EACH) throw new Error(`host${host} has ${servers.length} servers`)
  }
  return times.sort((one, other) => one - other)[Math.floor(times.length / 2)] ?? Number.NaN
}

async function start(world: object) {
  const file = join(tmpdir(), `novasim-bench-servers-${process.pid}.json`)
  writeFileSync(file, JSON.stringify(world))
  const began = performance.now()
  const child = spawn(process.execPath, [values.cli, '--port', '0', '--world', file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  for await (const piece of (child.stdout as Readable).iterator({ destroyOnReturn: false })) {
    text += String(piece)
    const url = /^OS_AUTH_URL=(.*)\/identity\/v3$/m.exec(text)?.[1]
    if (url) return { url, pid: child.pid ?? 0, tookMs: performance.now() - began, end: () => child.kill() }
  }
  throw new Error(`novasim did not start: ${text}`)
}

/** How much of its memory is in the machine's. Linux tells; elsewhere, not a number. */
function residentMb(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
  } catch {
    return Number.NaN
  }
}
