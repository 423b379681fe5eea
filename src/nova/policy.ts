/** Who may do what, by Nova's default policy. nova/policies/base.py */

import { hasRole, isAdmin, projectOf, type RoleName } from '../cloud/identity.ts'
import { NovaFault } from './errors.ts'
import { sayingsOf } from './releases.ts'
import type { Call } from './resource.ts'

/**
 * Only an admin of a project may; and one of the system that a service speaks for, since the scope of its token comes in place of
 * the system's. Older releases ask for no scope in particular. nova/policies/base.py `ADMIN`, keystonemiddleware/auth_token/_request.py
 * `_set_auth_headers`
 *
 * @throws {NovaFault} 403
 */
export function requireAdmin({ cloud, token, served }: Call, rule: string): void {
  const scope = token?.scope
  const scoped =
    scope !== undefined && ('projectId' in scope || ('system' in scope && served) || !sayingsOf(cloud).enforcesScope)
  if (!scoped || !isAdmin(cloud, token)) {
    throw notAllowed(rule)
  }
}

/**
 * Whether they have the role in that project, or are an admin of theirs: PROJECT_READER_OR_ADMIN and the others.
 *
 * @param projectId without it, only an admin may
 */
export function may({ cloud, token, served }: Call, role: RoleName, projectId?: string | null): boolean {
  if (!token?.scope) return false
  const mine = projectOf(token)
  // The scope of a service's token comes in place of the system's: see `requireAdmin`.
  if (mine === undefined && !('system' in token.scope && served)) return false
  return isAdmin(cloud, token) || (mine !== undefined && mine === projectId && hasRole(cloud, token, role))
}

/** @throws {NovaFault} 403 */
export function requireRole(call: Call, rule: string, role: RoleName, projectId?: string | null): void {
  if (!may(call, role, projectId)) throw notAllowed(rule)
}

/**
 * What everybody may, but for whose token is for the system or a domain: RULE_ANY, with the scope of a project. One without any scope will do.
 *
 * @throws {NovaFault} 403
 * @see oslo_policy/policy.py `_enforce_scope`
 */
export function requireProjectScope({ token, served }: Call, rule: string): void {
  const scope = token?.scope
  if (scope === undefined || 'projectId' in scope || ('system' in scope && served)) return
  throw notAllowed(rule)
}

/**
 * What the database wants to be asked by: somebody of a project, or an admin.
 *
 * @throws {NovaFault} 403
 * @see nova/context.py `require_context`
 */
export function requireContext({ cloud, token }: Call): void {
  if (!token || (projectOf(token) === undefined && !isAdmin(cloud, token))) {
    throw new NovaFault(403, 'Forbidden')
  }
}

function notAllowed(rule: string): NovaFault {
  return new NovaFault(403, `Policy doesn't allow ${rule} to be performed.`)
}
