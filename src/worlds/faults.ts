/** What faults need of the world that they are in: its faces, by name and by voice. */

import type { Passage, Surroundings } from '../faults/passage.ts'
import { type Nova, renderPage as renderNovaPage } from '../nova/resource.ts'
import type { Environ } from '../python/wsgi.ts'
import { below, operationOf, type Voices } from './faces.ts'

export function surroundings(nova: Nova, voices: Voices): Surroundings {
  const { cloud } = nova
  return {
    cloud,
    seed: cloud.seed,
    operationOf: (passage, body) => operationOf(cloud, passage.face, passage.request, environOf(passage), body),
    renderError: (passage, status, message, headers) =>
      voices.of(passage.face).renderError({
        ...{ request: passage.request, environ: environOf(passage) },
        ...{ status, message, headers },
      }),
    renderPage: (passage, status, message, headers) =>
      renderNovaPage(nova, { request: passage.request, environ: environOf(passage), status, message, headers }),
    answerFrom: (past, passage) => voices.of(passage.face).appOf(past)(passage.request, environOf(passage)),
  }
}

/** The world has given it, so it has all that a world's has. */
function environOf({ environ, face }: Passage): Environ {
  return below(face, environ as Environ)
}
