/**
 * Makes fixtures/recordings again from a running cloud: `npm run fixtures`, or `npm run fixtures -- disable evacuate` for some.
 *
 * The OS_* variables say where the cloud is, and log in as its administrator. What is disabled, killed, evacuated and deleted
 * is a compute host of its own, which this starts for the time being: NOVA_DIR names the folder of the cloud's programs and
 * settings, with venv/bin/nova-compute and etc/nova.conf in it (default ~/.cache/nova-oracle). NOVA_RELEASE says which release
 * it is, where several offer the same versions: 2024.1, say.
 * What is asked to wait for something does not go through the recorder, so that two recordings have the same lines.
 */

import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { startRecorder } from '../src/recordings/recorder.ts'

const { positionals } = parseArgs({ allowPositionals: true })
const HOST = 'host7'
const SERVER = 'recorded'
const FLAVOR = 'recorded-tiny'
const folder = process.env.NOVA_DIR ?? join(homedir(), '.cache/nova-oracle')
const say = (text: string) => process.stderr.write(`${text}\n`)

interface Asking {
  version?: string
  method?: string
  path: string
  body?: unknown
  /** Asked of another service than Nova. */
  to?: string
  headers?: Record<string, string>
  token?: string | null
}

interface Told {
  status: number
  headers: Headers
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: what an answer has is for who asked to know
  json: any
}

type Ask = (asking: Asking) => Promise<Told>

const cloud = await reach()
const state = mkdtempSync(join(tmpdir(), 'novasim-fixtures-'))
let made = 0
/** The compute host that is ours, while there is one. */
let host: Host
try {
  await tidyUp()
  await samples()
  await conversations()
} finally {
  await tidyUp()
  rmSync(state, { recursive: true, force: true })
}
say(`${made} recordings in fixtures/recordings/${cloud.release}`)

/** One answer each, in the folders of Nova's own samples. */
async function samples(): Promise<void> {
  const services = '/os-services'
  const compute = { host: HOST, binary: 'nova-compute' }
  const put = (path: string, body: object, version: string): Asking => ({
    method: 'PUT',
    path: services + path,
    body,
    version,
  })
  await withHost(async () => {
    for (const version of ['2.1', '2.11', '2.53', '2.69', cloud.newest]) {
      await sample('os-services', version, 'services-list', { path: services })
      await sample('os-services', version, 'services-list-of-host', {
        path: `${services}?host=${HOST}&binary=nova-compute`,
      })
    }
    for (const version of ['2.1', '2.11']) {
      await sample('os-services', version, 'service-disable', put('/disable', compute, version))
      const reason = { ...compute, disabled_reason: 'maintenance' }
      await sample('os-services', version, 'service-disable-log', put('/disable-log-reason', reason, version))
      await sample('os-services', version, 'service-enable', put('/enable', compute, version))
    }
    for (const forced_down of [true, false]) {
      const name = forced_down ? 'service-force-down' : 'service-force-up'
      await sample('os-services', '2.11', name, put('/force-down', { ...compute, forced_down }, '2.11'))
    }
    const id = await uuidOf(HOST)
    const changes: [name: string, body: object][] = [
      ['service-disable', { status: 'disabled' }],
      ['service-disable-log', { status: 'disabled', disabled_reason: 'maintenance' }],
      ['service-enable', { status: 'enabled' }],
      ['service-force-down', { forced_down: true }],
      ['service-force-up', { forced_down: false }],
      ['service-nothing', {}],
      ['service-reason-alone', { disabled_reason: 'maintenance' }],
    ]
    for (const [name, body] of changes) await sample('os-services', '2.53', name, put(`/${id}`, body, '2.53'))
    const unknown = '99999999-0000-4000-8000-000000000009'
    await sample('os-services', '2.53', 'service-unknown', put(`/${unknown}`, { status: 'disabled' }, '2.53'))
    await sample('os-services', '2.53', 'service-delete-unknown', { method: 'DELETE', path: `${services}/${unknown}` })
    await sample('os-services', '2.53', 'services-no-token', { path: services, token: null })
    for (const version of ['2.1', '2.53', '2.88']) {
      await sample('os-hypervisors', version, 'hypervisors-list', { path: '/os-hypervisors' })
      await sample('os-hypervisors', version, 'hypervisors-detail', { path: '/os-hypervisors/detail' })
    }
    await sample('os-availability-zone', '2.1', 'availability-zone-list', { path: '/os-availability-zone' })
    await sample('os-availability-zone', '2.1', 'availability-zone-detail', { path: '/os-availability-zone/detail' })
    await sample('os-aggregates', '2.41', 'aggregates-list', { path: '/os-aggregates' })
  })
  await sample('versions', '', 'versions', { to: 'compute', path: '/', token: null })
  await sample('versions', '', 'v2.1', { to: 'compute', path: '/v2.1/', token: null })
  await sample('versions', '', 'identity', { to: 'identity', path: '/v3', token: null })
  await recording('keystone/v3/log-in', 'a log-in with a password, and what its token says', async (ask) => {
    const { headers } = await ask(logIn())
    const token = headers.get('x-subject-token') ?? ''
    await ask({ to: 'identity', path: '/v3/auth/tokens', token, headers: { 'X-Subject-Token': token } })
    await ask({ to: 'identity', path: '/v3/auth/catalog', token })
  })
  await recording('keystone/v3/log-in-refused', 'a log-in with a wrong password', (ask) =>
    ask(logIn('not-the-password')),
  )
}

/** What operators do, from the log-in to the end. */
async function conversations(): Promise<void> {
  const at = { version: '2.53' }
  const list: Asking = { ...at, path: '/os-services' }
  const zones: Asking = { path: '/os-availability-zone/detail' }
  const change = (id: string, body: object): Asking => ({ ...at, method: 'PUT', path: `/os-services/${id}`, body })
  const remove = (id: string): Asking => ({ ...at, method: 'DELETE', path: `/os-services/${id}` })
  const migrations: Asking = { version: '2.80', path: '/os-migrations' }
  const hypervisors: Asking = { ...at, path: '/os-hypervisors/detail' }

  await withHost(async () => {
    await conversation(
      'disable-and-enable',
      'a service is disabled with a reason, listed, and enabled again',
      async (ask) => {
        const id = await idIn(await ask(list))
        await ask(change(id, { status: 'disabled', disabled_reason: 'maintenance' }))
        await ask(list)
        await ask(zones)
        await ask(change(id, { status: 'enabled' }))
        await ask(list)
      },
    )
    await conversation('force-down', 'a service is forced down, listed, and forced up again', async (ask) => {
      const id = await idIn(await ask(list))
      await ask(change(id, { forced_down: true }))
      await ask(list)
      await ask(zones)
      await ask(change(id, { forced_down: false }))
      await ask(list)
    })
    await conversation('delete-refused', 'a service cannot be deleted while its host has an instance', async (ask) => {
      const server = await boot(HOST)
      const id = await idIn(await ask(list))
      await ask({ ...at, path: `/servers/detail?all_tenants=1&host=${HOST}` })
      await ask(remove(id))
      await ask(list)
      await removeServer(server)
    })
    await conversation('drain', 'a host is drained: disabled, and its instance migrated away', async (ask) => {
      const server = await boot(HOST)
      const id = await idIn(await ask(list))
      await ask(change(id, { status: 'disabled', disabled_reason: 'drained' }))
      await ask({
        version: '2.30',
        method: 'POST',
        path: `/servers/${server}/action`,
        body: { 'os-migrateLive': { host: 'host1', block_migration: 'auto' } },
      })
      await until('the migration', async () => (await hostOf(server)) === 'host1')
      await until('its record', async () => (await migrationOf(server)) === 'completed')
      await ask({ ...at, path: `/servers/${server}` })
      await ask({ ...migrations, path: `/os-migrations?instance_uuid=${server}` })
      await ask({ ...at, path: `/servers/detail?all_tenants=1&host=${HOST}` })
      await ask(change(id, { status: 'enabled' }))
      await removeServer(server)
    })
    await conversation(
      'evacuate',
      'a host dies, is forced down, and its instance is evacuated; it comes back',
      async (ask, host) => {
        const server = await boot(HOST)
        const id = await idIn(await ask(list))
        await host.kill()
        await ask(change(id, { forced_down: true }))
        await ask({ ...at, method: 'POST', path: `/servers/${server}/action`, body: { evacuate: { host: 'host2' } } })
        await until('the evacuation', async () => (await hostOf(server)) === 'host2')
        await until('its migration', async () => (await migrationOf(server)) === 'done')
        await ask({ ...at, path: `/servers/${server}` })
        await ask({ ...migrations, path: `/os-migrations?instance_uuid=${server}` })
        // Refused until the host has been started again.
        await ask(change(id, { forced_down: false }))
        await host.start()
        await until('the evacuation to be completed', async () => (await migrationOf(server)) === 'completed')
        await ask({ ...migrations, path: `/os-migrations?instance_uuid=${server}` })
        await ask(change(id, { forced_down: false }))
        await ask(list)
        await removeServer(server)
      },
    )
    await conversation('delete', 'a service whose process is stopped is deleted', async (ask, host) => {
      const id = await idIn(await ask(list))
      await host.kill()
      await ask(remove(id))
      await ask(list)
      await ask(hypervisors)
      await ask(zones)
      await ask(remove(id))
    })
  })
  await withHost(async () => {
    await conversation(
      'comes-back-as-new',
      'a host dies, its service is deleted, and it comes back as a new service',
      async (ask, host) => {
        const id = await idIn(await ask(list))
        await host.kill()
        await until('the host to count as down', async () => (await serviceOf(HOST))?.state === 'down')
        await ask(list)
        await ask(remove(id))
        await ask(list)
        await host.start()
        const again = await idIn(await ask(list))
        if (again === id) throw new Error('it came back as the same service')
        await ask(change(id, { status: 'disabled' }))
        await ask(hypervisors)
        await ask(zones)
      },
    )
  })
}

// --- recording

async function sample(folderName: string, version: string, name: string, asking: Asking): Promise<void> {
  const place = version === '' || version === '2.1' ? folderName : `${folderName}/v${version}`
  const what = `${asking.method ?? 'GET'} ${asking.path}${version === '' ? '' : ` at ${version}`}`
  await recording(`${place}/${name}`, what, (ask) =>
    ask({
      ...asking,
      ...(version !== '' && { version }),
      token: asking.token === undefined ? cloud.token : asking.token,
    }),
  )
}

async function conversation(name: string, what: string, talk: (ask: Ask, host: Host) => Promise<void>): Promise<void> {
  await recording(`conversations/${name}`, what, async (ask) => {
    const { headers } = await ask(logIn())
    const token = headers.get('x-subject-token') ?? ''
    await talk((asking) => ask({ token, ...asking }), host)
  })
}

async function recording(name: string, what: string, talk: (ask: Ask) => Promise<unknown>): Promise<void> {
  if (positionals.length > 0 && !positionals.some((wanted) => name.includes(wanted))) return
  const out = join('fixtures/recordings', cloud.release, `${name}.jsonl`)
  mkdirSync(dirname(out), { recursive: true })
  const recorder = await startRecorder({
    ...{ upstream: cloud.authUrl, out, force: true, by: 'novasim', how: `npm run fixtures: ${what}` },
    ...{ endpoints: cloud.endpoints, release: cloud.release },
  })
  try {
    await talk((asking) => ask(`${recorder.url}/${asking.to ?? 'compute'}${asking.to ? '' : '/v2.1'}`, asking))
  } finally {
    await recorder.close()
  }
  made++
  say(`${out}: ${recorder.count()} exchange${recorder.count() === 1 ? '' : 's'}`)
}

async function ask(
  base: string,
  { version, method = 'GET', path, body, headers, token = null }: Asking,
): Promise<Told> {
  const answer = await fetch(base + path, {
    method,
    headers: {
      Accept: 'application/json',
      'User-Agent': 'novasim-fixtures',
      ...(version !== undefined && version !== '2.1' && { 'OpenStack-API-Version': `compute ${version}` }),
      ...(token !== null && { 'X-Auth-Token': token }),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    json = undefined
  }
  return { status: answer.status, headers: answer.headers, text, json }
}

function logIn(password = process.env.OS_PASSWORD ?? ''): Asking {
  const domain = { id: process.env.OS_USER_DOMAIN_ID ?? 'default' }
  const user = { name: process.env.OS_USERNAME, domain, password }
  const project = { name: process.env.OS_PROJECT_NAME, domain: { id: process.env.OS_PROJECT_DOMAIN_ID ?? 'default' } }
  const identity = { methods: ['password'], password: { user } }
  return { to: 'identity', method: 'POST', path: '/v3/auth/tokens', body: { auth: { identity, scope: { project } } } }
}

// --- the cloud, asked directly

async function reach() {
  const wanted = ['OS_AUTH_URL', 'OS_USERNAME', 'OS_PASSWORD', 'OS_PROJECT_NAME']
  const missing = wanted.filter((name) => !process.env[name])
  if (missing.length > 0) {
    stop(`there is no cloud: ${missing.join(', ')} not set. Source its openrc first`)
  }
  if (!existsSync(join(folder, 'venv/bin/nova-compute')) || !existsSync(join(folder, 'etc/nova.conf'))) {
    stop(`there is no venv/bin/nova-compute and etc/nova.conf in ${folder}, to start a compute host with. Set NOVA_DIR`)
  }
  const authUrl = process.env.OS_AUTH_URL ?? ''
  const told = await ask(authUrl.replace(/\/v3\/?$/, ''), logIn()).catch((error: unknown) =>
    stop(`the cloud at ${authUrl} does not answer: ${error instanceof Error ? error.message : String(error)}`),
  )
  if (told.status !== 201) stop(`the cloud at ${authUrl} lets nobody in: ${told.status} ${told.text}`)
  const catalog = told.json.token.catalog as { type: string; endpoints: { interface: string; url: string }[] }[]
  const endpoints = Object.fromEntries(
    catalog.flatMap(({ type, endpoints: all }) => {
      const url = all.find((each) => each.interface === 'public')?.url
      return url ? [[type, url]] : []
    }),
  )
  const compute = endpoints.compute ?? stop(`the catalogue of ${authUrl} has no Nova`)
  const versions = await ask(compute, { path: '/' })
  const newest = String(versions.json.version.version)
  const { releaseOf } = await import('../src/recordings/versions.ts')
  const release = process.env.NOVA_RELEASE ?? releaseOf(`2.1 to ${newest}`)?.split(' or ')[0] ?? newest
  say(`Nova ${release}, up to ${newest}, at ${compute}`)
  return { authUrl, endpoints, compute, newest, release, token: told.headers.get('x-subject-token') ?? '' }
}

function stop(why: string): never {
  say(`fixtures: ${why}`)
  process.exit(2)
}

function nova(asking: Asking): Promise<Told> {
  return ask(cloud.compute, { version: '2.74', token: cloud.token, ...asking })
}

async function serviceOf(host: string): Promise<{ id: string; state: string; updated_at: string | null } | undefined> {
  const { json } = await nova({ path: `/os-services?host=${host}&binary=nova-compute` })
  return json.services[0]
}

async function uuidOf(host: string): Promise<string> {
  return (await serviceOf(host))?.id ?? stop(`there is no service of ${host}`)
}

async function idIn({ json }: Told): Promise<string> {
  const services = json.services as { host: string; id: string }[]
  return services.find(({ host }) => host === HOST)?.id ?? stop(`the list has no service of ${HOST}`)
}

async function boot(host: string): Promise<string> {
  const image = await ask(cloud.endpoints.image ?? '', { path: '/v2/images', token: cloud.token })
  await nova({
    method: 'POST',
    path: '/flavors',
    body: { flavor: { id: FLAVOR, name: FLAVOR, ram: 64, disk: 0, vcpus: 1 } },
  })
  const server = { name: SERVER, imageRef: image.json.images[0].id, flavorRef: FLAVOR, networks: 'none', host }
  const made = await nova({ method: 'POST', path: '/servers', body: { server } })
  const id = String(made.json.server?.id ?? stop(`no server can be made: ${made.text}`))
  await until('the server', async () => (await hostOf(id)) === host)
  return id
}

/** Where a server is, once it rests there. */
async function hostOf(server: string): Promise<string | undefined> {
  const { json } = await nova({ path: `/servers/${server}` })
  if (json.server?.status === 'ERROR') throw new Error(`the server is in ERROR: ${JSON.stringify(json.server.fault)}`)
  return json.server?.status === 'ACTIVE' && json.server['OS-EXT-STS:task_state'] === null
    ? json.server['OS-EXT-SRV-ATTR:host']
    : undefined
}

async function migrationOf(server: string): Promise<string | undefined> {
  const { json } = await nova({ version: '2.80', path: `/os-migrations?instance_uuid=${server}` })
  return json.migrations[0]?.status
}

async function removeServer(id: string): Promise<void> {
  await nova({ method: 'DELETE', path: `/servers/${id}` })
  await until('the server to go', async () => (await nova({ path: `/servers/${id}` })).status === 404)
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 400_000
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited too long for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

// --- a compute host of our own

interface Host {
  start(): Promise<void>
  kill(): Promise<void>
}

async function withHost(run: () => Promise<void>): Promise<void> {
  const settings = join(state, 'host.conf')
  writeFileSync(settings, `[DEFAULT]\nhost = ${HOST}\nstate_path = ${state}\nlog_dir = ${state}\n`)
  mkdirSync(join(state, 'instances'), { recursive: true })
  const etc = join(folder, 'etc/nova.conf')
  let child: ReturnType<typeof spawn> | undefined
  host = {
    async start() {
      const before = (await serviceOf(HOST))?.updated_at
      child = spawn(join(folder, 'venv/bin/nova-compute'), ['--config-file', etc, '--config-file', settings], {
        stdio: 'ignore',
      })
      await until('the host to report', async () => {
        const service = await serviceOf(HOST)
        return service?.updated_at !== undefined && service.updated_at !== null && service.updated_at !== before
      })
      // Before 2026.1 one that was there before is not found by itself: https://bugs.launchpad.net/nova/+bug/2085135
      await promisify(execFile)(join(folder, 'venv/bin/nova-manage'), [
        ...['--config-file', etc, 'cell_v2', 'discover_hosts', '--by-service'],
      ])
      await until('its hypervisor', async () => {
        const { json } = await nova({ version: '2.53', path: '/os-hypervisors' })
        return json.hypervisors.some((each: { hypervisor_hostname: string }) =>
          each.hypervisor_hostname.startsWith(HOST),
        )
      })
    },
    async kill() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const ended = new Promise((resolve) => child?.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
    },
  }
  try {
    await host.start()
    await run()
  } finally {
    await host.kill()
    await tidyUp()
  }
}

/** Whatever was made here is taken away again. */
async function tidyUp(): Promise<void> {
  const { json } = await nova({ path: `/servers?all_tenants=1&name=${SERVER}` })
  for (const { id } of json.servers ?? []) await removeServer(id)
  const service = await serviceOf(HOST)
  if (service) await nova({ method: 'DELETE', path: `/os-services/${service.id}` })
  await nova({ method: 'DELETE', path: `/flavors/${FLAVOR}` })
}
