/** Queries and bodies against Keystone's schemas, and its words for what is not as they want it. keystone/api/validation */

import { type Schema, validate } from '../python/jsonschema.ts'
import { str } from '../python/repr.ts'
import type { PyValue } from '../python/values.ts'
import { badRequest } from './errors.ts'
import type { Call } from './resource.ts'

/** keystone/api/validation/parameter_types.py `name` */
export const NAME: Schema = { type: 'string', minLength: 1, maxLength: 255, pattern: '[\\S]+' }

/** The names of projects and domains are shorter. */
export const SHORT_NAME: Schema = { type: 'string', minLength: 1, maxLength: 64, pattern: '[\\S]+' }

/** keystone/api/validation/parameter_types.py `id_string`, `domain_id`, `project_id` */
export const ID: Schema = { type: 'string', minLength: 1, maxLength: 64, pattern: '^[a-zA-Z0-9-]+$' }
export const DOMAIN_ID: Schema = { ...ID }

/** keystone/api/validation/parameter_types.py `boolean` */
export const FLAG: Schema = {
  type: ['boolean', 'string', 'null'],
  enum: [
    ...[true, 'True', 'TRUE', 'true', false, 'False', 'FALSE', 'false', '', '1', '0'],
    ...['y', 'Y', 'n', 'N', 'on', 'ON', 'off', 'OFF', 'yes', 'no'],
  ],
}

export const SORT: Record<string, Schema> = { sort_dir: { type: 'string', enum: ['asc', 'desc'] } }

/** @throws {KeystoneError} 400 with the first complaint about the first value of each parameter */
export function validateQuery(call: Call, schema: Schema): void {
  validateAgainst(new Map([...call.query].map(([name, [value = '']]) => [name, value])), schema)
}

/** @throws {KeystoneError} 400 with the first complaint */
export function validateBody(call: Call, schema: Schema): void {
  validateAgainst(call.body, schema)
}

function validateAgainst(instance: PyValue, schema: Schema): void {
  const error = validate(instance, schema)
  if (!error) return
  const place = error.path.at(-1)
  if (place === undefined) throw badRequest(error.message)
  throw badRequest(`Invalid input for field/attribute ${place}. Value: ${str(error.instance)}. ${error.message}`)
}
