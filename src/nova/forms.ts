/** A form that is posted may choose the route of another method, too. routes/middleware.py `RoutesMiddleware` */

import { PyError } from '../python/values.ts'
import { parseQuery } from '../python/wsgi.ts'

const FORM = 'application/x-www-form-urlencoded'
const PARTS = 'multipart/form-data'

/** routes/middleware.py `is_form_post` */
export function isForm(headers: Headers): boolean {
  const type = headers.get('content-type')?.split(';')[0]?.toLowerCase()
  return type === FORM || type === PARTS
}

/**
 * The method that a form chooses.
 *
 * @throws {PyError} DeprecationWarning when the form says that it is not UTF-8, webob/request.py `_check_charset`; ValueError when it
 *   comes in parts and does not say what is between them, cgi.py `FieldStorage.read_multi`
 */
export function formMethod({ method, headers }: Request, bytes: Uint8Array): string {
  const header = headers.get('content-type') ?? ''
  const charset = parameterOf(header, 'charset')
  const type = header.split(';')[0] ?? ''
  if (type !== FORM && type !== PARTS) return method
  if (charset && !/^utf-?8$/i.test(charset)) throw new PyError('DeprecationWarning')
  const text = Buffer.from(bytes).toString('latin1')
  const chosen = type === FORM ? fieldOf(text) : partOf(text, parameterOf(header, 'boundary') ?? '')
  return chosen?.toUpperCase() || method
}

function parameterOf(header: string, name: string): string | undefined {
  return new RegExp(`;\\s*${name}=([^;]*)`, 'i')
    .exec(header)?.[1]
    ?.replace(/^"+|"+$/g, '')
    .trim()
}

function fieldOf(text: string): string | undefined {
  try {
    return parseQuery(text, '&').get('_method')?.at(-1)
  } catch {
    return undefined
  }
}

/** @throws {PyError} ValueError */
function partOf(text: string, boundary: string): string | undefined {
  if (!/^[ -~]{0,200}[!-~]$/.test(boundary)) throw new PyError('ValueError')
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''))
  const marks = lines.flatMap((line, index) => (line.startsWith(`--${boundary}`) ? [index] : []))
  const parts = marks.map((mark, index) => lines.slice(mark + 1, marks[index + 1]))
  const mine = parts.findLast((part) => /^content-disposition:.*;\s*name="?_method"?\s*(?:;|$)/im.test(headOf(part)))
  return mine?.slice(mine.indexOf('') + 1).join('\n')
}

function headOf(part: string[]): string {
  return part.slice(0, part.indexOf('') + 1).join('\n')
}
