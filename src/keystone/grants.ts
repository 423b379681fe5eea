/** The roles that one user has on one thing. keystone/api/projects.py, domains.py and system.py */

import { DOMAIN, type RoleName, type Scope, sameScope } from '../cloud/identity.ts'
import { byId, collection, found } from './collections.ts'
import { KeystoneError, notFound, notImplemented, unauthorized } from './errors.ts'
import { enforce } from './policy.ts'
import { getProject } from './projects.ts'
import type { Answer, Call, Method } from './resource.ts'
import { getRole, roleRef } from './roles.ts'
import { getUser } from './users.ts'

type Kind = 'project' | 'domain' | 'system'

/** GET …/users/{user_id}/roles */
export function listGrants(kind: Kind): Method {
  return (call) => {
    const { userId, on } = targetOf(call, kind)
    enforce(call, kind === 'system' ? 'list_system_grants_for_user' : 'list_grants', { domainId: DOMAIN.id })
    const roles = rolesGranted(call, userId, on).map((name) => roleRef(call.cloud, name))
    return collection(call, { name: 'roles' }, roles.sort(byId))
  }
}

/** GET …/users/{user_id}/roles/{role_id}: whether it is granted. */
export function checkGrant(kind: Kind): Method {
  return (call): Answer => {
    const { userId, on, role } = targetOf(call, kind)
    enforce(call, kind === 'system' ? 'check_system_grant_for_user' : 'check_grant', { domainId: DOMAIN.id })
    if (role && rolesGranted(call, userId, on).includes(role)) return { status: 204 }
    const { role_id: id = '', user_id: user = '', project_id: project, domain_id: domain } = call.params
    throw new KeystoneError(
      404,
      `Could not find role assignment with role: ${id}, user or group: ${user}, project, domain, or system: ` +
        `${project ?? domain ?? 'system'}.`,
    )
  }
}

/** What novasim does not do: to give and to take roles. What the path names is looked for before the policy is asked. */
export function lackingForGrant(kind: Kind, action: string): Method {
  return (call) => {
    targetOf(call, kind)
    enforce(call, action, { domainId: DOMAIN.id })
    throw notImplemented()
  }
}

/** What the path names. The role is looked for first, then the user, and then what the role is on. */
function targetOf(call: Call, kind: Kind): { userId: string; on: Scope; role: RoleName | undefined } {
  const { cloud, params } = call
  if (!call.token) throw unauthorized()
  const { project_id: projectId = '', domain_id: domainId = '', user_id: userId = '', role_id: id } = params
  if (kind === 'domain') getDomainId(domainId)
  const role = id === undefined ? undefined : getRole(cloud, id)
  const user = getUser(cloud, userId)
  switch (kind) {
    case 'project':
      return { userId: user.id, on: { projectId: getProject(cloud, projectId).id }, role }
    case 'domain':
      return { userId: user.id, on: { domainId }, role }
    case 'system':
      return { userId: user.id, on: { system: true }, role }
  }
}

function getDomainId(id: string): string {
  return found(id === DOMAIN.id ? id : undefined, () => notFound('domain', id))
}

function rolesGranted({ cloud }: Call, userId: string, on: Scope): RoleName[] {
  const { grants } = cloud.state.identity
  return grants.filter((each) => each.userId === userId && sameScope(each.on, on)).map(({ role }) => role)
}
