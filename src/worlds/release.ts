/** A release of Nova, as people write it. */

import { RELEASE_NAMES } from '../cloud/releases.ts'
import { InputError } from '../reading/complaint.ts'
import { nearest, oneOf } from '../reading/nearest.ts'

/**
 * The release of that name, in any case: `2024.1`, `Zed`.
 *
 * @param place where it was written, for the complaint
 * @throws {InputError} when novasim knows none of that name, and which was probably meant
 */
export function releaseNamed(written: string, place: string): string {
  const name = written.trim().toLowerCase()
  if (RELEASE_NAMES.includes(name)) return name
  const meant = nearest(name, RELEASE_NAMES)
  const hint = meant ? `did you mean "${meant}"?` : `the releases are ${oneOf(RELEASE_NAMES)}`
  const message = `there is no release "${written}" of Nova`
  throw new InputError([{ message, path: ['release'], hint }], [`${place}: ${message}; ${hint}`])
}
