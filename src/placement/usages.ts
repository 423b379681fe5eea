/** Usages: of a provider, and of a project. placement/handlers/usage.py, placement/objects/usage.py */

import { type Consumer, usageOf } from '../cloud/allocations.ts'
import { inClassOrder } from '../cloud/resource-classes.ts'
import type { Schema } from '../python/jsonschema.ts'
import { parseQuery } from '../python/wsgi.ts'
import {
  type Answer,
  allow,
  allowReader,
  type Call,
  checkAccept,
  providerOr,
  since,
  validateQuery,
} from './resource.ts'

const ID: Schema = { type: 'string', minLength: 1, maxLength: 255 }
const QUERY: Schema = {
  type: 'object',
  properties: { project_id: ID, user_id: ID },
  required: ['project_id'],
  additionalProperties: false,
}
const QUERY_38: Schema = {
  ...QUERY,
  properties: {
    ...{ project_id: ID, user_id: ID },
    consumer_type: { type: 'string', pattern: '^[A-Z0-9_]+$|^all|^unknown$', minLength: 1, maxLength: 255 },
  },
}

/** GET /resource_providers/{uuid}/usages */
export function listUsages(call: Call): Answer {
  checkAccept(call)
  allow(call, 'resource_providers:usages')
  const provider = providerOr(call, (uuid, error) => `No resource provider with uuid ${uuid} found: ${error}`)
  const used = usageOf(call.cloud, provider.uuid)
  const usages = inClassOrder(call.cloud, provider.inventories).map(([name]) => [name, used[name] ?? 0])
  return {
    body: { resource_provider_generation: provider.generation, usages: Object.fromEntries(usages) },
    modified: call.cloud.clock.now(),
  }
}

/** GET /usages */
export function getTotalUsages(call: Call): Answer {
  since(call, 9)
  checkAccept(call)
  allowReader(call, 'usages', projectIn(call))
  const query = validateQuery(call, call.version >= 38 ? QUERY_38 : QUERY)
  const [project, user, type] = [query.last('project_id'), query.last('user_id'), query.last('consumer_type')]
  const consumers = [...call.cloud.state.allocations.values()].filter(
    ({ projectId, userId, holdings }) =>
      holdings.length > 0 && projectId === project && (user === undefined || userId === user),
  )
  const usages = call.version >= 38 ? byType(call, consumers, type) : sumOf(call, consumers)
  return { body: { usages }, modified: call.cloud.clock.now() }
}

/** The policy is asked before the query is looked at. */
function projectIn({ environ }: Call): string | undefined {
  try {
    return parseQuery(environ.query).get('project_id')?.at(-1)
  } catch {
    return undefined
  }
}

function byType(call: Call, consumers: readonly Consumer[], wanted: string | undefined): Record<string, Counted> {
  const groups = new Map<string, Consumer[]>()
  for (const consumer of consumers) {
    const type = consumer.type ?? 'unknown'
    if (wanted !== undefined && wanted !== 'all' && wanted !== type) continue
    const group = wanted === 'all' ? 'all' : type
    groups.set(group, [...(groups.get(group) ?? []), consumer])
  }
  return Object.fromEntries([...groups].map(([type, members]) => [type, counted(call, members)]))
}

type Counted = Record<string, number>

/** The count stands behind the first class. */
function counted(call: Call, consumers: readonly Consumer[]): Counted {
  const [first, ...others] = Object.entries(sumOf(call, consumers))
  return first ? Object.fromEntries([first, ['consumer_count', consumers.length], ...others]) : {}
}

function sumOf({ cloud }: Call, consumers: readonly Consumer[]): Record<string, number> {
  const sums: Record<string, number> = {}
  for (const { holdings } of consumers) {
    for (const { resources } of holdings) {
      for (const name in resources) sums[name] = (sums[name] ?? 0) + (resources[name] ?? 0)
    }
  }
  return Object.fromEntries(inClassOrder(cloud, sums))
}
