/** Which version of the API a request asks for, and how Nova says which one it answered. */

import type { Cloud } from '../cloud/cloud.ts'
import { RELEASES } from '../cloud/releases.ts'
import { strip } from '../python/values.ts'
import { NovaFault } from './errors.ts'

/** The lowest microversion, which is also that of a request that asks for none: 2.1. */
export const LOWEST = 1

/** The headers by which Nova says which version it answered. */
export type VersionHeaders = Record<string, string>

/** The minor number of the newest microversion this cloud offers. */
export function newestOf(cloud: Cloud): number {
  return RELEASES[cloud.state.release] ?? LOWEST
}

/**
 * The minor number of the microversion that a request asks for.
 *
 * @throws {NovaFault} 400 when it is no version, 406 when this cloud does not offer it
 * @see nova/api/openstack/wsgi.py `Request.set_api_version_request`
 */
export function negotiate(headers: Headers, newest: number): number {
  const wanted = fromStandardHeader(headers.get('openstack-api-version')) ?? fromLegacyHeader(headers)
  if (wanted === undefined) return LOWEST
  if (wanted === 'latest') return newest
  const match = /^([1-9]\d*)\.([1-9]\d*|0)$/.exec(wanted)
  if (!match) {
    throw new NovaFault(400, `API Version String ${wanted} is of invalid format. Must be of format MajorNum.MinorNum.`)
  }
  const minor = Number(match[2])
  if (match[1] !== '2' || minor < LOWEST || minor > newest) {
    const message = `Version ${wanted} is not supported by the API. Minimum is 2.${LOWEST} and maximum is 2.${newest}.`
    throw new NovaFault(406, message, versionHeaders(wanted))
  }
  return minor
}

/** What Nova adds to an answer once the version is known. */
export function versionHeaders(version: string): VersionHeaders {
  return {
    'OpenStack-API-Version': `compute ${version}`,
    'X-OpenStack-Nova-API-Version': version,
    Vary: 'OpenStack-API-Version, X-OpenStack-Nova-API-Version',
  }
}

/** `OpenStack-API-Version: volume 3.5, compute 2.53`: the last that is for us. microversion_parse `check_standard_header` */
function fromStandardHeader(header: string | null): string | undefined {
  if (header === null) return undefined
  for (const part of header.split(',').reverse()) {
    const match = /^([^\s\x1c-\x1f\x85]+)[\s\x1c-\x1f\x85]+(.*)$/.exec(strip(part))
    if (match?.[1]?.toLowerCase() === 'compute') return match[2] || undefined
  }
  return undefined
}

/** `X-OpenStack-Nova-API-Version: 2.53`: the last of several. microversion_parse `check_legacy_headers` */
function fromLegacyHeader(headers: Headers): string | undefined {
  const last = headers.get('x-openstack-nova-api-version')?.split(',').at(-1)
  return last === undefined ? undefined : strip(last)
}
