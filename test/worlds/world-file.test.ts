import { expect, test } from 'vitest'
import { readWorld } from '../../src/worlds/read.ts'
import { boot } from '../support/boot.ts'

const complaintOf = (text: string): string => {
  try {
    readWorld(text, 'cloud.yaml')
  } catch (error) {
    return (error as Error).message
  }
  return 'no complaint'
}

test('a world file is read with every key it may have', () => {
  const world = readWorld(
    `
release: "2026.2"
seed: 7
clock: {start: 2026-01-01T00:00:00Z, mode: manual}
services:
  - {binary: nova-conductor, host: controller}
  - {binary: nova-compute, host: host1, id: 4, uuid: 6b2f0000-0000-4000-8000-000000000001, cell: cell1, status: disabled, disabled_reason: maintenance, forced_down: false}
  - {binary: nova-compute, host: host2, process: stopped, updated_at: 2026-01-01T00:00:00Z}
hosts:
  - {name: host1, hypervisor_type: QEMU, vcpus: 64, memory_mb: 262144, local_gb: 2000, host_ip: 192.168.0.1}
aggregates:
  - {name: rack1, availability_zone: az1, hosts: [host1], metadata: {ssd: "true"}}
instances:
  - {name: a, host: host1, status: ACTIVE}
  - {count: 40, name: "web-{n}", host: host2}
migrations:
  - {type: evacuation, status: done, source: host2, dest: host1, instance: a}
cells:
  - {name: cell2, hosts: [host9], down: true}
users:
  - {name: admin, password: secret, project: admin, roles: [admin]}
`,
    'cloud.yaml',
  )
  expect(world.seed).toBe(7)
  expect(world.clock).toEqual({ start: Date.UTC(2026, 0, 1), mode: 'manual' })
  expect(world.services?.[1]).toMatchObject({ id: 4, disabled: true, disabledReason: 'maintenance', forcedDown: false })
  expect(world.services?.[2]).toMatchObject({ process: 'stopped', updatedAt: Date.UTC(2026, 0, 1) })
})

test('JSON is read as well', () => {
  expect(readWorld('{"services": [{"binary": "nova-compute", "host": "h"}]}', 'w.json').services).toHaveLength(1)
})

test('an empty file is an empty world', () => {
  expect(readWorld('', 'w.yaml').services).toBeUndefined()
})

test.each([
  ['broken YAML', 'services:\n  - {binary: nova-compute, host: [}\n', /^cloud\.yaml:2:\d+: /],
  ['a tab for indentation', 'services:\n\t- {binary: nova-compute}\n', /^cloud\.yaml:2:1: /],
  ['a key that is there twice', 'seed: 1\nseed: 2\n', /^cloud\.yaml:2:1: Map keys must be unique/],
  [
    'a wrong key, with the likely one',
    'services:\n  - {binary: nova-compute, hots: a}\n',
    'cloud.yaml:2:28: services[0].hots: unknown key "hots" (did you mean "host"?)',
  ],
  [
    'a wrong key at the top',
    'service: []\n',
    'cloud.yaml:1:1: service: unknown key "service" (did you mean "services"?)',
  ],
  [
    'a key that is like none',
    'aggregates:\n- name: a\n  colour: red\n',
    /^cloud\.yaml:3:3: aggregates\[0\]\.colour: unknown key "colour" \(the keys here are name, id, .*\)$/,
  ],
  [
    'a wrong type',
    'services:\n  - binary: nova-compute\n    host: 7\n',
    'cloud.yaml:3:5: services[0].host: expected a text; got 7 (write it in quotes: "7")',
  ],
  ['a text for a truth', 'services:\n- {binary: a, host: b, forced_down: "no"}\n', /expected true or false; got "no"/],
  ['a list for a mapping', '[1, 2]\n', 'cloud.yaml:1:1: expected a mapping of keys to values; got a list of 2'],
  [
    'a wrong word',
    'services:\n- {binary: a, host: b, process: stoped}\n',
    'cloud.yaml:2:24: services[0].process: expected running, stopped or hung; got "stoped" (did you mean "stopped"?)',
  ],
  ['no UUID', 'services:\n- {binary: a, host: b, uuid: 12}\n', /services\[0\]\.uuid: expected a text; got 12/],
  [
    'no time',
    'clock: {start: yesterday}\n',
    /cloud\.yaml:1:9: clock\.start: expected a time such as 2026-01-01T00:00:00Z/,
  ],
  [
    'a duplicate service',
    'services:\n  - {binary: nova-compute, host: a}\n  - {binary: nova-compute, host: a}\n',
    'cloud.yaml:3:5: services[1]: there is a nova-compute on host "a" already (remove one of the two, or name another host)',
  ],
  [
    'an instance on no host',
    'services:\n  - {binary: nova-compute, host: a}\ninstances:\n  - name: x\n    host: b\n',
    'cloud.yaml:5:5: instances[0].host: no nova-compute runs on host "b" (the compute hosts are a)',
  ],
  [
    'a host in two zones',
    'services: [{binary: nova-compute, host: a}]\naggregates:\n- {name: x, availability_zone: z1, hosts: [a]}\n- {name: y, availability_zone: z2, hosts: [a]}\n',
    /^cloud\.yaml:4:\d+: aggregates\[1\]\.hosts\[0\]: host "a" is in availability zone "z1" already/,
  ],
  [
    'a release that never was',
    'release: zedd\n',
    /cloud\.yaml:1:1: release: expected 2026\.2, .*; got "zedd" \(did you mean "zed"\?\)/,
  ],
  [
    'a cell that is not listed',
    'cells: [{name: cell1}]\nservices:\n- {binary: a, host: b, cell: cell3}\n',
    'cloud.yaml:3:24: services[0].cell: there is no cell "cell3" (the cells are cell1)',
  ],
  [
    'an alias bomb',
    `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(60)}]\nc: [${'*b,'.repeat(60)}]\n`,
    /Excessive alias count/,
  ],
])('%s is complained of with its file, line and column', (_, text, expected) => {
  expect(complaintOf(text)).toMatch(expected)
})

test('every complaint is told at once', () => {
  expect(complaintOf('release: 1\nservices: 2\ninstances: 3\n').split('\n')).toHaveLength(3)
})

test('an instance names its image by id or by name, and is told which there are', async () => {
  const world = (image: string) => ({
    services: [{ binary: 'nova-compute', host: 'host1' }],
    images: [{ id: '70a599e0-31e7-49b7-b260-868f441e8600', name: 'plain' }],
    instances: [{ name: 'a', host: 'host1', image }],
  })
  await using named = await boot({ world: world('plain') })
  const { json } = await named.nova('/servers/detail', { version: '2.53' })
  expect(json.servers[0].image.id).toBe('70a599e0-31e7-49b7-b260-868f441e8600')
  await expect(boot({ world: world('plan') })).rejects.toThrow('there is no image "plan" (the images are plain)')
})
