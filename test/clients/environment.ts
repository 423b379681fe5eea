/** Virtual environments with pinned Python packages, made once and kept. */

import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Ended, run } from './run.ts'

const CACHE = fileURLToPath(new URL('../../.cache/clients', import.meta.url))

/**
 * Make the environment that a requirements file asks for, unless it is there.
 *
 * @returns its folder
 * @throws {Error} with what pip said
 */
export async function installPython(requirements: string): Promise<string> {
  const python = await must(run('python3', ['-c', 'import sys; print(sys.version, sys.base_prefix)']))
  const key = createHash('sha256').update(python.stdout).update(readFileSync(requirements)).digest('hex').slice(0, 16)
  const folder = join(CACHE, key)
  const complete = join(folder, 'complete')
  if (existsSync(complete)) return folder
  await must(run('python3', ['-m', 'venv', '--clear', folder]))
  await must(run(join(folder, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]))
  writeFileSync(complete, '')
  return folder
}

async function must(running: Promise<Ended>): Promise<Ended> {
  const ended = await running
  if (ended.code !== 0) throw new Error(`Cannot install Python packages:\n${ended.stdout}${ended.stderr}`)
  return ended
}
