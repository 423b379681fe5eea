/** Images: what instances are made of, and the marks that agents read from them. */

import { type Cloud, changed } from './cloud.ts'
import { impossible } from './errors.ts'
import { hexFor, uuidFor } from './ids.ts'

export const IMAGE_STATUSES = [
  'queued',
  'saving',
  'uploading',
  'importing',
  'active',
  'killed',
  'deleted',
  'pending_delete',
  'deactivated',
] as const
export type ImageStatus = (typeof IMAGE_STATUSES)[number]

export const IMAGE_VISIBILITIES = ['public', 'private', 'shared', 'community'] as const
export type ImageVisibility = (typeof IMAGE_VISIBILITIES)[number]

/** A row of Glance's `images`, with its tags and properties. Times are milliseconds since 1970. */
export interface Image {
  id: string
  name: string | null
  status: ImageStatus
  visibility: ImageVisibility
  tags: readonly string[]
  minDiskGb: number
  minRamMb: number
  /** Null before there are data. */
  sizeBytes: number | null
  diskFormat: string | null
  containerFormat: string | null
  /** The id of a project. */
  owner: string | null
  protected: boolean
  /** Whether lists leave it out unless they are asked for such. */
  hidden: boolean
  /** Whatever else somebody wanted to be known of it: `hw_disk_bus`, `evacuable`. */
  properties: Readonly<Record<string, string>>
  createdAt: number
  updatedAt: number
}

/** What a world says of an image. */
export type NewImage = { [Key in keyof Image]?: Image[Key] | undefined } & {
  name: string | null
  /** The owner, by the name of its project. */
  project?: string | undefined
}

/** The one that a cloud has unless it lists its own. */
export const DEFAULT_IMAGES: readonly NewImage[] = [
  { id: '70a599e0-31e7-49b7-b260-868f441e862b', name: 'cirros', sizeBytes: 1024, diskFormat: 'raw' },
]

/** @throws {CloudError} Impossible: the id is taken */
export function addImage(cloud: Cloud, wanted: NewImage): Image {
  const { images } = cloud.state
  const { name } = wanted
  if (wanted.id !== undefined && images.has(wanted.id)) {
    impossible(`the id ${wanted.id} is that of another image already`, { path: ['id'] })
  }
  const now = cloud.clock.now()
  const status = wanted.status ?? 'active'
  const image: Image = {
    id: wanted.id ?? uuidFor(cloud.seed, 'image', `${name}`, images.size + 1),
    name,
    status,
    visibility: wanted.visibility ?? 'public',
    tags: [...(wanted.tags ?? [])],
    minDiskGb: wanted.minDiskGb ?? 0,
    minRamMb: wanted.minRamMb ?? 0,
    sizeBytes: wanted.sizeBytes !== undefined ? wanted.sizeBytes : status === 'queued' ? null : 1024,
    diskFormat: wanted.diskFormat !== undefined ? wanted.diskFormat : 'qcow2',
    containerFormat: wanted.containerFormat !== undefined ? wanted.containerFormat : 'bare',
    owner: wanted.owner !== undefined ? wanted.owner : hexFor(cloud.seed, 'project', wanted.project ?? 'admin'),
    protected: wanted.protected ?? false,
    hidden: wanted.hidden ?? false,
    properties: { ...wanted.properties },
    createdAt: wanted.createdAt ?? now,
    updatedAt: wanted.updatedAt ?? wanted.createdAt ?? now,
  }
  images.set(image.id, image)
  changed(cloud, about('created', image))
  return image
}

/** What is not named stays. */
export function changeImage(cloud: Cloud, image: Image, change: Partial<Omit<Image, 'id' | 'createdAt'>>): void {
  Object.assign(image, { updatedAt: cloud.clock.now(), ...change })
  changed(cloud, about('updated', image))
}

/** Put a tag on an image. Nothing is written when it has it already, as in Glance. */
export function tagImage(cloud: Cloud, image: Image, tag: string): void {
  if (!image.tags.includes(tag)) changeImage(cloud, image, { tags: [...image.tags, tag] })
}

/** @returns whether it had the tag */
export function untagImage(cloud: Cloud, image: Image, tag: string): boolean {
  if (!image.tags.includes(tag)) return false
  changeImage(cloud, image, { tags: image.tags.filter((each) => each !== tag) })
  return true
}

function about(what: 'created' | 'updated', { id, name }: Image) {
  return { type: `image.${what}`, id, name } as const
}
