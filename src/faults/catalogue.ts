/** Ready-made faults: `do: conflict`. Each is something that really happens to a cloud, and can be looked up. */

import type { Doing, Match } from './rule.ts'

export interface ReadyMade {
  /** What a client sees. */
  looks: string
  /** What has happened to a real cloud that answers so. */
  stands: string
  /** Where that can be looked up: a file and its symbol, or an answer of a real one. */
  evidence: string
  /** Which requests it is about, unless the rule says. */
  match?: Match
  do: Doing
}

const SERVICES = 'nova/api/openstack/compute/services.py'

/** What Nova says of an exception that no method of its API expects. nova/api/openstack/wsgi.py `expected_errors` */
function unexpected(name: string): Doing {
  return { status: 500, message: `Unexpected API Error. Please contact the administrator\n<class '${name}'>` }
}

const OF_CONFLICTS: Record<string, ReadyMade> = {
  conflict: {
    looks: '409, “…that is hosting instances…”, to a delete of a service',
    stands: 'An instance was scheduled to the host, or came back to it, after the tool had looked.',
    evidence: `${SERVICES} \`ServiceController.delete\``,
    match: { operation: ['os-services:delete'] },
    do: {
      status: 409,
      message: 'Unable to delete compute service that is hosting instances. Migrate or delete the instances first.',
    },
  },
  'migrations-in-progress': {
    looks: '409, “…that has in-progress migrations…”, to a delete of a service',
    stands: 'A migration from or to the host has not been confirmed, reverted or given up yet.',
    evidence: `${SERVICES} \`_assert_no_in_progress_migrations\``,
    match: { operation: ['os-services:delete'] },
    do: {
      status: 409,
      message:
        'Unable to delete compute service that has in-progress migrations. ' +
        'Complete the migrations or delete the instances first.',
    },
  },
  'evacuations-not-completed': {
    looks: '400, “Unable to force up host…”, when a host is to be forced up',
    stands: 'Instances were evacuated from the host, and its nova-compute has not been started since.',
    evidence: `${SERVICES} \`_check_for_evacuations\``,
    match: { operation: ['os-services:force-down', 'os-services:update'], body: { forced_down: false } },
    do: {
      status: 400,
      message:
        'Unable to force up host {host} as `done` evacuation migration records remain associated with the host. ' +
        'Ensure the compute service has been restarted, allowing these records to move to `completed` before ' +
        'retrying this request.',
    },
  },
  'provider-conflict': {
    looks: '500 that names ResourceProviderUpdateConflict, to a delete of a service',
    stands: "Placement has another generation of the host's resource provider: something else changed it meanwhile.",
    evidence:
      'nova/scheduler/client/report.py `aggregate_remove_host`, and nova/compute/api.py: “either a 409 (ResourceProviderUpdateConflict) or 500”',
    match: { operation: ['os-services:delete'] },
    do: unexpected('nova.exception.ResourceProviderUpdateConflict'),
  },
  'unknown-service': {
    looks: '404, “Service … could not be found.”, to a change of a service that is there',
    stands: 'The service registered a moment ago, and the database that this API node reads from lags behind.',
    evidence: 'nova/exception.py `ServiceNotFound`; a real Nova, asked to change a UUID that it does not know',
    match: { operation: ['os-services:update'] },
    do: { status: 404, message: 'Service {id} could not be found.' },
  },
  'host-not-mapped': {
    looks: "404, “Host '…' is not mapped to any cell”, to an action on a host",
    stands: 'The compute host is new, and nobody has run `nova-manage cell_v2 discover_hosts` since.',
    evidence: 'nova/exception.py `HostMappingNotFound`',
    match: { operation: ['os-services:enable', 'os-services:disable*', 'os-services:force-down'] },
    do: { status: 404, message: "Host '{host}' is not mapped to any cell" },
  },
}

const OF_WHAT_NOVA_STANDS_ON: Record<string, ReadyMade> = {
  'messaging-timeout': {
    looks: '500 that names MessagingTimeout',
    stands: 'RabbitMQ is partitioned, or the service that was called did not reply within `rpc_response_timeout`.',
    evidence: 'oslo_messaging/exceptions.py `MessagingTimeout`, by way of nova/api/openstack/wsgi.py `expected_errors`',
    match: { face: ['nova'], method: ['POST', 'PUT', 'DELETE'] },
    do: unexpected('oslo_messaging.exceptions.MessagingTimeout'),
  },
  'messaging-down': {
    looks: '500 that names MessageDeliveryFailure',
    stands: 'No RabbitMQ node takes messages.',
    evidence:
      'oslo_messaging/exceptions.py `MessageDeliveryFailure`, by way of nova/api/openstack/wsgi.py `expected_errors`',
    match: { face: ['nova'], method: ['POST', 'PUT', 'DELETE'] },
    do: unexpected('oslo_messaging.exceptions.MessageDeliveryFailure'),
  },
  'database-gone': {
    looks: '500 that names DBConnectionError',
    stands: "The API's database does not answer: a failover of Galera, or a full disk.",
    evidence:
      'oslo_db/exception.py `DBConnectionError`, by way of nova/api/openstack/wsgi.py `expected_errors`; a real Nova with the database of a cell stopped',
    match: { face: ['nova'], path: ['/os-*', '/os-*/**', '/servers', '/servers/**'] },
    do: unexpected('oslo_db.exception.DBConnectionError'),
  },
  'database-deadlock': {
    looks: '500 that names DBDeadlock',
    stands: 'Two writes met on different Galera nodes, and this one lost more often than it is tried again.',
    evidence: 'oslo_db/exception.py `DBDeadlock`; oslo_db/api.py `wrap_db_retry`',
    match: { face: ['nova'], method: ['POST', 'PUT', 'DELETE'] },
    do: unexpected('oslo_db.exception.DBDeadlock'),
  },
  'database-pool': {
    looks: '500 that names sqlalchemy.exc.TimeoutError',
    stands: 'More requests than connections to the database: QueuePool limit reached.',
    evidence: 'sqlalchemy/pool/impl.py `QueuePool._do_get`',
    match: { face: ['nova'], path: ['/os-*', '/os-*/**', '/servers', '/servers/**'] },
    do: unexpected('sqlalchemy.exc.TimeoutError'),
  },
  'cell-down': {
    looks: '500 that names DBConnectionError, to what changes a service; the list still answers',
    stands: "A cell's database is gone, and a change has to look into every cell.",
    evidence: 'A real Nova with two cells and the database of one of them stopped',
    match: { operation: ['os-services:update', 'os-services:delete'] },
    do: unexpected('oslo_db.exception.DBConnectionError'),
  },
  'policy-denied': {
    looks: "403, “Policy doesn't allow os_compute_api:… to be performed.”",
    stands: 'An upgrade turned on new policy defaults (`enforce_scope`), or a role was taken away while the tool ran.',
    evidence: 'nova/exception.py `PolicyNotAuthorized`',
    match: { operation: ['os-*'] },
    do: { status: 403, message: "Policy doesn't allow {policy} to be performed." },
  },
  'quota-exceeded': {
    looks: '403, “Quota exceeded for instances: …”, when a server is to be made',
    stands: 'The project has as many instances as it may.',
    evidence: 'nova/exception.py `TooManyInstances`; nova/api/openstack/compute/servers.py `create`',
    match: { method: ['POST'], path: ['/servers'] },
    do: {
      status: 403,
      message: 'Quota exceeded for instances: Requested 1, but already used 10 of 10 instances',
    },
  },
  'older-api-node': {
    looks: '406, “Version … is not supported by the API.”, to newer versions than 2.79',
    stands: 'In the middle of an upgrade one API node behind the load balancer is of Train still.',
    evidence: 'nova/exception.py `InvalidGlobalAPIVersion`; a real Nova, asked for a version that it does not have',
    match: { face: ['nova'], version: [{ from: 80, to: Number.POSITIVE_INFINITY }] },
    do: {
      status: 406,
      message: 'Version {version} is not supported by the API. Minimum is 2.1 and maximum is 2.79.',
    },
  },
}

const OF_KEYSTONE: Record<string, ReadyMade> = {
  'token-expired': {
    looks: '401, until the client logs in again',
    stands: 'The token is older than `[token] expiration`, which is an hour, or the Fernet keys were rotated away.',
    evidence: 'keystonemiddleware/auth_token/__init__.py; a real Nova, asked with a token that is not good',
    match: { face: ['nova'], header: { 'x-auth-token': ['*'] } },
    do: { 'expire-token': true },
  },
  'keystone-down': {
    looks: 'Keystone closes the connection without an answer',
    stands: 'The server in front of Keystone is there, and what it runs has died.',
    evidence: 'http/client.py `RemoteDisconnected`; keystoneauth1/session.py `_send_request`',
    match: { face: ['keystone'] },
    do: { drop: 'before' },
  },
  'keystone-slow': {
    looks: 'Keystone takes seconds, sometimes half a minute',
    stands: 'LDAP behind Keystone is slow, or memcached is away and every check goes to the database.',
    evidence: 'keystone/conf/ldap.py `pool_connection_timeout`',
    match: { face: ['keystone'] },
    do: { delay: { medianMs: 2000, p99Ms: 30_000 } },
  },
  'keystone-error': {
    looks: '500, “An unexpected error prevented the server from fulfilling your request.”, from Keystone',
    stands: "Keystone's database is gone.",
    evidence: 'keystone/exception.py `UnexpectedError`',
    match: { face: ['keystone'], path: ['/v3/**'] },
    do: { status: 500, message: 'An unexpected error prevented the server from fulfilling your request.' },
  },
  'keystone-unreachable': {
    looks: '503, “The Keystone service is temporarily unavailable.”, from Nova',
    stands: 'Nova cannot ask Keystone about the token, though the client could.',
    evidence: 'keystonemiddleware/auth_token/__init__.py `AuthProtocol.fetch_token`',
    match: { face: ['nova'], header: { 'x-auth-token': ['*'] } },
    do: { status: 503, message: 'The Keystone service is temporarily unavailable.', form: 'page' },
  },
}

const PROXIES = 'fixtures/faults/proxies.jsonl'

const OF_PROXIES: Record<string, ReadyMade> = {
  'bad-gateway': {
    looks: '502 as HAProxy words it',
    stands: 'An API process was killed, or restarted, while it had the request.',
    evidence: `${PROXIES}: HAProxy, whose server closes without an answer`,
    do: { gateway: { status: 502, as: 'haproxy' } },
  },
  'bad-gateway-apache': {
    looks: '502 “Proxy Error” as Apache words it',
    stands: 'The same behind mod_proxy: uWSGI went away in the middle.',
    evidence: `${PROXIES}: Apache httpd, whose backend closes without an answer`,
    do: { gateway: { status: 502, as: 'apache' } },
  },
  unavailable: {
    looks: '503 as HAProxy words it',
    stands: 'No API node passes its health check.',
    evidence: `${PROXIES}: HAProxy with no server in the backend`,
    do: { gateway: { status: 503, as: 'haproxy' } },
  },
  maintenance: {
    looks: '503 as Apache words it',
    stands: 'The API is being upgraded: Apache is up, what it passes requests to is not.',
    evidence: `${PROXIES}: Apache httpd, whose backend refuses connections`,
    do: { gateway: { status: 503, as: 'apache' } },
  },
  'gateway-timeout': {
    looks: '504 as HAProxy words it, though the operation happened',
    stands: 'The API is slower than `timeout server`: the proxy gives up, and Nova goes on.',
    evidence: `${PROXIES}: HAProxy, whose server does not answer in time`,
    do: { gateway: { status: 504, as: 'haproxy' }, after: true },
  },
  'rate-limited': {
    looks: '429 in the envelope of the face, with Retry-After, beyond 10 requests a second',
    stands: 'A limiter in the pipeline of the API, which words it as Nova itself once did.',
    evidence: 'nova/api/openstack/wsgi.py `Fault.__call__`: `retryAfter` for 413 and 429',
    do: { throttle: { requests: 10, perMs: 1000, burst: 10, status: 429, as: 'face' } },
  },
  'rate-limited-by-proxy': {
    looks: '429 as HAProxy words it, with Retry-After, beyond 10 requests a second',
    stands: "The operator's stick table in front of the API: `http-request deny deny_status 429`.",
    evidence: `${PROXIES}: HAProxy, told to deny with 429`,
    do: { throttle: { requests: 10, perMs: 1000, burst: 10, status: 429, as: 'haproxy' } },
  },
  'over-limit': {
    looks: '413 “overLimit” with Retry-After, to every request',
    stands: 'An old cloud, or a product in front of one, that still limits as Nova itself once did.',
    evidence: 'nova/api/openstack/wsgi.py `Fault._fault_names`: 413 is overLimit, too',
    match: { face: ['nova'] },
    do: { status: 413, message: 'This request was rate-limited.', headers: { 'Retry-After': '1' } },
  },
}

const OF_THE_WIRE: Record<string, ReadyMade> = {
  'lost-answer': {
    looks: 'The connection closes without an answer, though the operation happened',
    stands: 'The API worker was stopped right after it had committed; or a firewall forgot the connection.',
    evidence: 'http/client.py `RemoteDisconnected`',
    match: { face: ['nova'], method: ['POST', 'PUT', 'DELETE'] },
    do: { drop: 'after' },
  },
  'connection-closed': {
    looks: 'The connection closes without an answer, and nothing happened',
    stands: 'The proxy closed an idle connection just as the request came.',
    evidence: 'http/client.py `RemoteDisconnected`; RFC 9112 section 9.3.1',
    do: { drop: 'before' },
  },
  'connection-reset': {
    looks: 'The connection is reset, and nothing happened',
    stands: 'The listen queue of the API overflows, or its host was fenced.',
    evidence: 'RFC 9293 section 3.5.2',
    do: { reset: 'before' },
  },
  'reset-in-answer': {
    looks: 'The connection is reset in the middle of the body',
    stands: 'The API worker is killed, for its memory, while it writes a long list.',
    evidence: 'RFC 9293 section 3.5.2; RFC 9112 section 8',
    match: { method: ['GET'] },
    do: { reset: 'body' },
  },
  'short-answer': {
    looks: 'Half of the body, then the connection closes, though Content-Length says that there is more',
    stands: 'A proxy gave up on a slow server in the middle of its answer.',
    evidence: 'RFC 9112 section 8; http/client.py `IncompleteRead`',
    match: { method: ['GET'] },
    do: { truncate: { announce: 'whole' } },
  },
  'truncated-json': {
    looks: 'Half of a JSON document, of the length that is announced',
    stands: 'A proxy that buffers answers up to a limit passes on what it has.',
    evidence: 'json/decoder.py `JSONDecodeError`',
    match: { method: ['GET'] },
    do: { truncate: { announce: 'cut' } },
  },
  'garbled-json': {
    looks: 'A JSON document with some wrong bytes in it',
    stands: 'A middle box, or a bad network card without checksums, changes what passes.',
    evidence: 'json/decoder.py `JSONDecodeError`; Stone and Partridge, “When the CRC and TCP checksum disagree”, 2000',
    match: { method: ['GET'] },
    do: { garble: 8 },
  },
  'wrong-length': {
    looks: 'Content-Length says ten bytes more than there are',
    stands: 'A proxy changes a body and leaves the header as it was.',
    evidence: 'RFC 9112 section 6.3; http/client.py `IncompleteRead`',
    match: { method: ['GET'] },
    do: { 'content-length': 10 },
  },
  'slow-body': {
    looks: 'The body comes 64 bytes at a time, every 50 ms',
    stands: 'A line that loses most of its packets.',
    evidence: 'requests: a read timeout is between two bytes, not of the whole answer',
    match: { method: ['GET'] },
    do: { trickle: { bytes: 64, every: 50 } },
  },
  'slow-api': {
    looks: 'Half a second as a rule, ten seconds at times',
    stands: 'The API and its database are busy: the tail of the distribution is what tools trip over.',
    evidence: 'Dean and Barroso, “The Tail at Scale”, 2013',
    match: { face: ['nova'] },
    do: { delay: { medianMs: 500, p99Ms: 10_000 } },
  },
  'hanging-api': {
    looks: 'No answer for ten minutes',
    stands: 'The API waits for a lock, or for a message that nobody sends; the client has to know when to give up.',
    evidence: 'keystoneauth1/session.py: without a timeout of its own a request waits for ever',
    match: { face: ['nova'] },
    do: { delay: { fixedMs: 600_000 } },
  },
  'flapping-api': {
    looks: 'Three requests are answered, then two are 503 from HAProxy, and so on',
    stands: 'Of several API nodes some are sick, and the health check takes them out and in again.',
    evidence: `${PROXIES}: HAProxy with no server in the backend`,
    do: { flap: { up: { requests: 3 }, down: { requests: 2 }, with: { gateway: { status: 503, as: 'haproxy' } } } },
  },
  'lagging-list': {
    looks: 'Reads answer as they would have 30 seconds ago',
    stands: 'The API reads from a replica that lags behind (`[api_database] slave_connection`).',
    evidence: 'nova/db/main/api.py `pick_context_manager_reader_allow_async`',
    match: { face: ['nova'], method: ['GET'] },
    do: { stale: 30_000 },
  },
  'duplicate-delivery': {
    looks: 'The operation happens twice, and the answer is that of the second time',
    stands: 'A proxy sends the request again because it has lost the first answer (`retry-on all-retryable-errors`).',
    evidence: 'HAProxy configuration manual, `retry-on`; RFC 9110 section 9.2.2',
    match: { face: ['nova'], method: ['PUT', 'DELETE'] },
    do: { duplicate: 'second' },
  },
}

/** By name. */
export const READY_MADE: Record<string, ReadyMade> = {
  ...OF_CONFLICTS,
  ...OF_WHAT_NOVA_STANDS_ON,
  ...OF_KEYSTONE,
  ...OF_PROXIES,
  ...OF_THE_WIRE,
}
