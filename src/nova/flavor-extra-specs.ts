/** os-extra_specs of a flavor: the marks that schedulers and agents read. nova/api/openstack/compute/flavors_extraspecs.py */

import { type Flavor, getFlavor, removeExtraSpec, setExtraSpecs } from '../cloud/flavors.ts'
import { projectOf } from '../cloud/identity.ts'
import { dumps } from '../python/json.ts'
import type { Schema } from '../python/jsonschema.ts'
import { isDict, PyFloat, type PyValue, valueAt } from '../python/values.ts'
import { NovaFault } from './errors.ts'
import { assertKnownSpec, CHECKED_FROM } from './extra-specs.ts'
import { flavorFor } from './flavors.ts'
import { requireAdmin, requireRole } from './policy.ts'
import type { ApiMethod, Call } from './resource.ts'
import { metadataOf, NO_QUERY } from './validate.ts'

const SPECS = metadataOf(['string', 'number'])
const CREATE: Schema = {
  type: 'object',
  properties: { extra_specs: SPECS },
  required: ['extra_specs'],
  additionalProperties: false,
}

/** GET /flavors/{flavor}/os-extra_specs */
export const LIST_EXTRA_SPECS: ApiMethod = {
  query: NO_QUERY,
  run: (call) => {
    requireRole(call, rule('index'), 'reader', projectOf(call.token))
    return dumps({ extra_specs: flavorFor(call, flavorId(call)).extraSpecs })
  },
}

/** GET /flavors/{flavor}/os-extra_specs/{id} */
export const SHOW_EXTRA_SPEC: ApiMethod = {
  query: NO_QUERY,
  run: (call) => {
    requireRole(call, rule('show'), 'reader', projectOf(call.token))
    const { extraSpecs } = flavorFor(call, flavorId(call))
    if (!Object.hasOwn(extraSpecs, call.id)) throw noSuchSpec(call)
    return dumps({ [call.id]: extraSpecs[call.id] })
  },
}

/** POST /flavors/{flavor}/os-extra_specs */
export const CREATE_EXTRA_SPECS: ApiMethod = {
  body: [{ from: 1, schema: CREATE }],
  run: (call) => {
    requireAdmin(call, rule('create'))
    change(call, valueAt(call.body, 'extra_specs'), () => getFlavor(call.cloud, flavorId(call)))
    return dumps(call.body)
  },
}

/** PUT /flavors/{flavor}/os-extra_specs/{id} */
export const UPDATE_EXTRA_SPEC: ApiMethod = {
  body: [{ from: 1, schema: { ...SPECS, minProperties: 1, maxProperties: 1 } }],
  run: (call) => {
    requireAdmin(call, rule('update'))
    change(call, call.body, () => {
      if (!isDict(call.body) || !call.body.has(call.id)) throw new NovaFault(400, 'Request body and URI mismatch')
      return getFlavor(call.cloud, flavorId(call))
    })
    return dumps(call.body)
  },
}

/** DELETE /flavors/{flavor}/os-extra_specs/{id} */
export const DELETE_EXTRA_SPEC: ApiMethod = {
  run: (call) => {
    requireAdmin(call, rule('delete'))
    if (!removeExtraSpec(call.cloud, getFlavor(call.cloud, flavorId(call)), call.id)) throw noSuchSpec(call)
    return ''
  },
}

function change(call: Call, specs: PyValue | undefined, find: () => Flavor): void {
  if (!isDict(specs)) return
  const texts = Object.fromEntries([...specs].map(([key, value]) => [key, specText(value)]))
  for (const [key, value] of Object.entries(texts)) {
    if (value.length > 255 && typeof specs.get(key) !== 'string') {
      throw new NovaFault(
        400,
        `Invalid input received: extra_specs value has ${value.length} characters, more than 255.`,
      )
    }
    if (call.version >= CHECKED_FROM) assertKnownSpec(key, value)
  }
  setExtraSpecs(call.cloud, find(), texts)
}

/** Python's `str()` of a number. */
function specText(value: PyValue): string {
  return value instanceof PyFloat ? dumps(value) : String(value)
}

function flavorId({ params }: Call): string {
  return params.flavor ?? ''
}

function noSuchSpec(call: Call): NovaFault {
  return new NovaFault(404, `Flavor ${flavorId(call)} has no extra specs with key ${call.id}.`)
}

function rule(action: string): string {
  return `os_compute_api:os-flavor-extra-specs:${action}`
}
