/** Why a request is turned down, in Keystone's statuses and Keystone's words. */

import { STATUS_CODES } from 'node:http'
import { quote } from '../python/json.ts'

/** An answer in Keystone's envelope: `{"error": {"code": 404, "message": "…", "title": "Not Found"}}`. keystone/exception.py `Error` */
export class KeystoneError extends Error {
  readonly status: number
  /** What the envelope says beside: the methods that a method would have had to be one of. */
  readonly identity: string | undefined

  constructor(status: number, message: string, identity?: string) {
    super(message)
    this.name = 'KeystoneError'
    this.status = status
    this.identity = identity
  }
}

/** An exception that nobody catches: the server in front says so, in plain text. */
export class UncaughtError extends Error {}

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  410: 'Gone',
  500: 'Internal Server Error',
  501: 'Not Implemented',
}

/** The body of a refusal, written as Flask's `jsonify` writes: keys in order, no spaces, a newline at the end. */
export function errorBody({ status, message, identity }: KeystoneError): string {
  const title = TITLES[status] ?? STATUS_CODES[status] ?? 'Unknown'
  const beside = identity === undefined ? '' : `"identity":${identity},`
  return `{"error":{"code":${status},${beside}"message":${quote(message)},"title":${quote(title)}}}\n`
}

/** Keystone does not tell why. keystone/exception.py `SecurityError` */
export function unauthorized(): KeystoneError {
  return new KeystoneError(401, 'The request you have made requires authentication.')
}

export function forbidden(): KeystoneError {
  return new KeystoneError(403, 'You are not authorized to perform the requested action.')
}

/** @param action `identity:list_users`, or what else is not allowed. keystone/exception.py `ForbiddenAction` */
export function forbiddenAction(action: string): KeystoneError {
  return new KeystoneError(403, `You are not authorized to perform the requested action: ${action}.`)
}

/** @param what `user`, as its exception words it */
export function notFound(what: string, id: string): KeystoneError {
  return new KeystoneError(404, `Could not find ${what}: ${id}.`)
}

export function badRequest(message: string): KeystoneError {
  return new KeystoneError(400, message)
}

/** How complaints about the form of a request end. */
export const MALFORMED =
  'The server could not comply with the request since it is either malformed or otherwise incorrect. ' +
  'The client is assumed to be in error.'

/** Something was to be in something, and is not. keystone/exception.py `ValidationError` */
export function expecting(attribute: string, target: string): KeystoneError {
  return badRequest(`Expecting to find ${attribute} in ${target}. ${MALFORMED}`)
}

/** What Keystone has and novasim does not. The words are Keystone's own. keystone/exception.py `NotImplemented` */
export function notImplemented(): KeystoneError {
  return new KeystoneError(501, 'The action you have requested has not been implemented.')
}
