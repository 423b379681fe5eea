/** Packages that only the bench needs: each at one version, in a folder of its own under `.cache/peers`, by npm. */

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const CACHE = '.cache/peers'

/**
 * The folder of a package, which is installed when it is not there yet. No script of a package runs.
 *
 * @throws {Error} npm cannot install it
 */
export function installed(name: string, version: string, say: (text: string) => void): string {
  const folder = resolve(CACHE, `${name.replace('/', '-')}-${version}`)
  const place = join(folder, 'node_modules', name)
  const done = join(folder, 'installed')
  if (existsSync(done)) return place
  say(`bench: installing ${name} ${version} into ${CACHE}`)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', '--save-exact']
  execFileSync('npm', ['install', ...flags, `${name}@${version}`], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  writeFileSync(done, '')
  return place
}
