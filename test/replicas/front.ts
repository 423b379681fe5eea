/** Replicas of novasim behind a real nginx, as examples/replicas/nginx.conf has them, on free ports. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../scripts/bench/running.ts'
import { type Novasim, startNovasim } from '../clients/novasim.ts'

const CONFIGURATION = 'examples/replicas/nginx.conf'
const STARTS_WITHIN_MS = 10_000

export interface Front extends AsyncDisposable {
  /** Where nginx listens. */
  url: string
  /** The processes behind it. */
  replicas: Novasim[]
  /** What logs a client in, through nginx. */
  env: Record<string, string>
}

/** @throws {Error} nginx does not start, with what it said */
export async function startFront(count: number): Promise<Front> {
  const replicas = await Promise.all(Array.from({ length: count }, () => startNovasim()))
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'novasim-nginx-'))
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, configured(port, replicas))
  const nginx = spawn('nginx', ['-p', folder, '-c', file], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  nginx.stderr.on('data', (piece) => {
    said += String(piece)
  })
  const ended = once(nginx, 'close').catch(() => {})
  const url = `http://127.0.0.1:${port}`
  const dispose = async () => {
    if (nginx.exitCode === null) nginx.kill('SIGTERM')
    await ended
    for (const replica of replicas) await replica[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  }
  const until = Date.now() + STARTS_WITHIN_MS
  while (!(await answers(url))) {
    if (nginx.exitCode === null && Date.now() < until) continue
    await dispose()
    throw new Error(`Cannot start nginx: ${said}`)
  }
  const first = replicas[0]?.url ?? ''
  const env = Object.entries(replicas[0]?.env ?? {}).map(([name, value]) => [name, value.replace(first, url)])
  return { url, replicas, env: Object.fromEntries(env), [Symbol.asyncDispose]: dispose }
}

/** The example, with these ports in the place of its own. */
function configured(port: number, replicas: Novasim[]): string {
  const example = readFileSync(CONFIGURATION, 'utf8')
  const servers = replicas.map(({ url }) => `server ${new URL(url).host} max_fails=0;`).join('\n        ')
  const made = example
    .replace(/listen 127\.0\.0\.1:8774/, `listen 127.0.0.1:${port}`)
    .replace(/(?:server 127\.0\.0\.1:\d+ max_fails=0;\s*)+/, `${servers}\n        `)
  if (made.includes('127.0.0.1:87')) throw new Error(`${CONFIGURATION} is written in another way than was thought`)
  return made
}

async function answers(url: string): Promise<boolean> {
  try {
    await (await fetch(`${url}/_novasim/health`)).arrayBuffer()
    return true
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 20))
    return false
  }
}
