/** The command as a person runs it: `dist/cli.js` in a process of its own. */

import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

/** Run it to its end. */
export async function run(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  const child = start(args, env)
  const texts = Promise.all([textOf(child.stdout), textOf(child.stderr)])
  const [code] = (await once(child, 'exit')) as [number | null]
  const [stdout, stderr] = await texts
  return { code, stdout, stderr }
}

export interface Serving extends AsyncDisposable {
  url: string
  /** What it printed to say how to log in. */
  printed: string
  /** Send a signal, and wait for the end. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; took: number; stderr: string }>
}

/** Start it, and wait until it listens. */
export async function serve(args: string[], env: Record<string, string> = {}): Promise<Serving> {
  const child = start(args, env)
  let stderr = ''
  child.stderr.on('data', (piece) => {
    stderr += String(piece)
  })
  let printed = ''
  for await (const piece of child.stdout.iterator({ destroyOnReturn: false })) {
    printed += String(piece)
    if (/^export /m.test(printed)) break
  }
  const url = /^OS_AUTH_URL=(.*)\/identity\/v3$/m.exec(printed)?.[1]
  if (!url) throw new Error(`novasim did not start:\n${printed}${stderr}`)
  const end = async (signal: NodeJS.Signals) => {
    const began = performance.now()
    const exited = child.exitCode === null ? once(child, 'exit') : Promise.resolve([child.exitCode])
    child.kill(signal)
    const [code] = (await exited) as [number | null]
    return { code, took: performance.now() - began, stderr }
  }
  return {
    url,
    printed,
    end,
    async [Symbol.asyncDispose]() {
      await end('SIGKILL')
    },
  }
}

function start(args: string[], env: Record<string, string>): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, ['dist/cli.js', ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function textOf(stream: Readable): Promise<string> {
  let text = ''
  for await (const piece of stream) text += String(piece)
  return text
}
