/** What a person wrote, checked against what was expected: complaints that say what, where and the likely fix. */

import { setImmediate } from 'node:timers/promises'
import * as z from 'zod'
import type { Complaint } from './complaint.ts'
import { nearest, oneOf } from './nearest.ts'

export type Checked<Value> = { value: Value; complaints?: never } | { complaints: Complaint[]; value?: never }

/** Every complaint about a value, in the order in which they stand in it; or the value, when there is none. */
export function check<Schema extends z.ZodType>(schema: Schema, value: unknown): Checked<z.infer<Schema>> {
  return judged(schema, value, schema.safeParse(value))
}

/** The same, where a mapping may have lists so long that others have their turn before all of their entries are checked. */
export async function checkInTurns<Schema extends z.ZodObject>(
  schema: Schema,
  value: unknown,
): Promise<Checked<z.infer<Schema>>> {
  const long = longListsIn(schema, value)
  if (long.length === 0) return check(schema, value)
  const short = schema.safeParse({ ...(value as object), ...Object.fromEntries(long.map(({ key }) => [key, []])) })
  const issues = short.error?.issues ?? []
  const data: Record<string, unknown> = { ...short.data }
  for (const { key, schema: ofList, list } of long) {
    const entries: unknown[] = []
    for (let from = 0; from < list.length; from += A_TURN) {
      await setImmediate()
      const part = ofList.safeParse(list.slice(from, from + A_TURN))
      for (const entry of part.data ?? []) entries.push(entry)
      for (const { path, ...issue } of part.error?.issues ?? []) {
        const [index, ...below] = path
        issues.push({ ...issue, path: [key, from + Number(index), ...below] })
      }
    }
    data[key] = entries
  }
  await setImmediate()
  if (issues.length === 0) return judged(schema, value, { success: true, data: data as z.infer<Schema> })
  const order = [...Object.keys(schema.shape), undefined]
  issues.sort((one, other) => order.indexOf(one.path[0] as string) - order.indexOf(other.path[0] as string))
  return judged(schema, value, { success: false, error: { issues } })
}

/** How many entries are checked in a turn: together they take a few milliseconds. */
const A_TURN = 500

/** Lists that are checked entry by entry and in no other way, and that are longer than one turn. */
function longListsIn(schema: z.ZodObject, value: unknown): { key: string; schema: z.ZodArray; list: unknown[] }[] {
  return Object.entries(schema.shape).flatMap(([key, each]) => {
    const list = valueAt(value, key)
    const ofList = bare(each)
    const isPlain = ofList instanceof z.ZodArray && !ofList.def.checks?.length
    return isPlain && Array.isArray(list) && list.length > A_TURN ? [{ key, schema: ofList, list }] : []
  })
}

function judged<Value>(
  schema: z.ZodType,
  value: unknown,
  result: { success: true; data: Value } | { success: false; error: { issues: z.core.$ZodIssue[] } },
): Checked<Value> {
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
    for (const key of Object.keys(here)) {
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
