/** Who has which role on what, as a list. keystone/api/role_assignments.py, keystone/assignment/core.py */

import { DOMAIN, type Grant, impliedBy, type RoleName, type Scope, sameText } from '../cloud/identity.ts'
import { reprText } from '../python/repr.ts'
import { selfLink } from './collections.ts'
import { badRequest, UncaughtError } from './errors.ts'
import { enforce } from './policy.ts'
import { findProjectRef, getProject } from './projects.ts'
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
  requireFit(call)
  const projectId = parameter(call, 'scope.project.id')
  const tree = isSet(call, 'include_subtree')
  // The real one trips over having looked for the project before it asked the policy.
  if (tree && !findProjectRef(call.cloud, projectId ?? '')) throw new UncaughtError('AssertionError')
  enforce(call, tree ? 'list_role_assignments_for_tree' : 'list_role_assignments', { domainId: DOMAIN.id })
  requireSense(call)
  const effective = isSet(call, 'effective')
  if (effective && projectId) getProject(call.cloud, projectId)
  const { scope } = call.token ?? {}
  const ofDomain = scope !== undefined && 'domainId' in scope
  const shown = (effective ? effectiveOnes(call) : call.cloud.state.identity.grants).filter((each: Assignment) => {
    return isWanted(call, each, effective) && !(ofDomain && 'system' in each.on)
  })
  const includeNames = isSet(call, 'include_names')
  return view({
    role_assignments: shown.map((each) => assignmentView(call, each, includeNames)),
    links: { next: null, self: selfLink(call), previous: null },
  })
}

/** What the schema wants beyond types. @throws {KeystoneError} 400 */
function requireFit({ query }: Call): void {
  if (query.has('include_subtree') && !query.has('scope.project.id')) {
    throw badRequest("'scope.project.id' is a dependency of 'include_subtree'")
  }
  const pairs = [...query].flatMap(([name, values]) => values.map((each) => `(${reprText(name)}, ${reprText(each)})`))
  const printed = `ImmutableMultiDict([${pairs.join(', ')}])`
  if (query.has('user.id') && query.has('group.id')) {
    throw badRequest(`${printed} is valid under each of {'required': ['group.id']}, {'required': ['user.id']}`)
  }
  if (query.has('effective') && query.has('group')) {
    throw badRequest(`${printed} should not be valid under {'required': ['effective', 'group']}`)
  }
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
  if (domain && isInherited(call)) {
    throw badRequest('Combining effective, domain and inherited filters will always result in an empty list.')
  }
}

/** The grants and those that they imply, each after the one that it comes of; roles on the system are left out. */
function effectiveOnes(call: Call): Assignment[] {
  const all: Assignment[] = call.cloud.state.identity.grants.filter(({ on }) => !('system' in on))
  for (const { userId, role: prior, on } of all) {
    const role = impliedBy(call.cloud, prior)
    if (role) all.push({ userId, role, on, prior })
  }
  return all
}

function isWanted(call: Call, { userId, role, on }: Assignment, effective: boolean): boolean {
  if (parameter(call, 'group.id')) return false
  const onSystem = 'system' in on
  // Nothing here is inherited; of roles on the system, it is not asked.
  if (isInherited(call) && !onSystem) return false
  if (!effective && parameter(call, 'scope.system') === 'all' && !onSystem) return false
  const wants = (name: string, is: string | undefined) => {
    const wanted = parameter(call, name)
    return !wanted || (is !== undefined && sameText(wanted, is))
  }
  return (
    wants('user.id', userId) &&
    wants('role.id', roleId(call.cloud, role)) &&
    wants('scope.project.id', 'projectId' in on ? on.projectId : undefined) &&
    wants('scope.domain.id', 'domainId' in on ? on.domainId : undefined)
  )
}

function isInherited(call: Call): boolean {
  return parameter(call, 'scope.OS-INHERIT:inherited_to') === 'projects'
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
