/** Tokens: what they say, and showing, checking and taking back one. keystone/api/auth.py `AuthTokenResource` */

import type { Cloud } from '../cloud/cloud.ts'
import {
  type ApplicationCredential,
  DOMAIN,
  isGood,
  revokeToken,
  rolesOf,
  type Scope,
  TOKEN_SHOWN_MS,
  type Token,
} from '../cloud/identity.ts'
import { dumps, quote } from '../python/json.ts'
import { catalogAt } from './catalog.ts'
import { KeystoneError, notFound } from './errors.ts'
import { enforce } from './policy.ts'
import { type Answer, type Call, parameter } from './resource.ts'
import { roleId } from './roles.ts'
import { isoTime } from './times.ts'

/** GET and HEAD /v3/auth/tokens */
export function showToken(call: Call): Answer {
  const token = subject(call, call.isHead ? 'check_token' : 'validate_token', { expiredToo: true })
  return tokenAnswer(call, token, token.methods, 200)
}

/** DELETE /v3/auth/tokens */
export function deleteToken(call: Call): Answer {
  const token = subject(call, 'revoke_token', { expiredToo: false })
  revokeToken(call.cloud, token, !isFalse(parameter(call, 'cascade')))
  return { status: 204 }
}

/** The token that is meant, to whoever may do with it what they ask. */
function subject(call: Call, action: string, { expiredToo }: { expiredToo: boolean }): Token {
  const id = call.headers.get('x-subject-token')
  const shownForMs = isTrue(parameter(call, 'allow_expired')) ? TOKEN_SHOWN_MS : 0
  if (!call.token || id === null) enforce(call, action)
  const token = getToken(call.cloud, id ?? '', shownForMs)
  enforce(call, action, { userId: token.userId })
  return expiredToo ? token : getToken(call.cloud, token.id)
}

/**
 * The token, when it is good.
 *
 * @throws {KeystoneError} 404, in words that differ by how it is not
 * @see keystone/token/provider.py `Manager.validate_token`
 */
export function getToken(cloud: Cloud, id: string, shownForMs = 0): Token {
  if (id === '') throw new KeystoneError(404, 'No token in the request')
  const { tokens, applicationCredentials } = cloud.state.identity
  const token = tokens.get(id)
  if (!token) throw new KeystoneError(404, 'Could not recognize Fernet token')
  const { applicationCredentialId } = token
  if (applicationCredentialId !== undefined && !applicationCredentials.has(applicationCredentialId)) {
    throw notFound('Application Credential', applicationCredentialId)
  }
  if (!isGood(cloud, token, shownForMs)) throw new KeystoneError(404, 'Failed to validate token')
  return token
}

/**
 * A token, told.
 *
 * @param methods in the order in which they are told
 */
export function tokenAnswer(call: Call, token: Token, methods: string[], status: number): Answer {
  return {
    status,
    body: tokenBody(call, token, methods, !call.query.has('nocatalog')),
    headers: { 'X-Subject-Token': token.id },
  }
}

/** keystone/common/render_token.py `render_token_response_from_model` */
function tokenBody(
  { keystone, cloud, environ }: Call,
  token: Token,
  methods: string[],
  withCatalog: boolean,
): string[] {
  const { users, applicationCredentials } = cloud.state.identity
  const { scope, userId } = token
  const name = quote(users.get(userId)?.name ?? '')
  const user = `{"domain": ${IN_DOMAIN}, "id": ${quote(userId)}, "name": ${name}, "password_expires_at": null}`
  const about = scope ? `, ${scopeParts(cloud, token, scope)}` : ''
  const catalog = scope && withCatalog ? [', "catalog": ', catalogAt(keystone, environ.base).text] : []
  const credential = applicationCredentials.get(token.applicationCredentialId ?? '')
  const begun =
    `{"token": {"methods": ${dumps(methods)}, "user": ${user}, "audit_ids": ${dumps(token.auditIds)}, ` +
    `"expires_at": "${isoTime(token.expiresAt)}", "issued_at": "${isoTime(token.issuedAt)}"${about}`
  // All tokens have one catalogue, and it is most of each.
  return [begun, ...catalog, `${credential ? credentialPart(credential) : ''}}}`]
}

const IN_DOMAIN = `{"id": ${quote(DOMAIN.id)}, "name": ${quote(DOMAIN.name)}}`

function scopeParts(cloud: Cloud, token: Token, scope: Scope): string {
  const each = rolesOf(cloud, token).map((name) => `{"id": "${roleId(cloud, name)}", "name": "${name}"}`)
  const roles = `"roles": [${each.join(', ')}]`
  if ('system' in scope) return `${roles}, "system": {"all": true}`
  if ('domainId' in scope) return `"domain": ${IN_DOMAIN}, ${roles}`
  const { projectId } = scope
  const name = quote(cloud.state.identity.projects.get(projectId)?.name ?? '')
  return `"project": {"domain": ${IN_DOMAIN}, "id": ${quote(projectId)}, "name": ${name}}, "is_domain": false, ${roles}`
}

function credentialPart({ id, name, unrestricted }: ApplicationCredential): string {
  return `, "application_credential": ${dumps({ id, name, restricted: !unrestricted })}`
}

/** oslo.utils `strutils.bool_from_string` */
function isTrue(value: string | undefined): boolean {
  return ['1', 't', 'true', 'on', 'y', 'yes'].includes(String(value).trim().toLowerCase())
}

function isFalse(value: string | undefined): boolean {
  return ['0', 'f', 'false', 'off', 'n', 'no'].includes(String(value).trim().toLowerCase())
}
