/** What clients discover at the root. placement/handlers/root.py */

import { NEWEST } from './microversion.ts'
import type { Answer, Call } from './resource.ts'

export function home({ cloud }: Call): Answer {
  const version = { id: 'v1.0', max_version: `1.${NEWEST}`, min_version: '1.0', status: 'CURRENT' }
  return { body: { versions: [{ ...version, links: [{ rel: 'self', href: '' }] }] }, modified: cloud.clock.now() }
}
