/** The documents of versions, and paths that are of no resource. */

import fc from 'fast-check'
import type { Question } from '../question.ts'
import { query } from './values.ts'

const AT_ROOT = [
  ...[
    '/',
    '/v2.1',
    '/v2.1/',
    '/v2',
    '/v2/',
    '/v3',
    '/v1.1',
    '/v2.1/versions',
    '/v2.1/versions/v2.1',
    '/v2/versions/v2.0',
    '/versions',
  ],
  ...[
    '//',
    '/v2.1//',
    '/v2.10',
    '/V2.1',
    '/v2.1/{project admin}',
    '/v2.1/{project admin}/',
    '/v2.1/{project demo}/os-services',
  ],
  ...[
    '/v2.1/{project admin}/os-services',
    '/v2/{project admin}/os-services',
    '/v2/os-services',
    '/v2.1/x/os-services',
    '/v2/v2.1',
  ],
  ...[
    '/%2e%2e/',
    '/v2%2e1/',
    '/v2.1/%2e/os-services',
    '/v2.1/./os-services',
    '/v2.1/../v2.1/',
    '/os-services',
    '/x/y',
    '/é',
    '/v2.1/%',
    '/favicon.ico',
  ],
]

export const versions: fc.Arbitrary<Question> = fc
  .tuple(
    fc.constantFrom('GET', 'GET', 'GET', 'GET', 'GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'),
    fc.constantFrom(...AT_ROOT),
    query({}),
  )
  .map(([method, path, sought]): Question => ({ [method]: path + sought, root: true }))

export const nowhere: fc.Arbitrary<Question> = fc
  .tuple(
    fc.constantFrom('GET', 'HEAD', 'POST', 'OPTIONS', 'PUT', 'DELETE', 'PATCH'),
    fc.constantFrom(
      '/nothing',
      '/os-nothing/1',
      '/os-service',
      '/os-services-x',
      '/',
      '//',
      '/%2F',
      '/\u00e9',
      '/a b',
      '/?',
      '/;',
      '/os-services;x',
      '/<b>',
    ),
  )
  .map(([method, path]): Question => ({ [method]: path }))
