/** The cloud that a recording implies: a world file whose cloud would have answered so, and what could not be told. */

import { stringify } from 'yaml'
import { ROLES } from '../cloud/identity.ts'
import { hexFor, uuidFor } from '../cloud/ids.ts'
import { INSTANCE_STATUSES } from '../cloud/instance-states.ts'
import { MIGRATION_TYPES } from '../cloud/migrations.ts'
import { NEWEST_RELEASE, RELEASES } from '../cloud/releases.ts'
import { REPORT_EVERY_MS, SERVICE_DOWN_AFTER_MS } from '../cloud/services.ts'
import { dictAt, isDict, type PyDict, type PyValue, valueAt } from '../python/values.ts'
import { bodyValue } from './body.ts'
import { beganAt, momentIn, tookPlaceAt } from './cloud-clock.ts'
import { fillNames, kindOf, momentOf } from './names.ts'
import type { Exchange, Recording } from './recording.ts'
import { dictsAt, numberAt, textAt } from './value.ts'

/** A world file as it stands in YAML, with what could not be told as comments at its top. */
export interface Seed {
  yaml: string
  /** What the recording did not tell, and what was taken instead. */
  untold: string[]
}

export interface SeedOptions {
  /** What the ids are made from that the recording does not tell. Default 0. */
  seed?: number
  /** When the world begins, in milliseconds since 1970; every time is moved with it. Default: when the recording did. */
  startAt?: number
}

/** The world that the recording began in. What came to be only later, or was made by a client, is not in it. */
export function seedOf(recording: Recording, { seed = 0, startAt }: SeedOptions = {}): Seed {
  const seen = look(recording, seed)
  seen.at = beforeNextReport(seen)
  const shift = startAt === undefined ? 0 : Math.floor((startAt - seen.at) / 1000) * 1000
  seen.at += shift
  seen.shift = shift
  for (const service of seen.services) {
    service.at += shift
    if (typeof service.updatedAt === 'number') service.updatedAt += shift
  }
  const untold: string[] = []
  const world: Record<string, unknown> = {
    release: releaseIn(recording, untold),
    ...(seed !== 0 && { seed }),
    clock: { start: new Date(seen.at).toISOString(), mode: 'manual' },
    cells: cellsIn(seen, untold),
    services: servicesIn(seen, untold),
    hosts: hostsIn(seen, untold),
    aggregates: aggregatesIn(seen, untold),
    instances: instancesIn(seen, untold),
    migrations: migrationsIn(seen, untold),
    users: usersIn(seen, untold),
  }
  return { yaml: written(recording, world, untold), untold }
}

type Entry = Record<string, unknown>

interface ServiceSeen {
  binary: string
  host: string
  cell: number
  id?: number
  uuid?: string
  zone?: string
  status?: string
  reason?: string | null
  forcedDown?: boolean
  state?: string
  /** Null: not heard from yet. Undefined: not shown. */
  updatedAt?: number | null
  /** When it was seen so. */
  at: number
}

/** What can be seen in a recording, each thing as it was when it was first seen. */
interface Seen {
  /** By how many milliseconds every time is moved. */
  shift: number
  /** When the first of it was seen, in milliseconds since 1970. */
  at: number
  services: ServiceSeen[]
  /** Whether there was a list of all services. */
  whole: boolean
  /** Services that came to be after the first list. */
  later: string[]
  /** Hosts of cells that were down. */
  unknown: string[]
  downFirst: boolean
  cells: number
  hypervisors: Map<string, PyDict>
  aggregates: Map<string, PyDict>
  servers: Map<string, PyDict>
  serversWhole: boolean
  migrations: Map<string, PyDict>
  /** What the database calls the flavors of instances: their migrations tell. */
  flavorNumbers: Map<string, number>
  logins: PyDict[]
  /** Hosts whose service could not be deleted because of their instances. */
  hosting: Set<string>
  /** Made by a client in the recording. */
  made: Set<string>
}

const LISTS =
  /^\/v2(?:\.1)?(?:\/[\da-f<>\-id]+)?\/(os-services|os-hypervisors\/detail|os-aggregates|servers\/detail|os-migrations)$/

function look(recording: Recording, seed: number): Seen {
  const seen: Seen = {
    ...{ at: beganAt(recording), shift: 0 },
    ...{ services: [], whole: false, later: [], unknown: [], downFirst: false, cells: 1 },
    ...{
      hypervisors: new Map(),
      aggregates: new Map(),
      servers: new Map(),
      serversWhole: false,
      migrations: new Map(),
      flavorNumbers: new Map(),
    },
    ...{ logins: [], hosting: new Set(), made: new Set() },
  }
  const fill = valueOfNames(recording, seed)
  let first: number | undefined
  for (const exchange of recording.exchanges) {
    const { to, request, answer } = exchange
    const body = filled(bodyValue(answer.body), fill)
    if (to.startsWith('identity') && answer.status === 201 && isDict(valueAt(body, 'token'))) {
      const token = valueAt(body, 'token')
      if (isDict(token)) seen.logins.push(token)
    }
    if (!to.startsWith('compute')) continue
    const [path = '', query = ''] = fillNames(request.path, fill).split('?')
    const list = LISTS.exec(path)?.[1]
    const server = valueAt(body, 'server')
    if (request.method === 'GET' && isDict(server) && !seen.made.has(textAt(server, 'id') ?? '')) {
      const id = textAt(server, 'id')
      if (id !== undefined && !seen.servers.has(id)) seen.servers.set(id, server)
    }
    if (request.method === 'GET' && answer.status === 200 && list) {
      const at = tookPlaceAt(recording, exchange)
      if (list === 'os-services') {
        // The world begins when its services were first seen: what they report is what moves.
        first ??= at
        lookAtServices(seen, recording, exchange, body, query, at, fill)
      } else lookAtList(seen, list, body, query)
    } else if (request.method === 'POST' && answer.status < 300) {
      for (const kind of ['aggregate', 'server']) noteMade(seen, valueAt(body, kind))
    } else if (request.method === 'DELETE' && answer.status === 409) {
      const id = /\/os-services\/([^/]+)$/.exec(path)?.[1]
      const service = seen.services.find((each) => each.uuid === id || String(each.id) === id)
      if (service && /hosting instances/.test(textAt(body, 'conflictingRequest', 'message') ?? ''))
        seen.hosting.add(service.host)
    }
  }
  seen.at = first ?? seen.at
  goBack(seen)
  return seen
}

/** To where it was when it began: what came to be later goes, and an instance that has moved since is where it was. */
function goBack(seen: Seen): void {
  // Times have whole seconds, so one of the same second may be later.
  const isLater = (entry: PyDict, key: string) => momentOf(textAt(entry, key) ?? '') + 999 > seen.at
  for (const [id, server] of seen.servers) if (isLater(server, 'created')) seen.servers.delete(id)
  for (const [id, migration] of [...seen.migrations].reverse()) {
    if (!isLater(migration, 'created_at')) continue
    seen.migrations.delete(id)
    seen.later.push(`migration ${id}`)
    const instance = textAt(migration, 'instance_uuid')
    const source = migration.get('source_compute')
    if (instance === undefined || source === undefined) continue
    const server = seen.servers.get(instance) ?? new Map([['id', instance]])
    server.set('OS-EXT-SRV-ATTR:host', source)
    seen.servers.set(instance, server)
  }
}

function lookAtServices(
  seen: Seen,
  recording: Recording,
  exchange: Exchange,
  body: PyValue | undefined,
  query: string,
  at: number,
  fill: (name: string) => string,
): void {
  const wholeBefore = seen.whole
  let lastId = 0
  let cell = 0
  for (const entry of dictsAt(body, 'services')) {
    const [binary, host] = [textAt(entry, 'binary'), textAt(entry, 'host')]
    if (binary === undefined || host === undefined) continue
    if (entry.get('status') === 'UNKNOWN') {
      if (!seen.unknown.includes(host)) seen.unknown.push(host)
      if (seen.services.length === 0) seen.downFirst = true
      continue
    }
    const id = entry.get('id')
    if (typeof id === 'number') {
      // Within a cell services are listed by their ids, so where these begin anew there is another cell.
      if (id <= lastId) cell++
      lastId = id
      seen.cells = Math.max(seen.cells, cell + 1)
    }
    const known = seen.services.find((each) => each.binary === binary && each.host === host)
    if (known) {
      if (typeof id === 'number') {
        known.id ??= id
        known.cell = cell
      } else if (typeof id === 'string') known.uuid ??= id
      if (known.forcedDown === undefined && typeof entry.get('forced_down') === 'boolean') {
        known.forcedDown = entry.get('forced_down') === true
      }
      continue
    }
    if (wholeBefore) {
      seen.later.push(`${binary} on ${host}`)
      continue
    }
    const forcedDown = entry.get('forced_down')
    const reason = entry.get('disabled_reason')
    seen.services.push({
      ...{ binary, host, cell, at },
      ...(typeof id === 'number' ? { id } : typeof id === 'string' ? { uuid: id } : {}),
      ...{
        zone: textAt(entry, 'zone') ?? '',
        status: textAt(entry, 'status') ?? 'enabled',
        state: textAt(entry, 'state') ?? 'up',
      },
      reason: typeof reason === 'string' ? reason : null,
      ...(typeof forcedDown === 'boolean' && { forcedDown }),
      updatedAt: entry.get('updated_at') === null ? null : (updatedAt(recording, exchange, binary, host, fill) ?? null),
    })
  }
  if (query === '') seen.whole = true
}

/** The time as it was recorded: a name in the file, that stands for it. */
function updatedAt(
  recording: Recording,
  { answer }: Exchange,
  binary: string,
  host: string,
  fill: (name: string) => string,
): number | undefined {
  const entry = dictsAt(bodyValue(answer.body), 'services').find(
    (each) => textAt(each, 'binary') === binary && fillNames(textAt(each, 'host') ?? '', fill) === host,
  )
  return momentIn(recording, textAt(entry, 'updated_at'))
}

function lookAtList(seen: Seen, list: string, body: PyValue | undefined, query: string): void {
  const add = (to: Map<string, PyDict>, key: string | undefined, entry: PyDict) => {
    const known = key === undefined ? undefined : to.get(key)
    if (key === undefined || seen.made.has(key)) return
    if (known) for (const [name, value] of entry) if (!known.has(name)) known.set(name, value)
    if (!known) to.set(key, entry)
  }
  switch (list) {
    case 'os-hypervisors/detail':
      for (const each of dictsAt(body, 'hypervisors')) {
        // Before 2.53 it is an integer that stands there, from then on a UUID: two lists tell both.
        const id = each.get('id') ?? null
        each.set(typeof id === 'string' ? 'uuid' : 'number', id)
        add(seen.hypervisors, textAt(each, 'service', 'host'), each)
      }
      break
    case 'os-aggregates':
      for (const each of dictsAt(body, 'aggregates'))
        add(seen.aggregates, String(numberAt(each, 'id') ?? textAt(each, 'name')), each)
      break
    case 'servers/detail':
      for (const each of dictsAt(body, 'servers')) add(seen.servers, textAt(each, 'id'), each)
      if (/^(?:all_tenants=(?:1|true))?$/i.test(query)) seen.serversWhole = true
      break
    case 'os-migrations':
      for (const each of dictsAt(body, 'migrations')) {
        add(seen.migrations, String(numberAt(each, 'id')), each)
        const [instance, flavor] = [textAt(each, 'instance_uuid'), numberAt(each, 'old_instance_type_id')]
        if (instance !== undefined && flavor !== undefined) seen.flavorNumbers.set(instance, flavor)
      }
  }
}

function noteMade(seen: Seen, entry: PyValue | undefined): void {
  const id = textAt(entry, 'id') ?? numberAt(entry, 'id')
  if (id !== undefined) seen.made.add(String(id))
}

function releaseIn({ made }: Recording, untold: string[]): string {
  const names = made.release?.split(' or ').filter((name) => name in RELEASES) ?? []
  const [release = NEWEST_RELEASE] = names
  if (names.length === 0) untold.push(`the release: taken for ${NEWEST_RELEASE}`)
  if (names.length > 1)
    untold.push(`the release: ${names.join(' and ')} offer the same microversions; taken for ${release}`)
  return release
}

/**
 * A moment at which no service has reported again that had not when it was seen: reports come every ten seconds, but not to the
 * millisecond, and times have whole seconds.
 */
function beforeNextReport({ at, services }: Seen): number {
  const reports = services.flatMap(({ state, updatedAt }) =>
    state === 'up' && typeof updatedAt === 'number' ? [updatedAt] : [],
  )
  const late = reports.filter((each) => at - each >= REPORT_EVERY_MS && at - each < 2 * REPORT_EVERY_MS)
  const moment = Math.min(at, ...late.map((each) => each + REPORT_EVERY_MS - 1))
  return moment >= Math.max(...reports) ? moment : at
}

function cellsIn({ cells, unknown, downFirst }: Seen, untold: string[]): Entry[] {
  if (cells === 1 && unknown.length === 0) return []
  untold.push('the names of the cells')
  const up = Array.from({ length: cells }, (_, index): Entry => ({ name: cellName(index) }))
  if (unknown.length === 0) return up
  const down = { name: cellName(cells), down: true, hosts: unknown }
  untold.push(`what is on ${unknown.join(', ')}: their cell was down; and whether that is one cell or several`)
  return downFirst ? [down, ...up] : [...up, down]
}

function cellName(index: number): string {
  return `cell${index + 1}`
}

function servicesIn(seen: Seen, untold: string[]): Entry[] {
  if (!seen.whole && seen.services.length > 0)
    untold.push('which services there are: no list of all was recorded, only parts')
  if (seen.services.length === 0) untold.push('the services: no list was recorded')
  if (seen.later.length > 0) untold.push(`what came later, and is left out: ${[...new Set(seen.later)].join(', ')}`)
  const withoutId = seen.services.filter(({ id }) => id === undefined).length
  const withoutUuid = seen.services.filter(({ uuid }) => uuid === undefined).length
  if (withoutId > 0) untold.push('the integer ids of services: counted in the order of the list')
  if (withoutUuid > 0) untold.push('the UUIDs of services: made from the seed')
  if (seen.services.some(({ forcedDown }) => forcedDown === undefined)) {
    untold.push('whether somebody forced a service down: the lists are of before microversion 2.11')
  }
  return seen.services.map((service) => {
    const process = processOf(service)
    if (process === undefined) {
      untold.push(
        `whether ${service.binary} on ${service.host} runs: it was forced down, and heard from shortly before`,
      )
    }
    return {
      ...{ binary: service.binary, host: service.host, id: service.id, uuid: service.uuid },
      ...(seen.cells > 1 && { cell: cellName(service.cell) }),
      ...(service.status === 'disabled' && { status: 'disabled', disabled_reason: service.reason ?? undefined }),
      ...(service.forcedDown && { forced_down: true }),
      ...(process === 'stopped' && { process }),
      updated_at: typeof service.updatedAt === 'number' ? new Date(service.updatedAt).toISOString() : service.updatedAt,
    }
  })
}

/** Reports come every ten seconds, so one that is older by far comes from nobody. Undefined where that cannot be told. */
function processOf({ state, forcedDown, updatedAt, at }: ServiceSeen): 'running' | 'stopped' | undefined {
  if (state === 'up') return 'running'
  if (!forcedDown || updatedAt === null || updatedAt === undefined) return forcedDown ? undefined : 'stopped'
  return at - updatedAt > SERVICE_DOWN_AFTER_MS / 3 ? 'stopped' : undefined
}

function hostsIn({ hypervisors }: Seen, untold: string[]): Entry[] {
  const counted = [...hypervisors.values()].every((each) => numberAt(each, 'number') === undefined)
  if (counted && hypervisors.size > 0)
    untold.push('the integer ids of hypervisors: counted in the order of the list, since they are listed by them')
  return [...hypervisors].map(([name, each], index) => {
    return {
      name,
      id: counted ? index + 1 : numberAt(each, 'number'),
      uuid: textAt(each, 'uuid'),
      hypervisor_type: textAt(each, 'hypervisor_type'),
      hypervisor_version: numberAt(each, 'hypervisor_version'),
      host_ip: textAt(each, 'host_ip'),
      vcpus: numberAt(each, 'vcpus'),
      memory_mb: numberAt(each, 'memory_mb'),
      local_gb: numberAt(each, 'local_gb'),
    }
  })
}

function aggregatesIn(seen: Seen, untold: string[]): Entry[] {
  const aggregates = [...seen.aggregates.values()].map(
    (each): Entry & { hosts: string[]; zone: string | undefined } => {
      const { availability_zone: zone, ...metadata } = Object.fromEntries(
        [...dictAt(each, 'metadata')].map(([key, value]) => [key, String(value)]),
      )
      const hosts = valueAt(each, 'hosts')
      return {
        name: textAt(each, 'name'),
        id: numberAt(each, 'id'),
        uuid: textAt(each, 'uuid'),
        zone: textAt(each, 'availability_zone') ?? zone,
        hosts: Array.isArray(hosts) ? hosts.filter((host) => typeof host === 'string') : [],
        metadata,
        created_at: movedTime(seen, textAt(each, 'created_at')),
        updated_at: movedTime(seen, textAt(each, 'updated_at')),
      }
    },
  )
  // A zone that no aggregate explains: its hosts are in one all the same.
  for (const { binary, host, zone } of seen.services) {
    if (binary !== 'nova-compute' || !zone || zone === 'nova') continue
    if (aggregates.some((each) => each.zone === zone && each.hosts.includes(host))) continue
    const made = aggregates.find((each) => each.zone === zone)
    if (made) made.hosts.push(host)
    else {
      untold.push(`the aggregate that makes the zone ${zone}: one of that name was made`)
      aggregates.push({ name: zone, zone, hosts: [host] })
    }
  }
  if (seen.aggregates.size === 0) untold.push('aggregates that make no zone: their list was not recorded')
  return aggregates.map(({ zone, metadata, hosts, ...each }) => ({
    ...each,
    availability_zone: zone,
    hosts,
    metadata: metadata && Object.keys(metadata).length > 0 ? metadata : undefined,
  }))
}

function instancesIn(seen: Seen, untold: string[]): Entry[] {
  // They are listed with the newest first, and made in the order in which they stand in a world.
  const entries = [...seen.servers.values()].reverse().map((each): Entry => {
    const status = textAt(each, 'status') ?? 'ACTIVE'
    const known = (INSTANCE_STATUSES as readonly string[]).includes(status)
    if (!known) untold.push(`an instance in the status ${status}: taken for ACTIVE`)
    const metadata = Object.fromEntries([...dictAt(each, 'metadata')].map(([key, value]) => [key, String(value)]))
    return {
      name: textAt(each, 'name') ?? 'instance',
      uuid: textAt(each, 'id'),
      host: textAt(each, 'OS-EXT-SRV-ATTR:host') ?? null,
      ...(isBuried(each) && { cell: null }),
      flavor: flavorIn(each, seen, untold),
      image: textAt(each, 'image', 'id'),
      created_at: movedTime(seen, textAt(each, 'created')),
      updated_at: movedTime(seen, textAt(each, 'updated')),
      launched_at: movedTime(seen, textAt(each, 'OS-SRV-USG:launched_at')),
      ...(known && status !== 'ACTIVE' && { status }),
      ...(Object.keys(metadata).length > 0 && { metadata }),
      fault: faultIn(each, seen),
    }
  })
  const hosts = new Set(seen.services.filter(({ binary }) => binary === 'nova-compute').map(({ host }) => host))
  const placed = entries.filter(({ host, cell }) => cell === null || (typeof host === 'string' && hosts.has(host)))
  const lost = entries.length - placed.length
  if (lost > 0) untold.push(`where ${lost} instance${lost === 1 ? ' is' : 's are'}: left out`)
  if (!seen.serversWhole) untold.push('the instances: no list of all was recorded')
  for (const host of hosts) {
    const listed = placed.filter((each) => each.host === host).length
    const hypervisor = seen.hypervisors.get(host)
    const running = hypervisor ? numberAt(hypervisor, 'running_vms') : undefined
    const wanted = running ?? (seen.hosting.has(host) ? 1 : 0)
    if (wanted <= listed || seen.serversWhole) continue
    untold.push(`which instances ${host} has: ${wanted - listed} without a name of their own`)
    placed.push({ name: `${host}-{n}`, count: wanted - listed, host })
  }
  return placed
}

/** No host was found for it: Nova keeps such in a cell of their own. nova/conductor/manager.py `_bury_in_cell0` */
function isBuried(server: PyDict): boolean {
  return (
    server.get('OS-EXT-SRV-ATTR:host') === null &&
    textAt(server, 'status') === 'ERROR' &&
    server.get('OS-SRV-USG:launched_at') === null
  )
}

function faultIn(server: PyDict, seen: Seen): Entry | undefined {
  const message = textAt(server, 'fault', 'message')
  if (message === undefined) return undefined
  return {
    ...{ code: numberAt(server, 'fault', 'code') ?? 500, message, details: textAt(server, 'fault', 'details') },
    created_at: movedTime(seen, textAt(server, 'fault', 'created')),
  }
}

function movedTime({ shift }: Seen, text: string | undefined): string | undefined {
  const moment = text === undefined ? Number.NaN : momentOf(text)
  return Number.isNaN(moment) ? undefined : new Date(moment + shift).toISOString()
}

/** The copy of its flavor that an instance keeps; shown from microversion 2.47 on, without the flavor's ids. */
function flavorIn(server: PyDict, { flavorNumbers }: Seen, untold: string[]): Entry | undefined {
  const name = textAt(server, 'flavor', 'original_name')
  if (name === undefined) return undefined
  untold.push('the ids of the flavors that instances have: their names were taken')
  const sizes = ['vcpus', 'ram', 'disk', 'ephemeral', 'swap'].map((key) => [key, numberAt(server, 'flavor', key) ?? 0])
  const specs = dictAt(server, 'flavor', 'extra_specs')
  return {
    ...{ name, id: name, number: flavorNumbers.get(textAt(server, 'id') ?? '') ?? 1, ...Object.fromEntries(sizes) },
    ...(specs.size > 0 && { extra_specs: Object.fromEntries(specs) }),
  }
}

function migrationsIn(seen: Seen, untold: string[]): Entry[] {
  return [...seen.migrations.values()].flatMap((each): Entry[] => {
    const type = textAt(each, 'migration_type') ?? 'migration'
    const source = textAt(each, 'source_compute')
    const instance = textAt(each, 'instance_uuid')
    if (!(MIGRATION_TYPES as readonly string[]).includes(type) || source === undefined) {
      untold.push(`a migration of the type ${type}: left out`)
      return []
    }
    return [
      {
        type,
        status: textAt(each, 'status') ?? 'done',
        source,
        dest: textAt(each, 'dest_compute') ?? null,
        instance: instance !== undefined && seen.servers.has(instance) ? instance : null,
        id: numberAt(each, 'id'),
      },
    ]
  })
}

function usersIn(seen: Seen, untold: string[]): Entry[] {
  const users = new Map<string, Entry>()
  for (const token of seen.logins) {
    const name = textAt(token, 'user', 'name')
    if (name === undefined) continue
    const project = textAt(token, 'project', 'name')
    const scope = project ?? (valueAt(token, 'system') ? 'system' : (textAt(token, 'domain', 'name') ?? 'none'))
    if (users.has(`${name} ${scope}`)) continue
    const names = dictsAt(token, 'roles').map((role) => textAt(role, 'name') ?? '')
    const roles = names.filter((role) => (ROLES as readonly string[]).includes(role))
    const others = names.filter((role) => !roles.includes(role))
    if (others.length > 0) untold.push(`what the roles ${others.join(', ')} of ${name} allow: left out`)
    users.set(`${name} ${scope}`, {
      name,
      ...(project !== undefined && { project, roles }),
      ...(project === undefined && scope === 'system' && { system_roles: roles }),
      ...(project === undefined && scope !== 'system' && scope !== 'none' && { domain_roles: roles }),
    })
  }
  if (users.size === 0) untold.push('who may log in: nobody did; taken are admin and reader')
  else untold.push('passwords: every user has "secret"')
  return [...users.values()]
}

/** The value of each name: the recorded one, or else that which a replay would make. */
function valueOfNames({ values }: Recording, seed: number): (name: string) => string {
  return (name) => {
    const lower = name.toLowerCase()
    const kind = kindOf(lower)
    const value =
      values.get(lower) ??
      (kind === 'uuid'
        ? uuidFor(seed, 'recording', lower)
        : kind === 'id'
          ? hexFor(seed, 'recording', lower)
          : `<${name}>`)
    return name === lower ? value : value.toUpperCase()
  }
}

function filled(value: PyValue | undefined, fill: (name: string) => string): PyValue | undefined {
  if (typeof value === 'string') return fillNames(value, fill)
  if (Array.isArray(value)) return value.map((item) => filled(item, fill) ?? null)
  if (isDict(value)) {
    return new Map([...value].map(([key, item]) => [fillNames(key, fill), filled(item, fill) ?? null]))
  }
  return value
}

/** A line for each thing, since that is how people compare them. */
function written({ file, made }: Recording, world: Record<string, unknown>, untold: string[]): string {
  const lines = [
    `# The cloud of ${file}, recorded ${made.at} by ${made.by}.`,
    ...(untold.length > 0 ? ['# What it did not tell:', ...[...new Set(untold)].map((each) => `# - ${each}`)] : []),
  ]
  const flow = (value: unknown) =>
    stringify(plain(value), {
      ...{ collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false },
      // A line for each, however many lines a text has.
      doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
    }).trim()
  for (const [key, value] of Object.entries(world)) {
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue
    if (Array.isArray(value)) lines.push(`${key}:`, ...value.map((each) => `  - ${flow(each)}`))
    else lines.push(`${key}: ${typeof value === 'string' ? JSON.stringify(value) : flow(value)}`)
  }
  if (!Array.isArray(world.services) || world.services.length === 0) lines.push('services: []')
  return `${lines.join('\n')}\n`
}

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
