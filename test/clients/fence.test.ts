/**
 * fence_compute and fence_evacuate of the package fence-agents, as they are installed: by them a cluster fences a compute
 * host, brings up elsewhere what was on it, and takes it back. They speak to Nova 2.11, through python-novaclient.
 */

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startEmulator, type WorldFile } from '../../src/index.ts'
import { whyNot } from './available.ts'
import { type Ended, run } from './run.ts'

const obstacle = whyNot('fence')
if (obstacle) throw new Error(`Cannot run the fence agents: ${obstacle}.`)

/** How the agents end on `status`. */
const [ON, OFF] = [0, 2]

const PLAIN = '11111111-0000-4000-8000-000000000001'
const KEPT = '11111111-0000-4000-8000-000000000002'

const world: WorldFile = {
  services: ['host1', 'host2', 'host3'].map((host) => ({ binary: 'nova-compute', host })),
  flavors: [
    { id: '1', name: 'pet', ram: 512, vcpus: 1, disk: 1 },
    { id: '2', name: 'cattle', ram: 512, vcpus: 1, disk: 1 },
  ],
  images: [
    { id: PLAIN, name: 'plain' },
    { id: KEPT, name: 'kept', tags: ['evacuable'] },
  ],
  instances: [
    { name: 'a', host: 'host1', flavor: 'pet', image: PLAIN },
    { name: 'b', host: 'host1', flavor: 'cattle', image: PLAIN },
    { name: 'c', host: 'host1', flavor: 'cattle', image: KEPT },
    { name: 'd', host: 'host2', flavor: 'pet', image: PLAIN },
  ],
}

test('a host is fenced: forced down, disabled, and marked for evacuation', { timeout: 60_000 }, async () => {
  const { nova, agent, asked } = await cluster()
  expect(await agent('fence_compute', 'list')).toMatchObject({ code: 0, stdout: 'host1,\nhost2,\nhost3,\n' })
  expect(await agent('fence_compute', 'status')).toMatchObject({ code: ON, stdout: 'Status: ON\n' })

  expect(await agent('fence_compute', 'off')).toMatchObject({ code: 0, stderr: '' })
  expect(await nova.services.get('nova-compute@host1')).toMatchObject({
    forced_down: true,
    status: 'disabled',
    state: 'down',
  })
  expect(asked()).toBe('-p -n evacuate -Q -N host1 -U yes\n')
  expect(await agent('fence_compute', 'status')).toMatchObject({ code: OFF, stdout: 'Status: OFF\n' })
})

test('what was on a host that is fenced comes up elsewhere', { timeout: 60_000 }, async () => {
  const { nova, agent, names } = await cluster()
  const refused = await agent('fence_evacuate', 'off')
  expect(refused).toMatchObject({ code: 1 })
  expect(refused.stderr).toContain("Cannot resurrect instances from host1 in state 'on'")

  await agent('fence_compute', 'off')
  // An image is tagged, and so only what is made of it is brought back.
  expect(await agent('fence_evacuate', 'off')).toMatchObject({ code: 0, stderr: '' })
  expect(await names('host1')).toEqual(['a', 'b'])
  const [evacuation] = await nova.migrations.list()
  expect(evacuation).toMatchObject({ type: 'evacuation', status: 'done', source: 'host1' })
})

test('only what has a flavor that is marked comes up elsewhere', { timeout: 60_000 }, async () => {
  const flavors = world.flavors?.map((each) => ({
    ...each,
    extra_specs: { evacuable: String(each.name === 'cattle') },
  }))
  const images = world.images?.map((each) => ({ ...each, tags: [] }))
  const { agent, names } = await cluster({ ...world, images, flavors })
  await agent('fence_compute', 'off')
  expect(await agent('fence_evacuate', 'off')).toMatchObject({ code: 0, stderr: '' })
  expect(await names('host1')).toEqual(['a'])
})

test('a host comes back when it has been restarted', { timeout: 60_000 }, async () => {
  const { nova, agent } = await cluster()
  await nova.services.update('nova-compute@host1', { process: 'stopped' })
  await agent('fence_compute', 'off')
  await agent('fence_evacuate', 'off')

  // The agent takes Nova's refusal for a warning, enables the service, and leaves it forced down.
  const early = await agent('fence_compute', 'on')
  expect(early.stderr).toContain('Unable to force up host host1 as `done` evacuation migration records remain')
  expect(await nova.services.get('nova-compute@host1')).toMatchObject({ forced_down: true, status: 'enabled' })

  await nova.services.update('nova-compute@host1', { process: 'running' })
  await nova.clock.advance('10s')
  expect(await agent('fence_compute', 'on')).toMatchObject({ code: 0, stderr: '' })
  expect(await nova.services.get('nova-compute@host1')).toMatchObject({ forced_down: false, state: 'up' })
  expect(await agent('fence_compute', 'status')).toMatchObject({ code: ON })
})

/** A cloud, and the agents on a computer that has no cluster: what they tell `attrd_updater` of Pacemaker is written down. */
async function cluster(begins = world) {
  const folder = mkdtempSync(join(tmpdir(), 'novasim-fence-'))
  const told = join(folder, 'told')
  writeFileSync(join(folder, 'attrd_updater'), `#!/bin/sh\necho "$@" >> '${told}'\n`, { mode: 0o755 })
  // The agents of Debian 12 call what its Python 3.11 has no longer.
  const older =
    'import inspect\nif not hasattr(inspect, "getargspec"):\n    inspect.getargspec = inspect.getfullargspec\n'
  writeFileSync(join(folder, 'sitecustomize.py'), older)
  const nova = await startEmulator({ world: begins, clock: 'manual' })
  onTestFinished(async () => {
    await nova.close()
    rmSync(folder, { recursive: true })
  })
  const env = { ...process.env, PATH: `${folder}${delimiter}${process.env.PATH}`, PYTHONPATH: folder }
  const login = ['--username', 'admin', '--password', 'secret', '--tenant-name', 'admin']
  return {
    nova,
    agent: (name: string, action: string): Promise<Ended> =>
      run(name, ['--auth-url', `${nova.url}/identity/v3`, ...login, '--plug', 'host1', '--action', action], { env }),
    asked: () => (existsSync(told) ? readFileSync(told, 'utf8') : ''),
    names: async (host: string) =>
      (await nova.instances.list()).filter((each) => each.host === host).map(({ name }) => name),
  }
}
