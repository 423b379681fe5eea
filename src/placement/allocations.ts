/** /allocations, and those of a provider. placement/handlers/allocation.py */

import {
  type AllocationWish,
  allocate,
  type Consumer,
  type Holding,
  leaveConsumer,
  release,
} from '../cloud/allocations.ts'
import { CloudError } from '../cloud/errors.ts'
import { inClassOrder, resourceClassId } from '../cloud/resource-classes.ts'
import { findResourceProvider } from '../cloud/resource-providers.ts'
import { isUuidLike, normalUuid } from '../python/uuid.ts'
import { asDict, dictAt, type PyDict, PyFloat, type PyValue } from '../python/values.ts'
import { consumerSchema, consumersSchema } from './allocation-schemas.ts'
import { badRequest, conflict, PlacementError, wordsOf } from './errors.ts'
import {
  type Answer,
  allow,
  type Call,
  checkAccept,
  extractJson,
  providerOr,
  requireContent,
  since,
} from './resource.ts'

/** Whose an allocation is that nobody says it of. Placement's `incomplete_consumer_project_id` default. */
const INCOMPLETE = '00000000-0000-0000-0000-000000000000'

/** GET /allocations/{consumer_uuid}: of one that has nothing, nothing; there is no 404. */
export function listOfConsumer(call: Call): Answer {
  checkAccept(call)
  allow(call, 'allocations:list')
  const { cloud, version } = call
  const consumer = consumerAt(call)
  if (!consumer || consumer.holdings.length === 0) return { body: { allocations: {} }, modified: cloud.clock.now() }
  const allocations = consumer.holdings.map(({ provider, resources }) => {
    const generation = cloud.state.resourceProviders.get(provider)?.generation ?? 0
    return [provider, { resources: { ...resources }, generation }]
  })
  const body = {
    allocations: Object.fromEntries(allocations),
    ...(version >= 12 && { project_id: consumer.projectId, user_id: consumer.userId }),
    ...(version >= 28 && { consumer_generation: consumer.generation }),
    ...(version >= 38 && { consumer_type: consumer.type ?? 'unknown' }),
  }
  return { body, modified: consumer.changedAt }
}

/** GET /resource_providers/{uuid}/allocations */
export function listOfProvider(call: Call): Answer {
  checkAccept(call)
  allow(call, 'resource_providers:allocations:list')
  const { cloud, version } = call
  const provider = providerOr(call, (uuid, error) => `Resource provider '${uuid}' not found: ${error}`)
  const consumers = [...(cloud.state.allocationsOn.get(provider.uuid)?.consumers ?? [])].flatMap((uuid) => {
    const consumer = cloud.state.allocations.get(uuid)
    return consumer ? [{ consumer, resources: heldOf(consumer, provider.uuid) }] : []
  })
  const allocations = consumers.map(({ consumer, resources }) => [
    consumer.uuid,
    {
      resources: Object.fromEntries(inClassOrder(cloud, resources)),
      ...(version >= 28 && { consumer_generation: consumer.generation }),
    },
  ])
  const changes = consumers.map(({ consumer }) => consumer.changedAt)
  return {
    body: { allocations: Object.fromEntries(allocations), resource_provider_generation: provider.generation },
    modified: changes.length > 0 ? Math.max(...changes) : cloud.clock.now(),
  }
}

/** PUT /allocations/{consumer_uuid} */
export function setAllocationsOf(call: Call): Answer {
  requireContent(call)
  allow(call, 'allocations:update')
  const named = call.params.consumer_uuid ?? ''
  if (!isUuidLike(named)) throw badRequest(`Malformed consumer_uuid: ${named}`)
  const uuid = normalUuid(named)
  const data = asDict(extractJson(call, consumerSchema(call.version)))
  checkConsumer(call, uuid, data)
  grant(call, [{ uuid, data }], (words) => `Unable to allocate inventory for consumer ${uuid}: ${words}`)
  return { status: 204 }
}

/** POST /allocations: several at once, all or none. */
export function setAllocations(call: Call): Answer {
  since(call, 13)
  requireContent(call)
  allow(call, 'allocations:manage')
  const data = asDict(extractJson(call, consumersSchema(call.version)))
  const sent = [...data].map(([uuid, each]) => ({ uuid, data: asDict(each) }))
  for (const each of sent) checkConsumer(call, each.uuid, each.data)
  grant(call, sent, (words) => `Unable to allocate inventory ${words}`)
  return { status: 204 }
}

/** DELETE /allocations/{consumer_uuid} */
export function deleteAllocations(call: Call): Answer {
  allow(call, 'allocations:delete')
  const uuid = call.params.consumer_uuid ?? ''
  const consumer = consumerAt(call)
  if (!consumer || !release(call.cloud, consumer.uuid)) {
    throw new PlacementError(404, `No allocations for consumer '${uuid}'`)
  }
  return { status: 204 }
}

/** MySQL compares without case. */
function consumerAt({ cloud, params }: Call): Consumer | undefined {
  return cloud.state.allocations.get((params.consumer_uuid ?? '').toLowerCase())
}

/** What was sent of a consumer. */
interface Sent {
  uuid: string
  data: PyDict
}

/** What a consumer is to have, but for what it is. */
function ownerIn({ uuid: consumer, data }: Sent): Omit<AllocationWish, 'holdings'> {
  const [projectId, userId, type] = ['project_id', 'user_id', 'consumer_type'].map((key) => data.get(key))
  return {
    consumer,
    projectId: typeof projectId === 'string' ? projectId : INCOMPLETE,
    userId: typeof userId === 'string' ? userId : INCOMPLETE,
    ...(typeof type === 'string' && { type }),
  }
}

/** Whoever changes allocations says which they have seen. placement/handlers/util.py `ensure_consumer` */
function checkConsumer({ cloud, version }: Call, uuid: string, data: PyDict): void {
  if (version < 28) return
  const given = data.get('consumer_generation') ?? null
  const consumer = cloud.state.allocations.get(uuid.toLowerCase())
  const expected = consumer?.generation ?? null
  if (plain(given) === expected) return
  const got = given === null ? 'None' : plain(given)
  throw conflict(
    consumer
      ? `consumer generation conflict - expected ${expected} but got ${got}`
      : `consumer generation conflict - expected null but got ${got}`,
    'placement.concurrent_update',
  )
}

/** By provider: a list up to 1.11, a dict from then on. @throws {PlacementError} 400 when there is no such provider */
function holdingsIn(call: Call, allocations: PyValue): Holding[] {
  const wanted = new Map<string, PyDict>()
  if (Array.isArray(allocations)) {
    for (const each of allocations.map(asDict)) {
      const provider = String(dictAt(each, 'resource_provider').get('uuid'))
      wanted.set(provider, dictAt(each, 'resources'))
    }
  } else {
    for (const [provider, each] of asDict(allocations)) {
      wanted.set(provider, dictAt(each, 'resources'))
    }
  }
  return [...wanted].map(([named, resources]) => {
    const provider = findResourceProvider(call.cloud, named)
    if (!provider) throw badRequest(`Allocation for resource provider '${named}' that does not exist.`)
    return {
      provider: provider.uuid,
      resources: Object.freeze(
        Object.fromEntries([...resources].map(([name, amount]) => [name, Number(plain(amount))])),
      ),
    }
  })
}

/** @throws {PlacementError} 400 for a class that there is not, 409 where it does not fit */
function grant(call: Call, sent: readonly Sent[], unable: (words: string) => string): void {
  const owners = sent.map(ownerIn)
  let wishes: AllocationWish[]
  try {
    wishes = sent.map((each) => ({
      ...ownerIn(each),
      holdings: holdingsIn(call, each.data.get('allocations') ?? null),
    }))
  } catch (error) {
    for (const owner of owners) leaveConsumer(call.cloud, owner)
    throw error
  }
  for (const { holdings } of wishes) {
    for (const { resources } of holdings) {
      for (const name of Object.keys(resources)) {
        if (resourceClassId(call.cloud, name) !== undefined) continue
        throw badRequest(unable(`No such resource class ${name}.`))
      }
    }
  }
  const empty = wishes.filter(({ consumer, holdings }) => {
    return holdings.length === 0 && !call.cloud.state.allocations.has(consumer)
  })
  try {
    allocate(call.cloud, wishes)
    for (const wish of empty) leaveConsumer(call.cloud, wish)
  } catch (error) {
    if (!(error instanceof CloudError)) throw error
    const { refusal } = error
    if (
      refusal.code === 'NoInventory' ||
      refusal.code === 'ConstraintsViolated' ||
      refusal.code === 'CapacityExceeded'
    ) {
      throw conflict(`Unable to allocate inventory: ${wordsOf(refusal)}`)
    }
    throw error
  }
}

function heldOf({ holdings }: Consumer, provider: string): Record<string, number> {
  return Object.assign({}, ...holdings.filter((each) => each.provider === provider).map(({ resources }) => resources))
}

function plain(value: PyValue): PyValue {
  return value instanceof PyFloat ? value.value : value
}
