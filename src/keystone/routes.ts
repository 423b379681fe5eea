/** All of Keystone's paths, what answers at each, and what is not to be had here. keystone/api */

import { createCredential, deleteCredential, listCredentials, showCredential } from './application-credentials.ts'
import { createToken } from './authenticate.ts'
import { lackingForDomain, listDomains, showDomain } from './domains.ts'
import { certificatesGone, emptyList, listRevoked, nothing, showLimitModel } from './empty.ts'
import { notImplemented } from './errors.ts'
import { checkGrant, lackingForGrant, listGrants } from './grants.ts'
import { deleteGroup, listGroups, listGroupsOfUser } from './groups.ts'
import { listOwnDomains, listOwnProjects, showCatalog, showOwnSystem } from './own-scopes.ts'
import { enforce } from './policy.ts'
import { listProjects, listTags, showProject, showTag } from './projects.ts'
import type { Method } from './resource.ts'
import { listRoleAssignments } from './role-assignments.ts'
import { lackingForRole, listImplied, listInferences, listRoles, showImplied, showRole } from './roles.ts'
import { listEndpoints, listRegions, listServices, showEndpoint, showRegion, showService } from './services.ts'
import { deleteToken, showToken } from './tokens.ts'
import {
  deleteTokensOfUser,
  listAccessRules,
  listProjectsOfUser,
  listUsers,
  showAccessRule,
  showUser,
} from './users.ts'
import { listVersions, showVersion } from './versions.ts'

const VERBS = ['PUT', 'PATCH', 'POST', 'DELETE', 'GET'] as const
type Verb = (typeof VERBS)[number]

/** A method, or the action of the policy for one that Keystone has and novasim does not. */
type Entry = Method | string

export interface Route {
  /** Segments; those that begin with a colon match any. */
  segments: string[]
  methods: Partial<Record<Verb, Entry>>
}

const PATHS: Record<string, Partial<Record<Verb, Entry>>> = {
  '/': { GET: listVersions },
  '/v3': { GET: showVersion },
  '/v3/auth/tokens': { POST: createToken, GET: showToken, DELETE: deleteToken },
  '/v3/auth/tokens/OS-PKI/revoked': { GET: listRevoked },
  '/v3/auth/catalog': { GET: showCatalog },
  '/v3/auth/projects': { GET: listOwnProjects },
  '/v3/auth/domains': { GET: listOwnDomains },
  '/v3/auth/system': { GET: showOwnSystem },
  '/v3/OS-FEDERATION/projects': { GET: listOwnProjects },
  '/v3/OS-FEDERATION/domains': { GET: listOwnDomains },
  '/v3/users': { GET: listUsers, POST: 'create_user' },
  '/v3/users/:user_id': { GET: showUser, PATCH: 'update_user', DELETE: 'delete_user' },
  '/v3/users/:user_id/projects': { GET: listProjectsOfUser },
  '/v3/users/:user_id/groups': { GET: listGroupsOfUser },
  '/v3/users/:user_id/tokens': { DELETE: deleteTokensOfUser },
  '/v3/users/:user_id/application_credentials': { GET: listCredentials, POST: createCredential },
  '/v3/users/:user_id/application_credentials/:application_credential_id': {
    GET: showCredential,
    DELETE: deleteCredential,
  },
  '/v3/users/:user_id/access_rules': { GET: listAccessRules },
  '/v3/users/:user_id/access_rules/:access_rule_id': { GET: showAccessRule, DELETE: 'delete_access_rule' },
  '/v3/projects': { GET: listProjects, POST: 'create_project' },
  '/v3/projects/:project_id': { GET: showProject, PATCH: 'update_project', DELETE: 'delete_project' },
  '/v3/projects/:project_id/tags': { GET: listTags, PUT: 'update_project_tags', DELETE: 'delete_project_tags' },
  '/v3/projects/:project_id/tags/:value': { GET: showTag, PUT: 'create_project_tag', DELETE: 'delete_project_tag' },
  '/v3/projects/:project_id/users/:user_id/roles': { GET: listGrants('project') },
  '/v3/projects/:project_id/users/:user_id/roles/:role_id': {
    GET: checkGrant('project'),
    PUT: lackingForGrant('project', 'create_grant'),
    DELETE: lackingForGrant('project', 'revoke_grant'),
  },
  '/v3/domains': { GET: listDomains, POST: 'create_domain' },
  '/v3/domains/:domain_id': {
    GET: showDomain,
    PATCH: lackingForDomain('update_domain'),
    DELETE: lackingForDomain('delete_domain'),
  },
  '/v3/domains/:domain_id/users/:user_id/roles': { GET: listGrants('domain') },
  '/v3/domains/:domain_id/users/:user_id/roles/:role_id': {
    GET: checkGrant('domain'),
    PUT: lackingForGrant('domain', 'create_grant'),
    DELETE: lackingForGrant('domain', 'revoke_grant'),
  },
  '/v3/system/users/:user_id/roles': { GET: listGrants('system') },
  '/v3/system/users/:user_id/roles/:role_id': {
    GET: checkGrant('system'),
    PUT: lackingForGrant('system', 'create_system_grant_for_user'),
    DELETE: lackingForGrant('system', 'revoke_system_grant_for_user'),
  },
  '/v3/roles': { GET: listRoles, POST: 'create_role' },
  '/v3/roles/:role_id': { GET: showRole, PATCH: lackingForRole('update_role'), DELETE: lackingForRole('delete_role') },
  '/v3/roles/:prior_role_id/implies': { GET: listImplied },
  '/v3/roles/:prior_role_id/implies/:implied_role_id': {
    GET: showImplied,
    PUT: 'create_implied_role',
    DELETE: 'delete_implied_role',
  },
  '/v3/role_inferences': { GET: listInferences },
  '/v3/role_assignments': { GET: listRoleAssignments },
  '/v3/services': { GET: listServices, POST: 'create_service' },
  '/v3/services/:service_id': { GET: showService, PATCH: 'update_service', DELETE: 'delete_service' },
  '/v3/endpoints': { GET: listEndpoints, POST: 'create_endpoint' },
  '/v3/endpoints/:endpoint_id': { GET: showEndpoint, PATCH: 'update_endpoint', DELETE: 'delete_endpoint' },
  '/v3/regions': { GET: listRegions, POST: 'create_region' },
  '/v3/regions/:region_id': {
    GET: showRegion,
    PUT: 'create_region',
    PATCH: 'update_region',
    DELETE: 'delete_region',
  },
  '/v3/groups': { GET: listGroups, POST: 'create_group' },
  '/v3/groups/:group_id': {
    GET: nothing('group', 'group_id', 'get_group'),
    PATCH: 'update_group',
    DELETE: deleteGroup,
  },
  '/v3/credentials': { GET: emptyList('credentials', 'list_credentials'), POST: 'create_credential' },
  '/v3/credentials/:credential_id': {
    GET: nothing('credential', 'credential_id', 'get_credential'),
    PATCH: 'update_credential',
    DELETE: 'delete_credential',
  },
  '/v3/policies': { GET: emptyList('policies', 'list_policies'), POST: 'create_policy' },
  '/v3/OS-TRUST/trusts': { GET: emptyList('trusts', 'list_trusts'), POST: 'create_trust' },
  '/v3/limits': { GET: emptyList('limits', 'list_limits'), POST: 'create_limits' },
  '/v3/limits/model': { GET: showLimitModel },
  '/v3/registered_limits': {
    GET: emptyList('registered_limits', 'list_registered_limits'),
    POST: 'create_registered_limits',
  },
  '/v3/OS-SIMPLE-CERT/ca': { GET: certificatesGone },
  '/v3/OS-SIMPLE-CERT/certificates': { GET: certificatesGone },
}

const ROUTES: Route[] = Object.entries(PATHS).map(([path, methods]) => ({ segments: segmentsOf(path), methods }))

export interface Match {
  route: Route
  params: Readonly<Record<string, string>>
}

/** What names all of its segments goes before what takes any. */
const STILL = new Map<string, Match>()
/** The others by the number of segments, so that few are looked at. */
const BY_LENGTH = new Map<number, Route[]>()
for (const route of ROUTES) {
  const { segments } = route
  if (!segments.some(isName)) STILL.set(`/${segments.join('/')}`, { route, params: {} })
  else BY_LENGTH.set(segments.length, [...(BY_LENGTH.get(segments.length) ?? []), route])
}

/** The route of a path that has no empty segments. */
export function findRoute(path: string): Match | undefined {
  const still = STILL.get(path)
  if (still) return still
  const parts = segmentsOf(path)
  let best: Match | undefined
  for (const route of BY_LENGTH.get(parts.length) ?? []) {
    const params = match(route.segments, parts)
    if (params && (!best || Object.keys(params).length < Object.keys(best.params).length)) best = { route, params }
  }
  return best
}

/** What a route has for a verb; what novasim lacks still asks the policy first. */
export function methodOf({ methods }: Route, verb: string): Method | undefined {
  const entry = VERBS.find((each) => each === verb) && methods[verb as Verb]
  if (typeof entry !== 'string') return entry
  return (call) => {
    enforce(call, entry)
    throw notImplemented()
  }
}

/** Python keeps them in a set, whose order is left to chance; this is one that it may have. */
export function allowedAt({ methods }: Route): string {
  const verbs = VERBS.filter((verb) => methods[verb])
  return methods.GET ? [...verbs, 'OPTIONS', 'HEAD'].join(', ') : ['OPTIONS', ...verbs].join(', ')
}

function segmentsOf(path: string): string[] {
  return path.split('/').slice(1)
}

/** Whether a segment has a name for whatever stands there. */
function isName(segment: string): boolean {
  return segment.startsWith(':')
}

function match(segments: string[], parts: string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {}
  for (const [index, segment] of segments.entries()) {
    const part = parts[index] ?? ''
    if (isName(segment)) params[segment.slice(1)] = part
    else if (segment !== part) return undefined
  }
  return params
}

/** What some operations are called; the others after the last name in their path: `users:show`. */
const CALLED: Record<string, string> = {
  'GET /': 'versions:list',
  'GET /v3': 'versions:show',
  'POST /v3/auth/tokens': 'tokens:issue',
  'GET /v3/auth/tokens': 'tokens:validate',
  'DELETE /v3/auth/tokens': 'tokens:revoke',
}

const DOES: Record<Verb, string> = { GET: 'list', POST: 'create', PUT: 'set', PATCH: 'update', DELETE: 'delete' }

/** The name of what a route does for a verb: `tokens:issue`, `users:list`; undefined when it does nothing for it. */
export function operationAt({ segments, methods }: Route, verb: string): string | undefined {
  const known = VERBS.find((each) => each === verb)
  if (!known || !methods[known]) return undefined
  const called = CALLED[`${verb} /${segments.join('/')}`]
  if (called) return called
  const one = isName(segments.at(-1) ?? '')
  const resource = segments.findLast((segment) => !isName(segment))
  return `${resource}:${one && verb === 'GET' ? 'show' : DOES[known]}`
}

/** Each operation, and the methods that it can be asked for by. */
export function operations(): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (const route of ROUTES) {
    for (const verb of VERBS) {
      const name = operationAt(route, verb)
      if (name) found.set(name, [...new Set([...(found.get(name) ?? []), verb, ...(verb === 'GET' ? ['HEAD'] : [])])])
    }
  }
  return found
}
