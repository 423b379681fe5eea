/** What a request is for, whichever face it asks; and whose host that is. */

import type { Cloud } from '../cloud/cloud.ts'
import { type Owner, ownerOf } from '../cloud/owner.ts'
import type { Environ } from '../python/wsgi.ts'
import { below, type Operation, operationOf } from './faces.ts'
import type { Face } from './layer.ts'

/** A request, as far as its operation is concerned. */
export interface Asked {
  request: Request
  environ: Pick<Environ, 'path' | 'query'>
  face: Face
  /** As far as it has been read: of some paths, it says what is to be done there. */
  body?: Uint8Array | undefined
}

export function operationAt(cloud: Cloud, { request, environ, face, body }: Asked): Operation {
  const { path, query } = environ
  return operationOf(cloud, face, request, below(face, { path, query, base: '' }), body)
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
