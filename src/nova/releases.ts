/**
 * What Nova's face says otherwise from release to release. Here is what the newest says, and then what it was before: each
 * change names the first release that has it. Where it matters, a method asks `sayingsOf` its cloud.
 * The microversions that a release offers are in src/cloud/releases.ts; docs/releases.md has the evidence.
 */

import type { Cloud } from '../cloud/cloud.ts'
import { isBefore } from '../cloud/releases.ts'

/** What differs between releases. */
export interface Sayings {
  /** What the documents of versions say of /v2. nova/api/openstack/compute/versions.py `VERSIONS` */
  legacyApi: { status: string; updated: string }
  /** Whether methods look at a query that they make nothing of. nova/api/openstack/compute/*.py, `query_schema` */
  readsEveryQuery: boolean
  /** What a client is told to do about an error that nobody expected. nova/version.py `NOVA_SUPPORT` */
  support: string
  /** How large a body may be, as the refusal of a larger one says it. oslo_middleware/sizelimit.py `_log_and_raise` */
  sizeLimit: string
  /** Whether who speaks for another needs the role `service`, or a good token is enough. keystonemiddleware `service_token_roles_required` */
  serviceNeedsRole: boolean
  /** What the WSGI server calls itself that has to answer when Nova does not. waitress/task.py `ErrorTask` */
  server: string
  /** Whether an admin has to be one of a project. oslo.policy `enforce_scope` */
  enforcesScope: boolean
  /** Whether there are words of their own for what is empty and should not be. jsonschema/_keywords.py `minLength` */
  tellsEmpty: boolean
  /** Whether the keys of a server come as if sorted for the most part, or as they had grown. nova/api/openstack/compute/views/servers.py `show` */
  sortsServers: boolean
  /** Whether the statistics of hypervisors are sorted. nova/db/main/api.py `compute_node_statistics` */
  sortsStatistics: boolean
  /** Whether a server is shown with all that Nova has kept of its image, or with what of it has a name in Nova. views/servers.py `_get_image` */
  showsWholeImage: boolean
  /** How deep a body may lie: what the pipeline leaves of the stack of the Python of that time, as measured; under /v2, so much less. */
  deepest: { token: number; open: number; root: number; lessInV2: number }
}

const NEWEST: Sayings = {
  legacyApi: { status: 'DEPRECATED', updated: '2025-07-04T12:00:00Z' },
  readsEveryQuery: true,
  support: 'Please contact the administrator',
  // The real one forgets to say how much is too much.
  sizeLimit: '%s',
  serviceNeedsRole: true,
  server: 'server',
  enforcesScope: true,
  tellsEmpty: true,
  sortsServers: true,
  sortsStatistics: true,
  showsWholeImage: false,
  deepest: { token: 1404, open: 1442, root: 1450, lessInV2: 8 },
}

const PYTHON_3_11 = { token: 824, open: 851, root: 858, lessInV2: 7 }

interface Change {
  /** The first release that says it as the ones after it do. */
  since: string
  /** What those before it say. */
  before: Partial<Sayings>
}

/** What each release was the first to say, the newest first. */
export const CHANGES: readonly Change[] = [
  {
    since: '2026.2',
    before: {
      support: 'Please report this at http://bugs.launchpad.net/nova/ and attach the Nova API log if possible.',
    },
  },
  { since: '2026.1', before: { sortsServers: false } },
  {
    since: '2025.2',
    before: {
      legacyApi: { status: 'SUPPORTED', updated: '2011-01-21T11:33:21Z' },
      serviceNeedsRole: false,
      sortsStatistics: false,
      showsWholeImage: true,
    },
  },
  { since: '2024.2', before: { readsEveryQuery: false, sizeLimit: '114688', deepest: PYTHON_3_11 } },
  { since: '2024.1', before: { tellsEmpty: false, server: 'waitress' } },
  { since: '2023.1', before: { enforcesScope: false } },
]

const known = new Map<string, Sayings>()

/** What the release of a cloud says. */
export function sayingsOf({ state: { release } }: Cloud): Sayings {
  const found = known.get(release)
  if (found) return found
  const changes = CHANGES.filter(({ since }) => isBefore(release, since))
  const sayings = Object.assign({}, NEWEST, ...changes.map(({ before }) => before))
  known.set(release, sayings)
  return sayings
}
