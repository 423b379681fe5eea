/** All of Nova's paths that novasim has, what answers at each, and what the operation there is called. nova/api/openstack/compute/routes.py */

import type { Cloud } from '../cloud/cloud.ts'
import type { ApiMethod } from './resource.ts'
import { ACTIONS, actionAt, DELETE_SERVICE, indexServices, UPDATE_SERVICE } from './services.ts'
import { SHOW_VERSION } from './versions.ts'

export interface Route {
  verb: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below /v2.1 and the project. */
  path: string
  /** `os-services:list`; where the method does different things, the names of all of them. */
  operations: readonly string[]
  /** Which of several it is, by what the path says and the version's minor number. Without it: the only one. */
  operationAt?: (id: string, version: number) => string | undefined
  methodOn(cloud: Cloud): ApiMethod
}

export const ROUTES: readonly Route[] = [
  { verb: 'GET', path: '/', operations: ['versions:show'], methodOn: () => SHOW_VERSION },
  { verb: 'GET', path: '/versions/:id', operations: ['versions:show'], methodOn: () => SHOW_VERSION },
  { verb: 'GET', path: '/os-services', operations: ['os-services:list'], methodOn: indexServices },
  {
    verb: 'PUT',
    path: '/os-services/:id',
    operations: [...ACTIONS.map(({ name }) => `os-services:${name}`), 'os-services:update'],
    operationAt: (id, version) => {
      const action = actionAt(id, version)
      return action && `os-services:${action}`
    },
    methodOn: () => UPDATE_SERVICE,
  },
  { verb: 'DELETE', path: '/os-services/:id', operations: ['os-services:delete'], methodOn: () => DELETE_SERVICE },
]
