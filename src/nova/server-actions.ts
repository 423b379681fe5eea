/** POST /servers/{id}/action: what may be done to a server. nova/api/openstack/compute/servers.py and the controllers beside it */

import type { RoleName } from '../cloud/identity.ts'
import { lockInstance, resetState, unlockInstance } from '../cloud/instance-admin.ts'
import { embedFlavor } from '../cloud/instance-flavors.ts'
import type { Instance } from '../cloud/instances.ts'
import { liveMigrateInstance } from '../cloud/live-migrations.ts'
import { rebootInstance, startInstance, stopInstance } from '../cloud/power.ts'
import { evacuateInstance, rebuildInstance } from '../cloud/rebuilds.ts'
import { confirmResize, resizeInstance, revertResize } from '../cloud/resizes.ts'
import { workOff } from '../cloud/work.ts'
import type { Body } from '../http/response.ts'
import { dumps } from '../python/json.ts'
import { dictAt, type PyDict } from '../python/values.ts'
import { NovaFault } from './errors.ts'
import { linksTo } from './links.ts'
import { passwordFor } from './password.ts'
import { requireRole } from './policy.ts'
import type { ApiMethod, Call, Reply } from './resource.ts'
import { changedView } from './server-changed-view.ts'
import { labelsIn } from './server-changes.ts'
import { flavorOf } from './server-create.ts'
import { actorOf, imageFor, inWordsOf, refuseKey, textOrNull, textsOf } from './server-request.ts'
import {
  anyIn,
  EVACUATE_BODY,
  LIVE_MIGRATE_BODY,
  LOCK_BODY,
  MIGRATE_BODY,
  REBOOT_BODY,
  REBUILD_BODY,
  RESET_STATE_BODY,
  RESIZE_BODY,
} from './server-schemas.ts'
import { serverAt } from './servers.ts'
import { boolFromString, type VersionedSchemas } from './validate.ts'

/** From here on a live migration is begun, and its outcome not waited for. */
const ASYNC_FROM = 34
/** From here on one may say whether the scheduler is to be asked. */
const FORCE_LIVE_FROM = 30
const FORCE_EVACUATION_FROM = 29
/** From here on nobody has to say where the disk is, and no password is told. */
const NO_STORAGE_FROM = 14
/** From here on what was evacuated is not started. */
const STOPPED_FROM = 95
const HOST_FROM = 56
const LOCKED_REASON_FROM = 73
const KEY_SHOWN_FROM = 54
const USER_DATA_SHOWN_FROM = 57

interface Action {
  body: VersionedSchemas
  /** Default 202. */
  status?: number
  /** The rule of the policy, and the role that it asks for in the server's project. */
  rule: string
  role: RoleName
  run(call: Call, instance: Instance, given: PyDict): Body | Reply
}

const ACTIONS: Record<string, Action> = {
  'os-start': {
    body: [{ from: 1, schema: anyIn('os-start') }],
    rule: 'os_compute_api:servers:start',
    role: 'member',
    run: (call, instance) => done(() => startInstance(call.cloud, instance, actorOf(call))),
  },
  'os-stop': {
    body: [{ from: 1, schema: anyIn('os-stop') }],
    rule: 'os_compute_api:servers:stop',
    role: 'member',
    run: (call, instance) => done(() => stopInstance(call.cloud, instance, actorOf(call))),
  },
  reboot: {
    body: REBOOT_BODY,
    rule: 'os_compute_api:servers:reboot',
    role: 'member',
    run: (call, instance, given) => {
      const type = String(given.get('type')).toUpperCase() === 'HARD' ? 'HARD' : 'SOFT'
      return done(() => rebootInstance(call.cloud, instance, type, actorOf(call)))
    },
  },
  confirmResize: {
    body: [{ from: 1, schema: anyIn('confirmResize') }],
    status: 204,
    rule: 'os_compute_api:servers:confirm_resize',
    role: 'member',
    run: (call, instance) => done(() => confirmResize(call.cloud, instance, actorOf(call))),
  },
  revertResize: {
    body: [{ from: 1, schema: anyIn('revertResize') }],
    rule: 'os_compute_api:servers:revert_resize',
    role: 'member',
    run: (call, instance) => done(() => revertResize(call.cloud, instance, actorOf(call))),
  },
  resize: {
    body: RESIZE_BODY,
    rule: 'os_compute_api:servers:resize',
    role: 'member',
    run: resize,
  },
  migrate: {
    body: MIGRATE_BODY,
    rule: 'os_compute_api:os-migrate-server:migrate',
    role: 'manager',
    run: (call, instance, given) => {
      const host = call.version >= HOST_FROM ? textOrNull(given.get('host')) : null
      if (host) requireRole(call, 'os_compute_api:os-migrate-server:migrate:host', 'admin')
      return done(() => resizeInstance(call.cloud, instance, { flavor: null, host }, actorOf(call)))
    },
  },
  'os-migrateLive': {
    body: LIVE_MIGRATE_BODY,
    rule: 'os_compute_api:os-migrate-server:migrate_live',
    role: 'manager',
    run: migrateLive,
  },
  evacuate: {
    body: EVACUATE_BODY,
    status: 200,
    rule: 'os_compute_api:os-evacuate',
    role: 'admin',
    run: evacuate,
  },
  rebuild: {
    body: REBUILD_BODY,
    rule: 'os_compute_api:servers:rebuild',
    role: 'member',
    run: rebuild,
  },
  'os-resetState': {
    body: RESET_STATE_BODY,
    rule: 'os_compute_api:os-admin-actions:reset_state',
    role: 'admin',
    run: (call, instance, given) => {
      const state = given.get('state') === 'active' ? 'active' : 'error'
      return done(() => resetState(call.cloud, instance, state, actorOf(call)))
    },
  },
  lock: {
    body: LOCK_BODY,
    rule: 'os_compute_api:os-lock-server:lock',
    role: 'member',
    run: (call, instance, given) => {
      const reason = call.version >= LOCKED_REASON_FROM ? textOrNull(given.get('locked_reason')) : null
      return done(() => lockInstance(call.cloud, instance, reason, actorOf(call)))
    },
  },
  unlock: {
    body: [{ from: 1, schema: anyIn('unlock') }],
    rule: 'os_compute_api:os-lock-server:unlock',
    role: 'member',
    run: (call, instance) => {
      const mine = instance.projectId === actorOf(call).projectId ? 'owner' : 'admin'
      if (instance.lockedBy !== null && instance.lockedBy !== mine) {
        requireRole(call, 'os_compute_api:os-lock-server:unlock:unlock_override', 'admin')
      }
      return done(() => unlockInstance(call.cloud, instance, actorOf(call)))
    },
  },
}

/** Of these Nova looks in the cells before it looks for the server. nova/api/openstack/compute/servers.py `_start_server` */
const MAPPED_FIRST = new Set(['os-start', 'os-stop'])
/** What a refusal calls them. */
const CALLED: Readonly<Record<string, string>> = { 'os-start': 'start', 'os-stop': 'stop' }

export const ACT_ON_SERVER: ApiMethod = {
  actions: Object.fromEntries(Object.entries(ACTIONS).map(([name, action]) => [name, methodOf(name, action)])),
  run: () => null,
}

function methodOf(name: string, { body, status = 202, rule, role, run }: Action): ApiMethod {
  return {
    body,
    status,
    run(call) {
      const instance = MAPPED_FIRST.has(name) ? mappedServerAt(call) : serverAt(call, call.id)
      requireRole(call, rule, role, instance.projectId)
      const said = inWordsOf(CALLED[name] ?? name, call.id, () => run(call, instance, dictAt(call.body, name)))
      workOff(call.cloud)
      return status === 204 ? null : said
    },
  }
}

/** @throws {NovaFault} 404. nova/objects/instance_mapping.py `InstanceMappingNotFound` */
function mappedServerAt(call: Call): Instance {
  const { instances } = call.cloud.state
  if (!instances.has(call.id.toLowerCase())) {
    throw new NovaFault(404, `Instance ${call.id} has no mapping to a cell.`)
  }
  return serverAt(call, call.id)
}

function resize(call: Call, instance: Instance, given: PyDict): Body {
  const flavor = embedFlavor(flavorOf(call, textOrNull(given.get('flavorRef')) ?? ''))
  const diskConfig = given.get('OS-DCF:diskConfig') === 'AUTO' ? 'AUTO' : 'MANUAL'
  return done(() => resizeInstance(call.cloud, instance, { flavor, host: null, diskConfig }, actorOf(call)))
}

function migrateLive(call: Call, instance: Instance, given: PyDict): Body {
  const { cloud, version } = call
  const host = textOrNull(given.get('host'))
  if (host) requireRole(call, 'os_compute_api:os-migrate-server:migrate_live:host', 'admin')
  const forced = version < FORCE_LIVE_FROM || forcedIn(given, host)
  const { id } = liveMigrateInstance(cloud, instance, { host, forced: host !== null && forced }, actorOf(call))
  if (version >= ASYNC_FROM) return ''
  workOff(cloud)
  if (cloud.state.migrations.get(id)?.status === 'error') {
    throw new NovaFault(400, cloud.state.instances.get(instance.uuid)?.fault?.message ?? '')
  }
  return ''
}

function evacuate(call: Call, instance: Instance, given: PyDict): Body {
  const { cloud, version } = call
  const host = textOrNull(given.get('host'))
  const onSharedStorage = version < NO_STORAGE_FROM && boolFromString(given.get('onSharedStorage'))
  const forced = version < FORCE_EVACUATION_FROM || forcedIn(given, host)
  if (onSharedStorage && given.has('adminPass')) {
    throw new NovaFault(400, "admin password can't be changed on existing disk")
  }
  if (host !== null && !cloud.state.hypervisors.has(host)) {
    throw new NovaFault(404, `Compute host ${host} not found.`)
  }
  if (instance.host === host) throw new NovaFault(400, "The target host can't be the same one.")
  const wish = { host, forced: host !== null && forced, stopped: version >= STOPPED_FROM }
  evacuateInstance(cloud, instance, wish, actorOf(call))
  if (version >= NO_STORAGE_FROM) return ''
  const password = textOrNull(given.get('adminPass')) ?? (onSharedStorage ? null : passwordFor(instance))
  return dumps({ adminPass: password })
}

/** @throws {NovaFault} 400 */
function forcedIn(given: PyDict, host: string | null): boolean {
  const forced = given.has('force') && boolFromString(given.get('force'))
  if (forced && !host) throw new NovaFault(400, "Can't force to a non-provided destination")
  return forced
}

function rebuild(call: Call, instance: Instance, given: PyDict): Reply {
  const { cloud, version } = call
  const wanted = textOrNull(given.get('imageRef')) ?? ''
  refuseKey(given.get('key_name'))
  const image = imageFor(call, wanted, 'Cannot find image for rebuild')
  const change = {
    image,
    ...labelsIn(given),
    ...(given.has('metadata') && { metadata: Object.freeze(textsOf(given.get('metadata'))) }),
    ...(given.has('key_name') && { keyName: null }),
    ...(given.has('user_data') && { userData: textOrNull(given.get('user_data')) }),
  }
  rebuildInstance(cloud, instance, change, actorOf(call))
  const begun = cloud.state.instances.get(instance.uuid) ?? instance
  const view = changedView(call, begun, version >= KEY_SHOWN_FROM ? ['key_name'] : [])
  const links = linksTo(call, 'servers', instance.uuid)
  const { 'OS-EXT-SRV-ATTR:user_data': _, ...shown } = view
  const adminPass = textOrNull(given.get('adminPass')) ?? passwordFor(begun)
  const told =
    version >= USER_DATA_SHOWN_FROM ? { ...shown, adminPass, user_data: begun.userData } : { ...view, adminPass }
  const body = dumps({ server: told })
  return { headers: { Location: links[0]?.href ?? '' }, body }
}

/** What is done has nothing to say. */
function done(run: () => void): Body {
  run()
  return ''
}
