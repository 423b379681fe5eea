import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { connect } from '../../src/handles/world.ts'
import { composeCommand } from '../clients/available.ts'
import { buildImage, docker, IMAGE, running } from './docker.ts'

beforeAll(buildImage)

test('it is less than 40 MB above its base, and runs as somebody without rights', () => {
  const size = (image: string) => Number(docker('image', 'inspect', image, '--format', '{{.Size}}'))
  expect(size(IMAGE) - size('node:24-slim')).toBeLessThan(40e6)
  expect(docker('image', 'inspect', IMAGE, '--format', '{{.Config.User}}')).toBe('node')
})

test('docker run listens on all addresses inside, and says that control is open', async () => {
  using nova = await running([])
  expect(await connect(nova.url).health()).toMatchObject({ status: 'ok' })
  expect(nova.log()).toContain('# control is open: whoever reaches this port can change the cloud')
  expect(docker('exec', nova.id, 'id', '-u')).not.toBe('0')
})

test('with a token it says nothing of that, and asks for the token', async () => {
  using nova = await running(['--env', 'NOVASIM_CONTROL_TOKEN=t0p'])
  expect(nova.log()).not.toContain('control is open')
  await expect(connect(nova.url).clock.get()).rejects.toThrow('this control route wants the control token')
  expect(await connect(nova.url, { token: 't0p' }).clock.get()).toMatchObject({ mode: 'real' })
})

test('it works with a file system that cannot be written to, and without any capability', async () => {
  using nova = await running(['--read-only', '--cap-drop=ALL', '--security-opt=no-new-privileges'])
  await connect(nova.url).faults.add('lost-answer')
  expect(await connect(nova.url).services.list()).toHaveLength(5)
})

test('its health check says healthy, with control off as well', async () => {
  using open = await running([])
  using off = await running(['--env', 'NOVASIM_CONTROL=off'])
  for (const { id } of [open, off]) {
    const health = () => docker('inspect', id, '--format', '{{.State.Health.Status}}')
    for (let tries = 0; tries < 100 && health() === 'starting'; tries++) await sleep(200)
    expect(health()).toBe('healthy')
  }
})

test('worlds, scenarios and faults are taken from /etc/novasim, by the variables or by flags', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'novasim-image-'))
  chmodSync(folder, 0o755)
  writeFileSync(join(folder, 'cloud.yaml'), 'services: [{binary: nova-compute, host: mine}]\n')
  writeFileSync(join(folder, 'night.yaml'), 'steps: [{at: 1s, silence: mine}]\n')
  writeFileSync(join(folder, 'faults.yaml'), '- conflict\n')
  const mounted = ['--volume', `${folder}:/etc/novasim:ro`]
  const names = { WORLD: 'cloud.yaml', SCENARIO: 'night.yaml', FAULTS: 'faults.yaml', SEED: '7', CLOCK: 'manual' }
  const variables = Object.entries(names).flatMap(([name, value]) => ['--env', `NOVASIM_${name}=${value}`])
  using byVariables = await running([...mounted, ...variables])
  using byFlags = await running(mounted, ['--world', 'cloud.yaml', '--faults', '/etc/novasim/faults.yaml'])
  for (const { url } of [byVariables, byFlags]) {
    expect(await connect(url).services.list()).toMatchObject([{ host: 'mine' }])
    expect(await connect(url).faults.list()).toMatchObject([{ name: 'conflict' }])
  }
  const nova = connect(byVariables.url)
  await nova.clock.advance('2s')
  expect(await nova.services.get('nova-compute@mine')).toMatchObject({ process: 'stopped' })
  expect(await nova.about()).toMatchObject({ seed: 7 })
})

test('a scenario that comes with novasim is there by its name', async () => {
  using nova = await running(['--env', 'NOVASIM_SCENARIO=compute-goes-silent'])
  expect(await connect(nova.url).scenarios.list()).toMatchObject([{ steps: expect.any(Number) }])
})

test.each(['SIGTERM', 'SIGINT'])(
  '%s ends it within a second, with exit code 0, although it is the first process',
  async (signal) => {
    using nova = await running([])
    const stream = await fetch(`${nova.url}/_novasim/journal/stream`)
    const began = performance.now()
    docker('kill', '--signal', signal, nova.id)
    expect(docker('wait', nova.id)).toBe('0')
    expect(performance.now() - began).toBeLessThan(1500)
    await stream.body?.cancel().catch(() => {})
  },
)

test('a signal while it starts ends it as well', async () => {
  const id = docker('run', '--detach', IMAGE, '--world', 'large')
  try {
    const began = performance.now()
    // In the first moments it is Node that starts, and the first process of a container is spared a signal that it does not heed.
    while (docker('inspect', id, '--format', '{{.State.Running}}') === 'true') {
      expect(performance.now() - began).toBeLessThan(5000)
      spawnSync('docker', ['kill', '--signal', 'SIGTERM', id])
      await sleep(20)
    }
    expect(docker('inspect', id, '--format', '{{.State.ExitCode}}')).toBe('0')
  } finally {
    docker('rm', '--force', id)
  }
})

test('in compose.yaml the tool begins once novasim is healthy, and its exit code is that of the whole', () => {
  const env = { ...process.env, NOVASIM_PORT: '0', COMPOSE_PROJECT_NAME: `novasim-test-${process.pid}` }
  const compose = (...args: string[]) => {
    const [program = '', ...first] = composeCommand()
    return spawnSync(program, [...first, ...args], { encoding: 'utf8', env, timeout: 60_000 })
  }
  try {
    const { status, stdout, stderr } = compose('up', '--no-build', '--exit-code-from', 'tool')
    expect(stdout + stderr).toContain('5 services')
    expect(status).toBe(0)
  } finally {
    compose('down')
  }
}, 60_000)

test('what is wrong with a flag or a file is said, with exit code 2', () => {
  const { status, stderr } = spawnSync('docker', ['run', '--rm', IMAGE, '--world', 'nowhere.yaml'], {
    encoding: 'utf8',
  })
  expect(status).toBe(2)
  expect(stderr).toContain('nowhere.yaml')
})

/** Each `docker run` of the page: what stands in front of the image's name, and behind it. */
const COMMANDS = [
  ...readFileSync('docs/container.md', 'utf8').matchAll(/^docker run --rm -p 8774:8774(.*) novasim(?: (.*))?$/gm),
]

test.each(COMMANDS.map(([line, options = '', flags = '']) => ({ line, options, flags })))(
  'docs/container.md: $line',
  async ({ options, flags }) => {
    const folder = mkdtempSync(join(tmpdir(), 'novasim-page-'))
    chmodSync(folder, 0o755)
    writeFileSync(join(folder, 'mine.yaml'), 'services: [{binary: nova-compute, host: mine}]\n')
    writeFileSync(join(folder, 'night.yaml'), 'steps: [{at: 1h, silence: mine}]\n')
    const words = (text: string) =>
      text
        .replace('./clouds', folder)
        .split(' ')
        .filter((word) => word !== '')
    using nova = await running(words(options), words(flags))
    expect(await connect(nova.url, { token: 't0p' }).health()).toMatchObject({ status: 'ok' })
  },
)

test('the page has commands to run', () => {
  expect(COMMANDS.length).toBeGreaterThanOrEqual(3)
})
