/** Who is let in, by the tokens that a request comes with. keystonemiddleware/auth_token/__init__.py `AuthProtocol` */

import type { Cloud } from './cloud.ts'
import { findToken, hasRole, isGood, TOKEN_SHOWN_MS, type Token } from './identity.ts'

/** What a request says of whose it is: its headers, as they came. */
export interface Credentials {
  /** X-Auth-Token, or else X-Storage-Token. */
  token: string | null
  /** X-Service-Token: of the service that speaks for who has the other. */
  serviceToken: string | null
}

export interface Admitted {
  token: Token
  /** Whether a service speaks for its holder. */
  served: boolean
}

/**
 * The token of a request, if it is good. A service may come with a user's that has expired meanwhile.
 *
 * @param serviceNeedsRole whether a service's token is none without the role `service`. Default: it is not. Without the role a
 *   user's has to be good still. keystonemiddleware `service_token_roles_required`
 */
export function admit(
  cloud: Cloud,
  credentials: Credentials,
  { serviceNeedsRole = true }: { serviceNeedsRole?: boolean } = {},
): Admitted | undefined {
  const id = credentials.token?.trim() ?? ''
  const serviceId = credentials.serviceToken?.trim()
  if (!serviceId) {
    const token = findToken(cloud, id)
    return token && { token, served: false }
  }
  const service = findToken(cloud, serviceId)
  const inRole = service !== undefined && hasRole(cloud, service, 'service')
  const served = service !== undefined && (inRole || !serviceNeedsRole)
  const token = cloud.state.identity.tokens.get(id)
  return served && token && isGood(cloud, token, inRole ? TOKEN_SHOWN_MS : 0) ? { token, served } : undefined
}
