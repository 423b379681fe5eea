/** What a query may ask of providers: their resources, traits, aggregates and trees. placement/util.py `normalize_*` */

import { hasRoom } from '../cloud/allocations.ts'
import type { Cloud } from '../cloud/cloud.ts'
import { resourceClassId } from '../cloud/resource-classes.ts'
import { findResourceProvider, type ResourceProvider, rootOf } from '../cloud/resource-providers.ts'
import { isUuidLike } from '../python/uuid.ts'
import { pythonInt, strip } from '../python/values.ts'
import { badRequest } from './errors.ts'
import type { Call, Query } from './resource.ts'
import { hasTrait } from './standard-traits.ts'

/** Required: at least one of each set. Forbidden: none. */
export interface Wanted {
  required: string[][]
  forbidden: string[]
}

/**
 * The providers that a query asks for.
 *
 * @throws {PlacementError} 400
 * @see placement/objects/resource_provider.py `_get_all_by_filters_from_db`
 */
export function providersBy(call: Call, query: Query): ResourceProvider[] {
  const { cloud } = call
  const aggregates = query.has('member_of') ? membersOf(call, query) : undefined
  const traits = query.has('required') ? traitsOf(call, query) : undefined
  const resources = query.has('resources') ? resourcesIn(query.last('resources') ?? '') : new Map<string, number>()
  const [name, uuid, tree] = [query.last('name'), query.last('uuid'), query.last('in_tree')]

  let found = [...cloud.state.resourceProviders.values()]
  if (name) found = found.filter((each) => each.name.toLowerCase() === name.toLowerCase())
  if (uuid) found = found.filter((each) => each.uuid === uuid.toLowerCase())
  if (tree) {
    const member = findResourceProvider(cloud, tree)
    if (!member) return []
    const root = rootOf(cloud, member)
    found = found.filter((each) => rootOf(cloud, each) === root)
  }
  if (traits) {
    checkTraits(cloud, traits.required.flat(), 'Invalid trait(s) in "required" parameter: ')
    const all = [...cloud.state.resourceProviders.values()]
    if (traits.required.length > 0 && !all.some((each) => hasAll(each.traits, traits.required))) return []
    checkTraits(cloud, traits.forbidden, 'Invalid trait(s) in "required" parameter: ')
    found = found.filter((each) => fits(each.traits, traits))
  }
  if (aggregates) {
    const all = [...cloud.state.resourceProviders.values()]
    if (aggregates.required.length > 0 && !all.some((each) => hasAll(each.aggregates, aggregates.required))) return []
    found = found.filter((each) => fits(each.aggregates, aggregates))
  }
  for (const [resourceClass, amount] of resources) {
    checkResourceClass(cloud, resourceClass)
    found = found.filter((each) => hasRoom(cloud, each.uuid, { [resourceClass]: amount }))
  }
  return found
}

/** @throws {PlacementError} 400 when there is no such class */
export function checkResourceClass(cloud: Cloud, name: string): void {
  if (resourceClassId(cloud, name) === undefined) {
    throw badRequest(`Invalid resource class in resources parameter: No such resource class ${name}.`)
  }
}

/** @throws {PlacementError} 400 when there is no trait of one of these names */
export function checkTraits(cloud: Cloud, names: readonly string[], words: string): void {
  for (const name of names) {
    if (!hasTrait(cloud, name)) throw badRequest(`${words}No such trait(s): ${name}.`)
  }
}

/** Whether something that has these has what is wanted, and nothing that is forbidden. */
export function fits(had: readonly string[], { required, forbidden }: Wanted): boolean {
  return hasAll(had, required) && !forbidden.some((each) => had.includes(each))
}

function hasAll(had: readonly string[], required: readonly string[][]): boolean {
  return required.every((any) => any.some((each) => had.includes(each)))
}

/** `VCPU:2,MEMORY_MB:1024`. @throws {PlacementError} 400. placement/util.py `normalize_resources_qs_param` */
export function resourcesIn(text: string): Map<string, number> {
  const form =
    'Badly formed resources parameter. Expected resources query string parameter in form: ' +
    '?resources=VCPU:2,MEMORY_MB:1024. Got: '
  if (strip(text) === '') throw badRequest(`${form}empty string.`)
  const resources = new Map<string, number>()
  for (const part of text.split(',')) {
    const [name = '', written, ...more] = part.split(':')
    if (written === undefined || more.length > 0) throw badRequest(`${form}${part}.`)
    const amount = pythonInt(written)
    if (amount === undefined) {
      throw badRequest(`Requested resource ${name} expected positive integer amount. Got: ${written}.`)
    }
    if (amount < 1) throw badRequest(`Requested resource ${name} requires amount >= 1. Got: ${amount}.`)
    resources.set(name, Number(amount))
  }
  return resources
}

/** @throws {PlacementError} 400. placement/util.py `normalize_traits_qs_params` */
export function traitsOf({ version }: Call, query: Query, suffix = ''): Wanted {
  const values = query.all(`required${suffix}`)
  const wanted: Wanted = { required: [], forbidden: [] }
  for (const value of version >= 39 ? values : values.slice(-1)) {
    const { required, forbidden } = traitsIn(value, { forbidden: version >= 22, any: version >= 39 })
    wanted.required.push(...required)
    wanted.forbidden.push(...forbidden)
  }
  return wanted
}

/** `HW_CPU_X86_VMX,!CUSTOM_MAGIC`, or `in:…`. placement/util.py `normalize_traits_qs_param` */
export function traitsIn(value: string, allowed: { forbidden?: boolean; any?: boolean }): Wanted {
  const wrong = (words: string) => badRequest(`Invalid query string parameters: ${words} ${value}`)
  const any = "The format 'in:HW_CPU_X86_VMX,CUSTOM_MAGIC'"
  if (value.startsWith('in:')) {
    if (!allowed.any) throw wrong(`${any} only supported since microversion 1.39. Got:`)
    const names = value.slice(3).split(',').map(strip)
    if (names.includes('')) {
      throw wrong(
        "Expected 'required' parameter value of the form: in:HW_CPU_X86_VMX,CUSTOM_MAGIC. Got an empty trait in:",
      )
    }
    if (names.some((name) => name.startsWith('!'))) throw wrong(`${any} does not support forbidden traits. Got:`)
    return { required: [[...new Set(names)]], forbidden: [] }
  }
  const all = value.split(',').map(strip)
  const forbidden = all.filter((name) => name.startsWith('!')).map((name) => name.replace(/^!+/, ''))
  if ([...all, ...forbidden].includes('')) {
    const form = allowed.forbidden ? 'HW_CPU_X86_VMX,!CUSTOM_MAGIC' : 'HW_CPU_X86_VMX,CUSTOM_MAGIC'
    throw wrong(`Expected 'required' parameter value of the form: ${form}. Got an empty trait in:`)
  }
  if (forbidden.length > 0 && !allowed.forbidden) {
    throw wrong("Expected 'required' parameter value of the form: HW_CPU_X86_VMX,CUSTOM_MAGIC. Got:")
  }
  return { required: all.filter((name) => !name.startsWith('!')).map((name) => [name]), forbidden }
}

/** @throws {PlacementError} 400. placement/util.py `normalize_member_of_qs_params` */
export function membersOf({ version }: Call, query: Query, suffix = ''): Wanted {
  const values = query.all(`member_of${suffix}`)
  if (version < 24 && values.length > 1) {
    throw badRequest(`Multiple member_of${suffix} parameters are not supported`)
  }
  const wanted: Wanted = { required: [], forbidden: [] }
  for (const value of values) {
    const { required, forbidden } = memberIn(value)
    if (required.length > 0) wanted.required.push(required)
    if (forbidden.length > 0) {
      if (version < 32) {
        throw badRequest(`Forbidden member_of${suffix} parameters are not supported in the specified microversion`)
      }
      wanted.forbidden.push(...forbidden)
    }
  }
  return wanted
}

function memberIn(value: string): { required: string[]; forbidden: string[] } {
  if (value.includes(',') && !value.startsWith('in:') && !value.startsWith('!in:')) {
    throw badRequest(
      "Multiple values for 'member_of' must be prefixed with the 'in:' or '!in:' keyword using the valid microversion. " +
        `Got: ${value}`,
    )
  }
  const forbids = value.startsWith('!')
  const names = value
    .replace(/^!?in:/, '')
    .replace(/^!/, '')
    .split(',')
  for (const name of names) {
    if (!isUuidLike(name)) {
      throw badRequest(
        `Invalid query string parameters: Expected 'member_of' parameter to contain valid UUID(s). Got: ${name}`,
      )
    }
  }
  return forbids ? { required: [], forbidden: names } : { required: names, forbidden: [] }
}
