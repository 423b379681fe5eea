/** Where the services of this world are: at its own address, as the client wrote it. */

import { REGION } from '../cloud/identity.ts'
import { hexFor } from '../cloud/ids.ts'
import { dumps } from '../python/json.ts'
import type { Keystone } from './resource.ts'

type Interface = 'admin' | 'internal' | 'public'

export interface Endpoint {
  id: string
  interface: Interface
  serviceId: string
  url: string
}

export interface CatalogService {
  id: string
  type: string
  name: string
  endpoints: Endpoint[]
}

/** Services, and the catalogue of a token, written out. */
export interface Catalog {
  services: CatalogService[]
  text: string
}

/** For how many addresses a catalogue is kept. Clients choose how they write an address, so there could be any number. */
const KEPT = 16

const catalogs = new WeakMap<Keystone, Map<string, Catalog>>()

/** The catalogue as seen from an address. */
export function catalogAt(keystone: Keystone, base: string): Catalog {
  const known = catalogs.get(keystone) ?? new Map<string, Catalog>()
  catalogs.set(keystone, known)
  const kept = known.get(base)
  if (kept) return kept
  if (known.size >= KEPT) known.clear()
  const made = createCatalog(keystone, base)
  known.set(base, made)
  return made
}

function createCatalog({ cloud, catalog }: Keystone, base: string): Catalog {
  const service = (type: string, name: string, path: string, interfaces: Interface[]): CatalogService => {
    const id = hexFor(cloud.seed, 'catalog', type)
    const endpoints = interfaces.map((each) => ({
      id: hexFor(cloud.seed, 'endpoint', type, each),
      interface: each,
      serviceId: id,
      url: base + path,
    }))
    return { id, type, name, endpoints }
  }
  const services = [
    service('identity', 'keystone', '/identity/v3', ['admin', 'internal', 'public']),
    ...catalog.map(({ type, name, path }) => service(type, name, path, ['internal', 'public'])),
  ]
  return { services, text: dumps(services.map(catalogEntry)) }
}

/** keystone/catalog/backends/base.py `get_v3_catalog` */
function catalogEntry({ id, type, name, endpoints }: CatalogService) {
  return {
    endpoints: endpoints.map((endpoint) => ({
      id: endpoint.id,
      interface: endpoint.interface,
      region_id: REGION,
      url: endpoint.url,
      region: REGION,
    })),
    id,
    type,
    name,
  }
}
