/** Instances, migrations and the work on them: their parts of a world file, made into those of a description, and the other way round. */

import type { CloudDescription } from '../cloud/description.ts'
import { type Durations, TASK_KINDS } from '../cloud/durations.ts'
import type { ActionEvent, InstanceAction } from '../cloud/instance-actions.ts'
import type { InstanceFlavor } from '../cloud/instance-flavors.ts'
import type { InstanceFault } from '../cloud/instances.ts'
import type { MigrationProgress } from '../cloud/migrations.ts'
import type { Task } from '../cloud/tasks.ts'
import { durationMs, durationText } from '../reading/duration.ts'
import { mapValues } from './map-values.ts'
import { moment, text } from './moment.ts'
import type { WorldFile } from './world-schema.ts'

type Entry<Key extends keyof WorldFile> = NonNullable<WorldFile[Key]> extends (infer Item)[] ? Item : never
type InstanceEntry = Entry<'instances'>
type Described<Key extends keyof CloudDescription> =
  NonNullable<CloudDescription[Key]> extends readonly (infer Item)[] ? Item : never
type Kept<Flavor> = Exclude<Flavor, string | null | undefined>

/** What an entry of `instances` describes. */
export function fromInstanceEntry(entry: InstanceEntry): Described<'instances'> {
  const { name, count, host, status, uuid, id, cell, image, project, user, metadata, tags, hostname, description } =
    entry
  return {
    ...{ name, count, host, status, uuid, id, cell, image, project, user, metadata, tags, hostname, description },
    vmState: entry.vm_state,
    taskState: entry.task_state,
    powerState: entry.power_state,
    flavor: fromFlavor(entry.flavor),
    oldFlavor: entry.old_flavor === null ? null : fromFlavor(entry.old_flavor),
    newFlavor: entry.new_flavor === null ? null : fromFlavor(entry.new_flavor),
    oldVmState: entry.old_vm_state,
    createdAt: moment(entry.created_at) ?? undefined,
    updatedAt: moment(entry.updated_at),
    launchedAt: moment(entry.launched_at),
    terminatedAt: moment(entry.terminated_at),
    deletedAt: moment(entry.deleted_at),
    pinnedZone: entry.availability_zone,
    lockedBy: entry.locked_by,
    lockedReason: entry.locked_reason,
    fault: entry.fault === null ? null : fromFaultEntry(entry.fault),
    accessIpV4: entry.access_ip_v4,
    accessIpV6: entry.access_ip_v6,
    keyName: entry.key_name,
    configDrive: entry.config_drive,
    progress: entry.progress,
    reservationId: entry.reservation_id,
    launchIndex: entry.launch_index,
    userData: entry.user_data,
    diskConfig: entry.disk_config,
    hints: entry.scheduler_hints,
    actions: entry.actions?.map(fromActionEntry),
  }
}

/** The entry that describes an instance. */
export function toInstanceEntry(instance: Described<'instances'>): InstanceEntry {
  const { name, count, host, status, uuid, id, cell, image, project, user, metadata, tags, hostname, description } =
    instance
  return {
    ...{ uuid, id, name, count, host, status, cell },
    vm_state: instance.vmState,
    task_state: instance.taskState,
    power_state: instance.powerState,
    flavor: toFlavor(instance.flavor),
    old_flavor: instance.oldFlavor === null ? null : toFlavor(instance.oldFlavor),
    new_flavor: instance.newFlavor === null ? null : toFlavor(instance.newFlavor),
    old_vm_state: instance.oldVmState,
    ...{ image, project, user },
    created_at: text(instance.createdAt) ?? undefined,
    updated_at: text(instance.updatedAt),
    launched_at: text(instance.launchedAt),
    terminated_at: text(instance.terminatedAt),
    deleted_at: text(instance.deletedAt),
    availability_zone: instance.pinnedZone,
    metadata: metadata && { ...metadata },
    tags: tags && [...tags],
    locked_by: instance.lockedBy,
    locked_reason: instance.lockedReason,
    fault: instance.fault && toFaultEntry(instance.fault),
    ...{ hostname, description },
    access_ip_v4: instance.accessIpV4,
    access_ip_v6: instance.accessIpV6,
    key_name: instance.keyName,
    config_drive: instance.configDrive,
    progress: instance.progress,
    reservation_id: instance.reservationId,
    launch_index: instance.launchIndex,
    user_data: instance.userData,
    disk_config: instance.diskConfig,
    scheduler_hints: instance.hints && mapValues(instance.hints, (texts) => [...texts]),
    actions: instance.actions?.map(toActionEntry),
  }
}

/** What an entry of a `fault` describes. */
export function fromFaultEntry(entry: InstanceEntry['fault']): InstanceFault | undefined {
  if (!entry) return undefined
  const { code, message, details = null, created_at } = entry
  return { code, message, details, createdAt: moment(created_at) ?? 0 }
}

export function toFaultEntry({
  code,
  message,
  details,
  createdAt,
}: InstanceFault): NonNullable<InstanceEntry['fault']> {
  return { code, message, details, created_at: text(createdAt) ?? undefined }
}

/** What an entry of `migrations` describes. */
export function fromMigrationEntry(entry: Entry<'migrations'>): Described<'migrations'> {
  const { type, status, source, dest, instance, id, uuid, progress } = entry
  return {
    ...{ type, status, source, dest, instance, id, uuid },
    sourceNode: entry.source_node,
    destNode: entry.dest_node,
    destHost: entry.dest_host,
    oldFlavor: entry.old_flavor,
    newFlavor: entry.new_flavor,
    userId: entry.user_id,
    projectId: entry.project_id,
    createdAt: moment(entry.created_at) ?? undefined,
    updatedAt: moment(entry.updated_at),
    progress: progress && fromProgress(progress),
  }
}

/** The entry that describes a migration. */
export function toMigrationEntry(migration: Described<'migrations'>): Entry<'migrations'> {
  const { type, status, source, dest, instance, id, uuid, progress } = migration
  return {
    ...{ id, uuid, type, status, source, dest },
    source_node: migration.sourceNode,
    dest_node: migration.destNode,
    dest_host: migration.destHost,
    instance,
    old_flavor: migration.oldFlavor,
    new_flavor: migration.newFlavor,
    user_id: migration.userId,
    project_id: migration.projectId,
    created_at: text(migration.createdAt) ?? undefined,
    updated_at: text(migration.updatedAt),
    progress: progress && toProgress(progress),
  }
}

export function fromTaskEntry({ due_at, takes, fails_at, ...same }: Entry<'tasks'>): Task {
  return { ...same, due: moment(due_at) ?? 0, takes: durationMs(takes), failsAt: fails_at }
}

export function toTaskEntry({ due, takes, failsAt, wish, ...same }: Task): Entry<'tasks'> {
  return { ...same, due_at: text(due) ?? '', takes: durationText(takes), fails_at: failsAt, wish: { ...wish } }
}

/** What is not named keeps its default. */
export function fromDurations(written: NonNullable<WorldFile['durations']>): Partial<Durations> {
  return Object.fromEntries(Object.entries(written).map(([kind, span]) => [kind, durationMs(span ?? 0)]))
}

export function toDurations(durations: Partial<Durations>): NonNullable<WorldFile['durations']> {
  return Object.fromEntries(
    TASK_KINDS.flatMap((kind) => {
      const span = durations[kind]
      return span === undefined ? [] : [[kind, durationText(span)]]
    }),
  )
}

function fromFlavor(written: InstanceEntry['flavor']): string | InstanceFlavor | undefined {
  if (written === undefined || typeof written === 'string') return written
  return {
    id: written.number,
    flavorId: written.id,
    name: written.name,
    ramMb: written.ram,
    diskGb: written.disk,
    vcpus: written.vcpus,
    ephemeralGb: written.ephemeral ?? 0,
    swapMb: written.swap ?? 0,
    rxtxFactor: written.rxtx_factor ?? 1,
    isPublic: written.is_public ?? true,
    disabled: written.disabled ?? false,
    extraSpecs: written.extra_specs ?? {},
  }
}

function toFlavor(
  flavor: string | InstanceFlavor | null | undefined,
): string | Kept<InstanceEntry['flavor']> | undefined {
  if (flavor === undefined || flavor === null) return undefined
  if (typeof flavor === 'string') return flavor
  const { name, vcpus, disabled, extraSpecs } = flavor
  return {
    id: flavor.flavorId,
    number: flavor.id,
    name,
    ram: flavor.ramMb,
    vcpus,
    disk: flavor.diskGb,
    ephemeral: flavor.ephemeralGb,
    swap: flavor.swapMb,
    rxtx_factor: flavor.rxtxFactor,
    is_public: flavor.isPublic,
    disabled,
    extra_specs: { ...extraSpecs },
  }
}

type ActionEntry = NonNullable<InstanceEntry['actions']>[number]

function fromActionEntry(entry: ActionEntry): InstanceAction {
  const { id, action, message = null, events } = entry
  return {
    ...{ id, action, message },
    requestId: entry.request_id,
    userId: entry.user_id,
    projectId: entry.project_id,
    startedAt: moment(entry.started_at) ?? 0,
    updatedAt: moment(entry.updated_at) ?? null,
    events: events.map(
      ({ name, host = null, result = null, details = null, traceback = null, ...times }): ActionEvent => ({
        ...{ name, host, result, details, traceback },
        startedAt: moment(times.started_at) ?? 0,
        finishedAt: moment(times.finished_at) ?? null,
      }),
    ),
  }
}

function toActionEntry(action: InstanceAction): ActionEntry {
  return {
    id: action.id,
    action: action.action,
    request_id: action.requestId,
    user_id: action.userId,
    project_id: action.projectId,
    started_at: text(action.startedAt) ?? '',
    updated_at: text(action.updatedAt),
    message: action.message,
    events: action.events.map(({ name, host, result, details, traceback, ...times }) => ({
      ...{ name, host, result, details, traceback },
      started_at: text(times.startedAt) ?? '',
      finished_at: text(times.finishedAt),
    })),
  }
}

type ProgressEntry = NonNullable<Entry<'migrations'>['progress']>

function fromProgress(entry: ProgressEntry): MigrationProgress {
  return {
    memoryTotal: entry.memory_total,
    memoryProcessed: entry.memory_processed,
    memoryRemaining: entry.memory_remaining,
    diskTotal: entry.disk_total,
    diskProcessed: entry.disk_processed,
    diskRemaining: entry.disk_remaining,
  }
}

function toProgress(progress: MigrationProgress): ProgressEntry {
  return {
    memory_total: progress.memoryTotal,
    memory_processed: progress.memoryProcessed,
    memory_remaining: progress.memoryRemaining,
    disk_total: progress.diskTotal,
    disk_processed: progress.diskProcessed,
    disk_remaining: progress.diskRemaining,
  }
}
