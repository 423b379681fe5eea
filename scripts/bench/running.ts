/** Servers as processes: on a free port, until they answer, and how much memory they have. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'

export interface Running {
  url: string
  pid: number
  /** From the start of the process to its first answer. */
  startMs: number
  /** Bytes that are resident now. */
  resident(): number
  close(): Promise<void>
}

export interface Command {
  command: string
  args: string[]
  cwd?: string
  env?: Record<string, string>
}

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1))

/** How long a server may take to its first answer. */
const START_WITHIN_MS = 120_000

/**
 * Start a server, and ask it until it answers.
 *
 * @throws {Error} it ended, or said nothing in time
 */
export async function run({ command, args, cwd, env }: Command, port: number, path: string): Promise<Running> {
  const began = performance.now()
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'pipe'] })
  running.add(child)
  let said = ''
  child.stderr?.on('data', (piece) => {
    said = (said + String(piece)).slice(-2000)
  })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  child.once('error', (error) => {
    said += error.message
  })
  const url = `http://127.0.0.1:${port}`
  while (!(await answers(url + path))) {
    if (child.exitCode !== null || child.pid === undefined)
      throw new Error(`${command} ${args.join(' ')} ended: ${said}`)
    if (performance.now() - began > START_WITHIN_MS)
      throw new Error(`${command} ${args.join(' ')} does not answer: ${said}`)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  const startMs = performance.now() - began
  const pid = child.pid ?? 0
  return {
    url,
    pid,
    startMs,
    resident: () => residentOf(pid),
    async close() {
      if (child.exitCode === null) child.kill('SIGKILL')
      await ended
      running.delete(child)
    },
  }
}

/** What Linux calls VmRSS, in bytes; elsewhere it is not known. */
export function residentOf(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024
  } catch {
    return Number.NaN
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Whether there is an answer at all. */
function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, headers: { 'X-Auth-Token': 'admin' } }, (answer) => {
      answer.resume()
      answer.once('end', () => resolve(true))
      answer.once('error', () => resolve(false))
    })
    request.once('error', () => resolve(false))
  })
}
