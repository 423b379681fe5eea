/**
 * /allocation_candidates: which providers have room for what is asked, each by itself. What a tree of providers, or one that
 * shares with others, could have together is not looked for. placement/handlers/allocation_candidate.py, placement/lib.py
 */

import { capacityOf, hasRoom, usageOf } from '../cloud/allocations.ts'
import { inClassOrder } from '../cloud/resource-classes.ts'
import { findResourceProvider, type ResourceProvider, rootOf } from '../cloud/resource-providers.ts'
import { eachInParts, type InParts, inTurns, writtenInParts } from '../http/in-turns.ts'
import { dumps, quote } from '../python/json.ts'
import type { Schema } from '../python/jsonschema.ts'
import { isUuidLike } from '../python/uuid.ts'
import { strip } from '../python/values.ts'
import { badRequest } from './errors.ts'
import {
  checkResourceClass,
  checkTraits,
  fits,
  membersOf,
  resourcesIn,
  traitsIn,
  traitsOf,
  type Wanted,
} from './filters.ts'
import { type Answer, allow, type Call, checkAccept, type Query, since, validateQuery } from './resource.ts'

const TEXT: Schema = { type: 'string' }
const LISTED_TEXT: Schema = { type: ['string'] }
const LIMIT: Schema = { type: ['integer', 'string'], pattern: '^[1-9][0-9]*$', minimum: 1, minLength: 1 }

function querySchema(version: number): Schema {
  if (version < 25) {
    return {
      type: 'object',
      properties: {
        resources: TEXT,
        ...(version >= 16 && { limit: LIMIT }),
        ...(version >= 17 && { required: LISTED_TEXT }),
        ...(version >= 21 && { member_of: LISTED_TEXT }),
      },
      required: ['resources'],
      additionalProperties: false,
    }
  }
  const suffix = version >= 33 ? '[a-zA-Z0-9_-]{1,64}' : '[1-9][0-9]*'
  const kinds = ['resources', 'required', 'member_of', ...(version >= 31 ? ['in_tree'] : [])]
  return {
    type: 'object',
    properties: {
      limit: LIMIT,
      group_policy: { type: 'string', enum: ['none', 'isolate'] },
      ...(version >= 35 && { root_required: LISTED_TEXT }),
      ...(version >= 36 && { same_subtree: LISTED_TEXT }),
    },
    additionalProperties: false,
    patternProperties: Object.fromEntries(kinds.map((kind) => [`^${kind}(${suffix})?$`, TEXT])),
  }
}

/** What is asked of one provider. */
interface Group {
  suffix: string
  resources: Map<string, number>
  traits: Wanted
  aggregates: Wanted
  tree: string | undefined
}

export function listCandidates(call: Call): Answer | Promise<Answer> {
  since(call, 10)
  checkAccept(call)
  allow(call, 'allocation_candidates:list')
  const query = validateQuery(call, querySchema(call.version))
  const groups = groupsIn(call, query)
  checkGroups(call, groups)
  const numbered = groups.filter(({ suffix }) => suffix !== '')
  if (!query.has('group_policy') && numbered.length > 1) {
    throw badRequest('The "group_policy" parameter is required when specifying more than one "resources{N}" parameter.')
  }
  for (const { resources, traits } of groups) {
    for (const name of resources.keys()) checkResourceClass(call.cloud, name)
    checkTraits(call.cloud, [...traits.required.flat(), ...traits.forbidden], '')
  }
  const root = rootTraitsIn(query)
  checkTraits(call.cloud, [...root.required.flat(), ...root.forbidden], '')
  const isolated = query.last('group_policy') === 'isolate' && numbered.length > 1
  const limit = query.last('limit')
  return inTurns(call.cloud, function* () {
    const all = isolated ? [] : yield* suitable(call, groups, root)
    const providers = limit === undefined ? all : all.slice(0, Number(limit))
    const [before, between] = ['{"allocation_requests": [', '], "provider_summaries": {']
    const requests = yield* writtenInParts(before, providers, requestsFor(call, groups), between)
    const summaries = yield* writtenInParts('', providers, summariesFor(call, groups), '}}')
    return { pieces: [...requests, ...summaries], modified: call.cloud.clock.now() }
  })
}

/** placement/lib.py `RequestGroup.dict_from_request` */
function groupsIn(call: Call, query: Query): Group[] {
  const suffixes = new Set<string>()
  for (const name of query.names()) {
    const match = /^(?:resources|required|member_of|in_tree)(.*)$/.exec(name)
    if (match) suffixes.add(match[1] ?? '')
  }
  return [...suffixes].map((suffix) => {
    const resources = query.last(`resources${suffix}`)
    return {
      suffix,
      resources: resources === undefined ? new Map() : resourcesIn(resources),
      traits: traitsOf(call, query, suffix),
      aggregates: membersOf(call, query, suffix),
      tree: treeIn(query.last(`in_tree${suffix}`)),
    }
  })
}

/** placement/lib.py `RequestWideParams.from_request` */
function rootTraitsIn(query: Query): Wanted {
  const values = query.all('root_required')
  if (values.length > 1) {
    throw badRequest("Query parameter 'root_required' may be specified only once.", 'placement.query.duplicate_key')
  }
  const wanted = values[0] === undefined ? { required: [], forbidden: [] } : traitsIn(values[0], { forbidden: true })
  const both = wanted.required.flat().filter((each) => wanted.forbidden.includes(each))
  if (both.length > 0) {
    throw badRequest(
      `Conflicting required and forbidden traits found in root_required: ${both.join(', ')}`,
      'placement.query.bad_value',
    )
  }
  return wanted
}

function rootTraitsOf({ cloud }: Call, provider: ResourceProvider): readonly string[] {
  return cloud.state.resourceProviders.get(rootOf(cloud, provider))?.traits ?? []
}

function treeIn(value: string | undefined): string | undefined {
  if (value === undefined) return undefined
  if (isUuidLike(strip(value))) return strip(value)
  throw badRequest(
    `Invalid query string parameters: Expected 'in_tree' parameter to be a format of uuid. Got: ${value}`,
  )
}

/** placement/lib.py `_check_for_orphans`, `_check_for_one_resources`, `_check_forbidden` */
function checkGroups({ version }: Call, groups: Group[]): void {
  const without = groups.filter(({ resources }) => resources.size === 0)
  if (version >= 36) {
    if (without.length === groups.length) {
      throw badRequest(
        'There must be at least one resources or resources[$S] parameter.',
        'placement.query.missing_value',
      )
    }
    if (without.length > 0) {
      const bad = without.map(({ suffix }) => `'${suffix}'`).join(', ')
      throw badRequest(
        'Resourceless suffixed group request should be specified in `same_subtree` query param: ' +
          `bad group(s) - [${bad}].`,
        'placement.query.bad_value',
      )
    }
  } else {
    const traits = without.filter((each) => each.traits.required.length > 0)
    if (traits.length > 0) {
      const keys = traits.map(({ suffix }) => `required${suffix}`).join(', ')
      throw badRequest(
        `All traits parameters must be associated with resources.  Found the following orphaned traits keys: ${keys}`,
      )
    }
    const members = without.filter(({ aggregates }) => aggregates.required.length + aggregates.forbidden.length > 0)
    if (members.length > 0) {
      const keys = members.map(({ suffix }) => `member_of${suffix}`).join(', ')
      throw badRequest(
        'All member_of parameters must be associated with resources. Found the following orphaned member_of keys: ' +
          keys,
      )
    }
    if (without.length > 0) throw badRequest('All request groups must specify resources.')
    if (groups.length === 0) {
      throw badRequest('At least one request group (`resources` or `resources{$S}`) is required.')
    }
  }
  if (version < 22) return
  const conflicting = groups.flatMap(({ suffix, traits }) =>
    traits.required
      .filter((any) => any.every((each) => traits.forbidden.includes(each)))
      .map((any) => `required${suffix}: (${[...any].sort().join(', ')})`),
  )
  if (conflicting.length > 0) {
    throw badRequest(
      `Conflicting required and forbidden traits found in the following traits keys: ${conflicting.sort().join(', ')}`,
    )
  }
}

function* suitable(call: Call, groups: Group[], root: Wanted): InParts<ResourceProvider[]> {
  const found: ResourceProvider[] = []
  yield* eachInParts(call.cloud.state.resourceProviders.values(), (each) => {
    if (suits(call, each, groups) && fits(rootTraitsOf(call, each), root)) found.push(each)
  })
  return found
}

function suits(call: Call, provider: ResourceProvider, groups: Group[]): boolean {
  const { cloud } = call
  const together: Record<string, number> = {}
  for (const { resources, traits, aggregates, tree } of groups) {
    if (!fits(provider.traits, traits) || !fits(provider.aggregates, aggregates)) return false
    if (tree !== undefined) {
      const member = findResourceProvider(cloud, tree)
      if (!member || rootOf(cloud, member) !== rootOf(cloud, provider)) return false
    }
    for (const [name, amount] of resources) together[name] = (together[name] ?? 0) + amount
  }
  return hasRoom(cloud, provider.uuid, together)
}

/** The same of every provider, by itself. */
function requestsFor({ version }: Call, groups: Group[]): (provider: ResourceProvider) => string {
  const sums: Record<string, number> = {}
  for (const group of groups) {
    for (const [name, amount] of group.resources) sums[name] = (sums[name] ?? 0) + amount
  }
  const resources = dumps(sums)
  return ({ uuid }) => {
    if (version < 12) return `{"allocations": [{"resource_provider": {"uuid": "${uuid}"}, "resources": ${resources}}]}`
    const mappings = groups.map(({ suffix }) => `${quote(suffix)}: ["${uuid}"]`).join(', ')
    const mapped = version >= 34 ? `, "mappings": {${mappings}}` : ''
    return `{"allocations": {"${uuid}": {"resources": ${resources}}}${mapped}}`
  }
}

/** By UUID. Written at once: of ten thousand objects that are only to be written most of the time goes into making them. */
function summariesFor({ cloud, version }: Call, groups: Group[]): (provider: ResourceProvider) => string {
  const traits = writtenOnce()
  return (provider) => {
    const used = usageOf(cloud, provider.uuid)
    const resources: string[] = []
    for (const [name, inventory] of inClassOrder(cloud, provider.inventories)) {
      if (version < 27 && !groups.some((group) => group.resources.has(name))) continue
      resources.push(`"${name}": {"capacity": ${Math.trunc(capacityOf(inventory))}, "used": ${used[name] ?? 0}}`)
    }
    let summary = `"${provider.uuid}": {"resources": {${resources.join(', ')}}`
    if (version >= 17) summary += `, "traits": ${traits(provider.traits)}`
    if (version >= 29) {
      const parent = dumps(provider.parent)
      summary += `, "parent_provider_uuid": ${parent}, "root_provider_uuid": "${rootOf(cloud, provider)}"`
    }
    return `${summary}}`
  }
}

/** Lists of names as JSON: most hosts have the same traits, and many the very same list of them. */
function writtenOnce(): (names: readonly string[]) => string {
  const lists = new Map<readonly string[], string>()
  const texts = new Map<string, string>()
  return (names) => {
    const known = lists.get(names)
    if (known !== undefined) return known
    const key = names.join()
    const written = texts.get(key) ?? dumps([...names])
    texts.set(key, written)
    lists.set(names, written)
    return written
  }
}
