/** The code of the pages for those who write no TypeScript, run as they would: from a folder of its own, with `novasim` on the PATH. */

import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { freePort } from '../../scripts/bench/running.ts'
import { whyNot } from './available.ts'
import { installPython } from './environment.ts'
import { type Ended, run } from './run.ts'

for (const suite of ['python', 'ansible', 'go'] as const) {
  const obstacle = whyNot(suite)
  if (obstacle) throw new Error(`Cannot run the examples: ${obstacle}.`)
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const CLI = join(ROOT, 'dist', 'cli.js')

const [python, ansible] = [
  await installPython(join(ROOT, 'test/clients/python/requirements.txt')),
  await installPython(join(ROOT, 'examples/ansible/requirements.txt')),
]

test('docs/python.md', { timeout: 120_000 }, async () => {
  const { shell } = place('python')
  const { code, stdout, stderr } = await shell('python -m pytest -q --ignore container')
  expect(code, stdout + stderr).toBe(0)
  expect(stdout).toMatch(/^5 passed/m)
})

test('docs/go.md', { timeout: 240_000 }, async () => {
  const { shell } = place('go')
  const { code, stdout, stderr } = await shell('go test -count=1 -v ./...')
  expect(code, stdout + stderr).toBe(0)
  expect(stdout.match(/^--- PASS/gm)).toHaveLength(4)
})

test('docs/ansible.md', { timeout: 240_000 }, async () => {
  const { shell } = place('ansible')
  const { code, stdout, stderr } = await shell('sh try.sh')
  expect(code, stdout + stderr).toBe(0)
  expect(stdout).toContain('silent: host2')
})

test('docs/ansible.md: servers and aggregates', { timeout: 400_000 }, async () => {
  const { shell } = place('ansible')
  const { code, stdout, stderr } = await shell('sh try-servers.sh')
  expect(code, stdout + stderr).toBe(0)
  expect(stdout).toMatch(/changed=7 .* failed=0/)
})

test('docs/shell.md', { timeout: 120_000 }, async () => {
  const { shell } = place('shell')
  const { code, stdout, stderr } = await shell('sh -x try.sh')
  expect(code, stdout + stderr).toBe(0)
  // Without the script the check behind it fails.
  const { shell: without, folder } = place('shell')
  writeFileSync(join(folder, 'disable.sh'), '')
  expect((await without('sh try.sh')).code).not.toBe(0)
})

interface Step {
  run?: string
  if?: string
}

test('docs/ci.md: GitHub Actions', { timeout: 120_000 }, async () => {
  const { folder, shell, recipe } = await ci('github.yaml')
  const [vars, env] = [join(folder, 'vars'), { RUNNER_TEMP: folder, GITHUB_ENV: join(folder, 'vars') }]
  writeFileSync(vars, '')
  for (const { run: script, if: when } of (recipe.jobs.test.steps as Step[]).filter((step) => step.run)) {
    const set = Object.fromEntries([...readFileSync(vars, 'utf8').matchAll(/^(\w+)=(.*)$/gm)].map(([, k, v]) => [k, v]))
    const { code, stdout, stderr } = await shell(script!, { ...env, ...set })
    expect(code, `${script}\n${stdout}${stderr}`).toBe(0)
    if (when === 'failure()') expect(stdout).toContain('os-services:list admin')
  }
  expect(readFileSync(join(folder, 'tested'), 'utf8')).toBe('3\n')
})

test('docs/ci.md: GitLab CI', { timeout: 120_000 }, async () => {
  const { folder, shell, recipe } = await ci('gitlab.yaml')
  const { before_script, script, after_script } = recipe.test as Record<string, string[]>
  const { code, stdout, stderr } = await shell([...before_script!, ...script!].join('\n'))
  expect(code, stdout + stderr).toBe(0)
  expect((await shell(after_script!.join('\n'))).stdout).toContain('# novasim')
  expect(readFileSync(join(folder, 'tested'), 'utf8')).toBe('3\n')
})

test('docs/ci.md: Zuul', { timeout: 120_000 }, async () => {
  const { folder, shell, recipe } = await ci('zuul.yaml')
  for (const { 'ansible.builtin.shell': script } of recipe[0].tasks as Record<string, string>[]) {
    const { code, stdout, stderr } = await shell(script!)
    expect(code, `${script}\n${stdout}${stderr}`).toBe(0)
  }
  expect(readFileSync(join(folder, 'tested'), 'utf8')).toBe('3\n')
})

interface Place {
  folder: string
  /** Run a script there. */
  shell(script: string, env?: Record<string, string | undefined>): Promise<Ended>
}

/** A copy of an example, with the commands on its PATH that its user has. What it leaves running is ended with the test. */
function place(name: string): Place {
  const folder = mkdtempSync(join(tmpdir(), `novasim-${name}-`))
  const bin = join(folder, '.bin')
  const pids = join(folder, '.pids')
  cpSync(join(ROOT, 'examples', name), folder, { recursive: true })
  mkdirSync(bin)
  const command = (called: string, script: string) =>
    writeFileSync(join(bin, called), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  command('novasim', `echo $$ >> '${pids}'; exec '${process.execPath}' '${CLI}' "$@"`)
  command('npm', ':')
  onTestFinished(() => {
    const started = existsSync(pids) ? readFileSync(pids, 'utf8').trim().split('\n').map(Number) : []
    for (const pid of started) if (isRunning(pid)) process.kill(pid)
    rmSync(folder, { recursive: true })
  })
  const others = Object.entries(process.env).filter(([variable]) => !/^(OS|NOVASIM)_/.test(variable))
  const base = {
    ...Object.fromEntries(others),
    NOVASIM: 'novasim',
    GOTOOLCHAIN: 'local',
    PYTHONDONTWRITEBYTECODE: '1',
    PATH: [bin, join(name === 'ansible' ? ansible : python, 'bin'), process.env.PATH].join(delimiter),
  }
  return {
    folder,
    shell: (script, env = {}) => run('sh', ['-e', '-c', script], { cwd: folder, env: { ...base, ...env } }),
  }
}

/** A recipe, with a port that is free here, and `./run-my-tests` that counts the compute hosts. */
async function ci(file: string) {
  const { folder, shell } = place('ci')
  const port = String(await freePort())
  // What is in a recipe is for the test to know.
  // biome-ignore lint/suspicious/noExplicitAny: parsed YAML has any shape
  const recipe: any = parse(readFileSync(join(folder, file), 'utf8').replaceAll('8774', port))
  const mine = 'openstack compute service list --service nova-compute -f value -c Host | wc -l > tested'
  writeFileSync(join(folder, 'run-my-tests'), `#!/bin/sh\n${mine}\n`, { mode: 0o755 })
  const variables = { NOVASIM_PORT: port, NOVASIM_URL: `http://127.0.0.1:${port}` }
  return { folder, recipe, shell: (script: string, env = {}) => shell(script, { ...variables, ...env }) }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
