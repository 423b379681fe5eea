/** Logging in: who it is, by each of the methods that they name, and the token that they get. keystone/api/_shared/authentication.py */

import type { Cloud } from '../cloud/cloud.ts'
import {
  type ApplicationCredential,
  findUser,
  findUserByName,
  hasRoleOn,
  issueToken,
  type Scope,
  TOKEN_LIVES_MS,
  type User,
} from '../cloud/identity.ts'
import { str } from '../python/repr.ts'
import { isDict, isTrue, type PyDict, type PyValue, valueAt } from '../python/values.ts'
import { validateAuth } from './auth-schema.ts'
import { expecting, forbiddenAction, KeystoneError, unauthorized } from './errors.ts'
import type { Answer, Call } from './resource.ts'
import { findCredential, lookUpDomain, requestedScope } from './scope.ts'
import { wholeSecond } from './times.ts'
import { getToken, tokenAnswer } from './tokens.ts'

/** The methods that are on by default, in Keystone's order. keystone/conf/constants.py `_DEFAULT_AUTH_METHODS` */
const METHODS = ['external', 'password', 'token', 'oauth1', 'mapped', 'application_credential', 'ec2credential']

/** Those of a token that stands for its holder as such, not for something they have lent. keystone/api/_shared/delegation.py */
const PRIMARY = ['external', 'password', 'token', 'mapped']

/** What the methods have found out. keystone/auth/core.py `AuthContext` */
interface Proof {
  userId: string | undefined
  methods: Set<string>
  /** The first token of a chain, when a token was shown. */
  parentAuditId: string | undefined
  /** The earliest that a method asks for, in milliseconds since 1970. */
  expiresAt: number
  credential: ApplicationCredential | undefined
}

/** POST /v3/auth/tokens */
export function createToken(call: Call): Answer {
  const wanted = call.body.get('auth') ?? null
  const auth = wanted === null ? new Map() : validateAuth(wanted)
  if (auth.size === 0) throw expecting('auth', 'request body')
  const { cloud, keystone } = call
  const methods = methodsOf(auth)
  const scope = requestedScope(cloud, auth, methods)
  const now = wholeSecond(cloud.clock.now())
  const proof = prove(cloud, auth, methods, now + TOKEN_LIVES_MS)
  if (proof.userId === undefined) throw unauthorized()
  if (scope && !hasRoleOn(cloud, proof.userId, scope)) throw unauthorized()
  const auditId = keystone.randomId(22)
  const token = issueToken(cloud, {
    id: tokenId(call, scope),
    userId: proof.userId,
    methods: METHODS.filter((method) => proof.methods.has(method)).reverse(),
    scope,
    auditIds: proof.parentAuditId === undefined ? [auditId] : [auditId, proof.parentAuditId],
    issuedAt: now,
    expiresAt: Math.min(proof.expiresAt, proof.credential?.expiresAt ?? Number.POSITIVE_INFINITY),
    applicationCredentialId: proof.credential?.id,
  })
  // A set's order is left to chance by Python; this is one that it may have.
  return tokenAnswer(call, token, [...proof.methods].sort(), 201)
}

/** The names of the methods, each once. @throws {KeystoneError} when what belongs to one is missing, or one is not known */
function methodsOf(auth: PyDict): string[] {
  const identity = valueAt(auth, 'identity')
  const listed = valueAt(identity, 'methods')
  const names = [...new Set(Array.isArray(listed) ? listed.map(str) : [])]
  for (const name of names) if (isDict(identity) && !identity.has(name)) throw expecting(name, 'identity')
  if (names.some((name) => !METHODS.includes(name))) {
    const known = `{"methods":${JSON.stringify(METHODS)}}`
    throw new KeystoneError(401, 'Attempted to authenticate with an unsupported method.', known)
  }
  return names
}

function prove(cloud: Cloud, auth: PyDict, methods: string[], expiresAt: number): Proof {
  const proof: Proof = {
    userId: undefined,
    methods: new Set(),
    parentAuditId: undefined,
    expiresAt,
    credential: undefined,
  }
  for (const method of methods) {
    const payload = valueAt(auth, 'identity', method) ?? null
    const userId = METHOD_CHECKS[method]?.(cloud, payload, proof, auth)
    if (userId === undefined || (proof.userId !== undefined && proof.userId !== userId)) throw unauthorized()
    proof.userId = userId
    proof.methods.add(method)
  }
  return proof
}

/** Each finds out the id of the user, or does not. */
const METHOD_CHECKS: Record<
  string,
  (cloud: Cloud, payload: PyValue, proof: Proof, auth: PyDict) => string | undefined
> = {
  password: byPassword,
  token: byToken,
  application_credential: byApplicationCredential,
  // Keystone takes a call without OAuth's header for a mistake of its own.
  oauth1: () => {
    throw new KeystoneError(500, 'An unexpected error prevented the server from fulfilling your request.')
  },
  mapped: (_, payload) => {
    if (valueAt(payload, 'identity_provider') === undefined) throw expecting('identity_provider', 'mapped')
    return undefined
  },
}

/** keystone/auth/plugins/password.py */
function byPassword(cloud: Cloud, payload: PyValue): string {
  const user = userOf(cloud, payload)
  if (user.password !== valueAt(payload, 'user', 'password')) throw unauthorized()
  return user.id
}

/** keystone/auth/plugins/token.py */
function byToken(cloud: Cloud, payload: PyValue, proof: Proof, auth: PyDict): string {
  const token = getToken(cloud, str(valueAt(payload, 'id') ?? ''))
  const scope = auth.get('scope')
  const wants = (kind: string) => (isDict(scope) ? scope.has(kind) : typeof scope === 'string' && scope.includes(kind))
  if (token.scope && 'system' in token.scope && (wants('project') || wants('domain'))) {
    throw forbiddenAction(
      'Using a system-scoped token to create a project-scoped or domain-scoped token is not allowed.',
    )
  }
  if (token.methods.some((method) => !PRIMARY.includes(method))) {
    throw forbiddenAction('Using a delegated token to create another token is not allowed.')
  }
  for (const method of token.methods) proof.methods.add(method)
  proof.parentAuditId = token.auditIds.at(-1)
  proof.expiresAt = Math.min(proof.expiresAt, token.expiresAt)
  return token.userId
}

/** keystone/auth/plugins/application_credential.py */
function byApplicationCredential(cloud: Cloud, payload: PyValue, proof: Proof): string {
  const credential = findCredential(cloud, payload)
  const secret = valueAt(payload, 'secret') ?? null
  if (secret !== null && typeof secret !== 'string') throw expecting('string', 'password')
  const expired = credential.expiresAt !== null && credential.expiresAt <= cloud.clock.now()
  if (secret !== credential.secret || expired) throw unauthorized()
  proof.credential = credential
  return credential.userId
}

/** The user that a payload names. keystone/auth/plugins/core.py `BaseUserInfo._validate_and_normalize_auth_data` */
function userOf(cloud: Cloud, payload: PyValue): User {
  const wanted = valueAt(payload, 'user')
  // The real one would name the method, which it does not know here.
  if (wanted === undefined) throw expecting('user', 'None')
  const id = valueAt(wanted, 'id')
  const name = valueAt(wanted, 'name')
  if (!isTrue(id) && !isTrue(name)) throw expecting('id or name', 'user')
  if (!isTrue(name)) return known(findUser(cloud, str(id ?? '')))
  const domain = valueAt(wanted, 'domain')
  if (domain === undefined) throw expecting('domain', 'user')
  if (!isTrue(valueAt(domain, 'id')) && !isTrue(valueAt(domain, 'name'))) throw expecting('id or name', 'domain')
  lookUpDomain(domain)
  return known(findUserByName(cloud, str(name ?? '')))
}

function known(user: User | undefined): User {
  if (!user) throw unauthorized()
  return user
}

/** As long as a Fernet token of its kind is, and with the beginning that all have in our time. */
function tokenId({ keystone }: Call, scope: Scope | undefined): string {
  return `gAAAAAB${keystone.randomId(scope && 'projectId' in scope ? 176 : 155)}`
}
