/** Builds the container image: `npm run image`, or with another name `npm run image -- NAME`. */

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** The client of the engine; of two on the PATH the first need not be one that builds with BuildKit. */
const docker = process.env.DOCKER ?? (existsSync('/usr/bin/docker') ? '/usr/bin/docker' : 'docker')
const [name = 'novasim'] = process.argv.slice(2)

// A registry behind a login or a proxy is reached as npm is told to reach it here.
const npmrc = join(homedir(), '.npmrc')
const secret = existsSync(npmrc) ? ['--secret', `id=npmrc,src=${npmrc}`] : []
const { status, error } = spawnSync(docker, ['build', '--network=host', ...secret, '--tag', name, '.'], {
  stdio: 'inherit',
  env: { ...process.env, DOCKER_BUILDKIT: '1' },
})
if (error) process.stderr.write(`cannot run ${docker}: ${error.message}\n`)
process.exitCode = status ?? 1
