/** POST /servers: what it may say, in the order in which Nova looks. nova/api/openstack/compute/servers.py `create` */

import { type BootWish, requestInstances } from '../cloud/boots.ts'
import { CloudError } from '../cloud/errors.ts'
import type { Flavor } from '../cloud/flavors.ts'
import { projectOf } from '../cloud/identity.ts'
import { embedFlavor } from '../cloud/instance-flavors.ts'
import { type Instance, reservationIdOf } from '../cloud/instances.ts'
import { workOff } from '../cloud/work.ts'
import { dumps } from '../python/json.ts'
import { repr } from '../python/repr.ts'
import { dictAt, isDict, type PyDict, type PyValue, strip, valueAt } from '../python/values.ts'
import { NovaFault } from './errors.ts'
import { flavorFor } from './flavors.ts'
import { linksTo } from './links.ts'
import { passwordFor } from './password.ts'
import { requireRole } from './policy.ts'
import type { ApiMethod, Call, Reply } from './resource.ts'
import { actorOf, imageFor, inWordsOf, refuseKey, textOrNull, textsOf } from './server-request.ts'
import { CREATE_BODY } from './server-schemas.ts'
import { boolFromString } from './validate.ts'

/** From here on what a server says of itself is not its name. */
const DESCRIPTION_FROM = 19
/** The most key and value pairs that a server may have. Nova's `quota.metadata_items` default. */
const MOST_METADATA = 128

export const CREATE_SERVER: ApiMethod = {
  body: CREATE_BODY,
  status: 202,
  run(call) {
    const server = dictAt(call.body, 'server')
    const count = countOf(server)
    requireRole(call, 'os_compute_api:servers:create', 'member', projectOf(call.token))
    const place = placeOf(call, server)
    const image = imageOf(server)
    checkNetworks(server.get('networks'))
    const flavor = flavorOf(call, textOrNull(server.get('flavorRef')) ?? '')
    const wish = { ...wishOf(call, server, flavor), ...place, count }
    checkWish(call, server, wish, flavor)
    const found = imageFor(call, image, 'Can not find requested image')
    const made = inWordsOf('create', '', () => requestInstances(call.cloud, { ...wish, image: found }, actorOf(call)))
    workOff(call.cloud)
    return answerFor(call, server, made)
  },
}

function answerFor(call: Call, server: PyDict, [first]: Instance[]): Reply {
  if (!first) throw new Error('there is no server')
  if (boolFromString(server.get('return_reservation_id'))) {
    return { body: dumps({ reservation_id: reservationIdOf(first) }) }
  }
  const links = linksTo(call, 'servers', first.uuid)
  const body = dumps({
    server: {
      id: first.uuid,
      links,
      'OS-DCF:diskConfig': first.diskConfig,
      security_groups: groupsOf(server).map((name) => ({ name })),
      adminPass: textOrNull(server.get('adminPass')) ?? passwordFor(first),
    },
  })
  return { headers: { Location: links[0]?.href ?? '' }, body }
}

type Wish = Omit<BootWish, 'image'>

/** What the server is to be, but for where, of what, and how often. */
function wishOf(call: Call, server: PyDict, flavor: Flavor): Omit<Wish, 'count' | keyof Place> {
  const name = strip(String(server.get('name')))
  const tags = server.get('tags')
  return {
    name,
    description: call.version >= DESCRIPTION_FROM ? textOrNull(server.get('description')) : name,
    hostname: textOrNull(server.get('hostname')),
    flavor: embedFlavor(flavor),
    metadata: textsOf(server.get('metadata')),
    tags: Array.isArray(tags) ? tags.map(String) : [],
    keyName: null,
    configDrive: boolFromString(server.get('config_drive')),
    userData: textOrNull(server.get('user_data')),
    accessIpV4: textOrNull(server.get('accessIPv4')),
    accessIpV6: textOrNull(server.get('accessIPv6')),
    diskConfig: server.get('OS-DCF:diskConfig') === 'AUTO' ? 'AUTO' : 'MANUAL',
    hints: hintsOf(call.body),
  }
}

/** @throws {NovaFault} what nova/compute/api.py `_create_instance` and its checks turn down */
function checkWish(call: Call, server: PyDict, wish: Wish, flavor: Flavor): void {
  refuseKey(server.get('key_name'))
  for (const name of groupsOf(server)) {
    if (name !== 'default') throw new NovaFault(400, `Unable to find security_group with name or id ${repr(name)}`)
  }
  const [group] = wish.hints.group ?? []
  if (group !== undefined) throw new NovaFault(400, `Instance group ${group} could not be found.`)
  if (Object.keys(wish.metadata).length > MOST_METADATA) {
    throw new NovaFault(403, `Maximum number of metadata items exceeds ${MOST_METADATA}`)
  }
  if (wish.hostname !== null && wish.count > 1) {
    throw new NovaFault(400, 'Unable to allocate a single hostname to multiple instances')
  }
  if (flavor.diskGb === 0 && !actorOf(call).isAdmin) {
    throw new NovaFault(403, 'Only volume-backed servers are allowed for flavors with zero disk.')
  }
}

/** Each is kept as a list. nova/objects/request_spec.py `_from_hints` */
function hintsOf(body: PyValue): Record<string, string[]> {
  const hints = valueAt(body, 'os:scheduler_hints') ?? valueAt(body, 'OS-SCH-HNT:scheduler_hints')
  if (!isDict(hints)) return {}
  return Object.fromEntries(
    [...hints].map(([name, value]) => [String(name), (Array.isArray(value) ? value : [value]).map(String)]),
  )
}

type Place = Pick<BootWish, 'zone' | 'host' | 'node' | 'forcedHost' | 'forcedNode'>

/** Where it is to be: in a zone, on a host from 2.74 on, or, as it was before, both in one text. */
function placeOf(call: Call, server: PyDict): Place {
  const { zone, forcedHost, forcedNode } = takeZoneApart(textOrNull(server.get('availability_zone')))
  const forced = forcedHost !== null || forcedNode !== null
  if (forced) requireRole(call, 'os_compute_api:servers:create:forced_host', 'admin')
  const host = textOrNull(server.get('host'))
  const node = textOrNull(server.get('hypervisor_hostname'))
  if (host !== null || node !== null) {
    requireRole(call, 'compute:servers:create:requested_destination', 'admin')
    if (forced) {
      throw new NovaFault(
        400,
        'One mechanism with host and/or hypervisor_hostname and another mechanism with zone:host:node ' +
          'are mutually exclusive.',
      )
    }
  }
  const within = forced ? zoneOfForced(call, zone, forcedHost ?? forcedNode) : zone
  return { zone: within, host, node, forcedHost, forcedNode }
}

/** `zone:host:node`, `zone:host` or `zone::node`. nova/compute/api.py `parse_availability_zone` */
function takeZoneApart(text: string | null): Pick<Place, 'zone' | 'forcedHost' | 'forcedNode'> {
  const [zone = '', ...rest] = (text ?? '').split(':')
  if (rest.length > 2) throw new NovaFault(400, 'Invalid input received: Unable to parse availability_zone')
  const [host = '', node = ''] = rest
  return { zone: zone || null, forcedHost: host || null, forcedNode: node || null }
}

/** A zone that the host is not in is of no matter. nova/api/openstack/compute/servers.py `_validate_host_availability_zone` */
function zoneOfForced({ cloud }: Call, zone: string | null, host: string | null): string | null {
  const groups = [...cloud.state.aggregates.values()].filter(({ hosts }) => host !== null && hosts.includes(host))
  const own = groups.map(({ metadata }) => metadata.availability_zone).find((name) => name !== undefined)
  return zone === own || (zone === 'nova' && own === undefined) ? zone : null
}

/** @throws {NovaFault} 400 */
function countOf(server: PyDict): number {
  const least = Number(server.get('min_count') ?? 1)
  const most = Number(server.get('max_count') ?? least)
  if (least > most) throw new NovaFault(400, 'min_count must be <= max_count')
  return most
}

/** @throws {NovaFault} 400 */
function imageOf(server: PyDict): string {
  return textOrNull(server.get('imageRef')) || refuseNoImage()
}

function refuseNoImage(): never {
  throw new NovaFault(400, 'Missing imageRef attribute')
}

/** There is no network here, so none can be asked for by its id. @throws {NovaFault} 400 */
function checkNetworks(networks: PyValue | undefined): void {
  if (!Array.isArray(networks)) return
  for (const each of networks) {
    const port = valueAt(each, 'port')
    if (typeof port === 'string') throw new NovaFault(400, `Port id ${port} could not be found.`)
    const network = valueAt(each, 'uuid')
    if (typeof network === 'string') throw new NovaFault(400, `Network ${network} could not be found.`)
  }
}

/** A flavor by its id, or by an address that ends in it. @throws {NovaFault} 400 */
export function flavorOf(call: Call, ref: string): Flavor {
  const id = ref.split('/').at(-1) ?? ''
  try {
    return flavorFor(call, id)
  } catch (error) {
    if (!(error instanceof CloudError)) throw error
    throw new NovaFault(400, `Flavor ${id} could not be found.`)
  }
}

function groupsOf(server: PyDict): string[] {
  const groups = server.get('security_groups')
  const names = Array.isArray(groups) ? groups.flatMap((each) => (isDict(each) ? [String(each.get('name'))] : [])) : []
  return names.length > 0 ? [...new Set(names)] : ['default']
}
