/** What Keystone has and this cloud has none of: empty lists, and a 404 for any one. */

import { DOMAIN } from '../cloud/identity.ts'
import { collection } from './collections.ts'
import { forbidden, KeystoneError, notFound } from './errors.ts'
import { enforce } from './policy.ts'
import { type Method, view } from './resource.ts'

/** @param action what the policy calls to list them */
export function emptyList(name: string, action: string): Method {
  return (call) => {
    enforce(call, action, { domainId: DOMAIN.id })
    return collection(call, { name, paging: 'cut' }, [])
  }
}

/** @param parameter of the path, the id of what is not there */
export function nothing(what: string, parameter: string, action: string): Method {
  return (call) => {
    enforce(call, action)
    throw notFound(what, call.params[parameter] ?? '')
  }
}

/** GET /v3/limits/model */
export const showLimitModel: Method = (call) => {
  enforce(call, 'get_limit_model')
  const description = 'Limit enforcement and validation does not take project hierarchy into consideration.'
  return view({ model: { name: 'flat', description } })
}

/** GET /v3/auth/tokens/OS-PKI/revoked: a list that was, and is no more. */
export const listRevoked: Method = () => {
  throw forbidden()
}

/** GET /v3/OS-SIMPLE-CERT/…: likewise. */
export const certificatesGone: Method = () => {
  throw new KeystoneError(410, 'This API is no longer available due to the removal of support for PKI tokens.')
}
