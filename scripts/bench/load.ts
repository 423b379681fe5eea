/** Load from one process: requests per second and how long each took, by wrk, or by autocannon where there is none. */

import { execFile, execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Ask } from './answers.ts'
import { installed } from './install.ts'

export interface Load {
  perSecond: number
  p50Ms: number
  p99Ms: number
  /** Answers that were no success, and requests without an answer. */
  failed: number
}

export const CONNECTIONS = 16

/** What makes the load. */
export interface Loader {
  name: string
  /** Send these, one after the other and from the start again, from all connections as fast as they are answered. */
  run(url: string, asks: Ask[], seconds: number): Promise<Load>
}

const start = promisify(execFile)

/** wrk where it is on the PATH, else autocannon, which is slower and is the slower part of what is measured then. */
export async function loader(say: (text: string) => void): Promise<Loader> {
  try {
    // It prints its version and exits with 1.
    execFileSync('wrk', ['-v'], { stdio: 'ignore' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      say('bench: wrk is not on the PATH (it is in the package "wrk" of most Linux distributions): autocannon instead')
      return autocannon(say)
    }
  }
  return { name: `wrk, 1 thread, ${CONNECTIONS} connections`, run: byWrk }
}

async function byWrk(url: string, asks: Ask[], seconds: number): Promise<Load> {
  const script = join(mkdtempSync(join(tmpdir(), 'novasim-bench-')), 'load.lua')
  writeFileSync(script, luaOf(asks))
  const flags = ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '--timeout', '30s', '-s', script, url]
  const { stdout, stderr } = await start('wrk', flags, { timeout: (seconds + 60) * 1000 })
  const line = /^RESULT (.*)$/m.exec(stdout)?.[1]
  if (line === undefined) throw new Error(`wrk said something else:\n${stdout}${stderr}`)
  const [requests = 0, micros = 1, p50 = 0, p99 = 0, failed = 0] = line.split(' ').map(Number)
  return { perSecond: requests / (micros / 1e6), p50Ms: p50 / 1000, p99Ms: p99 / 1000, failed }
}

/** One request is wrk's own, made once; several are taken in turn. */
function luaOf(asks: Ask[]): string {
  const text = (value: string) => `[==[${value}]==]`
  const table = (headers: Record<string, string>) =>
    `{${Object.entries(headers).map(([name, value]) => `[ ${text(name)} ] = ${text(value)}`)}}`
  const format = ({ method, path, headers, body }: Ask) =>
    `wrk.format("${method}", ${text(path)}, ${table(headers)}, ${body === undefined ? 'nil' : text(body)})`
  return `
    local made = {}
    local turn = 0
    init = function() ${asks.map((ask, index) => `made[${index + 1}] = ${format(ask)}`).join('\n')} end
    request = function()
      turn = turn % ${asks.length} + 1
      return made[turn]
    end
    done = function(summary, latency)
      local e = summary.errors
      local failed = e.connect + e.read + e.write + e.status + e.timeout
      io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration,
        latency:percentile(50), latency:percentile(99), failed))
    end`
}

type Cannon = (options: object) => Promise<{
  requests: { total: number }
  duration: number
  latency: { p50: number; p99: number }
  errors: number
  non2xx: number
}>

async function autocannon(say: (text: string) => void): Promise<Loader> {
  const folder = installed('autocannon', '9.0.0', say)
  const { default: fire } = (await import(join(folder, 'autocannon.js'))) as { default: Cannon }
  return {
    name: `autocannon 9.0.0, ${CONNECTIONS} connections`,
    async run(url, requests, seconds) {
      const {
        requests: sent,
        duration,
        latency,
        errors,
        non2xx,
      } = await fire({
        url,
        requests,
        connections: CONNECTIONS,
        duration: seconds,
      })
      const failed = errors + non2xx
      return { perSecond: sent.total / duration, p50Ms: latency.p50, p99Ms: latency.p99, failed }
    },
  }
}
