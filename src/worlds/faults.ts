/** What faults need of the world that they are in: its faces, by name and by voice. */

import type { Cloud } from '../cloud/cloud.ts'
import { NEWEST_RELEASE, RELEASES } from '../cloud/releases.ts'
import type { Passage, Surroundings } from '../faults/passage.ts'
import type { Known } from '../faults/read.ts'
import {
  type Keystone,
  keystoneApp,
  operationOf as keystoneOperation,
  renderError as renderKeystoneError,
} from '../keystone/app.ts'
import { operations as keystoneOperations } from '../keystone/routes.ts'
import { novaApp } from '../nova/app.ts'
import { newestOf } from '../nova/microversion.ts'
import { operationOf as novaOperation, operations as novaOperations } from '../nova/operations.ts'
import { type Nova, renderError as renderNovaError, renderPage as renderNovaPage } from '../nova/resource.ts'
import { type Environ, withPath } from '../python/wsgi.ts'

export function surroundings(nova: Nova, keystone: Keystone): Surroundings {
  const { cloud } = nova
  return {
    cloud,
    seed: cloud.seed,
    operationOf: (passage) => {
      const { request, face } = passage
      return face === 'nova'
        ? novaOperation(cloud, request, environOf(passage))
        : keystoneOperation(request, below(passage))
    },
    renderError(passage, status, message, headers) {
      const { request, face } = passage
      if (face === 'nova') {
        return renderNovaError(nova, { request, environ: environOf(passage), status, message, headers })
      }
      return renderKeystoneError(keystone, { request, environ: below(passage), status, message, headers })
    },
    renderPage: (passage, status, message, headers) =>
      renderNovaPage(nova, { request: passage.request, environ: environOf(passage), status, message, headers }),
    answerFrom(past, passage) {
      const { request, face } = passage
      if (face === 'nova') return novaApp({ ...nova, cloud: past })(request, environOf(passage))
      return keystoneApp({ ...keystone, cloud: past })(request, below(passage))
    },
  }
}

/** What a rule can speak of in a world with this cloud. */
export function knownTo(cloud: Cloud, names: readonly string[] = []): Known {
  return { operations: operations(), newest: newestOf(cloud), names }
}

/** The same before there is a cloud. @param release default the newest */
export function knownAt(release: string = NEWEST_RELEASE): Known {
  return { operations: operations(), newest: RELEASES[release] }
}

let known: Map<string, string[]> | undefined

/** Each operation of all faces, and the methods that it can be asked for by. */
export function operations(): ReadonlyMap<string, string[]> {
  if (known) return known
  known = novaOperations()
  for (const [name, methods] of keystoneOperations()) {
    const others = known.get(name)
    known.set(name, others?.length === 0 ? [] : [...new Set([...(others ?? []), ...methods])])
  }
  return known
}

/** The world has given it, so it has all that a world's has. */
function environOf({ environ }: Passage): Environ {
  return environ as Environ
}

function below(passage: Passage): Environ {
  const environ = environOf(passage)
  return withPath(environ, environ.path.slice('/identity'.length))
}
