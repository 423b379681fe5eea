/** Nova's releases, and the newest microversion that each offers. */

/** The release that everything here is proven against: Nova 34.0.0. */
export const NEWEST_RELEASE = '2026.2'

/** The minor number of the newest microversion. nova/api/openstack/compute/rest_api_version_history.rst, "Maximum in …" */
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
