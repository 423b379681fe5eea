/** /resource_providers. placement/handlers/resource_provider.py, placement/schemas/resource_provider.py */

import type { Cloud } from '../cloud/cloud.ts'
import { nextId } from '../cloud/cloud.ts'
import { CloudError } from '../cloud/errors.ts'
import { uuidFor } from '../cloud/ids.ts'
import {
  createResourceProvider,
  deleteResourceProvider,
  findResourceProvider,
  type ResourceProvider,
  rootOf,
  updateResourceProvider,
} from '../cloud/resource-providers.ts'
import { inTurns, writtenInParts } from '../http/in-turns.ts'
import { dumps, Json, quote } from '../python/json.ts'
import type { Schema } from '../python/jsonschema.ts'
import { normalUuid } from '../python/uuid.ts'
import { asDict, type PyDict } from '../python/values.ts'
import { badRequest, conflict, type PlacementError, PlacementError as Refused, wordsOf } from './errors.ts'
import { providersBy } from './filters.ts'
import {
  type Answer,
  allow,
  type Call,
  checkAccept,
  extractJson,
  providerAt,
  requireContent,
  validateQuery,
} from './resource.ts'

const NAME: Schema = { type: 'string', maxLength: 200 }
const UUID: Schema = { type: 'string', format: 'uuid' }
const PARENT: Schema = { anyOf: [{ type: 'string', format: 'uuid' }, { type: 'null' }] }

const CREATE: Schema = {
  type: 'object',
  properties: { name: NAME, uuid: UUID },
  required: ['name'],
  additionalProperties: false,
}
const CREATE_14: Schema = { ...CREATE, properties: { name: NAME, uuid: UUID, parent_provider_uuid: PARENT } }
const UPDATE: Schema = { ...CREATE, properties: { name: NAME } }
const UPDATE_14: Schema = { ...CREATE, properties: { name: NAME, parent_provider_uuid: PARENT } }

const TEXT: Schema = { type: 'string' }

function listSchema(version: number): Schema {
  return {
    type: 'object',
    properties: {
      name: TEXT,
      uuid: UUID,
      ...(version >= 3 && { member_of: TEXT }),
      ...(version >= 4 && { resources: TEXT }),
      ...(version >= 14 && { in_tree: UUID }),
      ...(version >= 18 && { required: TEXT }),
    },
    additionalProperties: false,
  }
}

export function listProviders(call: Call): Answer | Promise<Answer> {
  checkAccept(call)
  allow(call, 'resource_providers:list')
  const query = validateQuery(call, listSchema(call.version))
  return inTurns(call.cloud, function* () {
    const providers = providersBy(call, query)
    const [before, after] = ['{"resource_providers": [', ']}']
    const pieces = yield* writtenInParts(before, providers, (each) => view(call, each).text, after)
    const modified = providers.length > 0 ? Math.max(...providers.map(lastChange)) : call.cloud.clock.now()
    return { pieces, modified }
  })
}

export function getProvider(call: Call): Answer {
  checkAccept(call)
  allow(call, 'resource_providers:show')
  const provider = providerAt(call)
  return { body: view(call, provider), modified: lastChange(provider) }
}

export function createProvider(call: Call): Answer {
  requireContent(call)
  allow(call, 'resource_providers:create')
  const data = asDict(extractJson(call, call.version >= 14 ? CREATE_14 : CREATE))
  const { cloud } = call
  const name = textIn(data, 'name') ?? ''
  const uuid = normalUuid(textIn(data, 'uuid') || uuidFor(cloud.seed, 'provider', nextId(cloud, 'resource_providers')))
  const wanted = { uuid, name, parent: parentIn(cloud, data) ?? null }
  if (name === '') throw unableToCreate(wanted, 'Object action create failed because: name is required')
  const provider = translate(
    () => createResourceProvider(cloud, wanted),
    (words) => conflict(`Conflicting resource provider ${words} already exists.`, 'placement.duplicate_name'),
    (words) => unableToCreate(wanted, words),
  )
  const headers = { Location: urlOf(provider) }
  if (call.version < 20) return { status: 201, headers }
  return { headers, body: view(call, provider), modified: lastChange(provider) }
}

export function updateProvider(call: Call): Answer {
  requireContent(call)
  allow(call, 'resource_providers:update')
  const provider = providerAt(call)
  const data = asDict(extractJson(call, call.version >= 14 ? UPDATE_14 : UPDATE))
  const name = textIn(data, 'name')
  const parent = parentIn(call.cloud, data)
  // What is told is what had been read before the row was written.
  const modified = provider.updatedAt
  translate(
    () => updateResourceProvider(call.cloud, provider, { name, parent }, call.version >= 37),
    () => conflict(`Conflicting resource provider ${name} already exists.`, 'placement.duplicate_name'),
    (words) => badRequest(`Unable to save resource provider ${call.params.uuid}: ${words}`),
  )
  return { body: view(call, provider), modified }
}

export function deleteProvider(call: Call): Answer {
  allow(call, 'resource_providers:delete')
  const uuid = call.params.uuid ?? ''
  const provider = findResourceProvider(call.cloud, uuid)
  if (!provider) throw new Refused(404, `No resource provider with uuid ${uuid} found for delete`)
  try {
    deleteResourceProvider(call.cloud, provider)
  } catch (error) {
    if (!(error instanceof CloudError)) throw error
    const { refusal } = error
    if (refusal.code === 'ProviderInUse') {
      throw conflict(
        `Unable to delete resource provider ${uuid}: ${wordsOf(refusal)}`,
        'placement.resource_provider.inuse',
      )
    }
    if (refusal.code === 'ProviderHasChildren') {
      throw conflict(
        `Unable to delete parent resource provider ${uuid}: It has child resource providers.`,
        'placement.resource_provider.cannot_delete_parent',
      )
    }
    throw error
  }
  return { status: 204 }
}

/** Where it is, below Placement's own address. */
export function urlOf({ uuid }: ResourceProvider): string {
  return `/resource_providers/${uuid}`
}

/** When its row was last written. */
export function lastChange({ createdAt, updatedAt }: ResourceProvider): number {
  return updatedAt ?? createdAt
}

/** Written at once: there may be ten thousand of them, and all are asked for. */
function view({ cloud, version }: Call, provider: ResourceProvider): Json {
  const { uuid, name, generation, parent } = provider
  let text = `{"uuid": "${uuid}", "name": ${quote(name)}, "generation": ${generation}`
  text += `, "links": ${linksOf(urlOf(provider), version)}`
  if (version >= 14) {
    text += `, "parent_provider_uuid": ${dumps(parent)}, "root_provider_uuid": "${rootOf(cloud, provider)}"`
  }
  return new Json(`${text}}`)
}

/** Where to go on from a provider, and from which version on it says so. */
const RELS = Object.entries({ inventories: 0, usages: 0, aggregates: 1, traits: 6, allocations: 11 })

function linksOf(url: string, version: number): string {
  let text = `[{"rel": "self", "href": "${url}"}`
  for (const [rel, from] of RELS) if (version >= from) text += `, {"rel": "${rel}", "href": "${url}/${rel}"}`
  return `${text}]`
}

function unableToCreate({ name, uuid }: { name: string; uuid: string }, words: string): PlacementError {
  return badRequest(`Unable to create resource provider "${name}", ${uuid}: ${words}`)
}

/** Do it; a refusal becomes an error in Placement's words. */
function translate<Result>(
  run: () => Result,
  exists: (words: string) => PlacementError,
  parent: (words: string) => PlacementError,
): Result {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof CloudError)) throw error
    const { refusal } = error
    if (refusal.code === 'ProviderExists') throw exists(wordsOf(refusal))
    if (refusal.code === 'ProviderParent') throw parent(wordsOf(refusal))
    throw error
  }
}

/** As the parent spells it; undefined where nothing is said of one. */
function parentIn(cloud: Cloud, data: PyDict): string | null | undefined {
  const said = data.get('parent_provider_uuid')
  if (typeof said !== 'string') return said === null ? null : undefined
  return findResourceProvider(cloud, said)?.uuid ?? said
}

function textIn(data: PyDict, key: string): string | undefined {
  const value = data.get(key)
  return typeof value === 'string' ? value : undefined
}
