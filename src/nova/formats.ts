/** Nova's own checks of texts in a request. nova/api/validation/validators.py, nova/api/validation/parameter_types.py */

import { isIP } from 'node:net'
import { parseIsoTime } from '../python/iso8601.ts'
import type { FormatCheck } from '../python/jsonschema.ts'
import { pythonRegex } from '../python/regex.ts'

const PRINTABLE = 'printable characters'

/** By name. What a name that is turned down is told stands in place of the whole complaint. */
export const FORMATS: { readonly [name: string]: FormatCheck } = {
  name: (text) => nameCheck(isName(text), `${PRINTABLE}. Can not start or end with whitespace.`),
  name_with_leading_trailing_spaces: (text) =>
    nameCheck(isSpacedName(text), `${PRINTABLE} with at least one non space character`),
  az_name: (text) =>
    nameCheck(isName(text) && !text.includes(':'), `${PRINTABLE} except :.Can not start or end with whitespace.`),
  az_name_with_leading_trailing_spaces: (text) =>
    nameCheck(
      isSpacedName(text) && !text.includes(':'),
      `${PRINTABLE} except :, with at least one non space character`,
    ),
  description: (text) => (isPrintable(text) ? undefined : ''),
  ipv4: (text) => (isIP(text) === 4 ? undefined : ''),
  ipv6: (text) => (isIP(text) === 6 ? undefined : ''),
  base64: (text) => (isBase64(text) ? undefined : ''),
  'date-time': (text) => (parseIsoTime(text) !== undefined ? undefined : ''),
  regex: (text) => (text !== '' && pythonRegex(text) ? undefined : ''),
}

/** What Nova's pattern of a description lets pass. nova/api/validation/parameter_types.py `valid_description_regex` */
export function isPrintable(text: string): boolean {
  return !/[\p{C}\p{Zl}\p{Zp}\u{10000}-\u{10ffff}]/u.test(withoutLastNewline(text))
}

/** What is of no alphabet of base64 is passed over. Python's `base64.decodebytes` */
function isBase64(text: string): boolean {
  const digits = text.replace(/[^A-Za-z0-9+/=]/g, '')
  const found = /^[^=]*/.exec(digits)?.[0].length ?? 0
  const padding = digits.length - found
  return found % 4 === 0 || (found % 4 === 2 && padding >= 2) || (found % 4 === 3 && padding >= 1)
}

/** Nothing at all is one: that it is too short is for another check to say. */
function isName(text: string): boolean {
  const seen = withoutLastNewline(text)
  if (seen === '' || seen.endsWith('\n')) return text === ''
  return isPrintable(seen) && !/^\p{Zs}|\p{Zs}$/u.test(seen)
}

function isSpacedName(text: string): boolean {
  return isPrintable(text) && /\P{Zs}/u.test(withoutLastNewline(text))
}

function nameCheck(good: boolean, reason: string): string | undefined {
  return good ? undefined : `An invalid 'name' value was provided. The name must be: ${reason}`
}

/** Python's $ also stands before a newline at the very end. */
function withoutLastNewline(text: string): string {
  return text.endsWith('\n') ? text.slice(0, -1) : text
}
