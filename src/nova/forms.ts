/** A form that is posted may choose the route of another method, too. routes/middleware.py `RoutesMiddleware` */

import { PyError } from '../python/values.ts'
import { parseQuery } from '../python/wsgi.ts'

const FORM = 'application/x-www-form-urlencoded'

/** routes/middleware.py `is_form_post` */
export function isForm(headers: Headers): boolean {
  const type = headers.get('content-type')?.split(';')[0]?.toLowerCase()
  return type === FORM || type === 'multipart/form-data'
}

/**
 * The method that a form chooses. What comes in several parts is not looked into.
 *
 * @throws {PyError} DeprecationWarning when the form says that it is not UTF-8. webob/request.py `_check_charset`
 */
export function formMethod({ method, headers }: Request, bytes: Uint8Array): string {
  const header = headers.get('content-type') ?? ''
  const charset = /;\s*charset=([^;]*)/i
    .exec(header)?.[1]
    ?.replace(/^"+|"+$/g, '')
    .trim()
  const type = header.split(';')[0] ?? ''
  if (type !== FORM && type !== 'multipart/form-data') return method
  if (charset && !/^utf-?8$/i.test(charset)) throw new PyError('DeprecationWarning')
  if (type !== FORM) return method
  try {
    return parseQuery(Buffer.from(bytes).toString('latin1')).get('_method')?.at(-1)?.toUpperCase() || method
  } catch {
    return method
  }
}
