/** Why a control request is turned down: one shape for all, `{"error": {"message", "path"?, "hint"?}}`. */

import { CloudError, type Refusal } from '../cloud/errors.ts'
import type { Checked } from '../reading/check.ts'
import { type Complaint, pathText } from '../reading/complaint.ts'

/** A control request that cannot be done. Nothing has changed. */
export class ControlError extends Error {
  readonly status: number
  readonly complaints: Complaint[]

  constructor(status: number, ...complaints: [Complaint, ...Complaint[]]) {
    super(complaints[0].message)
    this.name = 'ControlError'
    this.status = status
    this.complaints = complaints
  }
}

/** @throws {ControlError} 404 always */
export function notFound(message: string, hint?: string): never {
  throw new ControlError(404, { message, path: [], hint })
}

/** What was sent, once it has been checked. @throws {ControlError} 400 with everything that is wrong with it */
export function accepted<Value>({ value, complaints }: Checked<Value>): Value {
  if (complaints === undefined) return value
  const [first, ...others] = complaints
  throw new ControlError(400, first ?? { message: 'the body is not as expected', path: [] }, ...others)
}

/** The answer to an error: the first complaint, and beside it the others where there are more. @throws what is a mistake of ours */
export function toProblem(error: unknown): { status: number; body: object } {
  const known = error instanceof CloudError ? fromRefusal(error.refusal) : error
  if (!(known instanceof ControlError)) throw error
  const [first, ...others] = known.complaints.map(({ message, path, hint }) => ({
    message,
    ...(path.length > 0 && { path: pathText(path) }),
    ...(hint !== undefined && { hint }),
  }))
  return { status: known.status, body: { error: { ...first, ...(others.length > 0 && { others }) } } }
}

function fromRefusal(refusal: Refusal): ControlError {
  const refused = (message: string, hint?: string) => new ControlError(409, { message, path: [], hint })
  switch (refusal.code) {
    case 'Impossible':
      return new ControlError(409, { message: refusal.message, path: refusal.path ?? [], hint: refusal.hint })
    case 'ServiceNotFound':
      return new ControlError(404, { message: `there is no service ${refusal.serviceId}`, path: [] })
    case 'ServiceNotUnique':
      return refused(`the id ${refusal.serviceId} is that of services in more than one cell`, 'name it by its UUID')
    case 'NotAComputeService':
      return refused(
        `a ${refusal.binary} cannot be disabled or forced down, as in Nova`,
        'only nova-compute can; to silence this one, send {"process": "stopped"}',
      )
    case 'InstanceLocked':
      return refused(`the instance ${refusal.instance} is locked`)
    case 'InstanceInState': {
      const { instance, attribute, state, doing } = refusal
      return refused(`the instance ${instance} is in the ${attribute} ${state ?? 'none'}, so it cannot ${doing}`)
    }
    case 'InstanceNotReady':
      return refused(`the instance ${refusal.instance} is on no host`)
    case 'HostOfInstanceDown':
      return refused("the instance's host is down")
    case 'HostStillUp':
      return refused(`the host ${refusal.host} counts as up`, 'force it down first')
    case 'MigratesToItself':
      return refused('the instance is on that host already')
    case 'SameFlavor':
      return refused('the instance has that flavor already')
    case 'ResizeToNoDisk':
      return refused('the flavor has no disk, while the instance has one')
    case 'NotResized':
      return refused('no move of the instance waits to be confirmed or reverted')
    case 'ZoneNotAvailable':
      return refused(`no enabled nova-compute is in the zone ${refusal.zone}`)
    case 'HostNotMapped':
      return refused(`no cell has the host ${refusal.host}`)
    case 'HostBinaryNotFound':
      return new ControlError(404, { message: `there is no ${refusal.binary} on host ${refusal.host}`, path: [] })
    case 'HostHasInstances':
      return refused(
        `the host ${refusal.host} has ${refusal.count} instance${refusal.count === 1 ? '' : 's'}`,
        'move or remove them first',
      )
    case 'MigrationsInProgress':
      return refused(
        `${refusal.count} migration${refusal.count === 1 ? '' : 's'} from or to the host ${refusal.host} are in progress`,
        'give them another status, or remove them',
      )
    case 'HostProviderGone':
      return refused(
        `Placement has no resource provider for the host ${refusal.host}, and Nova does not delete a service without`,
        'make it again in Placement, or leave the service',
      )
    case 'EvacuationsNotCompleted':
      return refused(
        `evacuations from the host ${refusal.host} are done but not completed`,
        'a restart of its nova-compute completes them: send {"process": "stopped"}, then {"process": "running"}',
      )
    case 'CellUnreachable':
      return refused(`the cell ${refusal.cell} is down`)
    case 'TextNotStorable':
      return refused("Nova's database cannot keep this text", 'it keeps no character beyond U+FFFF')
    case 'ComputeHostNotFound':
      return refused(`no nova-compute runs on host ${refusal.host}`)
    case 'AggregateNotFound':
      return new ControlError(404, { message: `there is no aggregate ${refusal.id}`, path: [] })
    case 'AggregateNameExists':
      return refused(`there is an aggregate "${refusal.name}" already`)
    case 'AggregateHostExists':
      return refused(`the aggregate ${refusal.id} has the host ${refusal.host} already`)
    case 'AggregateHostNotFound':
      return refused(`the aggregate ${refusal.id} does not have the host ${refusal.host}`)
    case 'AggregateMetadataKeyExists':
      return refused(`the aggregate ${refusal.id} has the key ${refusal.key} already, in another case`)
    case 'AggregateUnsafe':
      return refused(`Nova would not ${refusal.doing} for the aggregate ${refusal.id}: ${refusal.reason.why}`)
    case 'FlavorNotFound':
      return new ControlError(404, { message: `there is no flavor ${refusal.flavorId}`, path: [] })
    case 'FlavorExists':
      return refused(`there is a flavor "${refusal.name}" already`)
    case 'FlavorIdExists':
      return refused(`there is a flavor with the id "${refusal.flavorId}" already`)
    case 'FlavorAccessExists':
      return refused(`the project ${refusal.projectId} may use the flavor ${refusal.id} already`)
    case 'FlavorAccessNotFound':
      return refused(`the project ${refusal.projectId} may not use the flavor ${refusal.id}`)
    case 'ProviderExists':
      return refused(`there is a resource provider ${refusal.uuid ?? `"${refusal.name}"`} already`)
    case 'ProviderInUse':
      return refused(
        `something is allocated of the resource provider ${refusal.provider}`,
        'remove the instances that are on its host, or the allocations',
      )
    case 'ProviderHasChildren':
      return refused(`the resource provider ${refusal.provider} is the parent of another`)
    case 'ProviderParent':
      return refused('the parent of a resource provider has to be another that is there, and not a part of it')
    case 'InventoryInUse':
      return refused(`${refusal.classes.join(', ')} of the resource provider ${refusal.provider} is in use`)
    case 'NoInventory':
      return refused(`the resource provider ${refusal.provider} has no ${refusal.resourceClass}`)
    case 'ConstraintsViolated':
      return refused(
        `${refusal.resourceClass} of the resource provider ${refusal.provider} cannot be had in a piece of this size`,
      )
    case 'CapacityExceeded':
      return refused(`the resource provider ${refusal.provider} has too little ${refusal.resourceClass} left`)
    case 'ResourceClassExists':
      return refused(`there is a resource class ${refusal.name} already`)
    case 'ResourceClassInUse':
      return refused(`a resource provider has some of the resource class ${refusal.name}`)
    case 'TraitInUse':
      return refused(`a resource provider has the trait ${refusal.name}`)
  }
}
