/** Which services have changed since a list was made of them, so far as nothing else has that it shows. */

import type { Cloud } from '../cloud/cloud.ts'

/** What no list of services shows. */
const ELSEWHERE =
  /^(?:credential|task|migration|instance|image|flavor|allocations|trait|resource-class|resource-provider)\./

/** How many changes are known: a list that is older is made anew. */
const MOST = 64

export interface ServiceChanges {
  /** The UUIDs of those that were updated after the cloud had this revision; undefined when more than that has changed. */
  since(revision: number): Set<string> | undefined
}

export function watchServices(cloud: Cloud): ServiceChanges {
  /** The revision up to which nothing is known. */
  let known = cloud.revision
  let seen = cloud.revision
  let updates: { revision: number; uuid: string }[] = []
  const forget = () => {
    known = cloud.revision
    updates = []
  }
  cloud.listeners.add((event) => {
    // Who is logged in does not count.
    if (cloud.revision === seen) return
    // What goes up without a word may be anything.
    if (cloud.revision !== seen + 1) forget()
    seen = cloud.revision
    if (event.type === 'service.updated') updates.push({ revision: cloud.revision, uuid: event.uuid })
    else if (!ELSEWHERE.test(event.type)) forget()
    if (updates.length > MOST) forget()
  })
  return {
    since(revision) {
      if (revision < known || cloud.revision !== seen) return undefined
      return new Set(updates.flatMap((update) => (update.revision > revision ? [update.uuid] : [])))
    },
  }
}
