/** The world that a running cloud is: its own lists are recorded, and the recording becomes a world file. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { loadRecording } from '../../src/recordings/load.ts'
import { startRecorder } from '../../src/recordings/recorder.ts'
import { seedOf } from '../../src/recordings/seed.ts'
import type { WorldFile } from '../../src/worlds/world-schema.ts'
import type { AskedCloud } from './cloud.ts'
import { send } from './wire.ts'

/** Lists that between them show what a world file can say. */
const LISTS: [path: string, version: string][] = [
  ['/os-services', '2.53'],
  ['/os-services', '2.11'],
  ['/os-hypervisors/detail', '2.53'],
  ['/os-hypervisors/detail', '2.1'],
  ['/os-aggregates', '2.41'],
  ['/servers/detail?all_tenants=1', '2.53'],
  ['/os-migrations', '2.80'],
]

/** Those who ask. Their passwords are in no recording, and what they may do is in none that they are not in. */
const USERS: WorldFile['users'] = [
  { name: 'admin', password: 'secret', project: 'admin', roles: ['admin'], system_roles: ['admin'] },
  { name: 'reader', password: 'secret', project: 'demo', roles: ['reader', 'member'] },
  { name: 'nova', password: 'secret', project: 'service', roles: ['admin', 'service'] },
]

export async function worldOf(cloud: AskedCloud): Promise<WorldFile> {
  const folder = mkdtempSync(join(tmpdir(), 'novasim-conformance-'))
  const out = join(folder, 'world.jsonl')
  const { identity, compute } = cloud.addresses
  try {
    const recorder = await startRecorder({ upstream: identity, out, by: 'novasim', endpoints: { compute } })
    try {
      const base = `${recorder.url}/compute/v2.1`
      for (const [path, version] of LISTS) {
        const headers = {
          'X-Auth-Token': cloud.tokens.get('admin') ?? '',
          'OpenStack-API-Version': `compute ${version}`,
        }
        const { status, text } = await send(base, { method: 'GET', path, headers })
        if (status !== 200) throw new Error(`${compute}${path} cannot be read: ${status} ${text}`)
      }
    } finally {
      await recorder.close()
    }
    const world = parse(seedOf(await loadRecording(out)).yaml) as WorldFile
    // A time with a fraction of nothing is told from one that has some.
    const start = world.clock?.start?.replace(/\.\d+Z$/, '.123Z')
    return { ...withFlavors(world, await flavorsOf(cloud)), clock: { ...world.clock, start }, users: USERS }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Flavors = NonNullable<WorldFile['flavors']>

/** The flavors that a cloud offers, hidden ones included: recordings tell of those only that instances have. */
async function flavorsOf(cloud: AskedCloud): Promise<Flavors> {
  const { flavors } = await cloud.get('/flavors/detail?is_public=None', '2.61')
  return flavors.map((each: Record<string, unknown>) => ({
    ...{ name: each.name, id: each.id, ram: each.ram, vcpus: each.vcpus, disk: each.disk },
    ...{ ephemeral: each['OS-FLV-EXT-DATA:ephemeral'], swap: each.swap || 0, rxtx_factor: each.rxtx_factor },
    ...{ is_public: each['os-flavor-access:is_public'], disabled: each['OS-FLV-DISABLED:disabled'] },
    ...{ description: each.description, extra_specs: each.extra_specs },
  }))
}

/** The flavor of an instance has the id of the one that goes by its name. */
function withFlavors(world: WorldFile, flavors: Flavors): WorldFile {
  const instances = world.instances?.map((instance) => {
    if (typeof instance.flavor !== 'object' || instance.flavor === null) return instance
    const { name } = instance.flavor
    const id = flavors.find((each) => each.name === name)?.id ?? name
    return { ...instance, flavor: { ...instance.flavor, id } }
  })
  return { ...world, flavors, ...(instances && { instances }) }
}
