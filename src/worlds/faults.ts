/** What faults need of the world that they are in: its faces, by name and by voice. */

import type { Cloud } from '../cloud/cloud.ts'
import { NEWEST_RELEASE, RELEASES } from '../cloud/releases.ts'
import type { Passage, Surroundings } from '../faults/passage.ts'
import type { AskedOf, Known } from '../faults/read.ts'
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
    operationOf: (passage, body) => {
      const { request, face } = passage
      return face === 'nova'
        ? novaOperation(cloud, request, environOf(passage), body)
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

let known: Map<string, AskedOf[]> | undefined

/** Each operation, and which faces have it. */
function operations(): Known['operations'] {
  if (known) return known
  known = new Map()
  const all = [
    ['nova', novaOperations()],
    ['keystone', keystoneOperations()],
  ] as const
  for (const [face, operations] of all) {
    for (const [name, methods] of operations) known.set(name, [...(known.get(name) ?? []), { face, methods }])
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
