/** Which versions the services of a recorded cloud offer, and which release of Nova that is. */

import { NEWEST_RELEASE, RELEASES } from '../cloud/releases.ts'
import { isDict, type PyDict, type PyValue } from '../python/values.ts'

/** Nova's releases that offer these microversions and no more. */
export function releaseOf(offered: string | undefined): string | undefined {
  const minor = Number(/ to 2\.(\d+)$/.exec(offered ?? '')?.[1])
  if (Number.isNaN(minor)) return undefined
  const releases = Object.entries(RELEASES).filter(([, newest]) => newest === minor)
  if (releases.length > 0) return releases.map(([name]) => name).join(' or ')
  return minor > (RELEASES[NEWEST_RELEASE] ?? 0) ? `newer than ${NEWEST_RELEASE}` : undefined
}

/** What a service says at its root that it offers: `2.1 to 2.104`, or `v3.14` where there are no microversions. */
export function versionsIn(value: PyValue | undefined): string | undefined {
  if (!isDict(value)) return undefined
  const versions = value.get('versions')
  const list = isDict(versions) ? versions.get('values') : (versions ?? [value.get('version') ?? null])
  if (!Array.isArray(list)) return undefined
  const entries = list.filter(isDict)
  const text = (entry: PyDict, key: string) => {
    const found = entry.get(key)
    return typeof found === 'string' ? found : ''
  }
  for (const entry of entries) {
    const newest = text(entry, 'version') || text(entry, 'max_version')
    if (newest !== '' && text(entry, 'min_version') !== '') return `${text(entry, 'min_version')} to ${newest}`
  }
  const current = entries.find((entry) => /^(?:current|stable|supported)$/i.test(text(entry, 'status'))) ?? entries[0]
  return (current && text(current, 'id')) || undefined
}
