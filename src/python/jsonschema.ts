/** The part of Python's jsonschema that OpenStack uses, complaining in its words and in its order. */

import { indent, pformat, repr, reprText } from './repr.ts'
import { isUuidLike } from './uuid.ts'
import {
  compareText,
  fromPlain,
  isDict,
  lengthOf,
  type PyDict,
  PyFloat,
  type PyValue,
  pythonFloat,
  pythonInt,
} from './values.ts'

type TypeName = 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'null'

/** A schema. The order of its keys is the order in which they are checked, as a Python dict's is. */
export interface Schema {
  type?: TypeName | readonly TypeName[]
  properties?: { readonly [name: string]: Schema }
  /** By a pattern that the name holds. */
  patternProperties?: { readonly [pattern: string]: Schema }
  required?: readonly string[]
  additionalProperties?: boolean
  items?: Schema
  enum?: readonly (string | boolean | number | null)[]
  minLength?: number
  maxLength?: number
  minItems?: number
  maxItems?: number
  uniqueItems?: boolean
  minProperties?: number
  maxProperties?: number
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  const?: string | boolean | number | null
  allOf?: readonly Schema[]
  anyOf?: readonly Schema[]
  oneOf?: readonly Schema[]
  /** `uuid`, or one of `Options.formats`. One that nobody knows is let pass. */
  format?: string
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
  schemaPath: (string | number)[]
  schema: Schema
  /** What a check of a format said of its own. */
  cause?: string
}

/** Whether a text has a format: nothing when it has, else what is said of it; an empty text for no words of its own. */
export type FormatCheck = (text: string) => string | undefined

export interface Options {
  /**
   * Nova's way with `additionalProperties` under /v2: what is too much is taken out of the instance, not complained of.
   * nova/api/validation/validators.py `_soft_validate_additional_properties`
   */
  relaxed?: boolean
  /**
   * Nova's way with `minimum` and `maximum`: a text that is a number counts as one, and a fraction is cut off.
   * nova/api/validation/validators.py `_number_from_str`
   */
  numbersInText?: boolean
  /** Whether it has words of their own for what is empty and for what should be. As jsonschema from 4.21 on; default true. */
  tellsEmpty?: boolean
  /** OpenStack's own checks of texts, by name; `uuid` is as oslo.utils has it unless it is here. */
  formats?: { readonly [name: string]: FormatCheck }
}

/** The first complaint, in the order in which jsonschema finds them; undefined when the instance is as the schema wants it. */
export function validate(instance: PyValue, schema: Schema, options: Options = {}): ValidationError | undefined {
  return firstError(instance, schema, options)
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

type Check = (instance: PyValue, schema: Schema, options: Options) => ValidationError | string | undefined

/** One for each keyword, as in jsonschema/_keywords.py. A string is the message of a complaint about the instance itself. */
const CHECKS: { [Keyword in keyof Required<Schema>]: Check } = {
  type: (instance, { type = [] }) => {
    if (typeof type === 'string' ? isType(instance, type) : type.some((each) => isType(instance, each)))
      return undefined
    const types = typeof type === 'string' ? [type] : type
    return `${repr(instance)} is not of type ${types.map(reprText).join(', ')}`
  },
  properties: (instance, { properties = {} }, options) => {
    if (!isDict(instance)) return undefined
    for (const name in properties) {
      const value = instance.get(name)
      const error = value === undefined ? undefined : firstError(value, properties[name] ?? {}, options)
      if (error) return under(error, name, ['properties', name])
    }
    return undefined
  },
  required: (instance, { required = [] }) => {
    const missing = isDict(instance) ? required.find((name) => !instance.has(name)) : undefined
    return missing === undefined ? undefined : `${reprText(missing)} is a required property`
  },
  patternProperties: (instance, { patternProperties = {} }, options) => {
    if (!isDict(instance)) return undefined
    for (const [pattern, schema] of Object.entries(patternProperties)) {
      for (const [name, value] of instance) {
        const error = matches(pattern, name) ? firstError(value, schema, options) : undefined
        if (error) return under(error, name, ['patternProperties', pattern])
      }
    }
    return undefined
  },
  additionalProperties: (instance, { additionalProperties, properties = {}, patternProperties }, { relaxed }) => {
    if (!isDict(instance) || additionalProperties !== false) return undefined
    const patterns = patternProperties && Object.keys(patternProperties)
    const extras = [...instance.keys()].filter(
      (name) => !Object.hasOwn(properties, name) && !patterns?.some((pattern) => matches(pattern, name)),
    )
    if (extras.length === 0) return undefined
    if (relaxed && (!patterns || extras.length === instance.size)) {
      takeOut(extras, instance)
      return undefined
    }
    if (!relaxed) extras.sort(compareText)
    const names = extras.map(reprText).join(', ')
    if (patterns && !relaxed) {
      const all = [...patterns].sort(compareText).map(reprText).join(', ')
      return `${names} ${extras.length === 1 ? 'does' : 'do'} not match any of the regexes: ${all}`
    }
    return `Additional properties are not allowed (${names} ${extras.length === 1 ? 'was' : 'were'} unexpected)`
  },
  items: (instance, { items }, options) => {
    if (!Array.isArray(instance) || !items) return undefined
    for (const [index, item] of instance.entries()) {
      const error = firstError(item, items, options)
      if (error) return under(error, index, ['items'])
    }
    return undefined
  },
  enum: (instance, { enum: values = [] }) => {
    if (values.some((value) => equal(value, instance))) return undefined
    return `${repr(instance)} is not one of ${repr(fromPlain(values))}`
  },
  minLength: (instance, { minLength = 0 }, { tellsEmpty = true }) => {
    if (typeof instance !== 'string' || lengthOf(instance) >= minLength) return undefined
    return `${repr(instance)} ${minLength === 1 && tellsEmpty ? 'should be non-empty' : 'is too short'}`
  },
  maxLength: (instance, { maxLength = 0 }, { tellsEmpty = true }) => {
    if (typeof instance !== 'string' || lengthOf(instance) <= maxLength) return undefined
    return `${repr(instance)} ${maxLength === 0 && tellsEmpty ? 'is expected to be empty' : 'is too long'}`
  },
  minItems: (instance, { minItems = 0 }, { tellsEmpty = true }) => {
    if (!Array.isArray(instance) || instance.length >= minItems) return undefined
    return `${repr(instance)} ${minItems === 1 && tellsEmpty ? 'should be non-empty' : 'is too short'}`
  },
  maxItems: (instance, { maxItems = 0 }, { tellsEmpty = true }) => {
    if (!Array.isArray(instance) || instance.length <= maxItems) return undefined
    return `${repr(instance)} ${maxItems === 0 && tellsEmpty ? 'is expected to be empty' : 'is too long'}`
  },
  uniqueItems: (instance, { uniqueItems = false }) => {
    if (!uniqueItems || !Array.isArray(instance)) return undefined
    if (new Set(instance.map((item) => repr(item))).size === instance.length) return undefined
    return `${repr(instance)} has non-unique elements`
  },
  minProperties: (instance, { minProperties = 0 }, { tellsEmpty = true }) => {
    if (!isDict(instance) || instance.size >= minProperties) return undefined
    return `${repr(instance)} ${minProperties === 1 && tellsEmpty ? 'should be non-empty' : 'does not have enough properties'}`
  },
  maxProperties: (instance, { maxProperties = 0 }, { tellsEmpty = true }) => {
    if (!isDict(instance) || instance.size <= maxProperties) return undefined
    return `${repr(instance)} ${maxProperties === 0 && tellsEmpty ? 'is expected to be empty' : 'has too many properties'}`
  },
  minimum: (instance, { minimum = 0 }, options) => {
    const value = numberIn(instance, options)
    if (value === undefined || Number(value) >= minimum) return undefined
    return `${repr(exact(value))} is less than the minimum of ${minimum}`
  },
  maximum: (instance, { maximum = 0 }, options) => {
    const value = numberIn(instance, options)
    if (value === undefined || Number(value) <= maximum) return undefined
    return `${repr(exact(value))} is greater than the maximum of ${repr(fromPlain(maximum))}`
  },
  exclusiveMinimum: (instance, { exclusiveMinimum = 0 }) => {
    if (
      !isType(instance, 'number') ||
      Number(instance instanceof PyFloat ? instance.value : instance) > exclusiveMinimum
    )
      return undefined
    return `${repr(instance)} is less than or equal to the minimum of ${exclusiveMinimum}`
  },
  const: (instance, { const: wanted = null }) => {
    return equal(wanted, instance) ? undefined : `${repr(wanted)} was expected`
  },
  allOf: (instance, { allOf = [] }, options) => {
    for (const [index, schema] of allOf.entries()) {
      const error = firstError(instance, schema, options)
      if (error) return { ...error, schemaPath: ['allOf', index, ...error.schemaPath] }
    }
    return undefined
  },
  anyOf: (instance, { anyOf = [] }, options) => {
    if (anyOf.some((schema) => !firstError(instance, schema, options))) return undefined
    return `${repr(instance)} is not valid under any of the given schemas`
  },
  oneOf: (instance, { oneOf = [] }, options) => {
    const [first, ...more] = oneOf.filter((schema) => !firstError(instance, schema, options))
    if (!first) return `${repr(instance)} is not valid under any of the given schemas`
    if (more.length === 0) return undefined
    return `${repr(instance)} is valid under each of ${[...more, first].map((each) => repr(fromPlain(each))).join(', ')}`
  },
  format: (instance, { format = '' }, { formats = {} }) => {
    if (typeof instance !== 'string') return undefined
    const check = formats[format] ?? (format === 'uuid' ? checkUuid : undefined)
    const cause = check?.(instance)
    if (cause === undefined) return undefined
    const message = `${repr(instance)} is not a ${reprText(format)}`
    return cause === '' ? message : { ...complaint(message, instance, 'format', { format }), cause }
  },
  pattern: (instance, { pattern = '' }) => {
    if (typeof instance !== 'string' || matches(pattern, instance)) return undefined
    return `${repr(instance)} does not match ${reprText(pattern)}`
  },
}

const compiled = new Map<string, RegExp>()

/** `re.search`: Python's $ also stands before a newline at the very end. All patterns are those of schemas. */
function matches(pattern: string, text: string): boolean {
  const known = compiled.get(pattern) ?? new RegExp(pattern.replace(/\$$/, '(?=\\n?$)'))
  compiled.set(pattern, known)
  return known.test(text)
}

/** As Python prints it, which has integers of any size. */
function exact(value: number | bigint): PyValue {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return value
  return Number.isInteger(value) ? BigInt(value) : new PyFloat(value)
}

/** What a bound is compared with; undefined for what is no number. */
function numberIn(instance: PyValue, { numbersInText }: Options): number | bigint | undefined {
  const value = instance instanceof PyFloat ? instance.value : instance
  if (typeof value === 'number') return numbersInText ? Math.trunc(value) : value
  if (typeof value === 'bigint') return value
  return numbersInText && typeof value === 'string' ? (pythonInt(value) ?? pythonFloat(value)) : undefined
}

/** What one keyword of a schema has to say: its first complaint. */
export function checkKeyword(
  keyword: keyof Schema,
  instance: PyValue,
  schema: Schema,
  options: Options,
): ValidationError | undefined {
  const found = CHECKS[keyword](instance, schema, options)
  return typeof found === 'string' ? complaint(found, instance, keyword, schema) : found
}

function firstError(instance: PyValue, schema: Schema, options: Options): ValidationError | undefined {
  for (const keyword in schema) {
    const found = checkKeyword(keyword as keyof Schema, instance, schema, options)
    if (found) return found
  }
  return undefined
}

function complaint(message: string, instance: PyValue, keyword: string, schema: Schema): ValidationError {
  return { message, path: [], instance, keyword, schemaPath: [], schema }
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

function checkUuid(text: string): string | undefined {
  return isUuidLike(text) ? undefined : ''
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
