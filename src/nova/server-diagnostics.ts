/** What a hypervisor tells of a server: here, what Nova's fake driver does. nova/api/openstack/compute/server_diagnostics.py, nova/virt/fake.py */

import { dumps } from '../python/json.ts'
import { NovaFault } from './errors.ts'
import { requireRole } from './policy.ts'
import type { ApiMethod } from './resource.ts'
import { serverAt } from './servers.ts'
import { NO_QUERY } from './validate.ts'

/** From here on it is the same for every hypervisor. */
const ALIKE_FROM = 48

/** GET /servers/{server}/diagnostics */
export const SHOW_DIAGNOSTICS: ApiMethod = {
  query: NO_QUERY,
  run: (call) => {
    const id = call.params.server ?? ''
    const { uuid, host, powerState } = serverAt(call, id)
    requireRole(call, 'os_compute_api:os-server-diagnostics', 'admin')
    if (host === null) throw new NovaFault(409, `Instance ${uuid} is not ready`)
    if (powerState !== RUNNING) {
      const state = POWER_STATES[powerState] ?? 'pending'
      throw new NovaFault(409, `Cannot 'get_diagnostics' instance ${id} while it is in power state ${state}`)
    }
    return dumps(call.version >= ALIKE_FROM ? DIAGNOSTICS : LIBVIRT_DIAGNOSTICS)
  },
}

const RUNNING = 1
/** nova/compute/power_state.py `STATE_MAP` */
const POWER_STATES: { readonly [state: number]: string } = {
  0: 'pending',
  1: 'running',
  3: 'paused',
  4: 'shutdown',
  6: 'crashed',
  7: 'suspended',
}

const LIBVIRT_DIAGNOSTICS = {
  cpu0_time: 17_300_000_000,
  memory: 524_288,
  vda_errors: -1,
  vda_read: 262_144,
  vda_read_req: 112,
  vda_write: 5_778_432,
  vda_write_req: 488,
  vnet1_rx: 2_070_139,
  vnet1_rx_drop: 0,
  vnet1_rx_errors: 0,
  vnet1_rx_packets: 26_701,
  vnet1_tx: 140_208,
  vnet1_tx_drop: 0,
  vnet1_tx_errors: 0,
  vnet1_tx_packets: 662,
}

const DIAGNOSTICS = {
  state: 'running',
  driver: 'libvirt',
  hypervisor: 'kvm',
  hypervisor_os: 'ubuntu',
  uptime: 46_664,
  config_drive: true,
  num_cpus: 1,
  num_nics: 1,
  num_disks: 1,
  disk_details: [
    { read_bytes: 262_144, read_requests: 112, write_bytes: 5_778_432, write_requests: 488, errors_count: 1 },
  ],
  cpu_details: [{ id: 0, time: 17_300_000_000, utilisation: 15 }],
  nic_details: [
    {
      ...{ mac_address: '01:23:45:67:89:ab', rx_octets: 2_070_139, rx_errors: 100, rx_drop: 200, rx_packets: 26_701 },
      ...{ rx_rate: 300, tx_octets: 140_208, tx_errors: 400, tx_drop: 500, tx_packets: 662, tx_rate: 600 },
    },
  ],
  memory_details: { maximum: 524_288, used: 0 },
}
