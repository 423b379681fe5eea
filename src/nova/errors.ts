/** Why a request is turned down, in Nova's statuses and Nova's words. */

import type { Refusal } from '../cloud/errors.ts'
import { dumps } from '../python/json.ts'

/** An answer in Nova's own envelope: `{"itemNotFound": {"code": 404, "message": "…"}}`. nova/api/openstack/wsgi.py `Fault` */
export class NovaFault extends Error {
  readonly status: number
  readonly headers: Record<string, string>

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.name = 'NovaFault'
    this.status = status
    this.headers = headers
  }
}

/** An exception that an API method of Nova does not expect; the client is told its class. */
export class UnexpectedError extends Error {
  /** @param name the class as Python prints it, `oslo_db.exception.DBError` */
  constructor(name: string) {
    super(name)
    this.name = 'UnexpectedError'
  }
}

/** The key of the envelope for each status. nova/api/openstack/wsgi.py `Fault._fault_names` */
const FAULT_NAMES: Record<number, string> = {
  400: 'badRequest',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'itemNotFound',
  405: 'badMethod',
  409: 'conflictingRequest',
  413: 'overLimit',
  415: 'badMediaType',
  429: 'overLimit',
  501: 'notImplemented',
  503: 'serviceUnavailable',
}

/** The body of a fault. @param retryAfter the header of that name: who asks too much is told in the body, too */
export function faultBody(status: number, message: string, retryAfter?: string): string {
  const told = retryAfter !== undefined && (status === 413 || status === 429)
  return dumps({
    [FAULT_NAMES[status] ?? 'computeFault']: { code: status, message, ...(told && { retryAfter }) },
  })
}

/** What Nova makes of an exception that nobody expected. nova/api/openstack/wsgi.py `expected_errors` */
export function unexpected(name: string): NovaFault {
  return new NovaFault(500, `Unexpected API Error. Please contact the administrator\n<class '${name}'>`)
}

/** What is left to say when even that does not come about. nova/api/openstack/__init__.py `FaultWrapper` */
export const SERVER_ERRED = new NovaFault(
  500,
  'The server has either erred or is incapable of performing the requested operation.',
)

/** Nova's words for a refusal. A route may word one differently. */
export function toNovaError(refusal: Refusal): NovaFault | UnexpectedError {
  switch (refusal.code) {
    case 'ServiceNotFound':
      return new NovaFault(404, `Service ${refusal.serviceId} could not be found.`)
    case 'ServiceNotUnique':
      return new NovaFault(400, `Service id ${refusal.serviceId} refers to multiple services.`)
    case 'NotAComputeService':
      return new NovaFault(
        400,
        `Updating a ${refusal.binary} service is not supported. Only nova-compute services can be updated.`,
      )
    case 'HostNotMapped':
      return new NovaFault(404, `Host '${refusal.host}' is not mapped to any cell`)
    case 'HostBinaryNotFound':
      return new NovaFault(404, `Could not find binary ${refusal.binary} on host ${refusal.host}.`)
    case 'HostHasInstances':
      return new NovaFault(
        409,
        'Unable to delete compute service that is hosting instances. Migrate or delete the instances first.',
      )
    case 'MigrationsInProgress':
      return new NovaFault(
        409,
        'Unable to delete compute service that has in-progress migrations. ' +
          'Complete the migrations or delete the instances first.',
      )
    case 'EvacuationsNotCompleted':
      return new NovaFault(
        400,
        `Unable to force up host ${refusal.host} as \`done\` evacuation migration records remain associated with the host. ` +
          'Ensure the compute service has been restarted, allowing these records to move to `completed` before ' +
          'retrying this request.',
      )
    case 'CellUnreachable':
      return new UnexpectedError('oslo_db.exception.DBConnectionError')
    case 'TextNotStorable':
      return new UnexpectedError(
        refusal.why === 'lone-surrogate' ? 'oslo_db.exception.DBInvalidUnicodeParameter' : 'oslo_db.exception.DBError',
      )
    case 'Impossible':
      return new UnexpectedError('nova.exception.NovaException')
  }
}
