/** What clients discover: which APIs there are, and which microversions. nova/api/openstack/compute/versions.py */

import type { Cloud } from '../cloud/cloud.ts'
import { dumps } from '../python/json.ts'
import { decodeUtf8, type Environ } from '../python/wsgi.ts'
import { NovaFault, UncaughtError } from './errors.ts'
import { LOWEST, newestOf } from './microversion.ts'
import { sayingsOf } from './releases.ts'
import type { ApiMethod, Call } from './resource.ts'

type VersionId = 'v2.0' | 'v2.1'

/** Where each API is. */
const VERSIONS: Record<VersionId, { path: string; type: string }> = {
  'v2.0': { path: 'v2', type: '2' },
  'v2.1': { path: 'v2.1', type: '2.1' },
}
const CURRENT_API = { status: 'CURRENT', updated: '2013-07-23T11:33:21Z' }
const IDS: VersionId[] = ['v2.0', 'v2.1']

/** Any query will do, as long as it can be read. */
const SOME_QUERY = [{ from: LOWEST, schema: {} }]

/** GET / */
export const LIST_VERSIONS: ApiMethod = {
  query: SOME_QUERY,
  run: (call) => {
    const versions = IDS.map((id) => ({
      ...summary(call, id),
      links: [{ rel: 'self', href: `${call.environ.base}/${VERSIONS[id].path}/` }],
    }))
    return dumps({ versions })
  },
}

/** Any path that is of none of the APIs. */
export const CHOOSE_VERSION: ApiMethod = {
  query: SOME_QUERY,
  status: 300,
  run: ({ cloud, environ }) => {
    const choices = IDS.map((id) => ({
      id,
      status: standingOf(cloud, id).status,
      links: [{ rel: 'self', href: below(environ, VERSIONS[id].path) }],
      'media-types': mediaTypes(id),
    }))
    return dumps({ choices })
  },
}

/** GET /v2.1 and GET /v2; GET /v2.1/{project_id}/ and GET /v2.1/versions/{id}, which want a token. */
export const SHOW_VERSION: ApiMethod = {
  query: SOME_QUERY,
  run: (call) => {
    const id = IDS.find((each) => each === (call.legacy ? 'v2.0' : call.id || 'v2.1'))
    if (!id) throw new NovaFault(404, 'The resource could not be found.')
    const { environ, legacy } = call
    const links = [
      { rel: 'self', href: `${environ.base}/${legacy ? 'v2' : 'v2.1'}/` },
      { rel: 'describedby', type: 'text/html', href: 'http://docs.openstack.org/' },
    ]
    return dumps({ version: { ...summary(call, id), links, 'media-types': mediaTypes(id) } })
  },
}

function summary({ cloud }: Call, id: VersionId) {
  const { status, updated } = standingOf(cloud, id)
  const versions =
    id === 'v2.0' ? { version: '', min_version: '' } : { version: `2.${newestOf(cloud)}`, min_version: `2.${LOWEST}` }
  return { id, status, ...versions, updated }
}

/** Since when each is what it is. */
function standingOf(cloud: Cloud, id: VersionId) {
  return id === 'v2.0' ? sayingsOf(cloud).legacyApi : CURRENT_API
}

function mediaTypes(id: VersionId) {
  const type = `application/vnd.openstack.compute+json;version=${VERSIONS[id].type}`
  return [{ base: 'application/json', type }]
}

/** The path that was asked for, below an API. nova/api/openstack/common.py `url_join` */
function below({ base, path }: Environ, api: string): string {
  return `${base}/${api}/${quotePath(path).replace(/^\/+|\/+$/g, '')}`
}

/** Nova cannot name a path that is not UTF-8, not even in its complaint. webob/request.py `path_info` */
function assertUtf8(path: string): void {
  try {
    decodeUtf8(Buffer.from(path, 'latin1'))
  } catch {
    throw new UncaughtError('UnicodeDecodeError')
  }
}

/** The path as WebOb writes it into URLs. webob/compat.py `PATH_SAFE` */
function quotePath(path: string): string {
  assertUtf8(path)
  return path.replace(/[^\w.~!$&'()*+,;=:@/-]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
  })
}
