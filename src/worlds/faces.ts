/** The faces of a world: where each is below its address, and what each has to say for itself. */

import type { Cloud } from '../cloud/cloud.ts'
import {
  type Glance,
  glanceApp,
  operationOf as glanceOperation,
  renderError as renderGlanceError,
} from '../glance/app.ts'
import { operations as glanceOperations } from '../glance/routes.ts'
import {
  type Keystone,
  keystoneApp,
  operationOf as keystoneOperation,
  renderError as renderKeystoneError,
} from '../keystone/app.ts'
import { operations as keystoneOperations } from '../keystone/routes.ts'
import { novaApp } from '../nova/app.ts'
import { operationOf as novaOperation, operations as novaOperations } from '../nova/operations.ts'
import { type Nova, renderError as renderNovaError } from '../nova/resource.ts'
import {
  type Placement,
  placementApp,
  operationOf as placementOperation,
  renderError as renderPlacementError,
} from '../placement/app.ts'
import { operations as placementOperations } from '../placement/routes.ts'
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
export interface Needs {
  nova: Nova
  keystone: Keystone
  placement: Placement
  glance: Glance
}

export function voicesOf({ nova, keystone, placement, glance }: Needs): Record<Face, Voice> {
  return {
    nova: {
      app: novaApp(nova),
      appOf: (cloud) => novaApp({ ...nova, cloud }),
      renderError: (error) => renderNovaError(nova, error),
    },
    keystone: {
      app: keystoneApp(keystone),
      appOf: (cloud) => keystoneApp({ ...keystone, cloud }),
      renderError: (error) => renderKeystoneError(keystone, error),
    },
    placement: {
      app: placementApp(placement),
      appOf: (cloud) => placementApp({ ...placement, cloud }),
      renderError: (error) => renderPlacementError(placement, error),
    },
    glance: {
      app: glanceApp(glance),
      appOf: (cloud) => glanceApp({ ...glance, cloud }),
      renderError: (error) => renderGlanceError(glance, error),
    },
  }
}

/** What a request asks for, as far as it can be told without doing it. */
export interface Operation {
  /** `os-services:delete`, `tokens:issue`; undefined when nothing of that kind is at the path. */
  name: string | undefined
  /** As the routes of its face have it: `/os-services/4`. */
  path: string
  /** The minor number of the microversion; undefined where there is none. */
  version?: number | undefined
}

/** @param environ as the face sees it, see `below` */
export function operationOf(
  cloud: Cloud,
  face: Face,
  request: Request,
  environ: Environ,
  body: Uint8Array | undefined,
): Operation {
  switch (face) {
    case 'nova':
      return novaOperation(cloud, request, environ, body)
    case 'keystone':
      return keystoneOperation(request, environ)
    case 'placement':
      return placementOperation(request, environ)
    case 'glance':
      return glanceOperation(request, environ)
  }
}

/** Each operation of each face, and the methods that it can be asked for by. */
export function operationsByFace(): [Face, Map<string, string[]>][] {
  return [
    ['nova', novaOperations()],
    ['keystone', keystoneOperations()],
    ['placement', placementOperations()],
    ['glance', glanceOperations()],
  ]
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
