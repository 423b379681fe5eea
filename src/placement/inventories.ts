/** /resource_providers/{uuid}/inventories. placement/handlers/inventory.py, placement/schemas/inventory.py */

import { type Resources, usageOf } from '../cloud/allocations.ts'
import { CloudError } from '../cloud/errors.ts'
import { inClassOrder, resourceClassId } from '../cloud/resource-classes.ts'
import { type Inventory, type ResourceProvider, setInventories } from '../cloud/resource-providers.ts'
import type { Writable } from '../python/json.ts'
import type { Schema } from '../python/jsonschema.ts'
import { repr } from '../python/repr.ts'
import { asDict, dictAt, type PyDict, PyFloat, type PyValue } from '../python/values.ts'
import { badRequest, conflict, notFound, PlacementError, wordsOf } from './errors.ts'
import {
  type Answer,
  allow,
  type Call,
  checkAccept,
  extractJson,
  MAX_INT,
  providerAt,
  providerOr,
  requireContent,
  since,
} from './resource.ts'
import { urlOf } from './resource-providers.ts'

const bounded = (minimum: number): Schema => ({ type: 'integer', maximum: MAX_INT, minimum })

const FIELDS: { [name: string]: Schema } = {
  resource_provider_generation: { type: 'integer' },
  total: bounded(1),
  reserved: bounded(0),
  min_unit: bounded(1),
  max_unit: bounded(1),
  step_size: bounded(1),
  // placement/db/constants.py `SQL_SP_FLOAT_MAX`
  allocation_ratio: { type: 'number', maximum: 3.40282e38 },
}
const ONE: Schema = {
  type: 'object',
  properties: FIELDS,
  required: ['total', 'resource_provider_generation'],
  additionalProperties: false,
}
const CREATE: Schema = {
  type: 'object',
  properties: { ...FIELDS, resource_class: { type: 'string', pattern: '^[A-Z0-9_]+$' } },
  required: ['total', 'resource_class'],
  additionalProperties: false,
}
const ALL: Schema = {
  type: 'object',
  properties: {
    resource_provider_generation: { type: 'integer' },
    inventories: { type: 'object', patternProperties: { '^[A-Z0-9_]+$': { ...ONE, required: ['total'] } } },
  },
  required: ['resource_provider_generation', 'inventories'],
  additionalProperties: false,
}

/** As it was sent: what is answered at once has its numbers as they came. */
type Sent = Record<'total' | 'reserved' | 'min_unit' | 'max_unit' | 'step_size' | 'allocation_ratio', PyValue>

const DEFAULTS: Omit<Sent, 'total'> = {
  reserved: 0,
  min_unit: 1,
  max_unit: MAX_INT,
  step_size: 1,
  allocation_ratio: new PyFloat(1),
}

export function getInventories(call: Call): Answer {
  checkAccept(call)
  allow(call, 'resource_providers:inventories:list')
  const provider = providerOr(call, (uuid, error) => `No resource provider with uuid ${uuid} found : ${error}`)
  const all = inClassOrder(call.cloud, provider.inventories)
  const changes = all.map(([, { changedAt }]) => changedAt)
  return listOf(provider, Object.fromEntries(all.map(([name, each]) => [name, sentOf(each)])), Math.max(...changes))
}

export function getInventory(call: Call): Answer {
  checkAccept(call)
  allow(call, 'resource_providers:inventories:show')
  const provider = providerOr(call, (uuid, error) => `No resource provider with uuid ${uuid} found : ${error}`)
  const { uuid, resource_class: name = '' } = call.params
  const inventory = inventoryIn(provider, name)
  if (!inventory) throw new PlacementError(404, `No inventory of class ${name} for ${uuid}`)
  return { body: oneOf(provider, sentOf(inventory)), modified: inventory.changedAt }
}

export function createInventory(call: Call): Answer {
  requireContent(call)
  allow(call, 'resource_providers:inventories:create')
  const provider = providerAt(call)
  const data = asDict(extractJson(call, CREATE))
  const name = String(data.get('resource_class'))
  const sent = sentIn(data)
  const failed = (words: string) =>
    badRequest(`Unable to create inventory for resource provider ${provider.uuid}: ${words}`)
  checkCapacity(call, provider, name, sent, failed)
  if (resourceClassId(call.cloud, name) === undefined) throw failed(`No such resource class ${name}.`)
  if (inventoryIn(provider, name)) {
    throw conflict(`Update conflict: ${duplicateEntry(call, provider, name, sent)}`, 'placement.concurrent_update')
  }
  change(call, provider, { ...provider.inventories, [name]: inventoryOf(call, sent) })
  const headers = { Location: `${urlOf(provider)}/inventories/${name}` }
  return { status: 201, headers, body: oneOf(provider, sent), modified: call.cloud.clock.now() }
}

export function updateInventory(call: Call): Answer {
  requireContent(call)
  allow(call, 'resource_providers:inventories:update')
  const provider = providerAt(call)
  const data = asDict(extractJson(call, ONE))
  checkGeneration(provider, data)
  const name = call.params.resource_class ?? ''
  const sent = sentIn(data)
  checkCapacity(call, provider, name, sent, (words) =>
    badRequest(`Unable to update inventory for resource provider ${provider.uuid}: ${words}`),
  )
  if (resourceClassId(call.cloud, name) === undefined) throw notFound(`No such resource class ${name}.`)
  if (!inventoryIn(provider, name)) {
    throw badRequest(
      `No inventory record with resource class for resource provider ${provider.uuid}: ` +
        `No inventory of class ${name} found.`,
    )
  }
  change(call, provider, { ...provider.inventories, [name]: inventoryOf(call, sent) })
  return { body: oneOf(provider, sent), modified: call.cloud.clock.now() }
}

export function setAllInventories(call: Call): Answer {
  requireContent(call)
  allow(call, 'resource_providers:inventories:update')
  const provider = providerAt(call)
  const data = asDict(extractJson(call, ALL))
  checkGeneration(provider, data)
  const all = [...dictAt(data, 'inventories')].map(([name, each]): [string, Sent] => [name, sentIn(asDict(each))])
  for (const [name, sent] of all) {
    checkCapacity(call, provider, name, sent, (words) =>
      badRequest(`Unable to update inventory for resource provider ${provider.uuid}: ${words}`),
    )
  }
  for (const [name] of all) {
    if (resourceClassId(call.cloud, name) !== undefined) continue
    throw badRequest(
      `Unknown resource class in inventory for resource provider ${provider.uuid}: No such resource class ${name}.`,
    )
  }
  const inventories = Object.fromEntries(all.map(([name, sent]) => [name, inventoryOf(call, sent)]))
  refusedInUse(
    () => change(call, provider, inventories),
    (words) => conflict(`update conflict: ${words}`, 'placement.inventory.inuse'),
  )
  return listOf(provider, Object.fromEntries(all), call.cloud.clock.now())
}

export function deleteInventories(call: Call): Answer {
  since(call, 5, 405)
  allow(call, 'resource_providers:inventories:delete')
  const provider = providerAt(call)
  refusedInUse(
    () => change(call, provider, {}),
    (words) => conflict(words, 'placement.inventory.inuse'),
  )
  return { status: 204 }
}

export function deleteInventory(call: Call): Answer {
  allow(call, 'resource_providers:inventories:delete')
  const provider = providerAt(call)
  const name = call.params.resource_class ?? ''
  const gone = (words: string) => new PlacementError(404, `No inventory of class ${name} found for delete: ${words}`)
  if (resourceClassId(call.cloud, name) === undefined) throw gone(`No such resource class ${name}.`)
  const { [name]: inventory, ...others } = provider.inventories
  refusedInUse(
    () => {
      checkUnused(usageOf(call.cloud, provider.uuid), provider, name)
      if (!inventory) throw gone(`No inventory of class ${name} found for delete`)
      change(call, provider, others)
    },
    (words) => conflict(`Unable to delete inventory of class ${name}: ${words}`, 'placement.concurrent_update'),
  )
  return { status: 204 }
}

function change(call: Call, provider: ResourceProvider, inventories: Record<string, Inventory>): void {
  setInventories(call.cloud, provider, inventories)
}

/** Allocations of what there is no inventory of are in the way, too. */
function checkUnused(used: Resources, { uuid }: ResourceProvider, name: string): void {
  if ((used[name] ?? 0) > 0) throw new CloudError({ code: 'InventoryInUse', provider: uuid, classes: [name] })
}

function refusedInUse(run: () => void, words: (error: string) => PlacementError): void {
  try {
    run()
  } catch (error) {
    if (error instanceof CloudError && error.refusal.code === 'InventoryInUse') throw words(wordsOf(error.refusal))
    throw error
  }
}

function checkGeneration(provider: ResourceProvider, data: PyDict): void {
  if (Number(plain(data.get('resource_provider_generation'))) === provider.generation) return
  throw conflict('resource provider generation conflict', 'placement.concurrent_update')
}

/** Something has to be left of it; from 1.26 on all may be reserved. placement/handlers/inventory.py `_validate_inventory_capacity` */
function checkCapacity(
  { version }: Call,
  { uuid }: ResourceProvider,
  name: string,
  sent: Sent,
  failed: (words: string) => PlacementError,
): void {
  const [total, reserved, ratio] = [plain(sent.total), plain(sent.reserved), plain(sent.allocation_ratio)]
  const capacity = Math.trunc((total - reserved) * ratio)
  if (version >= 26 ? capacity >= 0 : capacity > 0) return
  const than = version >= 26 ? 'greater than' : 'greater than or equal to'
  throw failed(`Invalid inventory for '${name}' on resource provider '${uuid}'. The reserved value is ${than} total.`)
}

function inventoryIn({ inventories }: ResourceProvider, name: string): Inventory | undefined {
  return Object.hasOwn(inventories, name) ? inventories[name] : undefined
}

function sentIn(data: PyDict): Sent {
  const fields = Object.keys(FIELDS).filter((name) => name !== 'resource_provider_generation' && data.has(name))
  return { ...DEFAULTS, ...Object.fromEntries(fields.map((name) => [name, data.get(name)])) } as Sent
}

/** What the database keeps of it: a ratio of single precision, as MySQL shows it. */
function inventoryOf({ cloud }: Call, sent: Sent): Inventory {
  return {
    total: plain(sent.total),
    reserved: plain(sent.reserved),
    minUnit: plain(sent.min_unit),
    maxUnit: plain(sent.max_unit),
    stepSize: plain(sent.step_size),
    allocationRatio: Number(plain(sent.allocation_ratio).toPrecision(6)),
    changedAt: cloud.clock.now(),
  }
}

function sentOf(inventory: Inventory): Sent {
  return {
    total: inventory.total,
    reserved: inventory.reserved,
    min_unit: inventory.minUnit,
    max_unit: inventory.maxUnit,
    step_size: inventory.stepSize,
    allocation_ratio: new PyFloat(inventory.allocationRatio),
  }
}

function listOf({ generation }: ResourceProvider, inventories: Record<string, Sent>, modified: number): Answer {
  const body = { resource_provider_generation: generation, inventories: mapped(inventories) }
  return { body, modified: Number.isFinite(modified) ? modified : null }
}

function mapped(inventories: Record<string, Sent>): Record<string, Writable> {
  return Object.fromEntries(Object.entries(inventories).map(([name, sent]) => [name, ordered(sent)]))
}

/** The generation is not told while it is 0: the real one takes that for none. */
function oneOf({ generation }: ResourceProvider, sent: Sent): Writable {
  return { ...ordered(sent), ...(generation !== 0 && { resource_provider_generation: generation }) }
}

function ordered({ total, reserved, min_unit, max_unit, step_size, allocation_ratio }: Sent) {
  return { total, reserved, min_unit, max_unit, step_size, allocation_ratio }
}

/** What MySQL says, and SQLAlchemy around it; the numbers of rows are those that it would have here. */
function duplicateEntry({ cloud }: Call, provider: ResourceProvider, name: string, sent: Sent): string {
  const row = [...cloud.state.resourceProviders.keys()].indexOf(provider.uuid) + 1
  const id = resourceClassId(cloud, name) ?? 0
  const fields = ['resource_provider_id', 'resource_class_id', ...Object.keys(ordered(sent))]
  const columns = [...fields, 'created_at']
  const values = [row, id, ...Object.values(ordered(sent))].map((value) => repr(value))
  const now = new Date(cloud.clock.now())
  const created = [
    ...[now.getUTCFullYear(), now.getUTCMonth() + 1, now.getUTCDate()],
    ...[now.getUTCHours(), now.getUTCMinutes(), now.getUTCSeconds(), now.getUTCMilliseconds() * 1000],
  ].join(', ')
  const parameters = [
    ...fields.map((field, index) => `'${field}': ${values[index]}`),
    `'created_at': datetime.datetime(${created})`,
  ].join(', ')
  return (
    `(pymysql.err.IntegrityError) (1062, "Duplicate entry '${row}-${id}' for key ` +
    "'uniq_inventories0resource_provider_resource_class'\")\n" +
    `[SQL: INSERT INTO inventories (${columns.join(', ')}) VALUES (${columns.map((each) => `%(${each})s`).join(', ')})]\n` +
    `[parameters: {${parameters}}]\n(Background on this error at: https://sqlalche.me/e/21/gkpj)`
  )
}

function plain(value: PyValue | undefined): number {
  return Number(value instanceof PyFloat ? value.value : value)
}
