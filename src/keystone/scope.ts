/** What a token is asked to be good for. keystone/auth/core.py `AuthInfo` */

import type { Cloud } from '../cloud/cloud.ts'
import {
  type ApplicationCredential,
  DOMAIN,
  findApplicationCredential,
  findProject,
  findProjectByName,
  findUserByName,
  type Project,
  type Scope,
  sameText,
} from '../cloud/identity.ts'
import { str } from '../python/repr.ts'
import { isDict, isTrue, type PyDict, type PyValue, valueAt } from '../python/values.ts'
import { badRequest, expecting, KeystoneError, notFound, UncaughtError, unauthorized } from './errors.ts'

const KINDS = ['project', 'domain', 'unscoped', 'system', 'OS-TRUST:trust']

/**
 * The scope that is asked for; undefined for none.
 *
 * @throws {KeystoneError} when it is nowhere, or none that makes sense
 */
export function requestedScope(cloud: Cloud, auth: PyDict, methods: string[]): Scope | undefined {
  const scope = auth.get('scope')
  if (methods.includes('application_credential')) {
    if (scope !== undefined) {
      const message =
        'Error authenticating with application credential: Application credentials cannot request a scope.'
      throw new KeystoneError(401, message, '{}')
    }
    const { projectId } = findCredential(cloud, valueAt(auth, 'identity', 'application_credential') ?? null)
    return projectId === null ? undefined : { projectId }
  }
  if (scope === undefined) return undefined
  // A text has in it what is a part of it: 'unscoped', which clients do send, and any other.
  const asked = KINDS.filter((kind) => (isDict(scope) ? scope.has(kind) : str(scope).includes(kind)))
  if (asked.length !== 1) throw expecting('system, project, domain, OS-TRUST:trust or unscoped', 'scope')
  switch (asked[0]) {
    case 'system':
      return { system: true }
    case 'unscoped':
      return undefined
    case 'project':
      return { projectId: lookUpProject(cloud, part(scope, 'project')).id }
    case 'domain':
      return lookUpDomain(part(scope, 'domain'))
    default:
      if (!isTrue(valueAt(part(scope, 'OS-TRUST:trust'), 'id'))) throw expecting('trust_id', 'trust')
      throw unauthorized()
  }
}

/** The domain, by its name or its id: there is but one. @throws {KeystoneError} 401 for any other */
export function lookUpDomain(wanted: PyValue): { domainId: string } {
  if (!isDict(wanted)) throw new UncaughtError('AttributeError')
  const name = wanted.get('name')
  const found = isTrue(name) ? sameText(str(name ?? ''), DOMAIN.name) : wanted.get('id') === DOMAIN.id
  if (!found) throw unauthorized()
  return { domainId: DOMAIN.id }
}

/** The credential that a log-in names. keystone/auth/core.py `AuthInfo._lookup_app_cred` */
export function findCredential(cloud: Cloud, wanted: PyValue): ApplicationCredential {
  if (!isDict(wanted)) throw new UncaughtError('AttributeError')
  const id = wanted.get('id') ?? null
  if (isTrue(id)) {
    const found = findApplicationCredential(cloud, str(id))
    if (!found) throw notFound('Application Credential', str(id))
    return found
  }
  const name = wanted.get('name') ?? null
  if (!isTrue(name)) throw expecting('name or ID', 'application credential')
  const user = wanted.get('user') ?? null
  if (!isTrue(user)) throw expecting('user', 'application credential')
  const userId = idOfUser(cloud, user)
  for (const each of cloud.state.identity.applicationCredentials.values()) {
    if (sameText(each.userId, userId) && sameText(each.name, str(name))) return each
  }
  throw unauthorized()
}

function idOfUser(cloud: Cloud, user: PyValue): string {
  if (!isDict(user)) throw new UncaughtError('AttributeError')
  const id = user.get('id') ?? null
  if (isTrue(id)) return str(id)
  const domain = user.get('domain')
  if (domain === undefined) throw expecting('domain', 'user')
  lookUpDomain(domain)
  const name = user.get('name')
  if (name === undefined) throw new UncaughtError('KeyError')
  const found = findUserByName(cloud, str(name))
  if (!found) throw notFound('user', str(name))
  return found.id
}

function lookUpProject(cloud: Cloud, wanted: PyValue): Project {
  const name = valueAt(wanted, 'name') ?? null
  if (isTrue(name)) {
    const domain = valueAt(wanted, 'domain')
    if (domain === undefined) throw expecting('domain', 'project')
    lookUpDomain(domain)
    return known(findProjectByName(cloud, str(name)))
  }
  return known(findProject(cloud, str(valueAt(wanted, 'id') ?? '')))
}

function known(project: Project | undefined): Project {
  if (!project) throw unauthorized()
  return project
}

/** A TypeError is told to the client as it is. keystone/server/flask/application.py `_handle_unknown_keystone_exception` */
function part(scope: PyValue, kind: string): PyValue {
  if (!isDict(scope)) throw badRequest("string indices must be integers, not 'str'")
  return scope.get(kind) ?? null
}
