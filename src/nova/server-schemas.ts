/** What a request may say of a server that is to be made, changed or rebuilt. nova/api/openstack/compute/schemas/servers.py */

import type { Schema } from '../python/jsonschema.ts'
import { BOOLEAN, FQDN, metadataOf, NAME, NAME_WITH_SPACES, type VersionedSchemas } from './validate.ts'

const DESCRIPTION: Schema = { type: ['string', 'null'], format: 'description', minLength: 0, maxLength: 255 }
const METADATA = metadataOf('string')
const UUID: Schema = { type: 'string', format: 'uuid' }
const TAG: Schema = { type: 'string', pattern: '^[^,/]*$', minLength: 1, maxLength: 60 }
const ADDRESS: Schema = { type: 'string', oneOf: [{ format: 'ipv4' }, { format: 'ipv6' }] }
const COUNT: Schema = { type: ['integer', 'string'], pattern: '^[0-9]*$', minimum: 1, minLength: 1 }
const DISK_CONFIG: Schema = { type: 'string', enum: ['AUTO', 'MANUAL'] }
const IPV4: Schema = { type: 'string', format: 'ipv4' }
const IPV6: Schema = { type: 'string', format: 'ipv6' }
const PASSWORD: Schema = { type: 'string' }
const NAME_OR_NONE: Schema = { oneOf: [{ type: 'string', minLength: 1, maxLength: 255 }, { type: 'null' }] }
const HOSTNAME: Schema = {
  type: 'string',
  pattern: '^[a-zA-Z0-9]+[a-zA-Z0-9-]*[a-zA-Z0-9]+$',
  minLength: 2,
  maxLength: 63,
}
const PERSONALITY: Schema = list({ path: { type: 'string' }, contents: { type: 'string', format: 'base64' } })
const CERTIFICATES: Schema = {
  type: ['array', 'null'],
  minItems: 1,
  maxItems: 50,
  uniqueItems: true,
  items: { type: 'string', minLength: 1 },
}
const USER_DATA: Schema = { type: 'string', format: 'base64', maxLength: 65_535 }
const USER_DATA_OR_NONE: Schema = { ...USER_DATA, type: ['string', 'null'] }

/** A flavor's id, as a text or as a number. */
export const FLAVOR_REF: Schema = { type: ['string', 'integer'], minLength: 1 }

const DISK = {
  virtual_name: { type: 'string', maxLength: 255 },
  volume_id: UUID,
  snapshot_id: UUID,
  volume_size: { type: ['integer', 'string'], pattern: '^[0-9]+$', minimum: 1, maximum: 0x7fffffff },
  device_name: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[a-zA-Z0-9._/-]*$' },
  delete_on_termination: BOOLEAN,
  no_device: {},
  connection_info: { type: 'string', maxLength: 16_777_215 },
} satisfies Record<string, Schema>
const DISK_V2 = {
  ...DISK,
  source_type: { type: 'string', enum: ['volume', 'image', 'snapshot', 'blank'] },
  uuid: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[a-zA-Z0-9._-]*$' },
  image_id: UUID,
  destination_type: { type: 'string', enum: ['local', 'volume'] },
  guest_format: { type: 'string', maxLength: 255 },
  device_type: { type: 'string', maxLength: 255 },
  disk_bus: { type: 'string', maxLength: 255 },
  boot_index: { type: ['integer', 'string', 'null'], pattern: '^-?[0-9]+$' },
} satisfies Record<string, Schema>
const VOLUME_TYPE: Schema = { type: ['string', 'null'], minLength: 0, maxLength: 255 }

const SERVER_IDS: Schema = { type: ['string', 'array'], items: UUID }
const HINTS: Schema = {
  type: 'object',
  properties: {
    group: { oneOf: [{ type: 'array', items: UUID }, UUID] },
    different_host: { oneOf: [UUID, { type: 'array', items: UUID }] },
    same_host: SERVER_IDS,
    query: { type: ['string', 'object'] },
    target_cell: NAME,
    different_cell: { type: ['string', 'array'], items: { type: 'string' } },
    build_near_host_ip: ADDRESS,
    cidr: { type: 'string', pattern: '^/[0-9a-f.:]+$' },
  },
  additionalProperties: true,
}

const PORT: Schema = { type: ['string', 'null'], format: 'uuid' }
const NETWORK = { fixed_ip: ADDRESS, port: PORT, uuid: { type: 'string' } } satisfies Record<string, Schema>
const NETWORKS = networks({ fixed_ip: ADDRESS, port: PORT, uuid: UUID })

/** What each version adds to a server that is to be made; `undefined` takes it away. The first of them holds under /v2. */
const CREATE_STEPS: readonly [from: number, change: Record<string, Schema | undefined>][] = [
  [
    0,
    {
      name: NAME_WITH_SPACES,
      imageRef: { oneOf: [UUID, { type: 'string', maxLength: 0 }] },
      flavorRef: FLAVOR_REF,
      adminPass: PASSWORD,
      metadata: METADATA,
      networks: list(NETWORK),
      'OS-DCF:diskConfig': DISK_CONFIG,
      accessIPv4: IPV4,
      accessIPv6: IPV6,
      personality: PERSONALITY,
      availability_zone: NAME_WITH_SPACES,
      block_device_mapping: list(DISK),
      block_device_mapping_v2: list(DISK_V2),
      config_drive: BOOLEAN,
      key_name: NAME_WITH_SPACES,
      min_count: COUNT,
      max_count: COUNT,
      return_reservation_id: BOOLEAN,
      security_groups: list({ name: NAME_WITH_SPACES }),
      user_data: USER_DATA_OR_NONE,
    },
  ],
  [
    1,
    {
      name: NAME,
      availability_zone: NAME,
      key_name: NAME,
      security_groups: list({ name: NAME }),
      user_data: USER_DATA,
    },
  ],
  [19, { description: DESCRIPTION }],
  [32, { networks: list({ ...NETWORK, tag: TAG }), block_device_mapping_v2: list({ ...DISK_V2, tag: TAG }) }],
  // The tags of disks came by mistake in one version only.
  [33, { block_device_mapping_v2: list(DISK_V2) }],
  [37, { networks: NETWORKS }],
  [
    42,
    {
      networks: networks({ fixed_ip: ADDRESS, port: PORT, uuid: UUID, tag: TAG }),
      block_device_mapping_v2: list({ ...DISK_V2, tag: TAG }),
    },
  ],
  [52, { tags: { type: 'array', items: TAG, maxItems: 50 } }],
  [57, { personality: undefined }],
  [63, { trusted_image_certificates: CERTIFICATES }],
  [67, { block_device_mapping_v2: list({ ...DISK_V2, tag: TAG, volume_type: VOLUME_TYPE }) }],
  [74, { host: FQDN, hypervisor_hostname: FQDN }],
  [90, { hostname: HOSTNAME }],
  [94, { hostname: FQDN }],
]

/** From here on a server has to say which networks it is in. */
const NETWORKS_FROM = 37

export const CREATE_BODY: VersionedSchemas = stepwise(CREATE_STEPS).map(({ from, properties }) => ({
  from,
  schema: {
    type: 'object',
    properties: {
      server: {
        type: 'object',
        properties,
        required: ['name', 'flavorRef', ...(from >= NETWORKS_FROM ? ['networks'] : [])],
        additionalProperties: false,
      },
      'os:scheduler_hints': HINTS,
      'OS-SCH-HNT:scheduler_hints': HINTS,
    },
    required: ['server'],
    additionalProperties: false,
  },
}))

export const UPDATE_BODY: VersionedSchemas = stepwise([
  [0, { name: NAME_WITH_SPACES, 'OS-DCF:diskConfig': DISK_CONFIG, accessIPv4: IPV4, accessIPv6: IPV6 }],
  [1, { name: NAME }],
  [19, { description: DESCRIPTION }],
  [90, { hostname: HOSTNAME }],
  [94, { hostname: FQDN }],
  [104, { pinned_availability_zone: NAME_OR_NONE }],
]).map(({ from, properties }) => ({ from, schema: inside('server', { properties }) }))

export const REBUILD_BODY: VersionedSchemas = stepwise([
  [
    0,
    {
      name: NAME_WITH_SPACES,
      imageRef: UUID,
      adminPass: PASSWORD,
      metadata: METADATA,
      preserve_ephemeral: BOOLEAN,
      'OS-DCF:diskConfig': DISK_CONFIG,
      accessIPv4: IPV4,
      accessIPv6: IPV6,
      personality: PERSONALITY,
    },
  ],
  [1, { name: NAME }],
  [19, { description: DESCRIPTION }],
  [54, { key_name: NAME_OR_NONE }],
  [57, { personality: undefined, user_data: USER_DATA_OR_NONE }],
  [63, { trusted_image_certificates: CERTIFICATES }],
  [90, { hostname: HOSTNAME }],
  [94, { hostname: FQDN }],
]).map(({ from, properties }) => ({ from, schema: inside('rebuild', { properties, required: ['imageRef'] }) }))

export const RESIZE_BODY: VersionedSchemas = [
  {
    from: 1,
    schema: inside('resize', {
      properties: { flavorRef: FLAVOR_REF, 'OS-DCF:diskConfig': DISK_CONFIG },
      required: ['flavorRef'],
    }),
  },
]

export const REBOOT_BODY: VersionedSchemas = [
  {
    from: 1,
    schema: inside('reboot', {
      properties: { type: { type: 'string', enum: ['HARD', 'Hard', 'hard', 'SOFT', 'Soft', 'soft'] } },
      required: ['type'],
    }),
  },
]

export const RESET_STATE_BODY: VersionedSchemas = [
  {
    from: 1,
    schema: inside('os-resetState', {
      properties: { state: { type: 'string', enum: ['active', 'error'] } },
      required: ['state'],
    }),
  },
]

export const LOCK_BODY: VersionedSchemas = [
  { from: 1, schema: anyIn('lock') },
  {
    from: 73,
    schema: inside('lock', {
      type: ['object', 'null'],
      properties: { locked_reason: { type: 'string', minLength: 1, maxLength: 255 } },
    }),
  },
]

const HOST_OR_NONE: Schema = { ...FQDN, type: ['string', 'null'] }

export const MIGRATE_BODY: VersionedSchemas = [
  { from: 1, schema: {} },
  { from: 56, schema: inside('migrate', { type: ['object', 'null'], properties: { host: HOST_OR_NONE } }) },
]

const BLOCK_OR_AUTO: Schema = { ...BOOLEAN, enum: [...(BOOLEAN.enum ?? []), 'auto'] }
const liveFrom = (from: number, properties: Record<string, Schema>, required: string[]) => ({
  from,
  schema: inside('os-migrateLive', { properties, required }),
})
const WITH_AUTO = { block_migration: BLOCK_OR_AUTO, host: HOST_OR_NONE }

export const LIVE_MIGRATE_BODY: VersionedSchemas = [
  liveFrom(1, { block_migration: BOOLEAN, disk_over_commit: BOOLEAN, host: HOST_OR_NONE }, [
    ...['block_migration', 'disk_over_commit', 'host'],
  ]),
  liveFrom(25, WITH_AUTO, ['block_migration', 'host']),
  liveFrom(30, { ...WITH_AUTO, force: BOOLEAN }, ['block_migration', 'host']),
  liveFrom(68, WITH_AUTO, ['block_migration', 'host']),
]

export const EVACUATE_BODY: VersionedSchemas = [
  {
    from: 1,
    schema: inside('evacuate', {
      properties: { host: FQDN, onSharedStorage: BOOLEAN, adminPass: PASSWORD },
      required: ['onSharedStorage'],
    }),
  },
  { from: 14, schema: inside('evacuate', { properties: { host: FQDN, adminPass: PASSWORD } }) },
  { from: 29, schema: inside('evacuate', { properties: { host: FQDN, adminPass: PASSWORD, force: BOOLEAN } }) },
  { from: 68, schema: inside('evacuate', { properties: { host: FQDN, adminPass: PASSWORD } }) },
]

/** An action whose value is of no matter. */
export function anyIn(action: string): Schema {
  return { type: 'object', properties: { [action]: {} }, required: [action], additionalProperties: false }
}

function inside(key: string, schema: Schema): Schema {
  const whole: Schema = { type: 'object', ...schema, additionalProperties: false }
  return { type: 'object', properties: { [key]: whole }, required: [key], additionalProperties: false }
}

function list(properties: Record<string, Schema>): Schema {
  return { type: 'array', items: { type: 'object', properties, additionalProperties: false } }
}

function networks(properties: Record<string, Schema>): Schema {
  return { oneOf: [list(properties), { type: 'string', enum: ['none', 'auto'] }] }
}

/** What may be said at each version, the oldest first. */
function stepwise(
  steps: readonly [from: number, change: Record<string, Schema | undefined>][],
): { from: number; properties: Record<string, Schema> }[] {
  let properties: Record<string, Schema> = {}
  return steps.map(([from, change]) => {
    properties = Object.fromEntries(
      Object.entries({ ...properties, ...change }).filter((entry): entry is [string, Schema] => entry[1] !== undefined),
    )
    return { from, properties }
  })
}
