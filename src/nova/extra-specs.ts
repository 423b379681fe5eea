/** The extra specs that Nova knows, and what each may say. nova/api/validation/extra_specs */

import { pythonInt } from '../python/values.ts'
import { NovaFault } from './errors.ts'
import { boolOrUndefined } from './validate.ts'

/** From here on extra specs are checked when they are set. */
export const CHECKED_FROM = 86

interface Allowed {
  type: 'str' | 'int' | 'bool'
  enum?: readonly string[]
  pattern?: string
  min?: number
  max?: number
}

/** What may be said, and of which: patterns of the whole name. Traits are not told one by one. */
const KNOWN: readonly (readonly [Allowed, readonly string[]])[] = [
  [
    { type: 'str' },
    [
      'accel:device_profile',
      'aggregate_instance_extra_specs:(?<key>.+)',
      'capabilities:id',
      'capabilities:uuid',
      'capabilities:service_id',
      'capabilities:host',
      'capabilities:vcpus',
      'capabilities:memory_mb',
      'capabilities:local_gb',
      'capabilities:vcpus_used',
      'capabilities:memory_mb_used',
      'capabilities:local_gb_used',
      'capabilities:hypervisor_type',
      'capabilities:hypervisor_version',
      'capabilities:hypervisor_hostname',
      'capabilities:free_ram_mb',
      'capabilities:free_disk_gb',
      'capabilities:current_workload',
      'capabilities:running_vms',
      'capabilities:disk_available_least',
      'capabilities:host_ip',
      'capabilities:mapped',
      'capabilities:cpu_allocation_ratio',
      'capabilities:ram_allocation_ratio',
      'capabilities:disk_allocation_ratio',
      'capabilities:total_usable_ram_mb',
      'capabilities:total_usable_disk_gb',
      'capabilities:disk_mb_used',
      'capabilities:free_disk_mb',
      'capabilities:vcpus_total',
      'capabilities:num_instances',
      'capabilities:num_io_ops',
      'capabilities:failed_builds',
      'capabilities:aggregates',
      'capabilities:cell_uuid',
      'capabilities:updated',
      'capabilities:cpu_info(?<filter>(:\\w+)*)',
      'capabilities:metrics(?<filter>(:\\w+)*)',
      'capabilities:stats(?<filter>(:\\w+)*)',
      'capabilities:numa_topology(?<filter>(:\\w+)*)',
      'capabilities:supported_hv_specs(?<filter>(:\\w+)*)',
      'capabilities:pci_device_pools(?<filter>(:\\w+)*)',
      'capabilities:nodename(?<filter>(:\\w+)*)',
      'capabilities:pci_stats(?<filter>(:\\w+)*)',
      'capabilities:supported_instances(?<filter>(:\\w+)*)',
      'capabilities:limits(?<filter>(:\\w+)*)',
      'capabilities:instances(?<filter>(:\\w+)*)',
      'vmware:hw_version',
      'vmware:storage_policy',
    ],
  ],
  [
    { type: 'bool' },
    [
      'hw:cpu_realtime',
      'hw:hide_hypervisor_id',
      'hw:locked_memory',
      'hw:boot_menu',
      'hw:vif_multiqueue_enabled',
      'hw:mem_encryption',
      'hw:pmu',
      'hw:virtio_packed_ring',
      'hw:ephemeral_encryption',
      'hw_rng:allowed',
      'hide_hypervisor_id',
    ],
  ],
  [{ type: 'str', pattern: '(\\^)?\\d+((-\\d+)?(,\\^?\\d+(-\\d+)?)?)*' }, ['hw:cpu_realtime_mask']],
  [{ type: 'str', enum: ['dedicated', 'shared', 'mixed'] }, ['hw:cpu_policy']],
  [{ type: 'str', enum: ['prefer', 'isolate', 'require'] }, ['hw:cpu_thread_policy']],
  [{ type: 'str', enum: ['isolate', 'share'] }, ['hw:emulator_threads_policy']],
  [
    { type: 'str', pattern: '\\^?\\d+((-\\d+)?(,\\^?\\d+(-\\d+)?)?)*' },
    ['hw:cpu_dedicated_mask', 'hw:numa_cpus.(?<num>\\d+)'],
  ],
  [{ type: 'str', pattern: '(large|small|any|\\d+([kKMGT]i?)?(b|bit|B)?)' }, ['hw:mem_page_size']],
  [
    { type: 'int', min: 1 },
    [
      'hw:numa_nodes',
      'hw:numa_mem.(?<num>\\d+)',
      'hw:cpu_sockets',
      'hw:cpu_cores',
      'hw:cpu_threads',
      'hw:cpu_max_sockets',
      'hw:cpu_max_cores',
      'hw:cpu_max_threads',
    ],
  ],
  [{ type: 'str', enum: ['required', 'preferred', 'legacy', 'socket'] }, ['hw:pci_numa_affinity_policy']],
  [{ type: 'str', enum: ['amd-sev', 'amd-sev-es', 'amd-sev-snp', 'intel-tdx'] }, ['hw:mem_encryption_model']],
  [{ type: 'str', pattern: '([a-zA-Z0-9_]+(,)?)+' }, ['hw:pmem']],
  [
    { type: 'int', min: 0 },
    [
      'hw:serial_port_count',
      'hw_rng:rate_bytes',
      'hw_rng:rate_period',
      'hw_video:ram_max_mb',
      'quota:cpu_limit',
      'quota:cpu_shares_share',
      'quota:memory_limit',
      'quota:memory_shares_share',
      'quota:disk_io_limit',
      'quota:disk_io_shares_share',
      'quota:vif_limit',
      'quota:vif_shares_share',
      'quota:cpu_shares',
      'quota:cpu_period',
      'quota:disk_read_bytes_sec',
      'quota:disk_read_iops_sec',
      'quota:disk_write_bytes_sec',
      'quota:disk_write_iops_sec',
      'quota:disk_total_bytes_sec',
      'quota:disk_total_iops_sec',
      'quota:vif_inbound_average',
      'quota:vif_inbound_peak',
      'quota:vif_inbound_burst',
      'quota:vif_outbound_average',
      'quota:vif_outbound_peak',
      'quota:vif_outbound_burst',
    ],
  ],
  [{ type: 'str', enum: ['tpm-tis', 'tpm-crb'] }, ['hw:tpm_model']],
  [{ type: 'str', enum: ['1.2', '2.0'] }, ['hw:tpm_version']],
  [{ type: 'str', enum: ['user', 'host', 'deployment'] }, ['hw:tpm_secret_security']],
  [{ type: 'str', enum: ['none', 'pause', 'poweroff', 'reset', 'disabled'] }, ['hw:watchdog_action']],
  [{ type: 'str', enum: ['intel', 'smmuv3', 'virtio', 'auto'] }, ['hw:viommu_model']],
  [{ type: 'str', enum: ['sb16', 'es1370', 'pcspk', 'ac97', 'ich6', 'ich9', 'usb', 'virtio'] }, ['hw:sound_model']],
  [{ type: 'str', enum: ['none', 'nec-xhci', 'qemu-xhci'] }, ['hw:usb_model']],
  [{ type: 'int', min: 0, max: 15 }, ['hw:redirected_usb_ports']],
  [{ type: 'str', enum: ['plain', 'luks', 'luksv2'] }, ['hw:ephemeral_encryption_format']],
  [{ type: 'str', enum: ['isolate', 'none'] }, ['group_policy']],
  [{ type: 'str', enum: ['disabled', 'required'] }, ['os:secure_boot']],
  [{ type: 'str', pattern: '[^:]+:\\d+(?:\\s*,\\s*[^:]+:\\d+)*' }, ['pci_passthrough:alias']],
  [
    { type: 'int' },
    [
      'quota:cpu_reservation',
      'quota:memory_reservation',
      'quota:disk_io_reservation',
      'quota:vif_reservation',
      'quota:cpu_quota',
      'resources(?<group>([a-zA-Z0-9_-]{1,64})?):VCPU',
      'resources(?<group>([a-zA-Z0-9_-]{1,64})?):MEMORY_MB',
      'resources(?<group>([a-zA-Z0-9_-]{1,64})?):DISK_GB',
      'resources(?<group>([a-zA-Z0-9_-]{1,64})?):PCI_DEVICE',
      'resources(?<group>([a-zA-Z0-9_-]{1,64})?):SRIOV_NET_VF',
      'resources(?<group>([a-zA-Z0-9_-]{1,64})?):NUMA_SOCKET',
      'resources(?<group>([a-zA-Z0-9_-]{1,64})?):NUMA_CORE',
      'resources(?<group>([a-zA-Z0-9_-]{1,64})?):NUMA_THREAD',
      'resources(?<group>([a-zA-Z0-9_-]{1,64})?):NUMA_MEMORY_MB',
      'resources(?<group>([a-zA-Z0-9_-]{1,64})?):IPV4_ADDRESS',
      'resources(?<group>([a-zA-Z0-9_-]{1,64})?):VGPU',
      'resources(?<group>([a-zA-Z0-9_-]{1,64})?):VGPU_DISPLAY_HEAD',
      'resources(?<group>([a-zA-Z0-9_-]{1,64})?):NET_BW_EGR_KILOBIT_PER_SEC',
      'resources(?<group>([a-zA-Z0-9_-]{1,64})?):NET_BW_IGR_KILOBIT_PER_SEC',
      'resources(?<group>([a-zA-Z0-9_-]{1,64})?):PCPU',
      'resources(?<group>([a-zA-Z0-9_-]{1,64})?):MEM_ENCRYPTION_CONTEXT',
      'resources(?<group>([a-zA-Z0-9_-]{1,64})?):FPGA',
      'resources(?<group>([a-zA-Z0-9_-]{1,64})?):PGPU',
      'resources(?<group>([a-zA-Z0-9_-]{1,64})?):NET_PACKET_RATE_KILOPACKET_PER_SEC',
      'resources(?<group>([a-zA-Z0-9_-]{1,64})?):NET_PACKET_RATE_EGR_KILOPACKET_PER_SEC',
      'resources(?<group>([a-zA-Z0-9_-]{1,64})?):NET_PACKET_RATE_IGR_KILOPACKET_PER_SEC',
      'resources(?<group>([a-zA-Z0-9_-]{1,64})?):CUSTOM_(?<resource>[A-Z0-9_]+)',
    ],
  ],
  [
    { type: 'str', enum: ['custom', 'high', 'normal', 'low'] },
    ['quota:cpu_shares_level', 'quota:memory_shares_level', 'quota:disk_io_shares_level', 'quota:vif_shares_level'],
  ],
  [{ type: 'str', enum: ['required', 'forbidden'] }, ['trait([a-zA-Z0-9_-]{1,64})?:[A-Z0-9_]+']],
]

/** Those whose names are all known, so that any other is a mistake. */
const NAMESPACES =
  /^(accel|aggregate_instance_extra_specs|capabilities|hw|hw_rng|hw_video|os|pci_passthrough|quota|resources([a-zA-Z0-9_-]{1,64})?|trait([a-zA-Z0-9_-]{1,64})?|vmware)$/

/** @throws {NovaFault} 400 when Nova knows it, and it may not say so, or knows all of its kind but not it */
export function assertKnownSpec(name: string, value: string): void {
  const known = KNOWN.find(([, names]) => names.some((each) => new RegExp(`^(?:${each})$`, 's').test(name)))
  if (known) {
    const wrong = complaintOf(known[0], value)
    if (wrong !== undefined) throw new NovaFault(400, `Validation failed; '${value}' ${wrong}.`)
    return
  }
  const [namespace = '', ...rest] = name.split(':')
  if (rest.length > 0 && NAMESPACES.test(namespace)) {
    throw new NovaFault(400, `Validation failed; extra spec '${name}' does not appear to be a valid extra spec.`)
  }
}

function complaintOf({ type, enum: values, pattern, min, max }: Allowed, value: string): string | undefined {
  if (type === 'bool') return boolOrUndefined(value) === undefined ? 'is not a valid boolean-like value' : undefined
  if (type === 'int') {
    const number = pythonInt(value)
    if (number === undefined) return 'is not a valid integer value'
    if (max !== undefined && number > max) return `is greater than the max value of '${max}'`
    return min !== undefined && number < min ? `is less than the min value of '${min}'` : undefined
  }
  if (pattern !== undefined) {
    return new RegExp(`^(?:${pattern})$`, 's').test(value) ? undefined : `is not of the format '${pattern}'`
  }
  return values && !values.includes(value) ? `is not one of: ${values.join(', ')}` : undefined
}
