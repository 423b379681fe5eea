/** The openstack client through `novasim record` against the real cloud, then offline against `novasim replay`: it has to print the same. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Printed {
  command: string
  stdout: string
  stderr: string
  code: number | null
}

/** @returns how many commands print something else offline; undefined when there is no such client */
export function compareClient(host: string): Promise<number> | undefined {
  if (spawnSync('openstack', ['--version'], { stdio: 'ignore' }).status !== 0) return undefined
  return recordAndReplay(host)
}

async function recordAndReplay(host: string): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'novasim-client-'))
  const file = join(folder, 'recording.jsonl')
  try {
    const live = await printedThrough(['record', '--upstream', process.env.OS_AUTH_URL ?? '', '--out', file], host)
    const offline = await printedThrough(['replay', file, '--times', 'recorded'], host)
    let different = 0
    for (const [index, one] of live.entries()) {
      const other = offline[index]
      if (other && JSON.stringify(one) === JSON.stringify(other)) continue
      different++
      process.stdout.write(`  DIFFERS openstack ${one.command}\n`)
      for (const key of ['code', 'stdout', 'stderr'] as const) {
        if (one[key] !== other?.[key])
          process.stdout.write(`    ${key}\n      real     ${one[key]}\n      offline  ${other?.[key]}\n`)
      }
    }
    process.stdout.write(
      `openstack client: ${live.length - different} of ${live.length} commands print the same offline\n`,
    )
    return different
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Everything that the commands print when they go through a novasim. */
async function printedThrough(command: string[], host: string): Promise<Printed[]> {
  const child = spawn(process.execPath, ['dist/cli.js', ...command, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const authUrl = await authUrlOf(child)
    const compute = [host, 'nova-compute']
    return [
      ['compute', 'service', 'list', '--long'],
      ['compute', 'service', 'set', '--disable', '--disable-reason', 'maintenance', ...compute],
      ['compute', 'service', 'list', '-f', 'json'],
      ['compute', 'service', 'set', '--enable', ...compute],
      ['compute', 'service', 'set', '--down', ...compute],
      ['compute', 'service', 'list', '--service', 'nova-compute'],
      ['compute', 'service', 'set', '--up', ...compute],
      ['compute', 'service', 'set', '--disable', 'nowhere', 'nova-compute'],
      ['--os-compute-api-version=2.1', 'compute', 'service', 'list'],
      ['token', 'issue', '-f', 'value', '-c', 'user_id', '-c', 'project_id'],
    ].map((args) => {
      const { stdout, stderr, status } = spawnSync('openstack', args, {
        env: { ...process.env, OS_AUTH_URL: authUrl },
        encoding: 'utf8',
      })
      return { command: args.join(' '), stdout, stderr, code: status }
    })
  } finally {
    const ended = once(child, 'exit')
    if (child.exitCode === null && child.kill()) await ended
  }
}

async function authUrlOf({ stdout }: ChildProcess): Promise<string> {
  let text = ''
  for await (const piece of stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    text += String(piece)
    const url = /^OS_AUTH_URL=(.*)$/m.exec(text)?.[1]
    if (url && /^export /m.test(text)) return url
  }
  throw new Error(`novasim did not start: ${text}`)
}
