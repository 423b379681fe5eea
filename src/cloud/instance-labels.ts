/** What a user writes on an instance: metadata and tags. Its row stays as it was, for they are kept in tables of their own. */

import type { Cloud } from './cloud.ts'
import { type Instance, writeInstance } from './instances.ts'

/** Put these in the place of what there was. */
export function labelInstance(
  cloud: Cloud,
  instance: Instance,
  { metadata, tags }: { metadata?: Record<string, string>; tags?: string[] },
): Instance {
  return writeInstance(cloud, instance, {
    ...(metadata && { metadata: Object.freeze({ ...metadata }) }),
    ...(tags && { tags: Object.freeze([...new Set(tags)]) }),
    updatedAt: instance.updatedAt,
  })
}
