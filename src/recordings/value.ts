/** Ways into a value of JSON whose shape nobody promises. */

import { isDict, type PyDict, type PyValue, valueAt } from '../python/values.ts'

export function textAt(value: PyValue | undefined, ...path: string[]): string | undefined {
  const found = valueAt(value, ...path)
  return typeof found === 'string' ? found : undefined
}

export function numberAt(value: PyValue | undefined, ...path: string[]): number | undefined {
  const found = valueAt(value, ...path)
  return typeof found === 'number' ? found : undefined
}

/** The objects of a list; none when there is no list. */
export function dictsAt(value: PyValue | undefined, ...path: string[]): PyDict[] {
  const found = valueAt(value, ...path)
  return Array.isArray(found) ? found.filter(isDict) : []
}
