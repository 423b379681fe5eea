/** The faces of a world: where each is below its address, and what each has to say for itself. */

import type { Cloud } from '../cloud/cloud.ts'
import type { Keystone } from '../keystone/resource.ts'
import { novaApp } from '../nova/app.ts'
import { operationOf as novaOperation } from '../nova/operations.ts'
import { type Nova, renderError as renderNovaError } from '../nova/resource.ts'
import { type Environ, type ErrorToRender, withPath } from '../python/wsgi.ts'
import type { Answer, Face } from './layer.ts'

/** Where each is below a world's address. Nova is what nothing else is. */
const PLACES: Record<Face, string> = { nova: '', keystone: '/identity', placement: '/placement', glance: '/image' }

type App = (request: Request, environ: Environ) => Answer

export interface Voice {
  app: App
  /** The same face, but of a cloud of another time. */
  appOf(cloud: Cloud): App
  renderError(error: ErrorToRender): Response
}

/** What the faces need of the world that they are in. */
export type Needs = Nova & Keystone

/** What a request asks for, as far as it can be told without doing it. */
export interface Operation {
  /** `os-services:delete`, `tokens:issue`; undefined when nothing of that kind is at the path. */
  name: string | undefined
  /** As the routes of its face have it: `/os-services/4`. */
  path: string
  /** The minor number of the microversion; undefined where there is none. */
  version?: number | undefined
}

/** The code of a face, the same for all worlds. */
interface Code {
  appOf(needs: Needs): App
  renderError(needs: Needs, error: ErrorToRender): Response
  /** @param body as far as it has been read */
  operationOf(cloud: Cloud, request: Request, environ: Environ, body: Uint8Array | undefined): Operation
}

/** Everybody asks Nova. */
const loaded: Partial<Record<Face, Code>> = {
  nova: { appOf: novaApp, renderError: renderNovaError, operationOf: novaOperation },
}

/** The others are loaded when somebody asks them: a server that nobody does has 2 MB less. */
const LOADED_WHEN_ASKED: Record<Exclude<Face, 'nova'>, () => Promise<Code>> = {
  async keystone() {
    const { keystoneApp, operationOf, renderError } = await import('../keystone/app.ts')
    return { appOf: keystoneApp, renderError, operationOf: (_, request, environ) => operationOf(request, environ) }
  },
  async placement() {
    const { placementApp, operationOf, renderError } = await import('../placement/app.ts')
    return { appOf: placementApp, renderError, operationOf: (_, request, environ) => operationOf(request, environ) }
  },
  async glance() {
    const { glanceApp, operationOf, renderError } = await import('../glance/app.ts')
    return { appOf: glanceApp, renderError, operationOf: (_, request, environ) => operationOf(request, environ) }
  },
}

/** The voices of one world. */
export interface Voices {
  /** Whether the face can speak at once. */
  ready(face: Face): boolean
  /** See to it that it can. */
  load(face: Face): Promise<void>
  /** One that can. */
  of(face: Face): Voice
}

export function createVoices(needs: Needs): Voices {
  const voices: Partial<Record<Face, Voice>> = {}
  return {
    ready: (face) => face in loaded,
    async load(face) {
      if (face !== 'nova') loaded[face] ??= await LOADED_WHEN_ASKED[face]()
    },
    of: (face) => (voices[face] ??= voiceOf(codeOf(face), needs)),
  }
}

function voiceOf({ appOf, renderError }: Code, needs: Needs): Voice {
  return {
    app: appOf(needs),
    appOf: (cloud) => appOf({ ...needs, cloud }),
    renderError: (error) => renderError(needs, error),
  }
}

/**
 * What a request is for, that a face was asked.
 *
 * @param environ as the face sees it, see `below`
 */
export function operationOf(
  cloud: Cloud,
  face: Face,
  request: Request,
  environ: Environ,
  body: Uint8Array | undefined,
): Operation {
  return codeOf(face).operationOf(cloud, request, environ, body)
}

function codeOf(face: Face): Code {
  const code = loaded[face]
  if (!code) throw new Error(`nobody has asked ${face} for anything`)
  return code
}

/** Whose a path is. */
export function faceAt(path: string): Face {
  if (isBelow(path, PLACES.keystone)) return 'keystone'
  if (isBelow(path, PLACES.placement)) return 'placement'
  if (isBelow(path, PLACES.glance)) return 'glance'
  return 'nova'
}

/** Where a request came in, as its face sees it. */
export function below(face: Face, environ: Environ): Environ {
  const place = PLACES[face]
  return place === '' ? environ : withPath(environ, environ.path.slice(place.length))
}

const SLASH = 0x2f

function isBelow(path: string, place: string): boolean {
  return path.startsWith(place) && (path.length === place.length || path.charCodeAt(place.length) === SLASH)
}
