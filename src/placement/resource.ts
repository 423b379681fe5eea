/** What a method of Placement is given and what it gives back, and the checks that methods have in common. */

import type { Cloud } from '../cloud/cloud.ts'
import { rolesOf, type Token } from '../cloud/identity.ts'
import { findResourceProvider, type ResourceProvider } from '../cloud/resource-providers.ts'
import type { Bytes } from '../http/response.ts'
import { bestMatch } from '../python/best-match.ts'
import { loads, type Writable } from '../python/json.ts'
import { describe, type Schema } from '../python/jsonschema.ts'
import { PyError, type PyValue } from '../python/values.ts'
import { accepts } from '../python/webob.ts'
import { decodeUtf8, type Environ, parseQuery } from '../python/wsgi.ts'
import { badRequest, notFound, PlacementError } from './errors.ts'

/** What Placement needs of the world that it is in. */
export interface Placement {
  cloud: Cloud
  /** A new `req-…` for each request. */
  requestId(): string
}

/** One call of a method. */
export interface Call {
  cloud: Cloud
  request: Request
  environ: Environ
  /** The minor number of the microversion. */
  version: number
  /** None at the root, which is open to all. */
  token: Token | undefined
  /** What the path says, by name. */
  params: Record<string, string>
  bytes: Uint8Array
}

export interface Answer {
  /** Default 200. */
  status?: number
  /** None where there is none. */
  body?: Writable
  /** In place of a body: one that was written a part at a time. */
  pieces?: readonly Bytes[]
  headers?: Record<string, string>
  /** Milliseconds since 1970; null where nobody knows. From 1.15 on the answer says it, and that it is not to be kept. */
  modified?: number | null
}

/** An answer that takes long to make is promised. */
export type Method = (call: Call) => Answer | Promise<Answer>

/** Placement keeps its integers in 32 bits. placement/db/constants.py `MAX_INT` */
export const MAX_INT = 0x7fffffff

/**
 * @param rule after `placement:`
 * @throws {PlacementError} 403. placement/policies/base.py `ADMIN_OR_SERVICE`
 */
export function allow(call: Call, rule: string): void {
  const roles = rolesFor(call, rule)
  if (!roles.includes('admin') && !roles.includes('service')) forbid(rule)
}

/** The same, but that a reader of the project may, too. placement/policies/base.py `ADMIN_OR_PROJECT_READER_OR_SERVICE` */
export function allowReader(call: Call, rule: string, projectId: string | undefined): void {
  const roles = rolesFor(call, rule)
  if (roles.includes('admin') || roles.includes('service')) return
  const scope = call.token?.scope
  const mine = scope && 'projectId' in scope && scope.projectId === projectId
  if (!mine || !roles.includes('reader')) forbid(rule)
}

/** Every rule is for tokens of projects. oslo_policy/policy.py `_enforce_scope` */
function rolesFor({ cloud, token }: Call, rule: string): string[] {
  const scope = token?.scope
  if (scope && !('projectId' in scope)) throw new PlacementError(403, `placement:${rule}`, { within: false })
  return token && scope ? rolesOf(cloud, token) : []
}

function forbid(rule: string): never {
  throw new PlacementError(403, `Policy does not allow placement:${rule} to be performed.`, { within: false })
}

/** The method is there from this version on. @throws {PlacementError} 404, or the status given */
export function since(call: Call, version: number, status = 404): void {
  if (call.version < version) throw new PlacementError(status, '')
}

/** @throws {PlacementError} 406 when the client does not take JSON. placement/util.py `check_accept` */
export function checkAccept({ request }: Call): void {
  const accept = request.headers.get('accept')
  if (accept && !accepts(accept, 'application/json')) {
    throw new PlacementError(406, 'Only application/json is provided')
  }
}

/** @throws {PlacementError} 415 when the body is not said to be JSON. placement/util.py `require_content` */
export function requireContent({ request }: Call): void {
  const type = (request.headers.get('content-type') ?? '').split(';')[0]?.trim() || 'None'
  if (type === 'application/json') return
  throw new PlacementError(415, `The media type ${type} is not supported, use application/json`)
}

/** The body, as the schema wants it. @throws {PlacementError} 400. placement/util.py `extract_json` */
export function extractJson({ bytes }: Call, schema: Schema): PyValue {
  const body = parse(bytes)
  const error = bestMatch(body, schema)
  if (error) throw badRequest(`JSON does not validate: ${describe(error)}`)
  return body
}

function parse(bytes: Uint8Array): PyValue {
  try {
    return loads(decodeUtf8(bytes))
  } catch (error) {
    if (error instanceof PyError && error.name !== 'RecursionError')
      throw badRequest(`Malformed JSON: ${error.message}`)
    throw error
  }
}

/** The query, as the schema wants it: of a parameter that comes twice, the last. @throws {PlacementError} 400 */
export function validateQuery({ environ }: Call, schema: Schema): Query {
  let query: Map<string, string[]>
  try {
    query = parseQuery(environ.query)
  } catch (error) {
    if (error instanceof PyError) throw badRequest(`Invalid query string parameters: ${error.message}`)
    throw error
  }
  const last = new Map([...query].map(([name, values]): [string, PyValue] => [name, values.at(-1) ?? '']))
  const error = bestMatch(last, schema, { formats: { uuid: (text) => (STRICT_UUID.test(text) ? undefined : '') } })
  if (error) throw badRequest(`Invalid query string parameters: ${describe(error)}`)
  return {
    has: (name) => query.has(name),
    last: (name) => query.get(name)?.at(-1),
    all: (name) => query.get(name) ?? [],
    names: () => [...query.keys()],
  }
}

/** The parameters of a query. */
export interface Query {
  has(name: string): boolean
  /** The last of several. */
  last(name: string): string | undefined
  all(name: string): string[]
  names(): string[]
}

/** jsonschema/_format.py `is_uuid`: dashes at their places, and braces or such nowhere. */
const STRICT_UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i

/** The provider that the path names. @throws {PlacementError} 404. placement/objects/resource_provider.py `_get_provider_by_uuid` */
export function providerAt(call: Call): ResourceProvider {
  const uuid = call.params.uuid ?? ''
  return findResourceProvider(call.cloud, uuid) ?? throwIt(notFound(noProvider(uuid)))
}

/** The same, where the method says so in words of its own. */
export function providerOr(call: Call, words: (uuid: string, error: string) => string): ResourceProvider {
  const uuid = call.params.uuid ?? ''
  return findResourceProvider(call.cloud, uuid) ?? throwIt(new PlacementError(404, words(uuid, noProvider(uuid))))
}

function noProvider(uuid: string): string {
  return `No resource provider with uuid ${uuid} found`
}

export function throwIt(error: unknown): never {
  throw error
}
