/** What a rule or a question about the journal can speak of: the operations of all faces, and the microversions. */

import type { Cloud } from '../cloud/cloud.ts'
import { NEWEST_RELEASE, RELEASES } from '../cloud/releases.ts'
import type { AskedOf, Known } from '../faults/read.ts'
import { operations as glanceOperations } from '../glance/routes.ts'
import { operations as keystoneOperations } from '../keystone/routes.ts'
import { newestOf } from '../nova/microversion.ts'
import { operations as novaOperations } from '../nova/operations.ts'
import { operations as placementOperations } from '../placement/routes.ts'
import type { Face } from './layer.ts'

/** What a rule can speak of in a world with this cloud. */
export function knownTo(cloud: Cloud, names: readonly string[] = []): Known {
  return { operations: operations(), newest: newestOf(cloud), names }
}

/** The same before there is a cloud. @param release default the newest */
export function knownAt(release: string = NEWEST_RELEASE): Known {
  return { operations: operations(), newest: RELEASES[release] }
}

let known: Map<string, AskedOf[]> | undefined

/** Each operation, and which faces have it. */
function operations(): Known['operations'] {
  if (known) return known
  known = new Map()
  for (const [face, operations] of byFace()) {
    for (const [name, methods] of operations) known.set(name, [...(known.get(name) ?? []), { face, methods }])
  }
  return known
}

/** Each operation of each face, and the methods that it can be asked for by. */
function byFace(): [Face, Map<string, string[]>][] {
  return [
    ['nova', novaOperations()],
    ['keystone', keystoneOperations()],
    ['placement', placementOperations()],
    ['glance', glanceOperations()],
  ]
}
