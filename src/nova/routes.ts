/** All of Nova's paths that novasim has, what answers at each, and what the operation there is called. nova/api/openstack/compute/routes.py */

import type { Cloud } from '../cloud/cloud.ts'
import {
  ACT_ON_AGGREGATE,
  CACHE_IMAGES,
  CREATE_AGGREGATE,
  DELETE_AGGREGATE,
  LIST_AGGREGATES,
  SHOW_AGGREGATE,
  UPDATE_AGGREGATE,
} from './aggregates.ts'
import { detailZones, LIST_ZONES } from './availability-zones.ts'
import {
  CREATE_EXTRA_SPECS,
  DELETE_EXTRA_SPEC,
  LIST_EXTRA_SPECS,
  SHOW_EXTRA_SPEC,
  UPDATE_EXTRA_SPEC,
} from './flavor-extra-specs.ts'
import {
  ACT_ON_FLAVOR,
  CREATE_FLAVOR,
  DELETE_FLAVOR,
  DETAIL_FLAVORS,
  LIST_FLAVOR_ACCESS,
  LIST_FLAVORS,
  SHOW_FLAVOR,
  UPDATE_FLAVOR,
} from './flavors.ts'
import { LIST_HOSTS, REBOOT_HOST, SHOW_HOST, SHUTDOWN_HOST, STARTUP_HOST, UPDATE_HOST } from './hosts.ts'
import {
  detailHypervisors,
  HYPERVISOR_SERVERS,
  HYPERVISOR_STATISTICS,
  listHypervisors,
  SEARCH_HYPERVISORS,
  SHOW_HYPERVISOR,
  SHOW_UPTIME,
} from './hypervisors.ts'
import { LIST_INSTANCE_ACTIONS, SHOW_INSTANCE_ACTION } from './instance-actions.ts'
import { listMigrations } from './migrations.ts'
import { DEFAULT_QUOTAS, DETAIL_QUOTAS, SHOW_LIMITS, SHOW_QUOTAS } from './quotas.ts'
import type { ApiMethod } from './resource.ts'
import { ACT_ON_SERVER } from './server-actions.ts'
import { DELETE_SERVER, UPDATE_SERVER } from './server-changes.ts'
import { CREATE_SERVER } from './server-create.ts'
import { SHOW_DIAGNOSTICS } from './server-diagnostics.ts'
import { DELETE_SERVER_GROUP, LIST_SERVER_GROUPS, SHOW_SERVER_GROUP } from './server-groups.ts'
import { detailServers, listServers } from './server-lists.ts'
import {
  ADD_METADATA,
  DELETE_METADATA,
  LIST_METADATA,
  REPLACE_METADATA,
  SHOW_METADATA,
  UPDATE_METADATA,
} from './server-metadata.ts'
import {
  ABORT_SERVER_MIGRATION,
  ACT_ON_SERVER_MIGRATION,
  LIST_SERVER_MIGRATIONS,
  SHOW_SERVER_MIGRATION,
} from './server-migrations.ts'
import {
  LIST_ADDRESSES,
  LIST_ATTACHMENTS,
  LIST_INTERFACES,
  LIST_SECURITY_GROUPS,
  SHOW_ADDRESSES,
  SHOW_ATTACHMENT,
  SHOW_INTERFACE,
  SHOW_TOPOLOGY,
} from './server-parts.ts'
import { ADD_TAG, DELETE_TAG, DELETE_TAGS, LIST_TAGS, REPLACE_TAGS, SHOW_TAG } from './server-tags.ts'
import { SHOW_SERVER } from './servers.ts'
import { ACTIONS, actionAt, DELETE_SERVICE, indexServices, UPDATE_SERVICE } from './services.ts'
import { SHOW_VERSION } from './versions.ts'

export interface Route {
  verb: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below /v2.1 and the project. */
  path: string
  /** `os-services:list`; where the method does different things, the names of all of them. */
  operations: readonly string[]
  /** Which of several it is. Without it: the only one. */
  operationAt?: (asked: Asked) => string | undefined
  methodOn(cloud: Cloud): ApiMethod
}

/** By what it is told which operation is asked for. */
export interface Asked {
  /** What the path says. */
  id: string
  /** The version's minor number. */
  version: number
  /** As far as it has been read. */
  body: Uint8Array | undefined
}

export const ROUTES: readonly Route[] = [
  { verb: 'GET', path: '/', operations: ['versions:show'], methodOn: () => SHOW_VERSION },
  { verb: 'GET', path: '/versions/:id', operations: ['versions:show'], methodOn: () => SHOW_VERSION },
  { verb: 'GET', path: '/os-services', operations: ['os-services:list'], methodOn: indexServices },
  {
    verb: 'PUT',
    path: '/os-services/:id',
    operations: [...ACTIONS.map(({ name }) => `os-services:${name}`), 'os-services:update'],
    operationAt: ({ id, version }) => {
      const action = actionAt(id, version)
      return action && `os-services:${action}`
    },
    methodOn: () => UPDATE_SERVICE,
  },
  { verb: 'DELETE', path: '/os-services/:id', operations: ['os-services:delete'], methodOn: () => DELETE_SERVICE },
  ...resource('os-aggregates', {
    'GET :list': LIST_AGGREGATES,
    'POST :create': CREATE_AGGREGATE,
    'GET /:id :show': SHOW_AGGREGATE,
    'PUT /:id :update': UPDATE_AGGREGATE,
    'DELETE /:id :delete': DELETE_AGGREGATE,
    'POST /:id/action :action': ACT_ON_AGGREGATE,
    'POST /:id/images :images': CACHE_IMAGES,
  }),
  { verb: 'GET', path: '/os-availability-zone', operations: ['os-availability-zone:list'], methodOn: () => LIST_ZONES },
  {
    ...{ verb: 'GET', path: '/os-availability-zone/detail', operations: ['os-availability-zone:detail'] },
    methodOn: detailZones,
  },
  { verb: 'GET', path: '/os-hypervisors', operations: ['os-hypervisors:list'], methodOn: listHypervisors },
  {
    ...{ verb: 'GET', path: '/os-hypervisors/detail', operations: ['os-hypervisors:detail'] },
    methodOn: detailHypervisors,
  },
  ...resource('os-hypervisors', {
    'GET /statistics :statistics': HYPERVISOR_STATISTICS,
    'GET /:id :show': SHOW_HYPERVISOR,
    'GET /:id/uptime :uptime': SHOW_UPTIME,
    'GET /:id/search :search': SEARCH_HYPERVISORS,
    'GET /:id/servers :servers': HYPERVISOR_SERVERS,
  }),
  ...resource('os-hosts', {
    'GET :list': LIST_HOSTS,
    'GET /:id :show': SHOW_HOST,
    'PUT /:id :update': UPDATE_HOST,
    'GET /:id/startup :startup': STARTUP_HOST,
    'GET /:id/shutdown :shutdown': SHUTDOWN_HOST,
    'GET /:id/reboot :reboot': REBOOT_HOST,
  }),
  ...resource('limits', { 'GET :show': SHOW_LIMITS }),
  ...resource('os-quota-sets', {
    'GET /:id :show': SHOW_QUOTAS,
    'GET /:id/detail :detail': DETAIL_QUOTAS,
    'GET /:id/defaults :defaults': DEFAULT_QUOTAS,
  }),
  ...resource('os-server-groups', {
    'GET :list': LIST_SERVER_GROUPS,
    'GET /:id :show': SHOW_SERVER_GROUP,
    'DELETE /:id :delete': DELETE_SERVER_GROUP,
  }),
  ...resource('flavors', {
    'GET :list': LIST_FLAVORS,
    'POST :create': CREATE_FLAVOR,
    'GET /detail :detail': DETAIL_FLAVORS,
    'GET /:id :show': SHOW_FLAVOR,
    'PUT /:id :update': UPDATE_FLAVOR,
    'DELETE /:id :delete': DELETE_FLAVOR,
    'POST /:id/action :action': ACT_ON_FLAVOR,
    'GET /:id/os-flavor-access os-flavor-access:list': LIST_FLAVOR_ACCESS,
    'GET /:flavor/os-extra_specs os-extra_specs:list': LIST_EXTRA_SPECS,
    'POST /:flavor/os-extra_specs os-extra_specs:create': CREATE_EXTRA_SPECS,
    'GET /:flavor/os-extra_specs/:id os-extra_specs:show': SHOW_EXTRA_SPEC,
    'PUT /:flavor/os-extra_specs/:id os-extra_specs:update': UPDATE_EXTRA_SPEC,
    'DELETE /:flavor/os-extra_specs/:id os-extra_specs:delete': DELETE_EXTRA_SPEC,
  }),
  { verb: 'GET', path: '/os-migrations', operations: ['os-migrations:list'], methodOn: listMigrations },
  { verb: 'GET', path: '/servers', operations: ['servers:list'], methodOn: listServers },
  { verb: 'GET', path: '/servers/detail', operations: ['servers:detail'], methodOn: detailServers },
  ...resource('servers', {
    'POST :create': CREATE_SERVER,
    'GET /:id :show': SHOW_SERVER,
    'PUT /:id :update': UPDATE_SERVER,
    'DELETE /:id :delete': DELETE_SERVER,
    'POST /:id/action :action': ACT_ON_SERVER,
    'GET /:server/migrations server-migrations:list': LIST_SERVER_MIGRATIONS,
    'GET /:server/migrations/:id server-migrations:show': SHOW_SERVER_MIGRATION,
    'DELETE /:server/migrations/:id server-migrations:abort': ABORT_SERVER_MIGRATION,
    'POST /:server/migrations/:id/action server-migrations:action': ACT_ON_SERVER_MIGRATION,
    'GET /:server/os-instance-actions os-instance-actions:list': LIST_INSTANCE_ACTIONS,
    'GET /:server/os-instance-actions/:id os-instance-actions:show': SHOW_INSTANCE_ACTION,
    'GET /:server/tags server-tags:list': LIST_TAGS,
    'PUT /:server/tags server-tags:replace': REPLACE_TAGS,
    'DELETE /:server/tags server-tags:clear': DELETE_TAGS,
    'GET /:server/tags/:id server-tags:show': SHOW_TAG,
    'PUT /:server/tags/:id server-tags:add': ADD_TAG,
    'DELETE /:server/tags/:id server-tags:delete': DELETE_TAG,
    'GET /:server/metadata server-metadata:list': LIST_METADATA,
    'POST /:server/metadata server-metadata:add': ADD_METADATA,
    'PUT /:server/metadata server-metadata:replace': REPLACE_METADATA,
    'GET /:server/metadata/:id server-metadata:show': SHOW_METADATA,
    'PUT /:server/metadata/:id server-metadata:update': UPDATE_METADATA,
    'DELETE /:server/metadata/:id server-metadata:delete': DELETE_METADATA,
    'GET /:server/ips ips:list': LIST_ADDRESSES,
    'GET /:server/ips/:id ips:show': SHOW_ADDRESSES,
    'GET /:server/os-interface os-interface:list': LIST_INTERFACES,
    'GET /:server/os-interface/:id os-interface:show': SHOW_INTERFACE,
    'GET /:server/os-volume_attachments os-volume_attachments:list': LIST_ATTACHMENTS,
    'GET /:server/os-volume_attachments/:id os-volume_attachments:show': SHOW_ATTACHMENT,
    'GET /:server/os-security-groups server-security-groups:list': LIST_SECURITY_GROUPS,
    'GET /:server/topology server-topology:show': SHOW_TOPOLOGY,
    'GET /:server/diagnostics server-diagnostics:show': SHOW_DIAGNOSTICS,
  }),
]

/**
 * The routes of one resource: the verb, what of the path follows its name, and what the operation is called; `:list` stands for
 * `os-aggregates:list`. Where the body names an action, it is called by that: `os-aggregates:add_host`.
 */
function resource(name: string, methods: Record<string, ApiMethod>): Route[] {
  return Object.entries(methods).map(([written, method]) => {
    const [, verb, below = '', of, does = ''] = /^(\w+) (\/\S+ )?([\w-]*):(\w+)$/.exec(written) ?? []
    const operation = (what: string) => `${of || name}:${what}`
    const { actions } = method
    return {
      verb: verb as Route['verb'],
      path: `/${name}${below.trimEnd()}`,
      operations: [...Object.keys(actions ?? {}), does].map(operation),
      ...(actions && { operationAt: ({ body }) => operation(actionNamed(body, actions) ?? does) }),
      methodOn: () => method,
    }
  })
}

/** The action that a body names, if it is one that there is. */
function actionNamed(body: Uint8Array | undefined, actions: object): string | undefined {
  const name = /^\s*\{\s*"([\w-]+)"\s*:/.exec(body ? new TextDecoder().decode(body) : '')?.[1]
  return name !== undefined && Object.hasOwn(actions, name) ? name : undefined
}
