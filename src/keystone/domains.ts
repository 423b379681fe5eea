/** The one domain. keystone/api/domains.py */

import { DOMAIN } from '../cloud/identity.ts'
import { collection, member, type Ref } from './collections.ts'
import { notFound, notImplemented, unauthorized } from './errors.ts'
import { enforce } from './policy.ts'
import type { Answer, Call, Method } from './resource.ts'
import { FLAG, SHORT_NAME, validateQuery } from './validate.ts'

const QUERY = { type: 'object', properties: { enabled: FLAG, name: SHORT_NAME } } as const

export const DOMAIN_REF: Ref = {
  id: DOMAIN.id,
  name: DOMAIN.name,
  description: DOMAIN.description,
  enabled: true,
  tags: [],
  options: {},
}

/** GET /v3/domains */
export function listDomains(call: Call): Answer {
  validateQuery(call, QUERY)
  enforce(call, 'list_domains', { domainId: DOMAIN.id })
  return collection(call, { name: 'domains', filters: ['name', 'enabled'], paging: 'filtered pages' }, [DOMAIN_REF])
}

/** GET /v3/domains/{domain_id} */
export function showDomain(call: Call): Answer {
  const { domain_id: id = '' } = call.params
  const known = id === DOMAIN.id
  enforce(call, 'get_domain', known ? { domainId: id } : {})
  if (!known) throw notFound('domain', id)
  return member(call, 'domain', 'domains', DOMAIN_REF)
}

/** What novasim does not do with a domain, which is looked for before the policy is asked. */
export function lackingForDomain(action: string): Method {
  return (call) => {
    if (!call.token) throw unauthorized()
    const { domain_id: id = '' } = call.params
    if (id !== DOMAIN.id) throw notFound('domain', id)
    enforce(call, action)
    throw notImplemented()
  }
}
