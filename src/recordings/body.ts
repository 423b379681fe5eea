/** A body as a recording keeps it: as JSON where that gives back the very bytes, else as text, else as base64. */

import { dumps, loads, quote, type Writable } from '../python/json.ts'
import type { PyValue } from '../python/values.ts'

export type KeptBody =
  | { as: 'json'; value: PyValue; spacing: Spacing }
  | { as: 'text'; text: string }
  | { as: 'base64'; base64: string }

/** How the parts of JSON stand apart: `", "` and `": "` as Python writes it, or `","` and `":"`. */
export type Spacing = 'python' | 'compact'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** What lies deeper is kept as text: it has to be read again where it lies deeper still, within its line. */
const DEEPEST = 1000

/** Undefined for no bytes at all. */
export function keepBody(bytes: Uint8Array): KeptBody | undefined {
  if (bytes.length === 0) return undefined
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return { as: 'base64', base64: Buffer.from(bytes).toString('base64') }
  }
  if (!/^[[{"\d\-ntfNI]/.test(text)) return { as: 'text', text }
  let value: PyValue
  try {
    value = loads(text, DEEPEST)
  } catch {
    return { as: 'text', text }
  }
  if (dumps(value) === text) return { as: 'json', value, spacing: 'python' }
  if (dumpsCompact(value) === text) return { as: 'json', value, spacing: 'compact' }
  return { as: 'text', text }
}

/** What a body is as text; base64 as it is. */
export function bodyText(body: KeptBody): string {
  switch (body.as) {
    case 'json':
      return body.spacing === 'python' ? dumps(body.value) : dumpsCompact(body.value)
    case 'text':
      return body.text
    case 'base64':
      return body.base64
  }
}

/** The value that a body is in JSON, whether or not it gives back the very bytes; undefined when it is none. */
export function bodyValue(body: KeptBody | undefined): PyValue | undefined {
  if (body === undefined || body.as === 'base64') return undefined
  if (body.as === 'json') return body.value
  try {
    return loads(body.text)
  } catch {
    return undefined
  }
}

/** The keys that tell a body in a line of a recording. */
export function bodyKeys(body: KeptBody | undefined): { [key: string]: Writable } {
  switch (body?.as) {
    case undefined:
      return {}
    case 'json':
      return body.spacing === 'python' ? { body: body.value } : { body: body.value, spacing: body.spacing }
    case 'text':
      return { text: body.text }
    case 'base64':
      return { base64: body.base64 }
  }
}

function dumpsCompact(value: PyValue): string {
  if (Array.isArray(value)) return `[${value.map(dumpsCompact).join(',')}]`
  if (value instanceof Map) {
    return `{${[...value].map(([key, item]) => `${quote(key)}:${dumpsCompact(item)}`).join(',')}}`
  }
  return dumps(value)
}
