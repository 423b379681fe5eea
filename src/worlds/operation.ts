/** What a request is for, whichever face it asks; and whose host that is. */

import type { Cloud } from '../cloud/cloud.ts'
import { operationOf as keystoneOperation } from '../keystone/app.ts'
import { operationOf as novaOperation } from '../nova/operations.ts'
import type { Environ } from '../python/wsgi.ts'
import type { Subject } from './journal-entry.ts'
import type { Face } from './layer.ts'

/** What a request asks for, as far as it can be told without doing it. */
export interface Operation {
  /** `os-services:delete`, `tokens:issue`; undefined when nothing of that kind is at the path. */
  name: string | undefined
  /** As the routes of its face have it: `/os-services/4`. */
  path: string
  /** The minor number of the microversion; undefined where there is none. */
  version?: number | undefined
}

/** A request, as far as its operation is concerned. */
export interface Asked {
  request: Request
  environ: Pick<Environ, 'path' | 'query'>
  face: Face
}

/** Where Keystone is below a world's address. */
export const IDENTITY = '/identity'

export function operationAt(cloud: Cloud, { request, environ, face }: Asked): Operation {
  const { path, query } = environ
  if (face === 'nova') return novaOperation(cloud, request, { path, query, base: '' })
  return keystoneOperation(request, { path: path.slice(IDENTITY.length), query, base: '' })
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i

/** The service, instance or hypervisor that stands at the end of a path of Nova's. */
export function subjectAt(cloud: Cloud, { environ, face }: Pick<Asked, 'environ' | 'face'>): Subject | undefined {
  if (face !== 'nova') return undefined
  const [id = '', kind] = environ.path.split('/').reverse()
  const { services, instances, hypervisors } = cloud.state
  if (UUID.test(id)) {
    const uuid = id.toLowerCase()
    return subject(
      services.get(uuid) ?? instances.get(uuid) ?? find(hypervisors.values(), (each) => each.uuid === uuid),
    )
  }
  if (!/^\d{1,10}$/.test(id)) return undefined
  if (kind === 'os-services') return subject(find(services.values(), (each) => each.id === Number(id)))
  return kind === 'os-hypervisors' ? subject(find(hypervisors.values(), (each) => each.id === Number(id))) : undefined
}

function subject(found: { host: string | null; binary?: string } | undefined): Subject | undefined {
  return found && { host: found.host, binary: found.binary ?? null }
}

function find<Item>(items: Iterable<Item>, is: (item: Item) => boolean): Item | undefined {
  for (const item of items) if (is(item)) return item
  return undefined
}
