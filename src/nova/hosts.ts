/** os-hosts, until 2.42: where services run, and what each compute host has and uses. nova/api/openstack/compute/hosts.py */

import { zoneOf, zonesByHost } from '../cloud/aggregates.ts'
import { findHostMapping, reach } from '../cloud/cells.ts'
import { refuse } from '../cloud/errors.ts'
import type { Hypervisor } from '../cloud/hypervisors.ts'
import { listServices } from '../cloud/services.ts'
import { NO_USAGE, usageByProject, usageOn } from '../cloud/usage.ts'
import { dumps } from '../python/json.ts'
import { valueAt } from '../python/values.ts'
import { requireAdmin } from './policy.ts'
import type { ApiMethod, Call } from './resource.ts'
import { assertNoQuery, severalTimes } from './validate.ts'

const VERSIONS = [1, 42] as const
const SWITCH = { type: 'string', enum: ['enable', 'disable', 'Enable', 'Disable', 'ENABLE', 'DISABLE'] } as const

/** GET /os-hosts: of those that are enabled. */
export const LIST_HOSTS: ApiMethod = {
  versions: VERSIONS,
  query: [
    {
      from: 1,
      schema: { type: 'object', properties: { zone: severalTimes({ type: 'string' }) }, additionalProperties: true },
    },
  ],
  run: (call) => {
    requireAdmin(call, rule('list'))
    const wanted = call.query.get('zone')?.at(-1)
    const zones = zonesByHost(call.cloud)
    const hosts = listServices(call.cloud)
      .filter(({ disabled }) => !disabled)
      .map((service) => ({
        host_name: service.host,
        service: service.binary.replace(/^nova-/, ''),
        zone: zoneOf(service, zones),
      }))
      .filter(({ zone }) => !wanted || zone === wanted)
    return dumps({ hosts })
  },
}

/** GET /os-hosts/{host} */
export const SHOW_HOST: ApiMethod = {
  versions: VERSIONS,
  run: (call) => {
    assertNoQuery(call)
    requireAdmin(call, rule('show'))
    const { cloud, id } = call
    const { host, vcpus, memoryMb, localGb } = hypervisorOf(call)
    const projects = [...usageByProject(cloud, host)]
    const total = projects.reduce(
      (sum, [, each]) => ({
        vcpus: sum.vcpus + each.vcpus,
        memoryMb: sum.memoryMb + each.memoryMb,
        localGb: sum.localGb + each.localGb,
        instances: sum.instances + each.instances,
      }),
      NO_USAGE,
    )
    const resource = (project: string, used: { vcpus: number; memoryMb: number; localGb: number }) => ({
      resource: { host: id, project, cpu: used.vcpus, memory_mb: used.memoryMb, disk_gb: used.localGb },
    })
    return dumps({
      host: [
        resource('(total)', { vcpus, memoryMb, localGb }),
        resource('(used_now)', usageOn(cloud, host)),
        resource('(used_max)', total),
        ...projects.map(([project, used]) => resource(project, used)),
      ],
    })
  },
}

/** PUT /os-hosts/{host}: what Nova's fake driver says to it. It changes nothing that the API shows. */
export const UPDATE_HOST: ApiMethod = {
  versions: VERSIONS,
  body: [
    {
      from: 1,
      schema: {
        type: 'object',
        properties: { status: SWITCH, maintenance_mode: SWITCH },
        anyOf: [{ required: ['status'] }, { required: ['maintenance_mode'] }],
        additionalProperties: false,
      },
    },
  ],
  run: (call) => {
    requireAdmin(call, rule('update'))
    hostOf(call)
    const on = (name: string) => {
      const value = valueAt(call.body, name)
      return typeof value === 'string' ? value.toLowerCase() === 'enable' : undefined
    }
    const [status, maintenance] = [on('status'), on('maintenance_mode')]
    return dumps({
      host: call.id,
      ...(status !== undefined && { status: status ? 'enabled' : 'disabled' }),
      ...(maintenance !== undefined && { maintenance_mode: maintenance ? 'on_maintenance' : 'off_maintenance' }),
    })
  },
}

/** GET /os-hosts/{host}/startup, /shutdown and /reboot: what Nova's fake driver says. */
export const STARTUP_HOST = powerAction('startup', 'start')
export const SHUTDOWN_HOST = powerAction('shutdown', 'shutdown')
export const REBOOT_HOST = powerAction('reboot', 'reboot')

function powerAction(action: string, policy: string): ApiMethod {
  return {
    versions: VERSIONS,
    run: (call) => {
      assertNoQuery(call)
      requireAdmin(call, rule(policy))
      hostOf(call)
      return dumps({ host: call.id, power_action: action })
    },
  }
}

/** The host as it is spelled. @throws {CloudError} HostNotMapped, CellUnreachable */
function hostOf({ cloud, id }: Call): string {
  const mapping = findHostMapping(cloud, id) ?? refuse({ code: 'HostNotMapped', host: id })
  reach(cloud, mapping.cell)
  return mapping.host
}

function hypervisorOf(call: Call): Hypervisor {
  return call.cloud.state.hypervisors.get(hostOf(call)) ?? refuse({ code: 'ComputeHostNotFound', host: call.id })
}

function rule(action: string): string {
  return `os_compute_api:os-hosts:${action}`
}
