/** /resource_providers/{uuid}/aggregates. placement/handlers/aggregate.py, placement/schemas/aggregate.py */

import { type ResourceProvider, setProviderAggregates } from '../cloud/resource-providers.ts'
import type { Schema } from '../python/jsonschema.ts'
import { isDict, type PyValue } from '../python/values.ts'
import { conflict } from './errors.ts'
import {
  type Answer,
  allow,
  type Call,
  checkAccept,
  extractJson,
  providerAt,
  requireContent,
  since,
} from './resource.ts'

const LIST: Schema = { type: 'array', items: { type: 'string', format: 'uuid' }, uniqueItems: true }
const WITH_GENERATION: Schema = {
  type: 'object',
  properties: { aggregates: LIST, resource_provider_generation: { type: 'integer' } },
  required: ['aggregates', 'resource_provider_generation'],
  additionalProperties: false,
}

export function getAggregates(call: Call): Answer {
  checkAccept(call)
  since(call, 1)
  allow(call, 'resource_providers:aggregates:list')
  const provider = providerAt(call)
  return view(call, provider, provider.aggregates)
}

export function setAggregates(call: Call): Answer {
  requireContent(call)
  since(call, 1)
  allow(call, 'resource_providers:aggregates:update')
  const counts = call.version >= 19
  const provider = providerAt(call)
  const data = extractJson(call, counts ? WITH_GENERATION : LIST)
  if (isDict(data) && Number(data.get('resource_provider_generation')) !== provider.generation) {
    throw conflict(
      "Resource provider's generation already changed. Please update the generation and try again.",
      'placement.concurrent_update',
    )
  }
  const aggregates = textsIn(isDict(data) ? data.get('aggregates') : data)
  setProviderAggregates(call.cloud, provider, aggregates, counts)
  return view(call, provider, aggregates)
}

function view({ cloud, version }: Call, { generation }: ResourceProvider, aggregates: readonly string[]): Answer {
  return {
    body: { aggregates: [...aggregates], ...(version >= 19 && { resource_provider_generation: generation }) },
    modified: cloud.clock.now(),
  }
}

function textsIn(value: PyValue | undefined): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}
