/** What a token's holder may be scoped to, and where things are for them. keystone/api/auth.py */

import { DOMAIN, hasRoleOn, projectsOf, type Token } from '../cloud/identity.ts'
import { catalogAt } from './catalog.ts'
import { byId, collection } from './collections.ts'
import { DOMAIN_REF } from './domains.ts'
import { forbidden, unauthorized } from './errors.ts'
import { projectRef } from './projects.ts'
import { type Answer, type Call, view } from './resource.ts'

/** GET /v3/auth/projects */
export function listOwnProjects(call: Call): Answer {
  const { userId } = holder(call)
  return collection(call, { name: 'projects' }, projectsOf(call.cloud, userId).map(projectRef).sort(byId))
}

/** GET /v3/auth/domains */
export function listOwnDomains(call: Call): Answer {
  const mine = hasRoleOn(call.cloud, holder(call).userId, { domainId: DOMAIN.id })
  return collection(call, { name: 'domains' }, mine ? [DOMAIN_REF] : [])
}

/** GET /v3/auth/system */
export function showOwnSystem(call: Call): Answer {
  const mine = hasRoleOn(call.cloud, holder(call).userId, { system: true })
  return view({ system: mine ? [{ all: true }] : [], links: { self: `${call.url}/auth/system` } })
}

/** GET /v3/auth/catalog */
export function showCatalog(call: Call): Answer {
  const { scope } = holder(call)
  if (!scope || !('projectId' in scope)) throw forbidden()
  const { text } = catalogAt(call.keystone, call.environ.base)
  return { body: `{"catalog": ${text}, "links": {"self": "${call.url}/auth/catalog"}}\n` }
}

/** Whoever has a token may ask. */
function holder({ token }: Call): Token {
  if (!token) throw unauthorized()
  return token
}
