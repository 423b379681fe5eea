/** Whether this computer has what the real clients and the container image need. */

import { spawnSync } from 'node:child_process'

/** The oldest Python that the current clients and Ansible run on, and the oldest Go. */
const OLDEST = { python: [3, 10], ansible: [3, 11], go: [1, 25] } as const

/** Why the suite of real clients in this language, or that of the container image, cannot be run here; undefined when it can. */
export function whyNot(suite: 'python' | 'ansible' | 'go' | 'docker' | 'nginx' | 'fence'): string | undefined {
  if (suite === 'python' || suite === 'ansible') return whyNoPython(OLDEST[suite])
  return { go: whyNoGo, docker: whyNoDocker, nginx: whyNoNginx, fence: whyNoFence }[suite]()
}

function whyNoPython(oldest: readonly [number, number]): string | undefined {
  const version = ask('python3', '-c', 'import sys; print("%d.%d" % sys.version_info[:2])')
  const complaint = tooOld('python3', version, oldest)
  if (complaint) return complaint
  // Debian's python3 has venv, but without the package python3-venv not what venv installs pip with.
  if (!ask('python3', '-c', 'import venv, ensurepip').ok) return 'python3 has no venv module'
  return undefined
}

function whyNoGo(): string | undefined {
  const version = ask('go', 'env', 'GOVERSION')
  return tooOld('go', { ...version, out: version.out.replace(/^go/, '') }, OLDEST.go)
}

function whyNoDocker(): string | undefined {
  const { ok, out, absent } = ask('docker', 'info', '--format', '{{.ServerVersion}}')
  if (absent) return 'docker is not on the PATH'
  if (!ok) return `docker reaches no engine: ${out.split('\n').at(-1)}`
  return composeCommand().length > 0 ? undefined : 'there is neither docker compose nor docker-compose'
}

function whyNoNginx(): string | undefined {
  const { ok, out, absent } = ask('nginx', '-v')
  if (absent) return 'nginx is not on the PATH'
  return ok ? undefined : `nginx does not say which version it is: ${out}`
}

function whyNoFence(): string | undefined {
  for (const agent of ['fence_compute', 'fence_evacuate']) {
    if (ask(agent, '--version').absent) return `${agent} of the package fence-agents is not on the PATH`
  }
  // The agents name their Python themselves.
  return ask('/usr/bin/python3', '-c', 'import keystoneclient, novaclient').ok
    ? undefined
    : 'the fence agents do not find python3-novaclient'
}

/** The words by which compose is run here; none when it is not. */
export function composeCommand(): string[] {
  if (ask('docker', 'compose', 'version').ok) return ['docker', 'compose']
  return ask('docker-compose', 'version').ok ? ['docker-compose'] : []
}

interface Answer {
  ok: boolean
  out: string
  /** The command is not there at all. */
  absent: boolean
}

function tooOld(name: string, version: Answer, [major, minor]: readonly [number, number]): string | undefined {
  if (version.absent) return `${name} is not on the PATH`
  if (!version.ok) return `${name} does not say which version it is: ${version.out}`
  const [foundMajor = 0, foundMinor = 0] = version.out.split('.').map((part) => Number.parseInt(part, 10))
  if (foundMajor > major || (foundMajor === major && foundMinor >= minor)) return undefined
  return `${name} is ${foundMajor}.${foundMinor}, and ${major}.${minor} is needed`
}

function ask(command: string, ...args: string[]): Answer {
  const { error, status, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: 30_000,
    // Ask the Go that is here, not one that it would download.
    env: { ...process.env, GOTOOLCHAIN: 'local' },
  })
  const absent = error !== undefined && 'code' in error && error.code === 'ENOENT'
  return { ok: status === 0, out: (status === 0 ? stdout : stderr || `${error}`).trim(), absent }
}
