/** What a request for a token may look like, and what Keystone says of one that does not. keystone/auth/schema.py */

import { describe, type Schema, validate } from '../python/jsonschema.ts'
import { asDict, isDict, type PyDict, type PyValue, valueAt } from '../python/values.ts'
import { badRequest } from './errors.ts'

const TEXT: Schema = { type: 'string' }
const DOMAIN: Schema = { type: 'object', properties: { id: TEXT, name: TEXT } }

/** `None` came into the list when another schema made a nullable copy of it, and no copy of the list. */
const BOOLEAN: Schema = { type: 'boolean', enum: [true, false, null] }

const TOKEN_ISSUE: Schema = {
  type: 'object',
  properties: {
    identity: {
      type: 'object',
      properties: {
        methods: { type: 'array', items: TEXT },
        password: {
          type: 'object',
          properties: {
            user: { type: 'object', properties: { id: TEXT, name: TEXT, password: TEXT, domain: DOMAIN } },
          },
        },
        token: { type: 'object', properties: { id: TEXT }, required: ['id'] },
      },
      required: ['methods'],
    },
    scope: {
      type: ['object', 'string'],
      properties: {
        project: { type: 'object', properties: { name: TEXT, id: TEXT, domain: DOMAIN } },
        domain: DOMAIN,
        'OS-TRUST:trust': { type: 'object', properties: { id: TEXT } },
        system: { type: 'object', properties: { all: BOOLEAN } },
      },
    },
  },
  required: ['identity'],
}

/**
 * What a request for a token says under `auth`.
 *
 * @throws {KeystoneError} 400 with the first complaint
 */
export function validateAuth(auth: PyValue): PyDict {
  const error = validate(auth, TOKEN_ISSUE)
  if (error) {
    const where = error.path.length > 0 ? `Invalid input for field '${error.path.join('/')}': ` : ''
    throw badRequest(where + describe(error))
  }
  const user = valueAt(auth, 'identity', 'password', 'user')
  requireIdOrName(user, 'identity/password/user')
  requireIdOrName(valueAt(user, 'domain'), 'identity/password/user/domain')
  const project = valueAt(auth, 'scope', 'project')
  requireIdOrName(project, 'scope/project')
  requireIdOrName(valueAt(project, 'domain'), 'scope/project/domain')
  requireIdOrName(valueAt(auth, 'scope', 'domain'), 'scope/domain')
  return asDict(auth)
}

function requireIdOrName(value: PyValue | undefined, field: string): void {
  if (isDict(value) && !value.has('id') && !value.has('name')) {
    throw badRequest(`Invalid input for field ${field}: id or name must be present.`)
  }
}
