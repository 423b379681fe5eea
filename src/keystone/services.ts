/** The catalogue's parts: services, endpoints, regions. keystone/api/services.py, endpoints.py and regions.py */

import { REGION, sameText } from '../cloud/identity.ts'
import { type CatalogService, catalogAt, type Endpoint } from './catalog.ts'
import { byId, collection, found, member, type Ref } from './collections.ts'
import { notFound } from './errors.ts'
import { enforce } from './policy.ts'
import type { Answer, Call } from './resource.ts'
import { validateQuery } from './validate.ts'

const ENDPOINTS_QUERY = {
  type: 'object',
  properties: { interface: { type: 'string', enum: ['admin', 'internal', 'public'] } },
} as const

const REGIONS_QUERY = {
  type: 'object',
  properties: { parent_region_id: { type: ['string', 'null'], minLength: 1, maxLength: 255 } },
  additionalProperties: false,
} as const

/** GET /v3/services */
export function listServices(call: Call): Answer {
  enforce(call, 'list_services')
  const services = servicesOf(call).map(serviceRef).sort(byId)
  return collection(call, { name: 'services', filters: ['type', 'name'], paging: 'cut' }, services)
}

/** GET /v3/services/{service_id} */
export function showService(call: Call): Answer {
  enforce(call, 'get_service')
  const { service_id: id = '' } = call.params
  const service = servicesOf(call).find((each) => sameText(each.id, id))
  return member(call, 'service', 'services', serviceRef(found(service, () => notFound('service', id))))
}

/** GET /v3/endpoints */
export function listEndpoints(call: Call): Answer {
  validateQuery(call, ENDPOINTS_QUERY)
  enforce(call, 'list_endpoints')
  const filters = ['interface', 'service_id', 'region_id']
  return collection(call, { name: 'endpoints', filters, paging: 'cut' }, endpointsOf(call).map(endpointRef).sort(byId))
}

/** GET /v3/endpoints/{endpoint_id} */
export function showEndpoint(call: Call): Answer {
  const { endpoint_id: id = '' } = call.params
  enforce(call, 'get_endpoint')
  const endpoint = endpointsOf(call).find((each) => sameText(each.id, id))
  return member(call, 'endpoint', 'endpoints', endpointRef(found(endpoint, () => notFound('endpoint', id))))
}

/** GET /v3/regions */
export function listRegions(call: Call): Answer {
  validateQuery(call, REGIONS_QUERY)
  enforce(call, 'list_regions')
  return collection(call, { name: 'regions', filters: ['parent_region_id'] }, [REGION_REF])
}

/** GET /v3/regions/{region_id} */
export function showRegion(call: Call): Answer {
  enforce(call, 'get_region')
  const { region_id: id = '' } = call.params
  if (!sameText(id, REGION)) throw notFound('region', id)
  return member(call, 'region', 'regions', REGION_REF)
}

const REGION_REF: Ref = { id: REGION, description: '', parent_region_id: null }

function servicesOf({ keystone, environ }: Call): CatalogService[] {
  return catalogAt(keystone, environ.base).services
}

function endpointsOf(call: Call): Endpoint[] {
  return servicesOf(call).flatMap(({ endpoints }) => endpoints)
}

/** `keystone-manage bootstrap` gives its own service no description; the client gives the others an empty one. */
function serviceRef({ id, type, name }: CatalogService): Ref {
  const described = type === 'identity' ? {} : { description: null }
  return { ...described, name, id, type, enabled: true }
}

function endpointRef({ id, interface: kind, serviceId, url }: Endpoint): Ref {
  return { id, interface: kind, region_id: REGION, service_id: serviceId, url, enabled: true, region: REGION }
}
