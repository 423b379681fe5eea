/** Application credentials: to log in with, in the place of a password. keystone/api/users.py `UserAppCred…Resource` */

import { type Cloud, nextId } from '../cloud/cloud.ts'
import {
  type ApplicationCredential,
  createApplicationCredential,
  deleteApplicationCredential,
  findApplicationCredential,
  impliedBy,
  type RoleName,
  rolesIn,
  rolesOf,
  sameText,
  type Token,
} from '../cloud/identity.ts'
import { hexFor } from '../cloud/ids.ts'
import type { Schema } from '../python/jsonschema.ts'
import { isDict, isTrue, type PyDict } from '../python/values.ts'
import { collection, found, isCutByDatabase, linked, member, type Ref } from './collections.ts'
import {
  badRequest,
  forbiddenAction,
  KeystoneError,
  MALFORMED,
  notFound,
  notImplemented,
  UncaughtError,
  unauthorized,
} from './errors.ts'
import { enforce } from './policy.ts'
import { type Answer, type Call, view } from './resource.ts'
import { findRole, roleRef } from './roles.ts'
import { parseIsoTime } from './times.ts'
import { ID, NAME, validateBody } from './validate.ts'

const TEXT_OR_NULL: Schema = { type: ['string', 'null'] }
const KEY = 'application_credential'
const NAMES = 'application_credentials'

/** keystone/application_credential/schema.py `application_credential_create_request_body` */
const CREATE: Schema = {
  type: 'object',
  properties: {
    application_credential: {
      type: 'object',
      properties: {
        id: { type: 'string' },
        secret: TEXT_OR_NULL,
        name: NAME,
        description: TEXT_OR_NULL,
        expires_at: TEXT_OR_NULL,
        project_id: { type: 'string' },
        access_rules: {
          type: 'array',
          items: {
            type: 'object',
            properties: {
              id: ID,
              path: { type: 'string', minLength: 0, maxLength: 225, pattern: '^/\\.*' },
              service: ID,
              method: { type: 'string', enum: ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT'] },
            },
          },
        },
        unrestricted: { type: ['boolean', 'null'] },
        system: TEXT_OR_NULL,
        roles: {
          type: 'array',
          items: {
            type: 'object',
            properties: { id: ID, name: NAME },
            minProperties: 1,
            maxProperties: 1,
            additionalProperties: false,
          },
        },
      },
      additionalProperties: false,
      required: ['name'],
    },
  },
  required: ['application_credential'],
  additionalProperties: false,
}

const SHOW: Schema = { type: 'object', properties: { id: { type: 'string' } }, additionalProperties: false }

/** GET /v3/users/{user_id}/application_credentials */
export function listCredentials(call: Call): Answer {
  const { user_id: userId = '' } = call.params
  enforce(call, 'list_application_credentials', { userId })
  const all = [...call.cloud.state.identity.applicationCredentials.values()]
  const refsOf = (credentials: typeof all) => credentials.map((each) => credentialRef(call.cloud, each))
  const filters = ['name']
  // The real one filters by the user what is limited already, which SQLAlchemy does not let it. It counts those of all users.
  if (isCutByDatabase(call, filters, refsOf(all))) throw new UncaughtError('InvalidRequestError')
  const mine = refsOf(all.filter((each) => sameText(each.userId, userId)))
  return collection(call, { name: NAMES, filters, paging: 'sliced' }, mine)
}

/** GET /v3/users/{user_id}/application_credentials/{application_credential_id} */
export function showCredential(call: Call): Answer {
  validateBody(call, SHOW)
  const credential = findCredential(call)
  return member(call, KEY, NAMES, credentialRef(call.cloud, subject(call, credential, 'get_application_credential')))
}

/** DELETE /v3/users/{user_id}/application_credentials/{application_credential_id} */
export function deleteCredential(call: Call): Answer {
  const credential = findCredential(call)
  enforce(call, 'delete_application_credential', { userId: credential?.userId ?? call.params.user_id })
  requireUnrestricted(call)
  deleteApplicationCredential(call.cloud, subject(call, credential, 'delete_application_credential'))
  return { status: 204 }
}

/** POST /v3/users/{user_id}/application_credentials */
export function createCredential(call: Call): Answer {
  validateBody(call, CREATE)
  const { cloud, keystone, params, token } = call
  const { user_id: userId = '' } = params
  enforce(call, 'create_application_credential', { userId })
  requireUnrestricted(call)
  const wanted = call.body.get(KEY)
  if (!isDict(wanted) || !token) throw unauthorized()
  const roles = rolesFor(call, token, wanted)
  const expiresAt = expiryOf(call, wanted)
  if (isTrue(wanted.get('access_rules'))) throw notImplemented()
  const name = textOf(wanted, 'name') ?? ''
  const secret = textOf(wanted, 'secret') || keystone.randomId(86)
  requireNewName(call, name)
  const unrestricted = wanted.get('unrestricted')
  const credential: ApplicationCredential = {
    id: hexFor(cloud.seed, 'application credential', nextId(cloud, 'application credentials')),
    name,
    secret,
    userId,
    projectId: token.scope && 'projectId' in token.scope ? token.scope.projectId : null,
    roles,
    description: textOf(wanted, 'description'),
    system: textOf(wanted, 'system'),
    expiresAt,
    unrestricted: typeof unrestricted === 'boolean' ? unrestricted : null,
  }
  createApplicationCredential(cloud, credential)
  const ref = linked(call, NAMES, { ...credentialRef(cloud, credential), secret })
  return view({ [KEY]: ref }, 201)
}

function findCredential({ cloud, params }: Call): ApplicationCredential | undefined {
  const { application_credential_id: id = '' } = params
  return findApplicationCredential(cloud, id)
}

/** Whose it is counts, not whose the path says it is. `_update_request_user_id_attribute` */
function subject(call: Call, credential: ApplicationCredential | undefined, action: string): ApplicationCredential {
  const { user_id: userId = '', application_credential_id: id = '' } = call.params
  enforce(call, action, { userId: credential?.userId ?? userId })
  return found(credential, () => notFound('Application Credential', id))
}

/** A token that is itself of a credential manages others only if that credential says so. */
function requireUnrestricted({ cloud, token }: Call): void {
  const id = token?.applicationCredentialId
  if (id === undefined || cloud.state.identity.applicationCredentials.get(id)?.unrestricted) return
  throw forbiddenAction(
    "Using method 'application_credential' is not allowed for managing additional application credentials.",
  )
}

/** Those that are asked for, with what they imply; else all of the token's. `_get_roles` */
function rolesFor({ cloud }: Call, token: Token, wanted: PyDict): RoleName[] {
  const mine = rolesOf(cloud, token)
  const listed = wanted.get('roles')
  if (!Array.isArray(listed) || listed.length === 0) return mine
  const roles = new Set<RoleName>()
  for (const each of listed) {
    const role = isDict(each) ? roleFor(cloud, textOf(each, 'id'), textOf(each, 'name') ?? '') : undefined
    if (role) roles.add(role)
    else throw unassigned()
  }
  for (const role of roles) {
    const implied = impliedBy(cloud, role)
    if (implied) roles.add(implied)
  }
  if ([...roles].some((role) => !mine.includes(role))) throw unassigned()
  return [...roles]
}

function roleFor(cloud: Cloud, id: string | null, name: string): RoleName | undefined {
  if (id) return findRole(cloud, id)
  const role = rolesIn(cloud).find((each) => sameText(each, name))
  if (!role) throw new KeystoneError(404, `Role ${name} is not defined`)
  return role
}

function unassigned(): KeystoneError {
  return badRequest('Invalid application credential: Cannot create an application credential with unassigned role')
}

/** keystone/common/utils.py `parse_expiration_date` */
function expiryOf({ cloud }: Call, wanted: PyDict): number | null {
  const text = textOf(wanted, 'expires_at')
  if (!text) return null
  const time = parseIsoTime(text.endsWith('Z') ? text : `${text}Z`)
  if (time === undefined) throw badRequest(`Timestamp not in expected format. ${MALFORMED}`)
  if (time < cloud.clock.now()) throw badRequest(`The 'expires_at' must not be before now. ${MALFORMED}`)
  return time
}

/** The database does not let a user have two of one name. */
function requireNewName({ cloud, params }: Call, name: string): void {
  for (const each of cloud.state.identity.applicationCredentials.values()) {
    if (each.userId !== params.user_id || !sameText(each.name, name)) continue
    const duplicate = `Duplicate entry found with name ${name}.`
    throw new KeystoneError(409, `Conflict occurred attempting to store application_credential - ${duplicate}`)
  }
}

function credentialRef(cloud: Cloud, credential: ApplicationCredential): Ref {
  const { id, name, description, userId, projectId, system, expiresAt, unrestricted, roles } = credential
  return {
    id,
    name,
    description,
    user_id: userId,
    project_id: projectId,
    system,
    expires_at: expiresAt === null ? null : `${new Date(expiresAt).toISOString().slice(0, -1)}000`,
    unrestricted,
    roles: roles.map((role) => roleRef(cloud, role)),
  }
}

function textOf(dict: PyDict, key: string): string | null {
  const value = dict.get(key)
  return typeof value === 'string' ? value : null
}
