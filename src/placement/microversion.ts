/** Which version of the API a request asks for. microversion_parse; placement/microversion.py */

import { reprText } from '../python/repr.ts'
import { pythonInt, strip } from '../python/values.ts'
import { PlacementError } from './errors.ts'

/** The minor number of the newest microversion: 1.39. All of Placement's are 1.x. */
export const NEWEST = 39

/**
 * The minor number of the microversion that a request asks for; 0 when it asks for none.
 *
 * @throws {PlacementError} 400 when it is no version, 406 when there is no such
 */
export function negotiate(headers: Headers): number {
  const wanted = versionIn(headers.get('openstack-api-version'))
  if (wanted === undefined) return 0
  if (wanted === 'latest') return NEWEST
  const match = /^\s*([-+]?\d+(?:_\d+)*)\s*\.\s*([-+]?\d+(?:_\d+)*)\s*$/.exec(wanted)
  if (!match) throw new PlacementError(400, `Invalid microversion: invalid version string: ${wanted}; ${why(wanted)}`)
  const [major, minor] = [match[1], match[2]].map((digits) => Number(digits?.replaceAll('_', '')))
  if (major !== 1 || minor === undefined || minor < 0 || minor > NEWEST) {
    throw new PlacementError(406, `Invalid microversion: Unacceptable version header: ${major}.${minor}`)
  }
  return minor
}

/** What Python says of a version that is none. microversion_parse `parse_version_string` */
function why(wanted: string): string {
  const dot = wanted.indexOf('.')
  const parts = dot < 0 ? [wanted] : [wanted.slice(0, dot), wanted.slice(dot + 1)]
  const bad = parts.find((part) => pythonInt(part) === undefined)
  return bad === undefined
    ? "Version.__new__() missing 1 required positional argument: 'minor'"
    : `invalid literal for int() with base 10: ${reprText(bad)}`
}

/** `compute 2.53, placement 1.14`: the last that is for us. */
function versionIn(header: string | null): string | undefined {
  for (const part of header?.split(',').reverse() ?? []) {
    const match = /^([^\s\x1c-\x1f\x85]+)[\s\x1c-\x1f\x85]+(.*)$/.exec(strip(part))
    if (match?.[1]?.toLowerCase() === 'placement') return strip(match[2] ?? '') || undefined
  }
  return undefined
}
