/** The paths below /v2 that novasim has, what answers at each, and what the operation there is called. glance/api/v2/router.py */

import { addTag, listImages, refuseTo, removeTag, showImage } from './images.ts'
import type { Method } from './resource.ts'
import { IMAGE_SCHEMA, IMAGES_SCHEMA } from './schemas.ts'

export interface Route {
  pattern: RegExp
  /** In the order in which Allow names them. */
  methods: Record<string, { operation: string; run: Method; rejectsBody?: boolean }>
}

export const ROUTES: readonly Route[] = [
  {
    pattern: /^\/images$/,
    methods: {
      GET: { operation: 'images:list', run: listImages },
      POST: { operation: 'images:create', run: refuseTo('add_image') },
    },
  },
  {
    pattern: /^\/images\/(?<image_id>[^/]+)$/,
    methods: {
      GET: { operation: 'images:show', run: showImage },
      PATCH: { operation: 'images:update', run: refuseTo('modify_image') },
      DELETE: { operation: 'images:delete', run: refuseTo('delete_image') },
    },
  },
  {
    pattern: /^\/images\/(?<image_id>[^/]+)\/tags\/(?<tag_value>[^/]+)$/,
    methods: {
      PUT: { operation: 'images:tag', run: addTag, rejectsBody: true },
      DELETE: { operation: 'images:untag', run: removeTag },
    },
  },
  {
    pattern: /^\/schemas\/image$/,
    methods: { GET: { operation: 'schemas:image', run: () => ({ body: IMAGE_SCHEMA }) } },
  },
  {
    pattern: /^\/schemas\/images$/,
    methods: { GET: { operation: 'schemas:images', run: () => ({ body: IMAGES_SCHEMA }) } },
  },
]

/** What is at a path below the version; undefined when nothing is. */
export function findRoute(path: string): { route: Route; params: Record<string, string> } | undefined {
  for (const route of ROUTES) {
    const match = route.pattern.exec(path)
    if (match) return { route, params: { ...match.groups } }
  }
  return undefined
}

/** The operations at the paths that are of no version. */
export const LIST_VERSIONS = 'versions:list'

/** Each operation, and the methods that it can be asked for by. */
export function operations(): Map<string, string[]> {
  return new Map([
    [LIST_VERSIONS, []],
    ...ROUTES.flatMap(({ methods }) =>
      Object.entries(methods).map(([verb, { operation }]): [string, string[]] => [operation, [verb]]),
    ),
  ])
}
