/** What a request is for, whichever face it asks; and whose host that is. */

import type { Cloud } from '../cloud/cloud.ts'
import { type Owner, ownerOf } from '../cloud/owner.ts'
import { operationOf as keystoneOperation } from '../keystone/app.ts'
import { operationOf as novaOperation } from '../nova/operations.ts'
import type { Environ } from '../python/wsgi.ts'
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
  /** As far as it has been read: of some paths, it says what is to be done there. */
  body?: Uint8Array | undefined
}

/** Where Keystone is below a world's address. */
export const IDENTITY = '/identity'

export function operationAt(cloud: Cloud, { request, environ, face, body }: Asked): Operation {
  const { path, query } = environ
  if (face === 'nova') return novaOperation(cloud, request, { path, query, base: '' }, body)
  return keystoneOperation(request, { path: path.slice(IDENTITY.length), query, base: '' })
}

/** The service, instance or hypervisor that stands at the end of a path of Nova's. */
export function subjectAt(cloud: Cloud, { environ, face }: Pick<Asked, 'environ' | 'face'>): Owner | undefined {
  if (face !== 'nova') return undefined
  const [id = '', collection] = environ.path.split('/').reverse()
  return ownerOf(
    cloud,
    id,
    collection === 'os-services' ? 'service' : collection === 'os-hypervisors' ? 'hypervisor' : undefined,
  )
}
