/** The part of Python's jsonschema that OpenStack uses, complaining in its words and in its order. */

import { indent, pformat, repr, reprText } from './repr.ts'
import { compareText, fromPlain, isDict, lengthOf, type PyDict, PyFloat, type PyValue } from './values.ts'

type TypeName = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'null'

/** A schema. The order of its keys is the order in which they are checked, as a Python dict's is. */
export interface Schema {
  type?: TypeName | readonly TypeName[]
  properties?: { readonly [name: string]: Schema }
  required?: readonly string[]
  additionalProperties?: boolean
  items?: Schema
  enum?: readonly (string | boolean | number | null)[]
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  minProperties?: number
  maxProperties?: number
  /** OpenStack's own checks; jsonschema's are not asked. */
  format?: 'uuid'
  /** As Python's `re` reads it; written so that JavaScript reads it alike. */
  pattern?: string
}

/** The first thing that is wrong. */
export interface ValidationError {
  message: string
  /** Where in the instance it is. */
  path: (string | number)[]
  /** What is wrong there. */
  instance: PyValue
  /** The keyword that says so, where it is in the schema, and the schema it is a part of. */
  keyword: string
  schemaPath: string[]
  schema: Schema
}

export interface Options {
  /**
   * Nova's way with `additionalProperties` under /v2: what is too much is taken out of the instance, not complained of.
   * nova/api/validation/validators.py `_soft_validate_additional_properties`
   */
  relaxed?: boolean
}

/** The first complaint, in the order in which jsonschema finds them; undefined when the instance is as the schema wants it. */
export function validate(
  instance: PyValue,
  schema: Schema,
  { relaxed = false }: Options = {},
): ValidationError | undefined {
  return firstError(instance, schema, relaxed)
}

/** `str()` of a complaint: the message, then the schema and the instance it is about. jsonschema/exceptions.py `_Error.__str__` */
export function describe({ message, path, instance, keyword, schemaPath, schema }: ValidationError): string {
  const width = 72
  return [
    message,
    '',
    `Failed validating ${reprText(keyword)} in ${asIndex('schema', schemaPath)}:`,
    indent(pformat(fromPlain(schema), width), '    '),
    '',
    `On ${asIndex('instance', path)}:`,
    indent(pformat(instance, width), '    '),
  ].join('\n')
}

type Check = (instance: PyValue, schema: Schema, relaxed: boolean) => ValidationError | string | undefined

/** One for each keyword, as in jsonschema/_keywords.py. A string is the message of a complaint about the instance itself. */
const CHECKS: { [Keyword in keyof Required<Schema>]: Check } = {
  type: (instance, { type = [] }) => {
    const types = typeof type === 'string' ? [type] : type
    if (types.some((each) => isType(instance, each))) return undefined
    return `${repr(instance)} is not of type ${types.map(reprText).join(', ')}`
  },
  properties: (instance, { properties = {} }, relaxed) => {
    if (!isDict(instance)) return undefined
    for (const [name, schema] of Object.entries(properties)) {
      const value = instance.get(name)
      const error = value === undefined ? undefined : firstError(value, schema, relaxed)
      if (error) return under(error, name, ['properties', name])
    }
    return undefined
  },
  required: (instance, { required = [] }) => {
    const missing = isDict(instance) ? required.find((name) => !instance.has(name)) : undefined
    return missing === undefined ? undefined : `${reprText(missing)} is a required property`
  },
  additionalProperties: (instance, { additionalProperties, properties = {} }, relaxed) => {
    if (!isDict(instance) || additionalProperties !== false) return undefined
    const extras = [...instance.keys()].filter((name) => !Object.hasOwn(properties, name))
    if (extras.length === 0) return undefined
    if (relaxed) {
      takeOut(extras, instance)
      return undefined
    }
    const names = extras.sort(compareText).map(reprText).join(', ')
    return `Additional properties are not allowed (${names} ${extras.length === 1 ? 'was' : 'were'} unexpected)`
  },
  items: (instance, { items }, relaxed) => {
    if (!Array.isArray(instance) || !items) return undefined
    for (const [index, item] of instance.entries()) {
      const error = firstError(item, items, relaxed)
      if (error) return under(error, index, ['items'])
    }
    return undefined
  },
  enum: (instance, { enum: values = [] }) => {
    if (values.some((value) => equal(value, instance))) return undefined
    return `${repr(instance)} is not one of ${repr(fromPlain(values))}`
  },
  minLength: (instance, { minLength = 0 }) => {
    if (typeof instance !== 'string' || lengthOf(instance) >= minLength) return undefined
    return `${repr(instance)} ${minLength === 1 ? 'should be non-empty' : 'is too short'}`
  },
  maxLength: (instance, { maxLength = 0 }) => {
    if (typeof instance !== 'string' || lengthOf(instance) <= maxLength) return undefined
    return `${repr(instance)} is too long`
  },
  minItems: (instance, { minItems = 0 }) => {
    if (!Array.isArray(instance) || instance.length >= minItems) return undefined
    return `${repr(instance)} ${minItems === 1 ? 'should be non-empty' : 'is too short'}`
  },
  maxItems: (instance, { maxItems = 0 }) => {
    if (!Array.isArray(instance) || instance.length <= maxItems) return undefined
    return `${repr(instance)} is too long`
  },
  minProperties: (instance, { minProperties = 0 }) => {
    if (!isDict(instance) || instance.size >= minProperties) return undefined
    return `${repr(instance)} ${minProperties === 1 ? 'should be non-empty' : 'does not have enough properties'}`
  },
  maxProperties: (instance, { maxProperties = 0 }) => {
    if (!isDict(instance) || instance.size <= maxProperties) return undefined
    return `${repr(instance)} ${maxProperties === 0 ? 'is expected to be empty' : 'has too many properties'}`
  },
  format: (instance, { format = 'uuid' }) => {
    if (typeof instance !== 'string' || isUuidLike(instance)) return undefined
    return `${repr(instance)} is not a ${reprText(format)}`
  },
  pattern: (instance, { pattern = '' }) => {
    // Python's $ also stands before a newline at the very end.
    if (typeof instance !== 'string' || new RegExp(pattern.replace(/\$$/, '(?=\\n?$)')).test(instance)) return undefined
    return `${repr(instance)} does not match ${reprText(pattern)}`
  },
}

function firstError(instance: PyValue, schema: Schema, relaxed: boolean): ValidationError | undefined {
  for (const keyword of Object.keys(schema) as (keyof Schema)[]) {
    const found = CHECKS[keyword](instance, schema, relaxed)
    if (typeof found === 'string') {
      return { message: found, path: [], instance, keyword, schemaPath: [], schema }
    }
    if (found) return found
  }
  return undefined
}

function under(error: ValidationError, place: string | number, schemaPlace: string[]): ValidationError {
  return { ...error, path: [place, ...error.path], schemaPath: [...schemaPlace, ...error.schemaPath] }
}

/** When everything is too much, Nova leaves it be: another schema may want it. */
function takeOut(extras: string[], instance: PyDict): void {
  if (extras.length < instance.size) for (const name of extras) instance.delete(name)
}

function isType(value: PyValue, type: TypeName): boolean {
  switch (type) {
    case 'object':
      return isDict(value)
    case 'array':
      return Array.isArray(value)
    case 'null':
      return value === null
    case 'integer':
      return isInt(value) || (value instanceof PyFloat && Number.isInteger(value.value))
    case 'number':
      return isInt(value) || value instanceof PyFloat
    case 'string':
    case 'boolean':
      return typeof value === type
  }
}

/** oslo.utils `uuidutils.is_uuid_like`: dashes, braces and the prefix of a URN are let pass. */
function isUuidLike(text: string): boolean {
  return /^[\da-f]{32}$/i.test(
    text
      .replace('urn:', '')
      .replace('uuid:', '')
      .replace(/^[{}]+|[{}]+$/g, '')
      .replaceAll('-', ''),
  )
}

function isInt(value: PyValue): boolean {
  return typeof value === 'number' || typeof value === 'bigint'
}

/** Python's ==, but for True and 1, which jsonschema keeps apart. */
function equal(one: string | boolean | number | null, other: PyValue): boolean {
  return one === (other instanceof PyFloat ? other.value : other)
}

/** `schema['properties']['identity']`. jsonschema/_utils.py `format_as_index` */
function asIndex(container: string, indices: (string | number)[]): string {
  return container + indices.map((index) => `[${repr(index)}]`).join('')
}
