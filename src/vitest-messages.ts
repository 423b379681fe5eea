/** The words of the matchers and of the journal in a report. */

import type { EntryView } from './handles/journal-views.ts'
import type { ServiceView } from './handles/views.ts'

/** `#3 DELETE /v2.1/os-services/7 → 409 os-services:delete (refuse-delete: status)`. */
export function lineOfEntry(entry: EntryView): string {
  if (entry.by !== 'request') {
    const changes = entry.changed.map(({ type }) => type).join(', ')
    return `#${entry.id} ${entry.by}: ${entry.what}${changes === '' ? '' : ` → ${changes}`}`
  }
  const { id, request, answer, operation, faults, failure } = entry
  const query = request.query === '' ? '' : `?${request.query}`
  const did = faults.map(({ fault, did: deed }) => `${fault}: ${deed}`).join(', ')
  const came = answer ? String(answer.status) : `no answer${failure === undefined ? '' : ` (${failure})`}`
  return `#${id} ${request.method} ${request.path}${query} → ${came}${operation === null ? '' : ` ${operation}`}${did === '' ? '' : ` (${did})`}`
}

/** The service that is as wanted; or, in lines, which comes nearest and where it differs. */
export function nearestService(
  services: readonly ServiceView[],
  wanted: Partial<ServiceView>,
): { found: ServiceView | undefined; nearest: string } {
  const differences = (service: ServiceView) =>
    Object.entries(wanted).filter(([key, value]) => value !== undefined && Reflect.get(service, key) !== value)
  const [best] = services
    .map((service) => ({ service, differs: differences(service) }))
    .sort((one, other) => one.differs.length - other.differs.length)
  if (!best) return { found: undefined, nearest: 'got:      there is no service at all' }
  if (best.differs.length === 0) return { found: best.service, nearest: '' }
  if (best.differs.length === Object.keys(wanted).length) {
    const names = services.map(({ binary, host }) => `${binary}@${host}`).join(', ')
    return { found: undefined, nearest: `got:      none is like it; there are ${names}` }
  }
  const lines = best.differs.map(
    ([key, value]) =>
      `  ${key}: expected ${JSON.stringify(value)}, got ${JSON.stringify(Reflect.get(best.service, key))}`,
  )
  const { binary, host } = best.service
  return { found: undefined, nearest: [`nearest:  ${binary}@${host}`, ...lines].join('\n') }
}
