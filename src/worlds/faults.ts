/** What faults need of the world that they are in: its faces, by name and by voice. */

import type { Cloud } from '../cloud/cloud.ts'
import { NEWEST_RELEASE, RELEASES } from '../cloud/releases.ts'
import type { Passage, Surroundings } from '../faults/passage.ts'
import type { AskedOf, Known } from '../faults/read.ts'
import { newestOf } from '../nova/microversion.ts'
import { type Nova, renderPage as renderNovaPage } from '../nova/resource.ts'
import type { Environ } from '../python/wsgi.ts'
import { below, operationOf, operationsByFace, type Voice } from './faces.ts'
import type { Face } from './layer.ts'

export function surroundings(nova: Nova, voices: Record<Face, Voice>): Surroundings {
  const { cloud } = nova
  return {
    cloud,
    seed: cloud.seed,
    operationOf: (passage, body) => operationOf(cloud, passage.face, passage.request, environOf(passage), body),
    renderError: (passage, status, message, headers) =>
      voices[passage.face].renderError({
        ...{ request: passage.request, environ: environOf(passage) },
        ...{ status, message, headers },
      }),
    renderPage: (passage, status, message, headers) =>
      renderNovaPage(nova, { request: passage.request, environ: environOf(passage), status, message, headers }),
    answerFrom: (past, passage) => voices[passage.face].appOf(past)(passage.request, environOf(passage)),
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
  for (const [face, operations] of operationsByFace()) {
    for (const [name, methods] of operations) known.set(name, [...(known.get(name) ?? []), { face, methods }])
  }
  return known
}

/** The world has given it, so it has all that a world's has. */
function environOf({ environ, face }: Passage): Environ {
  return below(face, environ as Environ)
}
