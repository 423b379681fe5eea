/** What the requests about servers have in common: who asks, what the body says, and what a refusal is called there. */

import { CloudError } from '../cloud/errors.ts'
import { projectOf } from '../cloud/identity.ts'
import type { Actor } from '../cloud/instance-checks.ts'
import { isDict, type PyValue } from '../python/values.ts'
import { NovaFault } from './errors.ts'
import { may } from './policy.ts'
import type { Call } from './resource.ts'

/** Who asks, as operations want it. */
export function actorOf(call: Call): Actor {
  return {
    requestId: call.requestId(),
    userId: call.token?.userId ?? '',
    projectId: projectOf(call.token) ?? '',
    isAdmin: may(call, 'admin'),
  }
}

export function textOrNull(value: PyValue | undefined): string | null {
  return value === undefined || value === null ? null : String(value)
}

/** Texts by their keys. */
export function textsOf(value: PyValue | undefined): Record<string, string> {
  return isDict(value) ? Object.fromEntries([...value].map(([key, each]) => [String(key), String(each)])) : {}
}

/**
 * Do something to a server, and word a state that forbids it as the request is called, and a host that there is not as a
 * bad request.
 *
 * @param id as the path says it
 * @throws {NovaFault} 400, 409
 * @see nova/api/openstack/common.py `raise_http_conflict_for_instance_invalid_state`
 */
export function inWordsOf<Result>(action: string, id: string, run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    const refusal = error instanceof CloudError ? error.refusal : undefined
    if (refusal?.code === 'ComputeHostNotFound') {
      throw new NovaFault(400, `Compute host ${refusal.host} could not be found.`)
    }
    if (refusal?.code !== 'InstanceInState') throw error
    const { attribute, state } = refusal
    throw new NovaFault(
      409,
      state === null
        ? `Instance ${id} is in an invalid state for '${action}'`
        : `Cannot '${action}' instance ${id} while it is in ${attribute} ${state}`,
    )
  }
}

/** @param otherwise what is said when there is no such image. @throws {NovaFault} 400 */
export function imageFor({ cloud }: Call, id: string, otherwise: string): string {
  const image = cloud.state.images.get(id.toLowerCase())
  if (!image) throw new NovaFault(400, otherwise)
  if (image.status !== 'active') throw new NovaFault(400, `Image ${image.id} is not active.`)
  return image.id
}

/** Nobody has key pairs here. @throws {NovaFault} 400 */
export function refuseKey(name: PyValue | undefined): void {
  if (typeof name === 'string' && name !== '') throw new NovaFault(400, 'Invalid key_name provided.')
}
