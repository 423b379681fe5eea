/** What has changed within a span of time, as lists may be asked for it. nova/db/main/api.py `_get_query_nova_resource_by_changes_time` */

import { parseIsoTime } from '../python/iso8601.ts'
import { NovaFault } from './errors.ts'

type Bound = 'changes-since' | 'changes-before'

/**
 * Whether something that was last written then is meant; undefined when the query says nothing of it.
 *
 * @param asked what the query says. No schema has looked at it under /v2
 * @throws {NovaFault} 400
 */
export function changedWithin(
  asked: (name: Bound) => string | undefined,
): ((updatedAt: number | null) => boolean) | undefined {
  const [since, before] = [boundOf('changes-since', asked), boundOf('changes-before', asked)]
  if (since === undefined && before === undefined) return undefined
  if (since !== undefined && before !== undefined && before < since) {
    throw new NovaFault(400, 'The value of changes-since must be less than or equal to changes-before.')
  }
  return (updatedAt) => {
    if (updatedAt === null) return false
    // The database has no fraction of a second.
    const at = updatedAt - (updatedAt % 1000)
    return at >= (since ?? at) && at <= (before ?? at)
  }
}

function boundOf(name: Bound, asked: (name: Bound) => string | undefined): number | undefined {
  const text = asked(name)
  if (text === undefined) return undefined
  const found = parseIsoTime(text)
  if (found === undefined) throw new NovaFault(400, `Invalid filter field: ${name}.`)
  return found
}
