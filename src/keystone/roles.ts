/** Roles, and which implies which. keystone/api/roles.py, keystone/api/role_inferences.py */

import type { Cloud } from '../cloud/cloud.ts'
import { impliedBy, type RoleName, rolesIn, sameText } from '../cloud/identity.ts'
import { hexFor } from '../cloud/ids.ts'
import { byId, collection, found, member, type Ref } from './collections.ts'
import { KeystoneError, notFound, notImplemented, unauthorized } from './errors.ts'
import { enforce } from './policy.ts'
import { type Answer, type Call, type Method, parameter, view } from './resource.ts'
import { DOMAIN_ID, NAME, validateQuery } from './validate.ts'

const QUERY = { type: 'object', properties: { name: NAME, domain_id: DOMAIN_ID } } as const

const ids = new WeakMap<Cloud, Map<RoleName, string>>()

/** A role has a name in the cloud; Keystone has an id for each. Each token tells some, so they are kept. */
export function roleId(cloud: Cloud, name: RoleName): string {
  const known = ids.get(cloud) ?? new Map<RoleName, string>()
  ids.set(cloud, known)
  const id = known.get(name) ?? hexFor(cloud.seed, 'role', name)
  known.set(name, id)
  return id
}

export function findRole(cloud: Cloud, id: string): RoleName | undefined {
  return rolesIn(cloud).find((name) => sameText(roleId(cloud, name), id))
}

/** @throws {KeystoneError} 404 */
export function getRole(cloud: Cloud, id: string): RoleName {
  return found(findRole(cloud, id), () => notFound('role', id))
}

export function roleRef(cloud: Cloud, name: RoleName): Ref {
  return { id: roleId(cloud, name), name, domain_id: null, description: null, options: { immutable: true } }
}

/** GET /v3/roles */
export function listRoles(call: Call): Answer {
  validateQuery(call, QUERY)
  const ofDomain = Boolean(parameter(call, 'domain_id'))
  enforce(call, ofDomain ? 'list_domain_roles' : 'list_roles')
  const roles = rolesIn(call.cloud)
    .map((name) => roleRef(call.cloud, name))
    .sort(byId)
  return collection(call, { name: 'roles', filters: ['name', 'domain_id'], paging: 'cut' }, roles)
}

/** GET /v3/roles/{role_id} */
export function showRole(call: Call): Answer {
  const { role_id: id = '' } = call.params
  if (!call.token) throw unauthorized()
  const name = getRole(call.cloud, id)
  enforce(call, 'get_role', { role: name })
  return member(call, 'role', 'roles', roleRef(call.cloud, name))
}

/** GET /v3/roles/{prior_role_id}/implies */
export function listImplied(call: Call): Answer {
  const prior = priorRole(call)
  enforce(call, 'list_implied_roles')
  const implied = impliedBy(call.cloud, prior)
  return view({
    role_inference: { prior_role: roleLink(call, prior), implies: implied ? [roleLink(call, implied)] : [] },
    links: { self: `${call.url}/roles/${call.params.prior_role_id}/implies` },
  })
}

/** GET /v3/roles/{prior_role_id}/implies/{implied_role_id} */
export function showImplied(call: Call): Answer {
  const prior = priorRole(call)
  const { prior_role_id: priorId = '', implied_role_id: impliedId = '' } = call.params
  const implied = getRole(call.cloud, impliedId)
  enforce(call, call.isHead ? 'check_implied_role' : 'get_implied_role')
  if (impliedBy(call.cloud, prior) !== implied) throw new KeystoneError(404, `${priorId} does not imply ${impliedId}.`)
  if (call.isHead) return { status: 204 }
  return view({
    role_inference: { prior_role: roleLink(call, prior), implies: roleLink(call, implied) },
    links: { self: `${call.url}/roles/${priorId}/implies/${impliedId}` },
  })
}

/** GET /v3/role_inferences */
export function listInferences(call: Call): Answer {
  enforce(call, 'list_role_inference_rules')
  const priors = rolesIn(call.cloud)
    .map((name) => ({ id: roleId(call.cloud, name), name }))
    .sort(byId)
  return view({
    role_inferences: priors.flatMap(({ name }) => {
      const implied = impliedBy(call.cloud, name)
      return implied ? [{ prior_role: roleLink(call, name), implies: [roleLink(call, implied)] }] : []
    }),
  })
}

function priorRole(call: Call): RoleName {
  if (!call.token) throw unauthorized()
  return getRole(call.cloud, call.params.prior_role_id ?? '')
}

function roleLink({ cloud, url }: Call, name: RoleName) {
  const id = roleId(cloud, name)
  return { id, links: { self: `${url}/roles/${id}` }, name }
}

/** What novasim does not do with a role, which is looked for before the policy is asked. */
export function lackingForRole(action: string): Method {
  return (call) => {
    if (!call.token) throw unauthorized()
    getRole(call.cloud, call.params.role_id ?? '')
    enforce(call, action)
    throw notImplemented()
  }
}
