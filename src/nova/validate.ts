/** What a request may contain: Nova's schemas, one for each range of versions, and its words for what is not as they want it. */

import type { Cloud } from '../cloud/cloud.ts'
import { type Options, type Schema, type ValidationError, validate } from '../python/jsonschema.ts'
import { str } from '../python/repr.ts'
import type { PyValue } from '../python/values.ts'
import type { Environ } from '../python/wsgi.ts'
import { NovaFault, UnexpectedError } from './errors.ts'
import { FORMATS } from './formats.ts'
import { sayingsOf } from './releases.ts'

/** The schemas of one method, the oldest first; each holds from its version to the next one's. */
export type VersionedSchemas = readonly { from: number; schema: Schema }[]

/** Under /v2 the oldest schema holds, and what is too much is taken out rather than refused. */
export interface Asked {
  cloud: Cloud
  version: number
  legacy: boolean
}

/** @throws {NovaFault} 400 with the first complaint. @see nova/api/validation/validators.py `_SchemaValidator.validate` */
export function validateBody(body: PyValue, schemas: VersionedSchemas, asked: Asked): void {
  const error = validate(body, schemaFor(schemas, asked), optionsFor(asked))
  if (error) throw new NovaFault(400, inWords(error, 'field/attribute', error.path.at(-1)))
}

/**
 * What the schema does not name is taken out.
 *
 * @throws {NovaFault} 400 with the first complaint
 * @see nova/api/validation/__init__.py `_strip_additional_query_parameters`
 */
export function validateQuery(query: Map<string, string[]>, schemas: VersionedSchemas, asked: Asked): void {
  // No schema of a query wants anything in it.
  if (query.size === 0) return
  const schema = schemaFor(schemas, asked)
  const error = validate(query, schema, optionsFor(asked))
  if (error) throw new NovaFault(400, inWords(error, 'query parameters', error.path[0]))
  const { properties, patternProperties = {} } = schema
  if (!properties) return
  const patterns = Object.keys(patternProperties).map((pattern) => new RegExp(pattern))
  for (const name of [...query.keys()]) {
    if (!Object.hasOwn(properties, name) && !patterns.some((pattern) => pattern.test(name))) query.delete(name)
  }
}

/** Whether a method looks at its query: once, those that make nothing of it did not. */
export function readsQuery(schemas: VersionedSchemas, asked: Asked): boolean {
  if (sayingsOf(asked.cloud).readsEveryQuery) return true
  const { properties, patternProperties } = schemaFor(schemas, asked)
  return Object.keys({ ...properties, ...patternProperties }).length > 0
}

/** @throws {UnexpectedError} Nova's schema of some queries is so empty that it fails on any; once there was none */
export function assertNoQuery({ cloud, environ }: { cloud: Cloud; environ: Environ }): void {
  if (environ.query !== '' && sayingsOf(cloud).readsEveryQuery) throw new UnexpectedError('KeyError')
}

function optionsFor({ cloud, legacy }: Asked): Options {
  return { relaxed: legacy, numbersInText: true, formats: FORMATS, tellsEmpty: sayingsOf(cloud).tellsEmpty }
}

function inWords(
  { message, instance, cause }: ValidationError,
  what: string,
  place: string | number | undefined,
): string {
  if (cause !== undefined) return cause
  return place === undefined ? message : `Invalid input for ${what} ${place}. Value: ${str(instance)}. ${message}`
}

function schemaFor(schemas: VersionedSchemas, { version, legacy }: Asked): Schema {
  const found = legacy ? schemas[0] : schemas.findLast(({ from }) => from <= version)
  return found?.schema ?? {}
}

/** nova/api/validation/parameter_types.py `boolean` */
export const BOOLEAN: Schema = {
  type: ['boolean', 'string'],
  enum: [
    ...[true, 'True', 'TRUE', 'true', '1', 'ON', 'On', 'on', 'YES', 'Yes', 'yes'],
    ...[false, 'False', 'FALSE', 'false', '0', 'OFF', 'Off', 'off', 'NO', 'No', 'no'],
  ],
}

/** nova/api/validation/parameter_types.py `fqdn` */
export const FQDN: Schema = { type: 'string', pattern: '^[a-zA-Z0-9-._]*$', minLength: 1, maxLength: 255 }

/** nova/api/validation/parameter_types.py `common_query_param`: any value, any number of times. */
export const QUERY_PARAMETER: Schema = { type: 'array', items: { type: 'string' } }

/** oslo.utils `strutils.bool_from_string`, strictly: undefined for what is neither. */
export function boolOrUndefined(text: string): boolean | undefined {
  const lower = text.trim().toLowerCase()
  if (['1', 't', 'true', 'on', 'y', 'yes'].includes(lower)) return true
  return ['0', 'f', 'false', 'off', 'n', 'no'].includes(lower) ? false : undefined
}

/** oslo.utils `strutils.bool_from_string`, for what the schema has let pass. */
export function boolFromString(value: PyValue | undefined): boolean {
  return value === true || ['1', 't', 'true', 'on', 'y', 'yes'].includes(String(value).trim().toLowerCase())
}

/** nova/api/validation/parameter_types.py `name` */
export const NAME: Schema = { type: 'string', format: 'name', minLength: 1, maxLength: 255 }

/** nova/api/validation/parameter_types.py `name_with_leading_trailing_spaces` */
export const NAME_WITH_SPACES: Schema = { ...NAME, format: 'name_with_leading_trailing_spaces' }

/** nova/api/validation/parameter_types.py `az_name` */
export const AZ_NAME: Schema = { ...NAME, format: 'az_name' }

const METADATA_KEY = '^[a-zA-Z0-9-_:. ]{1,255}$'

/** Keys and their values. nova/api/validation/parameter_types.py `metadata` */
export function metadataOf(type: Schema['type'] & {}): Schema {
  return {
    type: 'object',
    patternProperties: { [METADATA_KEY]: { type, maxLength: 255 } },
    additionalProperties: false,
  }
}

/** A body that holds one thing, under its name, and nothing beside it. */
export function within(key: string, schema: Schema): Schema {
  return { type: 'object', properties: { [key]: schema }, required: [key], additionalProperties: false }
}

/** Any query, until 2.101; none from then on, for the paths that take none. */
export const NO_QUERY: VersionedSchemas = [
  { from: 1, schema: { type: 'object', properties: {}, additionalProperties: true } },
  { from: 102, schema: { type: 'object', properties: {}, additionalProperties: false } },
]

/** nova/api/validation/parameter_types.py `non_negative_integer` */
export const NON_NEGATIVE_INTEGER: Schema = {
  type: ['integer', 'string'],
  pattern: '^[0-9]*$',
  minimum: 0,
  minLength: 1,
}

/** nova/api/validation/parameter_types.py `multi_params`: any number of times. */
export function severalTimes(schema: Schema): Schema {
  return { type: 'array', items: schema }
}

/** nova/api/validation/parameter_types.py `single_param` */
export function once(schema: Schema): Schema {
  return { ...severalTimes(schema), maxItems: 1 }
}
