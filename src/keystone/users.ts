/** Users: list and show, and what belongs to one. keystone/api/users.py */

import type { Cloud } from '../cloud/cloud.ts'
import { DOMAIN, findUser, projectsOf, revokeTokensOf, type User } from '../cloud/identity.ts'
import { byId, collection, found, member, type Ref } from './collections.ts'
import { badRequest, MALFORMED, notFound } from './errors.ts'
import { enforce, type Target } from './policy.ts'
import { projectRef } from './projects.ts'
import { type Answer, type Call, parameter } from './resource.ts'
import { DOMAIN_ID, FLAG, NAME, SORT, validateQuery } from './validate.ts'

const FILTERS = ['domain_id', 'enabled', 'idp_id', 'name', 'protocol_id', 'unique_id', 'password_expires_at']
const QUERY = { type: 'object', properties: { domain_id: DOMAIN_ID, enabled: FLAG, name: NAME, ...SORT } } as const

/** GET /v3/users */
export function listUsers(call: Call): Answer {
  validateQuery(call, QUERY)
  enforce(call, 'list_users', { domainId: DOMAIN.id })
  requireTimestamp(parameter(call, 'password_expires_at'))
  const users = [...call.cloud.state.identity.users.values()].map(userRef).sort(byId)
  return collection(call, { name: 'users', filters: FILTERS, paging: 'pages' }, users)
}

/** GET /v3/users/{user_id} */
export function showUser(call: Call): Answer {
  const { user_id: id = '' } = call.params
  enforce(call, 'get_user', userTarget(call.cloud, id))
  return member(call, 'user', 'users', userRef(getUser(call.cloud, id)))
}

/** GET /v3/users/{user_id}/projects */
export function listProjectsOfUser(call: Call): Answer {
  const { user_id: id = '' } = call.params
  enforce(call, 'list_user_projects', userTarget(call.cloud, id))
  const projects = projectsOf(call.cloud, getUser(call.cloud, id).id).map(projectRef).sort(byId)
  const filters = ['domain_id', 'enabled', 'name']
  return collection(call, { name: 'projects', filters, paging: 'cut' }, projects)
}

/** DELETE /v3/users/{user_id}/tokens */
export function deleteTokensOfUser(call: Call): Answer {
  const { user_id: id = '' } = call.params
  enforce(call, 'revoke_tokens_for_user', { userId: id })
  revokeTokensOf(call.cloud, getUser(call.cloud, id).id)
  return { status: 204 }
}

/** GET /v3/users/{user_id}/access_rules: there are no access rules. */
export function listAccessRules(call: Call): Answer {
  enforce(call, 'list_access_rules', userTarget(call.cloud, call.params.user_id ?? ''))
  return collection(call, { name: 'access_rules' }, [])
}

/** GET /v3/users/{user_id}/access_rules/{access_rule_id} */
export function showAccessRule(call: Call): Answer {
  enforce(call, 'get_access_rule', userTarget(call.cloud, call.params.user_id ?? ''))
  throw notFound('Access Rule', call.params.access_rule_id ?? '')
}

/** @throws {KeystoneError} 404 */
export function getUser(cloud: Cloud, id: string): User {
  return found(findUser(cloud, id), () => notFound('user', id))
}

/** What a rule is told of a user: nothing when there is none. */
export function userTarget(cloud: Cloud, id: string): Target {
  const user = findUser(cloud, id)
  return user ? { userId: user.id, domainId: DOMAIN.id } : {}
}

function userRef({ id, name }: User): Ref {
  return { id, name, domain_id: DOMAIN.id, enabled: true, password_expires_at: null, options: {} }
}

/**
 * Passwords never expire here, so no time is before one or after.
 *
 * @see keystone/server/flask/common.py, keystone/identity/core.py `Manager._parse_password_expires_at`
 */
function requireTimestamp(wanted: string | undefined): void {
  if (wanted === undefined) return
  const [, operator, time = ''] = /^(?:(\w+):)?(\d{4}-.*)?/.exec(wanted) ?? []
  if (!/^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?Z?)?$/.test(time)) {
    throw badRequest(`Timestamp not in expected format. ${MALFORMED}`)
  }
  if (operator === undefined || ['eq', 'neq', 'lt', 'lte', 'gt', 'gte'].includes(operator)) return
  const known = "'eq', 'neq', 'lt', 'lte', 'gt', or 'gte'"
  throw badRequest(`The given operator ${operator} is not valid. It must be one of the following: ${known}.`)
}
