/** Who has which role on what, as a list. keystone/api/role_assignments.py */

import { DOMAIN, type Grant, IMPLIES, type RoleName, type Scope } from '../cloud/identity.ts'
import { selfLink } from './collections.ts'
import { badRequest } from './errors.ts'
import { enforce } from './policy.ts'
import { getProject } from './projects.ts'
import { type Answer, type Call, isSet, parameter, view } from './resource.ts'
import { roleId } from './roles.ts'
import { ID, validateQuery } from './validate.ts'

/** A grant, or a role that comes of one. */
interface Assignment extends Grant {
  /** The role that implies it. */
  prior?: RoleName
}

const QUERY = {
  type: 'object',
  properties: {
    'group.id': ID,
    'role.id': ID,
    'scope.domain.id': ID,
    'scope.project.id': ID,
    'user.id': { type: 'string' },
  },
} as const

/** GET /v3/role_assignments */
export function listRoleAssignments(call: Call): Answer {
  validateQuery(call, QUERY)
  const projectId = parameter(call, 'scope.project.id')
  if (call.query.has('include_subtree') && projectId === undefined) {
    throw badRequest("'scope.project.id' is a dependency of 'include_subtree'")
  }
  const tree = isSet(call, 'include_subtree')
  if (tree && call.token) getProject(call.cloud, projectId ?? '')
  enforce(call, tree ? 'list_role_assignments_for_tree' : 'list_role_assignments', { domainId: DOMAIN.id })
  requireSense(call)
  const shown = assignments(call).filter((each) => isWanted(call, each))
  const includeNames = isSet(call, 'include_names')
  return view({
    role_assignments: shown.map((each) => assignmentView(call, each, includeNames)),
    links: { next: null, self: selfLink(call), previous: null },
  })
}

/** @throws {KeystoneError} 400 when filters exclude each other, in Keystone's order of asking */
function requireSense(call: Call): void {
  const has = (name: string) => Boolean(parameter(call, name))
  const domain = has('scope.domain.id')
  if (domain && has('scope.project.id')) throw badRequest('Specify a domain or project, not both')
  if (domain && has('scope.system')) throw badRequest('Specify system or domain, not both')
  if (has('scope.project.id') && has('scope.system')) throw badRequest('Specify system or project, not both')
  if (!isSet(call, 'effective')) return
  if (has('group.id')) throw badRequest('Combining effective and group filter will always result in an empty list.')
  if (domain && parameter(call, 'scope.OS-INHERIT:inherited_to') === 'projects') {
    throw badRequest('Combining effective, domain and inherited filters will always result in an empty list.')
  }
}

/** The grants; and, of the effective ones, those that they imply, each after the one that it comes of. */
function assignments(call: Call): Assignment[] {
  const { grants } = call.cloud.state.identity
  if (!isSet(call, 'effective')) return grants
  const all: Assignment[] = [...grants]
  for (const { userId, role: prior, on } of all) {
    const role = IMPLIES[prior]
    if (role) all.push({ userId, role, on, prior })
  }
  return all
}

function isWanted(call: Call, { userId, role, on }: Assignment): boolean {
  const inherited = parameter(call, 'scope.OS-INHERIT:inherited_to')
  if (inherited === 'projects' || parameter(call, 'group.id')) return false
  const wants = (name: string, is: string) => {
    const wanted = parameter(call, name)
    return !wanted || wanted === is
  }
  if (parameter(call, 'scope.system') && !('system' in on)) return false
  return (
    wants('user.id', userId) &&
    wants('role.id', roleId(call.cloud, role)) &&
    wants('scope.project.id', 'projectId' in on ? on.projectId : '-') &&
    wants('scope.domain.id', 'domainId' in on ? on.domainId : '-')
  )
}

function assignmentView(call: Call, { userId, role, on, prior }: Assignment, includeNames: boolean) {
  const { cloud, url } = call
  const user = includeNames ? named(userId, cloud.state.identity.users.get(userId)?.name) : { id: userId }
  const granted = `${url}${pathOf(on)}/users/${userId}/roles/${roleId(cloud, prior ?? role)}`
  const id = roleId(cloud, role)
  return {
    links: {
      assignment: granted,
      prior_role: prior ? `${url}/prior_role/${id}/implies/${roleId(cloud, prior)}` : undefined,
    },
    scope: scopeView(call, on, includeNames),
    user,
    role: includeNames ? { id, name: role } : { id },
  }
}

function scopeView({ cloud }: Call, on: Scope, includeNames: boolean) {
  if ('system' in on) return { system: { all: true } }
  if ('domainId' in on) return { domain: includeNames ? { id: DOMAIN.id, name: DOMAIN.name } : { id: on.domainId } }
  const { projectId: id } = on
  return { project: includeNames ? named(id, cloud.state.identity.projects.get(id)?.name) : { id } }
}

function named(id: string, name = '') {
  return { id, name, domain: { id: DOMAIN.id, name: DOMAIN.name } }
}

function pathOf(on: Scope): string {
  if ('system' in on) return '/system'
  return 'domainId' in on ? `/domains/${on.domainId}` : `/projects/${on.projectId}`
}
