/** What clients discover, and which version a path or an Accept header names. glance/api/versions.py, glance/api/middleware/version_negotiation.py */

import type { Writable } from '../python/json.ts'

/** Of a Glance with several stores and no cache, as DevStack sets one up: the newest is in between. */
const LISTED = [15, 13, 12, 11, 10, 9, 8, 17, 7, 6, 5, 4, 3, 2, 1, 0]
const CURRENT = 17

/** @param base Glance's own address, without a slash at the end */
export function versionList(base: string): Writable {
  return {
    versions: LISTED.map((minor) => ({
      id: `v2.${minor}`,
      status: minor === CURRENT ? 'CURRENT' : 'SUPPORTED',
      links: [{ rel: 'self', href: `${base}/v2/` }],
    })),
  }
}

const ACCEPTED = /^application\/vnd\.openstack\.images-/

/** The path below the API; undefined where neither the path nor the header names a version that there is. */
export function belowVersion(path: string, accept: string | null): string | undefined {
  if (accept && ACCEPTED.test(accept)) return isVersion(accept.replace(ACCEPTED, '')) ? path : undefined
  const [, first = '', rest = ''] = /^\/*([^/]*)(.*)$/s.exec(path) ?? []
  return isVersion(first) ? rest : undefined
}

function isVersion(name: string): boolean {
  const match = /^v2(?:\.(\d+))?$/.exec(name)
  return match !== null && (match[1] === undefined || LISTED.some((minor) => String(minor) === match[1]))
}
