/** Which of several complaints Python's jsonschema tells: `jsonschema.validate` looks for the best, not for the first. */

import { checkKeyword, type Options, type Schema, type ValidationError } from './jsonschema.ts'
import { isDict, type PyValue } from './values.ts'

/** A complaint, with those that it was made of: what each of `anyOf` said. */
interface Found extends ValidationError {
  context: Found[]
}

/**
 * The complaint that `jsonschema.validate` raises; undefined when the instance is as the schema wants it.
 *
 * @see jsonschema/exceptions.py `best_match`, `by_relevance`
 */
export function bestMatch(instance: PyValue, schema: Schema, options: Options = {}): ValidationError | undefined {
  let best: Found | undefined
  for (const error of errorsOf(instance, schema, options)) {
    if (!best || compare(error, best) > 0) best = error
  }
  while (best && best.context.length > 0) {
    const [least, next] = [...best.context].sort(compare)
    if (!least || (next && compare(least, next) === 0)) break
    best = least
  }
  return best
}

/** All that is wrong, in the order of the schema's keywords. */
function errorsOf(instance: PyValue, schema: Schema, options: Options): Found[] {
  return (Object.keys(schema) as (keyof Schema)[]).flatMap((keyword) => errorsBy(keyword, instance, schema, options))
}

function errorsBy(keyword: keyof Schema, instance: PyValue, schema: Schema, options: Options): Found[] {
  const below = (value: PyValue, under: Schema, path: (string | number)[], schemaPath: (string | number)[]): Found[] =>
    errorsOf(value, under, options).map((error) => ({
      ...error,
      path: [...path, ...error.path],
      schemaPath: [...schemaPath, ...error.schemaPath],
    }))
  if (keyword === 'properties' && isDict(instance)) {
    return Object.entries(schema.properties ?? {}).flatMap(([name, under]) => {
      const value = instance.get(name)
      return value === undefined ? [] : below(value, under, [name], ['properties', name])
    })
  }
  if (keyword === 'patternProperties' && isDict(instance)) {
    return Object.entries(schema.patternProperties ?? {}).flatMap(([pattern, under]) =>
      [...instance].flatMap(([name, value]) =>
        new RegExp(pattern.replace(/\$$/, '(?=\\n?$)')).test(name)
          ? below(value, under, [name], ['patternProperties', pattern])
          : [],
      ),
    )
  }
  if (keyword === 'items' && Array.isArray(instance) && schema.items) {
    const under = schema.items
    return instance.flatMap((item, index) => below(item, under, [index], ['items']))
  }
  if (keyword === 'required' && isDict(instance)) {
    // Of two that are missing neither is better than the other, so the first is told.
    const error = checkKeyword('required', instance, schema, options)
    return error ? [{ ...error, context: [] }] : []
  }
  const error = checkKeyword(keyword, instance, schema, options)
  if (!error) return []
  const context = (keyword === 'anyOf' ? (schema.anyOf ?? []) : []).flatMap((under, index) =>
    errorsOf(instance, under, options).map((each) => ({ ...each, schemaPath: [index, ...each.schemaPath] })),
  )
  return [{ ...error, context }]
}

const WEAK = new Set(['anyOf', 'oneOf'])

/** Above 0 when the first is better. */
function compare(one: Found, other: Found): number {
  return (
    other.path.length - one.path.length ||
    comparePaths(one.path, other.path) ||
    Number(!WEAK.has(one.keyword)) - Number(!WEAK.has(other.keyword)) ||
    Number(!matchesType(one)) - Number(!matchesType(other))
  )
}

function comparePaths(one: (string | number)[], other: (string | number)[]): number {
  for (const [index, each] of one.entries()) {
    const against = other[index]
    if (against === undefined || each === against) continue
    return each > against ? 1 : -1
  }
  return 0
}

function matchesType({ schema, instance }: Found): boolean {
  return schema.type !== undefined && checkKeyword('type', instance, schema, {}) === undefined
}
