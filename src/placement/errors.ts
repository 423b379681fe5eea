/** Why a request is turned down, in Placement's statuses and words. placement/errors.py, placement/util.py `json_error_formatter` */

import type { PlacementRefusal } from '../cloud/errors.ts'

export const DEFAULT_CODE = 'placement.undefined_code'

/** How a request is told from its like, where clients have to act on it. placement/errors.py */
export type ErrorCode =
  | typeof DEFAULT_CODE
  | 'placement.inventory.inuse'
  | 'placement.concurrent_update'
  | 'placement.duplicate_name'
  | 'placement.resource_provider.inuse'
  | 'placement.resource_provider.cannot_delete_parent'
  | 'placement.query.duplicate_key'
  | 'placement.query.bad_value'
  | 'placement.query.missing_value'

export class PlacementError extends Error {
  readonly status: number
  readonly detail: string
  readonly code: ErrorCode
  /** Whether the request got as far as the method that is asked for. If not, the answer has no Vary. */
  readonly within: boolean
  readonly headers: Record<string, string>

  constructor(
    status: number,
    detail: string,
    {
      code = DEFAULT_CODE,
      within = true,
      headers = {},
    }: { code?: ErrorCode; within?: boolean; headers?: Record<string, string> } = {},
  ) {
    super(detail)
    this.name = 'PlacementError'
    this.status = status
    this.detail = detail
    this.code = code
    this.within = within
    this.headers = headers
  }
}

/** Nothing of that name or UUID, told outside of the method that is asked for. placement/handler.py `PlacementHandler` */
export function notFound(detail: string): PlacementError {
  return new PlacementError(404, detail, { within: false })
}

export function badRequest(detail: string, code?: ErrorCode): PlacementError {
  return new PlacementError(400, detail, code && { code })
}

export function conflict(detail: string, code?: ErrorCode): PlacementError {
  return new PlacementError(409, detail, code && { code })
}

/** Placement's words for what the cloud has turned down. placement/exception.py */
export function wordsOf(refusal: PlacementRefusal): string {
  switch (refusal.code) {
    case 'ProviderExists':
      return Object.entries(refusal)
        .filter(([key]) => key !== 'code')
        .map(([key, value]) => `${key}: ${value}`)
        .join(', ')
    case 'ProviderInUse':
      return 'Resource provider has allocations.'
    case 'ProviderHasChildren':
      return 'Cannot delete resource provider that is a parent of another. Delete child providers first.'
    case 'ProviderParent':
      return PARENT_WORDS[refusal.why]
    case 'InventoryInUse':
      return `Inventory for '${refusal.classes.join(', ')}' on resource provider '${refusal.provider}' in use.`
    case 'NoInventory':
      return `Inventory for '${refusal.resourceClass}' on resource provider '${refusal.provider}' invalid.`
    case 'ConstraintsViolated':
      return `${allocating(refusal)} The requested amount would violate inventory constraints.`
    case 'CapacityExceeded':
      return `${allocating(refusal)} The requested amount would exceed the capacity.`
    case 'ResourceClassExists':
      return `Resource class ${refusal.name} already exists.`
    case 'ResourceClassInUse':
      return `Cannot delete resource class ${refusal.name}. Class is in use in inventory.`
    case 'TraitInUse':
      return `The trait ${refusal.name} is in use by a resource provider.`
  }
}

const PARENT_WORDS = {
  itself:
    'Object action create failed because: parent provider UUID cannot be same as UUID. ' +
    'Please set parent provider UUID to None if there is no parent.',
  unknown: 'Object action create failed because: parent provider UUID does not exist.',
  loop: 'Object action update failed because: creating loop in the provider tree is not allowed.',
  moves: 'Object action update failed because: re-parenting a provider is not currently allowed.',
  leaves: 'Object action update failed because: un-parenting a provider is not currently allowed.',
} as const

function allocating({ resourceClass, provider }: { resourceClass: string; provider: string }): string {
  return `Unable to create allocation for '${resourceClass}' on resource provider '${provider}'.`
}
