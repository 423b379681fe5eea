/**
 * What recording costs: how much longer a request takes through the recorder, and whether its memory stays flat:
 * `npm run bench:recorder`. `--requests 100000` says how many are recorded, `--check` makes a figure that is too high a failure.
 */

import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import http from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { parseArgs } from 'node:util'
import { startEmulator } from '../src/emulator.ts'

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '100000' }, check: { type: 'boolean', default: false } },
})
const requests = Number(values.requests)

/** The most milliseconds that recording may add to a request, at the median. */
const COST_TARGET_MS = 2
/** The most that the memory may grow between the second tenth of the requests and the last. */
const GROWTH_TARGET_MIB = 32

const median = (numbers: number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN

const folder = mkdtempSync(join(tmpdir(), 'novasim-bench-'))
const out = join(folder, 'recording.jsonl')
await using nova = await startEmulator({ journal: { entries: 0 } })
const recorder = spawn(
  process.execPath,
  [
    'dist/cli.js',
    'record',
    '--upstream',
    `${nova.url}/identity/v3`,
    '--out',
    out,
    '--port',
    '0',
    '--endpoint',
    `compute=${nova.url}`,
  ],
  { stdio: ['ignore', 'pipe', 'ignore'] },
)
const url = await urlOf(recorder.stdout)
const agent = new http.Agent({ keepAlive: true, maxSockets: 8 })

try {
  const direct: number[] = []
  const through: number[] = []
  for (let round = 0; round < 2000; round++) {
    direct.push(await timeOf(nova.url, round))
    through.push(await timeOf(`${url}/compute`, round))
  }
  const cost = median(through.slice(500)) - median(direct.slice(500))
  process.stdout.write(
    `a list of 5 services: ${median(direct.slice(500)).toFixed(3)} ms direct, ${median(through.slice(500)).toFixed(3)} ms recorded: ${cost.toFixed(3)} ms more\n`,
  )
  const sizes: number[] = []
  const began = performance.now()
  for (let tenth = 0; tenth < 10; tenth++) {
    let left = requests / 10
    const work = async () => {
      while (left-- > 0) await timeOf(`${url}/compute`, left)
    }
    await Promise.all(Array.from({ length: 8 }, work))
    sizes.push(memoryOf(recorder.pid ?? 0))
    process.stdout.write(`${((tenth + 1) * requests) / 10} recorded: ${sizes.at(-1)?.toFixed(0)} MiB resident\n`)
  }
  const rate = requests / ((performance.now() - began) / 1000)
  const growth = (sizes.at(-1) ?? 0) - (sizes[1] ?? 0)
  process.stdout.write(
    `${rate.toFixed(0)} requests per second, eight at a time; ${(statSync(out).size / 2 ** 20).toFixed(0)} MiB written; memory grew by ${growth.toFixed(0)} MiB from the second tenth on\n`,
  )
  const stopped = performance.now()
  const ended = new Promise((resolve) => recorder.once('exit', resolve))
  recorder.kill('SIGTERM')
  await ended
  process.stdout.write(`SIGTERM ended it in ${(performance.now() - stopped).toFixed(0)} ms\n`)
  if (values.check && (cost > COST_TARGET_MS || growth > GROWTH_TARGET_MIB)) process.exitCode = 1
} finally {
  recorder.kill('SIGKILL')
  agent.destroy()
  rmSync(folder, { recursive: true, force: true })
}

/** With thousands of secrets, as scripts that log in again and again have tokens. */
function timeOf(base: string, number: number): Promise<number> {
  const headers = {
    'X-Auth-Token': 'admin',
    'OpenStack-API-Version': 'compute 2.53',
    Authorization: `Bearer another-secret-${number % 5000}`,
  }
  const began = performance.now()
  return new Promise((resolve, reject) => {
    http
      .get(`${base}/v2.1/os-services`, { agent, headers }, (answer) => {
        if (answer.statusCode !== 200) reject(new Error(`the list answered ${answer.statusCode}`))
        answer.resume()
        answer.on('end', () => resolve(performance.now() - began))
      })
      .on('error', reject)
  })
}

function memoryOf(pid: number): number {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
  } catch {
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024
  }
}

async function urlOf(output: Readable): Promise<string> {
  let text = ''
  for await (const piece of output.iterator({ destroyOnReturn: false })) {
    text += String(piece)
    const found = /^OS_AUTH_URL=(.*)\/identity\/v3$/m.exec(text)?.[1]
    if (found) return found
  }
  throw new Error(`the recorder did not start: ${text}`)
}
