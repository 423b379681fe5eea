/** What a person wrote, checked against what was expected: complaints that say what, where and the likely fix. */

import * as z from 'zod'
import type { Complaint } from './complaint.ts'
import { nearest, oneOf } from './nearest.ts'

export type Checked<Value> = { value: Value; complaints?: never } | { complaints: Complaint[]; value?: never }

/** Every complaint about a value, in the order in which they stand in it; or the value, when there is none. */
export function check<Schema extends z.ZodType>(schema: Schema, value: unknown): Checked<z.infer<Schema>> {
  const result = schema.safeParse(value)
  if (result.success) {
    const complaints = leftOut(value, result.data)
    return complaints.length > 0 ? { complaints } : { value: result.data }
  }
  const { issues } = result.error
  const mistyped = new Set(issues.flatMap((issue) => meantBy(schema, issue)))
  const isMistyped = ({ path }: z.core.$ZodIssue) =>
    mistyped.has(placeOf(path)) && written(path.map(part), value).got === undefined
  return {
    complaints: issues.filter((issue) => !isMistyped(issue)).flatMap((issue) => complain(schema, issue, value)),
  }
}

/** A key that JavaScript takes for something else, and that zod leaves out without a word. */
const KEPT_FOR_ITSELF = '__proto__'

function leftOut(value: unknown, data: unknown): Complaint[] {
  const found: Complaint[] = []
  const open: { value: unknown; path: (string | number)[] }[] = [{ value, path: [] }]
  for (let at = open.pop(); at; at = open.pop()) {
    const { value: here, path } = at
    if (typeof here !== 'object' || here === null) continue
    if (Object.hasOwn(here, KEPT_FOR_ITSELF) && valueAt(path.reduce(valueAt, data), KEPT_FOR_ITSELF) === undefined) {
      found.push({
        message: `"${KEPT_FOR_ITSELF}" cannot be a key here`,
        path: [...path, KEPT_FOR_ITSELF],
        hint: 'JavaScript keeps this name for itself; choose another',
      })
    }
    for (const [key, each] of Object.entries(here)) {
      if (typeof each === 'object') open.push({ value: each, path: [...path, Array.isArray(here) ? Number(key) : key] })
    }
  }
  return found
}

/** Where the keys belong that were mistyped: nobody has to be told that these are missing, too. */
function meantBy(schema: z.ZodType, issue: z.core.$ZodIssue): string[] {
  if (issue.code !== 'unrecognized_keys') return []
  const known = keysAt(schema, issue.path.map(part))
  return issue.keys.flatMap((key) => {
    const meant = nearest(key, known)
    return meant === undefined ? [] : [placeOf([...issue.path, meant])]
  })
}

function placeOf(path: PropertyKey[]): string {
  return JSON.stringify(path.map(part))
}

function part(key: PropertyKey): string | number {
  return typeof key === 'number' ? key : String(key)
}

function complain(schema: z.ZodType, issue: z.core.$ZodIssue, whole: unknown): Complaint[] {
  const { path, got } = written(issue.path.map(part), whole)
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, path, keysAt(schema, path)))
    case 'invalid_value':
      return [unknownWord(got, issue.values.map(String), path)]
    case 'invalid_type':
      return [wrongType(got, issue.expected, path)]
    case 'invalid_key':
      return [{ message: `${issue.issues[0]?.message}; got ${shown(issue.path.at(-1))}`, path }]
    case 'invalid_union':
      if (issue.message === ANY_UNION) return [wrongType(got, 'one of several forms', path)]
      if (got === undefined) return [missing(path, issue.message.replace(/^expected /, ''))]
      return [{ message: `${issue.message}; got ${shown(got)}`, path }]
    default:
      return [{ message: `${issue.message}; got ${shown(got)}`, path }]
  }
}

/** What zod says of a union that has no words of its own. */
const ANY_UNION = 'Invalid input'

/** What stands at a path, and the path as far as it was written: what was written short has no parts. */
function written(path: (string | number)[], whole: unknown): { path: (string | number)[]; got: unknown } {
  let got = whole
  for (const [index, part] of path.entries()) {
    if (index > 0 && got !== undefined && got !== null && typeof got !== 'object')
      return { path: path.slice(0, index), got }
    got = valueAt(got, part)
  }
  return { path, got }
}

function unknownKey(key: string, path: (string | number)[], known: string[]): Complaint {
  const meant = nearest(key, known)
  const hint = meant ? `did you mean "${meant}"?` : `the keys here are ${known.join(', ')}`
  return { message: `unknown key "${key}"`, path: [...path, key], hint }
}

function unknownWord(got: unknown, known: string[], path: (string | number)[]): Complaint {
  if (got === undefined) return missing(path, oneOf(known))
  const meant = typeof got === 'string' ? nearest(got, known) : undefined
  return { message: `expected ${oneOf(known)}; got ${shown(got)}`, path, hint: meant && `did you mean "${meant}"?` }
}

function wrongType(got: unknown, expected: string, path: (string | number)[]): Complaint {
  const wanted = TYPES[expected] ?? expected
  if (got === undefined) return missing(path, wanted)
  const hint = expected === 'string' && typeof got === 'number' ? `write it in quotes: "${got}"` : undefined
  return { message: `expected ${wanted}; got ${shown(got)}`, path, hint }
}

function missing(path: (string | number)[], wanted: string): Complaint {
  const name = path.at(-1)
  return {
    message: name === undefined ? `nothing is here; expected ${wanted}` : `"${name}" is missing; it is ${wanted}`,
    path,
  }
}

const TYPES: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping of keys to values',
  record: 'a mapping of keys to values',
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'a mapping'
  return text.length > 80 ? `${text.slice(0, 77)}…` : text
}

function valueAt(value: unknown, part: string | number): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, part)
    ? Reflect.get(value, part)
    : undefined
}

/** The keys that the schema knows at a path. */
function keysAt(schema: z.ZodType, path: (string | number)[]): string[] {
  let here: unknown = bare(schema)
  for (const part of path) {
    if (here instanceof z.ZodObject) here = bare(here.shape[String(part)])
    else if (here instanceof z.ZodArray) here = bare(here.element)
    else if (here instanceof z.ZodRecord) here = bare(here.valueType)
  }
  return here instanceof z.ZodObject ? Object.keys(here.shape) : []
}

/** Without what says that it may be left out, or null, or is made into something else before or after. */
function bare(schema: unknown): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) return bare(schema.unwrap())
  if (schema instanceof z.ZodLazy) return bare(schema.unwrap())
  if (schema instanceof z.ZodPipe) return bare(schema.in instanceof z.ZodTransform ? schema.out : schema.in)
  return schema
}
