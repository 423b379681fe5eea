/** Who is let in, by the tokens that a request comes with. keystonemiddleware/auth_token/__init__.py `AuthProtocol` */

import type { Cloud } from './cloud.ts'
import { findToken, isGood, rolesOf, TOKEN_SHOWN_MS, type Token } from './identity.ts'

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

/** The token of a request, if it is good. A service may come with a user's that has expired meanwhile. */
export function admit(cloud: Cloud, credentials: Credentials): Admitted | undefined {
  const id = credentials.token?.trim() ?? ''
  const serviceId = credentials.serviceToken?.trim()
  if (!serviceId) {
    const token = findToken(cloud, id)
    return token && { token, served: false }
  }
  const service = findToken(cloud, serviceId)
  const served = service !== undefined && rolesOf(cloud, service).includes('service')
  const token = cloud.state.identity.tokens.get(id)
  return served && token && isGood(cloud, token, TOKEN_SHOWN_MS) ? { token, served } : undefined
}
