/** /traits, and those of a provider. placement/handlers/trait.py, placement/schemas/trait.py */

import { CloudError } from '../cloud/errors.ts'
import { setProviderTraits } from '../cloud/resource-providers.ts'
import { createTrait, deleteTrait } from '../cloud/traits.ts'
import type { Schema } from '../python/jsonschema.ts'
import { compareText, isDict, lengthOf, type PyValue } from '../python/values.ts'
import { badRequest, conflict, PlacementError, wordsOf } from './errors.ts'
import { installedAt } from './installed.ts'
import {
  type Answer,
  allow,
  type Call,
  checkAccept,
  extractJson,
  providerAt,
  providerOr,
  requireContent,
  since,
  validateQuery,
} from './resource.ts'
import { hasTrait, STANDARD_TRAITS } from './standard-traits.ts'

const LIST_QUERY: Schema = {
  type: 'object',
  properties: { name: { type: 'string' }, associated: { type: 'string' } },
  additionalProperties: false,
}
const OF_PROVIDER: Schema = {
  type: 'object',
  properties: {
    traits: { type: 'array', items: { type: 'string', minLength: 1, maxLength: 255 } },
    resource_provider_generation: { type: 'integer' },
  },
  required: ['traits', 'resource_provider_generation'],
  additionalProperties: false,
}

export function listTraits(call: Call): Answer {
  since(call, 6)
  checkAccept(call)
  allow(call, 'traits:list')
  const query = validateQuery(call, LIST_QUERY)
  const { state } = call.cloud
  let names = [...STANDARD_TRAITS, ...state.traits.keys()]
  const name = query.last('name')
  if (name !== undefined) names = named(names, name)
  const associated = query.last('associated')?.toLowerCase()
  if (associated !== undefined) {
    if (associated !== 'true' && associated !== 'false') {
      throw badRequest('The query parameter "associated" only accepts "true" or "false"')
    }
    const used = new Set([...state.resourceProviders.values()].flatMap(({ traits }) => traits))
    names = names.filter((each) => used.has(each) === (associated === 'true'))
  }
  return { body: { traits: names }, modified: newest(call, names) }
}

export function getTrait(call: Call): Answer {
  since(call, 6)
  allow(call, 'traits:show')
  const name = call.params.name ?? ''
  if (!hasTrait(call.cloud, name)) throw noTrait(name)
  return { status: 204, modified: createdAt(call, name) }
}

export function putTrait(call: Call): Answer {
  since(call, 6)
  allow(call, 'traits:update')
  const name = call.params.name ?? ''
  if (!/^CUSTOM_[A-Z0-9_]+$/.test(name) || lengthOf(name) > 255) {
    throw badRequest(
      'The trait is invalid. A valid trait must be no longer than 255 characters, start with the prefix "CUSTOM_" and ' +
        'use following characters: "A"-"Z", "0"-"9" and "_"',
    )
  }
  const status = createTrait(call.cloud, name) ? 201 : 204
  return { status, headers: { Location: `/traits/${name}` }, modified: createdAt(call, name) }
}

export function deleteOneTrait(call: Call): Answer {
  since(call, 6)
  allow(call, 'traits:delete')
  const name = call.params.name ?? ''
  if (!hasTrait(call.cloud, name)) throw noTrait(name)
  const trait = call.cloud.state.traits.get(name)
  if (!trait) throw badRequest(`Cannot delete standard trait ${name}.`)
  try {
    deleteTrait(call.cloud, trait)
  } catch (error) {
    if (error instanceof CloudError && error.refusal.code === 'TraitInUse') throw conflict(wordsOf(error.refusal))
    throw error
  }
  return { status: 204 }
}

/** GET /resource_providers/{uuid}/traits */
export function listTraitsOf(call: Call): Answer {
  since(call, 6)
  checkAccept(call)
  allow(call, 'resource_providers:traits:list')
  const provider = providerOr(call, (uuid, error) => `No resource provider with uuid ${uuid} found: ${error}`)
  const { traits, generation } = provider
  return {
    body: { traits: [...traits], resource_provider_generation: generation },
    modified: newest(call, traits),
  }
}

/** PUT /resource_providers/{uuid}/traits */
export function setTraitsOf(call: Call): Answer {
  since(call, 6)
  requireContent(call)
  allow(call, 'resource_providers:traits:update')
  const data = extractJson(call, OF_PROVIDER)
  const provider = providerAt(call)
  if (isDict(data) && Number(data.get('resource_provider_generation')) !== provider.generation) {
    throw conflict(
      "Resource provider's generation already changed. Please update the generation and try again.",
      'placement.concurrent_update',
    )
  }
  const names = [...new Set(textsIn(isDict(data) ? data.get('traits') : null))]
  const unknown = names.filter((name) => !hasTrait(call.cloud, name))
  if (unknown.length > 0) throw badRequest(`No such trait ${unknown.join(', ')}`)
  const sorted = names.sort(compareText)
  setProviderTraits(call.cloud, provider, sorted)
  return {
    body: { traits: sorted, resource_provider_generation: provider.generation },
    modified: newest(call, sorted),
  }
}

/** DELETE /resource_providers/{uuid}/traits */
export function deleteTraitsOf(call: Call): Answer {
  since(call, 6)
  allow(call, 'resource_providers:traits:delete')
  setProviderTraits(call.cloud, providerAt(call), [])
  return { status: 204 }
}

/** `in:ONE,OTHER` or `startswith:PREFIX`; of anything else before the colon the real one takes no notice. */
function named(names: readonly string[], text: string): string[] {
  const colon = text.indexOf(':')
  if (colon < 0) {
    throw badRequest(
      'Badly formatted name parameter. Expected name query string parameter in form: ' +
        `?name=[in|startswith]:[name1,name2|prefix]. Got: "${text}"`,
    )
  }
  const [op, value] = [text.slice(0, colon), text.slice(colon + 1)]
  if (op === 'in') {
    const wanted = value.toUpperCase().split(',')
    return names.filter((each) => wanted.includes(each.toUpperCase())).sort(compareText)
  }
  return op === 'startswith' ? names.filter((each) => isLike(each, `${value}%`)).sort(compareText) : [...names]
}

/** SQL's LIKE, as MySQL compares: without case, an underscore is any character, and so is a percent sign any number of them. */
function isLike(text: string, pattern: string): boolean {
  const source = pattern
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('_', '.')
    .replaceAll('%', '.*')
  return new RegExp(`^${source}$`, 'is').test(text)
}

/** Of none it is now. placement/handlers/trait.py `_serialize_traits` */
function newest(call: Call, names: readonly string[]): number {
  return names.length > 0 ? Math.max(...names.map((name) => createdAt(call, name))) : call.cloud.clock.now()
}

function createdAt({ cloud }: Call, name: string): number {
  return cloud.state.traits.get(name)?.createdAt ?? installedAt(cloud)
}

function noTrait(name: string): PlacementError {
  return new PlacementError(404, `No such trait(s): ${name}.`)
}

function textsIn(value: PyValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}
