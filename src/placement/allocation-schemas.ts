/** What a body that allocates may say, version by version. placement/schemas/allocation.py */

import type { Schema } from '../python/jsonschema.ts'

const CLASS_PATTERN = '^[A-Z0-9_]+$'
const UUID_PATTERN = '^[0-9a-fA-F-]{36}$'
const ID: Schema = { type: 'string', minLength: 1, maxLength: 255 }
const RESOURCES: Schema = {
  type: 'object',
  minProperties: 1,
  patternProperties: { [CLASS_PATTERN]: { type: 'integer', minimum: 1 } },
  additionalProperties: false,
}

const LIST: Schema = {
  type: 'array',
  minItems: 1,
  items: {
    type: 'object',
    properties: {
      resource_provider: {
        type: 'object',
        properties: { uuid: { type: 'string', format: 'uuid' } },
        additionalProperties: false,
        required: ['uuid'],
      },
      resources: RESOURCES,
    },
    required: ['resource_provider', 'resources'],
    additionalProperties: false,
  },
}

function byProvider(minProperties: number): Schema {
  return {
    type: 'object',
    minProperties,
    patternProperties: {
      [UUID_PATTERN]: {
        type: 'object',
        properties: { generation: { type: 'integer' }, resources: RESOURCES },
        required: ['resources'],
        additionalProperties: false,
      },
    },
    additionalProperties: false,
  }
}

const GENERATION: Schema = { type: ['integer', 'null'], additionalProperties: false }
const MAPPINGS: Schema = {
  type: 'object',
  minProperties: 1,
  patternProperties: {
    '[a-zA-Z0-9_-]{1,64}': { type: 'array', minItems: 1, items: { type: 'string', format: 'uuid' } },
  },
}

/** Of a consumer: what PUT takes. */
export function consumerSchema(version: number): Schema {
  if (version < 8) {
    return { type: 'object', properties: { allocations: LIST }, required: ['allocations'], additionalProperties: false }
  }
  if (version < 12) {
    return {
      type: 'object',
      properties: { allocations: LIST, project_id: ID, user_id: ID },
      required: ['allocations', 'project_id', 'user_id'],
      additionalProperties: false,
    }
  }
  return wish(version, version < 28 ? 1 : 0)
}

/** Of many: what POST takes. */
export function consumersSchema(version: number): Schema {
  return {
    type: 'object',
    minProperties: 1,
    additionalProperties: false,
    patternProperties: { [UUID_PATTERN]: wish(version, 0) },
  }
}

function wish(version: number, minProperties: number): Schema {
  return {
    type: 'object',
    properties: {
      allocations: byProvider(minProperties),
      project_id: ID,
      user_id: ID,
      ...(version >= 28 && { consumer_generation: GENERATION }),
      ...(version >= 34 && { mappings: MAPPINGS }),
      ...(version >= 38 && { consumer_type: { type: 'string', pattern: CLASS_PATTERN, minLength: 1, maxLength: 255 } }),
    },
    additionalProperties: false,
    required: [
      ...['allocations', 'project_id', 'user_id'],
      ...(version >= 28 ? ['consumer_generation'] : []),
      ...(version >= 38 ? ['consumer_type'] : []),
    ],
  }
}
