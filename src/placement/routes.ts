/** All of Placement's paths, what answers at each, and what the operation there is called. placement/handler.py `ROUTE_DECLARATIONS` */

import { getAggregates, setAggregates } from './aggregates.ts'
import { deleteAllocations, listOfConsumer, listOfProvider, setAllocations, setAllocationsOf } from './allocations.ts'
import { listCandidates } from './candidates.ts'
import {
  createInventory,
  deleteInventories,
  deleteInventory,
  getInventories,
  getInventory,
  setAllInventories,
  updateInventory,
} from './inventories.ts'
import type { Method } from './resource.ts'
import { createClass, deleteClass, getClass, listClasses, updateClass } from './resource-classes.ts'
import { createProvider, deleteProvider, getProvider, listProviders, updateProvider } from './resource-providers.ts'
import { deleteOneTrait, deleteTraitsOf, getTrait, listTraits, listTraitsOf, putTrait, setTraitsOf } from './traits.ts'
import { getTotalUsages, listUsages } from './usages.ts'
import { home } from './versions.ts'

type Verb = 'GET' | 'POST' | 'PUT' | 'DELETE'

export interface Route {
  path: string
  pattern: RegExp
  /** In the order in which Allow names them. */
  methods: Partial<Record<Verb, { operation: string; run: Method }>>
}

const ROUTES: readonly Route[] = [
  route('/', { GET: ['versions:list', home] }),
  route('/resource_classes', {
    GET: ['resource_classes:list', listClasses],
    POST: ['resource_classes:create', createClass],
  }),
  route('/resource_classes/{name}', {
    GET: ['resource_classes:show', getClass],
    PUT: ['resource_classes:update', updateClass],
    DELETE: ['resource_classes:delete', deleteClass],
  }),
  route('/resource_providers', {
    GET: ['resource_providers:list', listProviders],
    POST: ['resource_providers:create', createProvider],
  }),
  route('/resource_providers/{uuid}', {
    GET: ['resource_providers:show', getProvider],
    DELETE: ['resource_providers:delete', deleteProvider],
    PUT: ['resource_providers:update', updateProvider],
  }),
  route('/resource_providers/{uuid}/inventories', {
    GET: ['inventories:list', getInventories],
    POST: ['inventories:create', createInventory],
    PUT: ['inventories:replace', setAllInventories],
    DELETE: ['inventories:clear', deleteInventories],
  }),
  route('/resource_providers/{uuid}/inventories/{resource_class}', {
    GET: ['inventories:show', getInventory],
    PUT: ['inventories:update', updateInventory],
    DELETE: ['inventories:delete', deleteInventory],
  }),
  route('/resource_providers/{uuid}/usages', { GET: ['usages:show', listUsages] }),
  route('/resource_providers/{uuid}/aggregates', {
    GET: ['resource_providers:aggregates', getAggregates],
    PUT: ['resource_providers:set-aggregates', setAggregates],
  }),
  route('/resource_providers/{uuid}/allocations', { GET: ['resource_providers:allocations', listOfProvider] }),
  route('/allocations', { POST: ['allocations:set-many', setAllocations] }),
  route('/allocations/{consumer_uuid}', {
    GET: ['allocations:show', listOfConsumer],
    PUT: ['allocations:set', setAllocationsOf],
    DELETE: ['allocations:delete', deleteAllocations],
  }),
  route('/allocation_candidates', { GET: ['allocation_candidates:list', listCandidates] }),
  route('/traits', { GET: ['traits:list', listTraits] }),
  route('/traits/{name}', {
    GET: ['traits:show', getTrait],
    PUT: ['traits:create', putTrait],
    DELETE: ['traits:delete', deleteOneTrait],
  }),
  route('/resource_providers/{uuid}/traits', {
    GET: ['resource_providers:traits', listTraitsOf],
    PUT: ['resource_providers:set-traits', setTraitsOf],
    DELETE: ['resource_providers:clear-traits', deleteTraitsOf],
  }),
  route('/usages', { GET: ['usages:list', getTotalUsages] }),
]

/** What is at a path; undefined when nothing is. */
export function findRoute(path: string): { route: Route; params: Record<string, string> } | undefined {
  const wanted = /^\/*$/.test(path) ? '/' : path
  for (const each of ROUTES) {
    const match = each.pattern.exec(wanted)
    if (match) return { route: each, params: { ...match.groups } }
  }
  return undefined
}

export function methodOf({ methods }: Route, verb: string): Method | undefined {
  return isVerb(verb) ? methods[verb]?.run : undefined
}

export function operationAt({ methods }: Route, verb: string): string | undefined {
  return isVerb(verb) ? methods[verb]?.operation : undefined
}

/** The value of Allow. */
export function allowedAt({ methods }: Route): string {
  return Object.keys(methods).join(', ')
}

/** Each operation, and the methods that it can be asked for by. */
export function operations(): Map<string, string[]> {
  return new Map(
    ROUTES.flatMap(({ methods }) =>
      Object.entries(methods).map(([verb, { operation }]): [string, string[]] => [operation, [verb]]),
    ),
  )
}

function isVerb(verb: string): verb is Verb {
  return verb === 'GET' || verb === 'POST' || verb === 'PUT' || verb === 'DELETE'
}

function route(path: string, methods: Partial<Record<Verb, readonly [string, Method]>>): Route {
  const pattern = new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`)
  const named = Object.entries(methods).map(([verb, [operation, run]]) => [verb, { operation, run }])
  return { path, pattern, methods: Object.fromEntries(named) }
}
