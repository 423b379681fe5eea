/** Nova's releases, and the newest microversion that each offers. */

/** The release that a cloud is of unless it says. */
export const NEWEST_RELEASE = '2026.2'

/**
 * The minor number of the newest microversion, the newest release first.
 * nova/api/openstack/compute/rest_api_version_history.rst, "Maximum in …"
 */
export const RELEASES: Record<string, number> = {
  '2026.2': 104,
  '2026.1': 103,
  '2025.2': 100,
  '2025.1': 100,
  '2024.2': 96,
  '2024.1': 96,
  '2023.2': 95,
  '2023.1': 95,
  zed: 93,
  yoga: 90,
  xena: 90,
  wallaby: 88,
  victoria: 87,
  ussuri: 87,
  train: 79,
  stein: 72,
  rocky: 65,
  queens: 60,
  pike: 53,
}

/** Their names, the newest first. */
export const RELEASE_NAMES: readonly string[] = Object.keys(RELEASES)

/**
 * The first release in which a host is not forced up while evacuations from it are done and not completed.
 * nova/api/openstack/compute/services.py `_check_for_evacuations`
 */
export const EVACUATIONS_HOLD_DOWN_SINCE = 'xena'

/** The first release whose Keystone brings the role `manager`. keystone/cmd/bootstrap.py `bootstrap` */
export const MANAGER_SINCE = '2023.2'

/** The first release whose hosts do not offer 16 times the processors and 1.5 times the memory that they have. nova/conf/compute.py `initial_cpu_allocation_ratio`, `initial_ram_allocation_ratio` */
export const LESS_OVERCOMMIT_SINCE = '2023.1'

/** Whether one release came out before another. */
export function isBefore(release: string, other: string): boolean {
  return RELEASE_NAMES.indexOf(release) > RELEASE_NAMES.indexOf(other)
}
