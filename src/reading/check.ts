/** What a person wrote, checked against what was expected: complaints that say what, where and the likely fix. */

import * as z from 'zod'
import type { Complaint } from './complaint.ts'
import { nearest, oneOf } from './nearest.ts'
import { takeTurns } from './turns.ts'

export type Checked<Value> = { value: Value; complaints?: never } | { complaints: Complaint[]; value?: never }

/** Every complaint about a value, in the order in which they stand in it; or the value, when there is none. */
export function check<Schema extends z.ZodType>(schema: Schema, value: unknown): Checked<z.infer<Schema>> {
  const { data, error } = schema.safeParse(value)
  if (error) return { complaints: complaintsOf(schema, error.issues, value) }
  const complaints = leftOut(value, data)
  return complaints.length > 0 ? { complaints } : { value: data }
}

/** The same, where a mapping may have lists so long that others have their turn before all of their entries are checked. */
export async function checkInTurns<Schema extends z.ZodObject>(
  schema: Schema,
  value: unknown,
): Promise<Checked<z.infer<Schema>>> {
  const long = longListsIn(schema, value)
  if (long.length === 0) return check(schema, value)
  const turn = takeTurns()
  const rest = { ...(value as object), ...Object.fromEntries(long.map(({ key }) => [key, []])) }
  const { data, error } = schema.safeParse(rest)
  const issues = error?.issues ?? []
  const lost = leftOut(rest, data)
  const whole: Record<string, unknown> = { ...data }
  for (const { key, schema: ofList, list } of long) {
    const entries: unknown[] = []
    for (let from = 0; from < list.length; from += PART) {
      await turn()
      const part = list.slice(from, from + PART)
      const read = ofList.safeParse(part)
      const standing = <At extends { path: PropertyKey[] }>({ path: [index, ...below], ...same }: At) => ({
        ...same,
        path: [key, from + Number(index), ...below],
      })
      if (read.error) issues.push(...read.error.issues.map((issue) => standing(issue) as z.core.$ZodIssue))
      else lost.push(...leftOut(part, read.data).map((complaint) => standing(complaint) as Complaint))
      for (const entry of read.data ?? []) entries.push(entry)
    }
    whole[key] = entries
  }
  await turn()
  if (issues.length > 0) return { complaints: complaintsOf(schema, inOrder(Object.keys(schema.shape), issues), value) }
  if (lost.length > 0) return { complaints: inOrder(Object.keys(value as object), lost) }
  return { value: whole as z.infer<Schema> }
}

/** How many entries are checked at a time. */
const PART = 100

/** Lists that are checked entry by entry and in no other way, and that are longer than one part. */
function longListsIn(schema: z.ZodObject, value: unknown): { key: string; schema: z.ZodArray; list: unknown[] }[] {
  return Object.entries(schema.shape).flatMap(([key, each]) => {
    const list = valueAt(value, key)
    const ofList = bare(each)
    const isPlain = ofList instanceof z.ZodArray && !ofList.def.checks?.length
    return isPlain && Array.isArray(list) && list.length > PART ? [{ key, schema: ofList, list }] : []
  })
}

/** By the key of the whole that each is about; what is about the whole itself comes last. */
function inOrder<At extends { path: PropertyKey[] }>(keys: string[], all: At[]): At[] {
  const place = ({ path: [key] }: At) => (keys.includes(String(key)) ? keys.indexOf(String(key)) : keys.length)
  return all.sort((one, other) => place(one) - place(other))
}

function complaintsOf(schema: z.ZodType, issues: z.core.$ZodIssue[], value: unknown): Complaint[] {
  const mistyped = new Set(issues.flatMap((issue) => meantBy(schema, issue)))
  const isMistyped = ({ path }: z.core.$ZodIssue) =>
    mistyped.has(placeOf(path)) && written(path.map(part), value).got === undefined
  return issues.filter((issue) => !isMistyped(issue)).flatMap((issue) => complain(schema, issue, value))
}

/** A key that JavaScript takes for something else, and that zod leaves out without a word. */
const KEPT_FOR_ITSELF = '__proto__'

/** Where each stands that is in a value and not in what was made of it. */
function leftOut(value: unknown, data: unknown): Complaint[] {
  const found: Complaint[] = []
  const open: Spot[] = [{ value, data, within: undefined, key: '' }]
  for (let spot = open.pop(); spot; spot = open.pop()) {
    const { value: here, data: there } = spot
    // What was taken as it is has lost nothing.
    if (typeof here !== 'object' || here === null || here === there) continue
    if (Object.hasOwn(here, KEPT_FOR_ITSELF) && valueAt(there, KEPT_FOR_ITSELF) === undefined) {
      found.push({
        message: `"${KEPT_FOR_ITSELF}" cannot be a key here`,
        path: [...pathTo(spot), KEPT_FOR_ITSELF],
        hint: 'JavaScript keeps this name for itself; choose another',
      })
    }
    for (const key of Object.keys(here).reverse()) {
      const each = valueAt(here, key)
      if (typeof each === 'object') open.push({ value: each, data: valueAt(there, key), within: spot, key })
    }
  }
  return found
}

interface Spot {
  value: unknown
  data: unknown
  within: Spot | undefined
  key: string
}

function pathTo({ within, key }: Spot): (string | number)[] {
  if (!within) return []
  return [...pathTo(within), Array.isArray(within.value) ? Number(key) : key]
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
