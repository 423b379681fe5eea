/** Who may do what: Keystone's default policy, and what it says to whom it does not let. keystone/common/policies */

import { type RoleName, rolesOf, type Scope } from '../cloud/identity.ts'
import { forbiddenAction, unauthorized } from './errors.ts'
import type { Call } from './resource.ts'

/** Whose token it is, and what roles come with it. */
interface Asker {
  userId: string
  roles: RoleName[]
  scope: Scope | undefined
}

/** What is to be done something with, as far as a rule asks. */
export interface Target {
  /** The user in the path, or the owner of what the path names. */
  userId?: string | undefined
  /** The domain that it is in, or is. */
  domainId?: string | undefined
  projectId?: string | undefined
  role?: RoleName | undefined
}

type Check = (asker: Asker, target: Target) => boolean
type ScopeType = 'system' | 'domain' | 'project'

/** An unscoped token has no scope that could be the wrong one. oslo_policy/policy.py `Enforcer._enforce_scope` */
interface Rule {
  scopes: readonly ScopeType[] | undefined
  check: Check
}

const anyone: Check = () => true
const admin: Check = ({ roles }) => roles.includes('admin')
const service: Check = ({ roles }) => roles.includes('service')
const systemReader: Check = ({ roles, scope }) => roles.includes('reader') && scope !== undefined && 'system' in scope
const owner: Check = ({ userId }, target) => userId === target.userId
/** In the domain that the token is scoped to. */
const inDomain = (role: RoleName): Check => {
  return ({ roles, scope }, { domainId }) => {
    return roles.includes(role) && scope !== undefined && 'domainId' in scope && scope.domainId === domainId
  }
}
const domainReader = inDomain('reader')
const domainManager = inDomain('manager')
const inProject: Check = ({ scope }, { projectId }) => {
  return scope !== undefined && 'projectId' in scope && scope.projectId === projectId
}
/** There is but one domain, so a scope that is a project or the domain is in it. */
const ofDomain: Check = ({ scope }, { domainId }) =>
  scope !== undefined && !('system' in scope) && domainId !== undefined
const manageableRole: Check = ({ roles }, { role }) => {
  return roles.includes('manager') && (role === 'manager' || role === 'member' || role === 'reader')
}
const managerOfDomain: Check = ({ roles, scope }) =>
  roles.includes('manager') && scope !== undefined && 'domainId' in scope

const oneOf = (...checks: Check[]): Check => {
  return (asker, target) => checks.some((check) => check(asker, target))
}

const ALL: readonly ScopeType[] = ['system', 'domain', 'project']
const NOT_DOMAIN: readonly ScopeType[] = ['system', 'project']

const adminOnly: Rule = { scopes: NOT_DOMAIN, check: admin }
const adminOrReader: Rule = { scopes: NOT_DOMAIN, check: oneOf(admin, systemReader) }
const open: Rule = { scopes: undefined, check: anyone }
const everywhere = (...checks: Check[]): Rule => ({ scopes: ALL, check: oneOf(...checks) })
const notOnDomain = (...checks: Check[]): Rule => ({ scopes: NOT_DOMAIN, check: oneOf(...checks) })

/** The rules that are not `adminOnly`. */
const RULES: Record<string, Rule> = {
  check_token: everywhere(admin, systemReader, owner),
  validate_token: everywhere(admin, systemReader, service, owner),
  revoke_token: everywhere(admin, owner),
  get_auth_catalog: open,
  get_auth_projects: open,
  get_auth_domains: open,
  get_auth_system: open,
  get_user: everywhere(admin, systemReader, domainReader, owner),
  list_users: everywhere(admin, systemReader, domainReader),
  create_user: everywhere(admin, domainManager),
  update_user: everywhere(admin, domainManager),
  delete_user: everywhere(admin, domainManager),
  revoke_tokens_for_user: everywhere(admin, owner),
  list_user_projects: everywhere(admin, systemReader, domainReader, owner),
  list_groups_for_user: everywhere(admin, systemReader, domainReader, owner),
  get_project: everywhere(admin, systemReader, domainReader, inProject),
  list_projects: everywhere(admin, systemReader, domainReader),
  create_project: everywhere(admin, domainManager),
  update_project: everywhere(admin, domainManager),
  delete_project: everywhere(admin, domainManager),
  list_project_tags: everywhere(admin, systemReader, domainReader, inProject),
  get_project_tag: everywhere(admin, systemReader, domainReader, inProject),
  create_project_tag: everywhere(admin, domainManager),
  update_project_tags: everywhere(admin, domainManager),
  delete_project_tag: everywhere(admin, domainManager),
  delete_project_tags: everywhere(admin, domainManager),
  get_role: everywhere(admin, systemReader, manageableRole),
  list_roles: everywhere(admin, systemReader, managerOfDomain),
  list_domain_roles: adminOrReader,
  list_implied_roles: adminOrReader,
  get_implied_role: adminOrReader,
  check_implied_role: adminOrReader,
  list_role_inference_rules: adminOrReader,
  list_role_assignments: everywhere(admin, systemReader, domainReader),
  list_role_assignments_for_tree: everywhere(admin, systemReader, domainReader),
  list_grants: everywhere(admin, systemReader, domainReader),
  check_grant: everywhere(admin, systemReader, domainReader),
  create_grant: everywhere(admin, domainManager),
  revoke_grant: everywhere(admin, domainManager),
  list_system_grants_for_user: adminOrReader,
  check_system_grant_for_user: adminOrReader,
  get_service: adminOrReader,
  list_services: adminOrReader,
  get_endpoint: adminOrReader,
  list_endpoints: adminOrReader,
  get_region: everywhere(anyone),
  list_regions: everywhere(anyone),
  get_domain: everywhere(admin, systemReader, ofDomain),
  list_domains: everywhere(admin, systemReader, domainReader),
  get_application_credential: notOnDomain(admin, systemReader, owner),
  list_application_credentials: notOnDomain(admin, systemReader, owner),
  create_application_credential: { scopes: ['project'], check: owner },
  delete_application_credential: notOnDomain(admin, owner),
  list_access_rules: notOnDomain(systemReader, owner),
  get_access_rule: notOnDomain(systemReader, owner),
  list_groups: everywhere(admin, systemReader, domainReader),
  get_group: everywhere(admin, systemReader, domainReader),
  list_credentials: everywhere(anyone),
  get_credential: everywhere(admin, systemReader),
  list_trusts: adminOrReader,
  list_limits: everywhere(anyone),
  list_registered_limits: everywhere(anyone),
  list_policies: adminOrReader,
  get_limit_model: everywhere(anyone),
}

/**
 * Let through whoever may.
 *
 * @param action as Keystone names it, without `identity:`
 * @throws {KeystoneError} 401 without a token that is good, 403 for whom the policy does not let
 * @see keystone/common/rbac_enforcer/enforcer.py `RBACEnforcer.enforce_call`
 */
export function enforce({ cloud, token }: Call, action: string, target: Target = {}): void {
  if (!token) throw unauthorized()
  const { scopes, check } = RULES[action] ?? adminOnly
  const { userId, scope } = token
  const fits = scopes === undefined || scope === undefined || scopes.includes(typeOf(scope))
  if (!fits || !check({ userId, roles: rolesOf(cloud, token), scope }, target)) {
    throw forbiddenAction(`identity:${action}`)
  }
}

function typeOf(scope: Scope): ScopeType {
  if ('projectId' in scope) return 'project'
  return 'domainId' in scope ? 'domain' : 'system'
}
