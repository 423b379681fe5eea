/** What clients discover. keystone/api/discovery.py */

import { dumps } from '../python/json.ts'
import type { Answer, Call } from './resource.ts'

/** The root, which offers a choice of one. */
export function listVersions(call: Call): Answer {
  return {
    status: 300,
    body: dumps({ versions: { values: [version(call)] } }),
    headers: { Location: `${call.url}/` },
  }
}

/** GET /v3 */
export function showVersion(call: Call): Answer {
  return { body: dumps({ version: version(call) }) }
}

function version({ url }: Call) {
  return {
    id: 'v3.14',
    status: 'stable',
    updated: '2020-04-07T00:00:00Z',
    links: [{ rel: 'self', href: `${url}/` }],
    'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }],
  }
}
