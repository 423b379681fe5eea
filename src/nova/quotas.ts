/** os-quota-sets and limits: how much a project may have, and has. Read only. nova/api/openstack/compute/quota_sets.py, limits.py */

import { projectOf } from '../cloud/identity.ts'
import { usageOfProject } from '../cloud/usage.ts'
import { dumps } from '../python/json.ts'
import { verifyProjectId } from './identity.ts'
import { requireAdmin, requireContext, requireProjectScope } from './policy.ts'
import type { ApiMethod, Call } from './resource.ts'
import { NO_QUERY, severalTimes } from './validate.ts'

/** From here on what Neutron has to say of a network is not told any more. */
const NO_NETWORK_FROM = 36
/** From here on the metadata of images has no limit. */
const NO_IMAGE_META_FROM = 39
/** From here on files are not injected any more. */
const NO_FILES_FROM = 57
const STRICT_FROM = 75

/** Nova's defaults, in the order in which they are told. nova/conf/quota.py */
const QUOTAS = {
  cores: 20,
  fixed_ips: -1,
  floating_ips: -1,
  injected_file_content_bytes: 10_240,
  injected_file_path_bytes: 255,
  injected_files: 5,
  instances: 10,
  key_pairs: 100,
  metadata_items: 128,
  ram: 51_200,
  security_group_rules: -1,
  security_groups: -1,
  server_group_members: 10,
  server_groups: 10,
}
type QuotaName = keyof typeof QUOTAS

const OF_NETWORK = new Set<QuotaName>(['fixed_ips', 'floating_ips', 'security_group_rules', 'security_groups'])
const OF_FILES = new Set<QuotaName>(['injected_files', 'injected_file_content_bytes', 'injected_file_path_bytes'])

/** The limits by the names that they have there, in order. nova/api/openstack/compute/views/limits.py */
const LIMITS: readonly (readonly [string, QuotaName])[] = [
  ['maxTotalCores', 'cores'],
  ['maxPersonality', 'injected_files'],
  ['maxPersonalitySize', 'injected_file_content_bytes'],
  ['maxTotalInstances', 'instances'],
  ['maxTotalKeypairs', 'key_pairs'],
  ['maxServerMeta', 'metadata_items'],
  ['maxImageMeta', 'metadata_items'],
  ['maxTotalRAMSize', 'ram'],
  ['maxServerGroups', 'server_groups'],
  ['maxServerGroupMembers', 'server_group_members'],
  ['maxTotalFloatingIps', 'floating_ips'],
  ['maxSecurityGroups', 'security_groups'],
  ['maxSecurityGroupRules', 'security_group_rules'],
]
const USED: readonly (readonly [string, QuotaName])[] = [
  ['totalRAMUsed', 'ram'],
  ['totalCoresUsed', 'cores'],
  ['totalInstancesUsed', 'instances'],
  ['totalFloatingIpsUsed', 'floating_ips'],
  ['totalSecurityGroupsUsed', 'security_groups'],
  ['totalServerGroupsUsed', 'server_groups'],
]

const TEXT = severalTimes({ type: 'string' })

/** GET /limits */
export const SHOW_LIMITS: ApiMethod = {
  query: strictly('tenant_id'),
  run: (call) => {
    const { version, query, token } = call
    requireProjectScope(call, 'os_compute_api:limits')
    const other = query.get('tenant_id')?.at(-1)
    if (other !== undefined) requireAdmin(call, 'os_compute_api:limits:other_project')
    requireContext(call)
    const used = usageFor(call, other ?? projectOf(token) ?? '')
    const limits = LIMITS.filter(
      ([name, quota]) => isTold(quota, version) && !(name === 'maxImageMeta' && version >= NO_IMAGE_META_FROM),
    ).map(([name, quota]) => [name, QUOTAS[quota]])
    const inUse = USED.filter(([, quota]) => isTold(quota, version)).map(([name, quota]) => [name, used(quota)])
    return dumps({ limits: { rate: [], absolute: Object.fromEntries([...limits, ...inUse]) } })
  },
}

/** GET /os-quota-sets/{id} */
export const SHOW_QUOTAS: ApiMethod = {
  query: strictly('user_id'),
  run: (call) => {
    requireOwnProject(call, 'show')
    return quotaSet(call, (quota) => QUOTAS[quota])
  },
}

/** GET /os-quota-sets/{id}/detail */
export const DETAIL_QUOTAS: ApiMethod = {
  query: strictly('user_id'),
  run: (call) => {
    requireOwnProject(call, 'detail')
    const used = usageFor(call, call.id)
    return quotaSet(call, (quota) => ({ limit: QUOTAS[quota], in_use: used(quota), reserved: 0 }))
  },
}

/** GET /os-quota-sets/{id}/defaults: for everybody. */
export const DEFAULT_QUOTAS: ApiMethod = {
  query: NO_QUERY,
  run: (call) => quotaSet(call, (quota) => QUOTAS[quota]),
}

function quotaSet(call: Call, value: (quota: QuotaName) => number | { [key: string]: number }): string {
  verifyProjectId(call, call.id)
  const names = (Object.keys(QUOTAS) as QuotaName[]).filter((quota) => isTold(quota, call.version))
  return dumps({ quota_set: { id: call.id, ...Object.fromEntries(names.map((quota) => [quota, value(quota)])) } })
}

function isTold(quota: QuotaName, version: number): boolean {
  return !(OF_NETWORK.has(quota) && version >= NO_NETWORK_FROM) && !(OF_FILES.has(quota) && version >= NO_FILES_FROM)
}

function usageFor({ cloud }: Call, projectId: string): (quota: QuotaName) => number {
  const { instances, vcpus, memoryMb } = usageOfProject(cloud, projectId)
  const used: { [Name in QuotaName]?: number } = { instances, cores: vcpus, ram: memoryMb }
  return (quota) => used[quota] ?? 0
}

/** An admin, or somebody in the very project. @throws {NovaFault} 403 */
function requireOwnProject(call: Call, action: string): void {
  if (projectOf(call.token) !== call.id) requireAdmin(call, `os_compute_api:os-quota-sets:${action}`)
}

function strictly(name: string): NonNullable<ApiMethod['query']> {
  const properties = { [name]: TEXT }
  return [
    { from: 1, schema: { type: 'object', properties, additionalProperties: true } },
    { from: STRICT_FROM, schema: { type: 'object', properties, additionalProperties: false } },
  ]
}
