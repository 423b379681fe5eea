/** os-aggregates: groups of hosts, and the images that are kept ready on them. nova/api/openstack/compute/aggregates.py */

import {
  addHostToAggregate,
  deleteAggregate,
  getAggregate,
  removeHostFromAggregate,
  renameAggregate,
  requestAggregate,
  setAggregateMetadata,
} from '../cloud/aggregate-requests.ts'
import type { Aggregate } from '../cloud/aggregates.ts'
import { CloudError } from '../cloud/errors.ts'
import { wholeSeconds } from '../cloud/services.ts'
import { dumps } from '../python/json.ts'
import type { Schema } from '../python/jsonschema.ts'
import { dictAt, isDict, type PyValue, strip, valueAt } from '../python/values.ts'
import { NovaFault, UnexpectedError } from './errors.ts'
import { requireAdmin } from './policy.ts'
import type { ApiMethod, Call } from './resource.ts'
import { timeText } from './service-view.ts'
import { integerId } from './services.ts'
import { AZ_NAME, FQDN, metadataOf, NAME, NAME_WITH_SPACES, NO_QUERY, within } from './validate.ts'

/** From here on an aggregate is shown with its UUID. */
const UUID_FROM = 41
/** From here on images can be sent to its hosts. */
const IMAGES_FROM = 81

const ZONE: Schema = { oneOf: [AZ_NAME, { type: 'null' }] }
const CREATE = within('aggregate', {
  type: 'object',
  properties: { name: NAME, availability_zone: ZONE },
  required: ['name'],
  additionalProperties: false,
})
const UPDATE = within('aggregate', {
  type: 'object',
  properties: { name: NAME_WITH_SPACES, availability_zone: ZONE },
  additionalProperties: false,
  anyOf: [{ required: ['name'] }, { required: ['availability_zone'] }],
})
const IMAGES: Schema = {
  type: 'object',
  properties: {
    cache: {
      type: ['array'],
      minItems: 1,
      items: {
        type: 'object',
        properties: { id: { type: 'string', format: 'uuid' } },
        additionalProperties: false,
        required: ['id'],
      },
    },
  },
  required: ['cache'],
  additionalProperties: false,
}

/** GET /os-aggregates */
export const LIST_AGGREGATES: ApiMethod = {
  query: NO_QUERY,
  run: (call) => {
    requireAdmin(call, rule('index'))
    const aggregates = [...call.cloud.state.aggregates.values()].sort((one, other) => one.id - other.id)
    return dumps({ aggregates: aggregates.map((each) => view(each, call)) })
  },
}

/** GET /os-aggregates/{id} */
export const SHOW_AGGREGATE: ApiMethod = {
  query: NO_QUERY,
  run: (call) => {
    requireAdmin(call, rule('show'))
    return show(call, aggregateAt(call))
  },
}

/** POST /os-aggregates */
export const CREATE_AGGREGATE: ApiMethod = {
  body: [{ from: 1, schema: CREATE }],
  run: (call) => {
    requireAdmin(call, rule('create'))
    const { cloud, body } = call
    const wanted = dictAt(body, 'aggregate')
    const zone = wanted.get('availability_zone')
    const made = requestAggregate(cloud, textOf(wanted.get('name')), zone ? textOf(zone) : null)
    const { hosts: _, metadata: __, ...shown } = view(made, call, { created: cloud.clock.now(), updated: null })
    return dumps({ aggregate: shown })
  },
}

/** PUT /os-aggregates/{id}. Its name is written before its zone is checked, as Nova does. */
export const UPDATE_AGGREGATE: ApiMethod = {
  body: [{ from: 1, schema: UPDATE }],
  run: (call) => {
    requireAdmin(call, rule('update'))
    const { cloud, body } = call
    const wanted = dictAt(body, 'aggregate')
    const aggregate = aggregateAt(call)
    const name = wanted.get('name')
    const now = cloud.clock.now()
    const before = Object.keys(aggregate.metadata)
    let written: number | undefined
    if (name !== undefined) {
      const called = aggregate.name
      renameAggregate(cloud, aggregate, textOf(name))
      if (called !== aggregate.name) written = now
    }
    if (wanted.has('availability_zone')) {
      const zone = wanted.get('availability_zone')
      setAggregateMetadata(cloud, aggregate, { availability_zone: zone === null ? null : String(zone) }, 'update')
      written = now
    }
    return show(call, asWritten(aggregate, before, ['availability_zone']), written)
  },
}

/** DELETE /os-aggregates/{id} */
export const DELETE_AGGREGATE: ApiMethod = {
  run: (call) => {
    requireAdmin(call, rule('delete'))
    deleteAggregate(call.cloud, aggregateAt(call))
    return ''
  },
}

const ADD_HOST: ApiMethod = {
  body: [{ from: 1, schema: withHost('add_host') }],
  run: (call) => {
    requireAdmin(call, rule('add_host'))
    integerId(call.id)
    const host = String(dictAt(call.body, 'add_host').get('host'))
    return show(
      call,
      addHostToAggregate(call.cloud, () => aggregateAt(call), host),
    )
  },
}

const REMOVE_HOST: ApiMethod = {
  body: [{ from: 1, schema: withHost('remove_host') }],
  run: (call) => {
    requireAdmin(call, rule('remove_host'))
    const id = integerId(call.id)
    const host = String(dictAt(call.body, 'remove_host').get('host'))
    const members = call.cloud.state.aggregates.get(id)?.hosts ?? []
    try {
      const aggregate = removeHostFromAggregate(call.cloud, () => aggregateAt(call), host)
      // MySQL has found it in another case; Nova then looks for it in its own list.
      if (!members.includes(host)) throw new UnexpectedError('ValueError')
      return show(call, aggregate)
    } catch (error) {
      const gone = error instanceof CloudError && NO_MEMBER.has(error.refusal.code)
      throw gone ? new NovaFault(404, `Cannot remove host ${host} in aggregate ${call.id}`) : error
    }
  },
}

const SET_METADATA: ApiMethod = {
  body: [
    {
      from: 1,
      schema: within('set_metadata', {
        type: 'object',
        properties: { metadata: metadataOf(['string', 'null']) },
        required: ['metadata'],
        additionalProperties: false,
      }),
    },
  ],
  run: (call) => {
    requireAdmin(call, rule('set_metadata'))
    const metadata = dictAt(call.body, 'set_metadata', 'metadata')
    const aggregate = aggregateAt(call)
    const change = Object.fromEntries([...metadata].map(([key, value]) => [key, value === null ? null : String(value)]))
    const before = Object.keys(aggregate.metadata)
    setAggregateMetadata(call.cloud, aggregate, change, 'update metadata')
    return show(call, asWritten(aggregate, before, Object.keys(change)), call.cloud.clock.now())
  },
}

/** POST /os-aggregates/{id}/action */
export const ACT_ON_AGGREGATE: ApiMethod = {
  actions: { add_host: ADD_HOST, remove_host: REMOVE_HOST, set_metadata: SET_METADATA },
  run: () => null,
}

/** POST /os-aggregates/{id}/images: nothing comes of it that the API shows. */
export const CACHE_IMAGES: ApiMethod = {
  versions: [IMAGES_FROM, Number.POSITIVE_INFINITY],
  status: 202,
  body: [{ from: IMAGES_FROM, schema: IMAGES }],
  run: (call) => {
    requireAdmin(call, 'compute:aggregates:images')
    integerId(call.id)
    const cache = valueAt(call.body, 'cache')
    const ids = Array.isArray(cache) ? cache.map((image) => (isDict(image) ? image.get('id') : image)) : []
    if (new Set(ids).size < ids.length) throw new NovaFault(400, 'Duplicate images in request')
    aggregateAt(call)
    return ''
  },
}

/** What Nova words alike when a host cannot be taken out. */
const NO_MEMBER = new Set(['AggregateNotFound', 'AggregateHostNotFound', 'ComputeHostNotFound'])

/** What has just been written still has its new keys at the end; the database puts them in order. */
function asWritten(aggregate: Aggregate, before: string[], added: string[]): Aggregate {
  const { metadata } = aggregate
  const keys = [...new Set([...before, ...added])].filter((key) => Object.hasOwn(metadata, key))
  return { ...aggregate, metadata: Object.fromEntries(keys.map((key) => [key, metadata[key] ?? ''])) }
}

/** @param written when it has just been written, which still has its fraction of a second */
function show(call: Call, aggregate: Aggregate, written?: number): string {
  return dumps({ aggregate: view(aggregate, call, written === undefined ? {} : { updated: written }) })
}

/** Milliseconds since 1970, as they were before the database had them. */
interface Written {
  created?: number
  updated?: number | null
}

function view(
  { id, uuid, name, hosts, metadata, createdAt, updatedAt }: Aggregate,
  { version }: Call,
  { created = wholeSeconds(createdAt), updated = updatedAt && wholeSeconds(updatedAt) }: Written = {},
) {
  return {
    id,
    ...(version >= UUID_FROM && { uuid }),
    ...{ name, hosts, metadata },
    created_at: timeText(created),
    updated_at: updated === null ? null : timeText(updated),
    deleted_at: null,
    deleted: false,
    availability_zone: metadata.availability_zone ?? null,
  }
}

function aggregateAt({ cloud, id }: Call): Aggregate {
  return getAggregate(cloud, integerId(id), id)
}

function rule(action: string): string {
  return `os_compute_api:os-aggregates:${action}`
}

function withHost(action: string): Schema {
  return within(action, {
    type: 'object',
    properties: { host: FQDN },
    required: ['host'],
    additionalProperties: false,
  })
}

/** Nova strips names, which under /v2 may come with spaces around them. */
function textOf(value: PyValue | undefined): string {
  return strip(String(value))
}
