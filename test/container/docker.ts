/** The engine on this computer, and novasim in a container of it. */

import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

/** The image that the tests are about; the first of them builds it. */
export const IMAGE = 'novasim'

/** Run docker, and give back what it prints. @throws when it fails */
export function docker(...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync('docker', args, { encoding: 'utf8', timeout: 60_000 })
  if (status !== 0) throw new Error(`docker ${args.join(' ')}: ${error ?? stderr}`)
  return stdout.trim()
}

export interface Running extends Disposable {
  id: string
  url: string
  /** What it wrote so far, both streams. */
  log(): string
}

/** A container that is up, on any free port. */
export async function running(flags: string[], command: string[] = []): Promise<Running> {
  const id = docker('run', '--detach', '--publish', '127.0.0.1::8774', ...flags, IMAGE, ...command)
  const log = () => {
    const { stdout, stderr } = spawnSync('docker', ['logs', id], { encoding: 'utf8' })
    return stdout + stderr
  }
  try {
    const url = `http://${docker('port', id, '8774/tcp').split('\n')[0]}`
    for (let tries = 0; ; tries++) {
      const answered = await fetch(url).catch(() => undefined)
      if (answered) break
      if (tries > 100) throw new Error(`nobody answers at ${url}:\n${log()}`)
      await sleep(100)
    }
    return { id, url, log, [Symbol.dispose]: () => void docker('rm', '--force', id) }
  } catch (error) {
    const said = log()
    docker('rm', '--force', id)
    throw new Error(`the container did not start:\n${said}`, { cause: error })
  }
}

/** Build the image as it is now. @throws what docker says, when it cannot be built */
export function buildImage(): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/image.ts', IMAGE], { encoding: 'utf8' })
  if (status !== 0)
    throw new Error(`the image cannot be built:\n${(stdout + stderr).split('\n').slice(-30).join('\n')}`)
}
