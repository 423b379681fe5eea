/** An empty project with the package in it, as it would be published. */

import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

export interface Project extends Disposable {
  folder: string
  /** The size of the tarball in bytes. */
  size: number
  /** How long `npm install` took, in milliseconds. */
  took: number
  write(name: string, text: string): void
  /** Run a program in it. */
  run(program: string, ...args: string[]): { status: number | null; output: string }
}

/**
 * Pack, install, and copy the examples.
 *
 * @param tools packages of this checkout that the project is to have as well
 */
export function project(tools: string[] = []): Project {
  const folder = mkdtempSync(join(tmpdir(), 'novasim-project-'))
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder])
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? ''
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  write('package.json', '{"private": true, "type": "module"}')
  const began = performance.now()
  const flags = ['--prefer-offline', '--omit=peer', '--no-audit', '--no-fund']
  execFileSync('npm', ['install', ...flags, `./${tarball}`], { cwd: folder, stdio: 'pipe' })
  const took = performance.now() - began
  for (const tool of tools) {
    const link = join(folder, 'node_modules', tool)
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(resolve('node_modules', tool), link)
  }
  cpSync('examples/typescript', folder, { recursive: true })
  const size = statSync(join(folder, tarball)).size
  return {
    folder,
    size,
    took,
    write,
    run(program, ...args) {
      const env = { ...process.env, NO_COLOR: '1', TESTCONTAINERS_RYUK_DISABLED: 'true' }
      const { status, stdout, stderr } = spawnSync(program, args, {
        cwd: folder,
        encoding: 'utf8',
        env,
        timeout: 120_000,
      })
      return { status, output: stdout + stderr }
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  }
}
