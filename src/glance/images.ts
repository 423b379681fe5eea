/** /v2/images: the list, and one. glance/api/v2/images.py */

import { hexFor } from '../cloud/ids.ts'
import { type Image, tagImage, untagImage } from '../cloud/images.ts'
import { bestMatch } from '../python/best-match.ts'
import type { Writable } from '../python/json.ts'
import { describe, type Schema } from '../python/jsonschema.ts'
import { forbidden, GlanceError, noImage } from './errors.ts'
import { listed } from './list.ts'
import { type Answer, type Call, sees, type Who, whoAsks } from './resource.ts'

export function listImages(call: Call): Answer {
  const { images, first, next } = listed(call)
  return {
    body: {
      images: images.map((image) => view(call, image)),
      first,
      schema: '/v2/schemas/images',
      ...(next !== undefined && { next }),
    },
  }
}

export function showImage(call: Call): Answer {
  const id = call.params.image_id ?? ''
  const image = call.cloud.state.images.get(id.toLowerCase())
  if (!image || !sees(whoAsks(call), image)) throw noImage(id)
  return { body: view(call, image) }
}

const TAGS: Schema = {
  type: 'object',
  properties: { tags: { type: 'array', items: { type: 'string', maxLength: 255 } } },
}

/** PUT /v2/images/{image_id}/tags/{tag_value} */
export function addTag(call: Call): Answer {
  const tag = call.params.tag_value ?? ''
  const error = bestMatch(new Map([['tags', [tag]]]), TAGS)
  if (error) throw new GlanceError(400, `Provided object does not match schema 'image': ${describe(error)}`)
  tagImage(call.cloud, changeable(call), tag)
  return { status: 204 }
}

/** DELETE /v2/images/{image_id}/tags/{tag_value} */
export function removeTag(call: Call): Answer {
  if (!untagImage(call.cloud, changeable(call), call.params.tag_value ?? '')) throw new GlanceError(404)
  return { status: 204 }
}

/** Nobody may here: images are what the world says they are. */
export function refuseTo(action: string): () => never {
  return () => {
    throw forbidden(action)
  }
}

/** The image that the path names. @throws {GlanceError} 404 unless it is seen, 403 unless it may be changed */
function changeable(call: Call): Image {
  const id = call.params.image_id ?? ''
  const image = call.cloud.state.images.get(id.toLowerCase())
  const who = whoAsks(call)
  if (!image || !sees(who, image)) throw new GlanceError(404, `Image ${id} not found.`)
  if (!mayChange(who, image)) throw forbidden('modify_image')
  return image
}

/** glance/policies/image.py `modify_image` */
function mayChange({ admin, member, projectId }: Who, { owner }: Image): boolean {
  return admin || (member && owner === projectId)
}

/** What a store would have computed of the data, if there were any: as long, and the same in every run. */
function view({ cloud }: Call, image: Image): Writable {
  const { id, name, visibility, sizeBytes, status, owner, tags } = image
  const stored = sizeBytes !== null && status !== 'queued'
  const hash = (size: number) =>
    Array.from({ length: size / 32 }, (_, part) => hexFor(cloud.seed, 'image-hash', size, id, part)).join('')
  return {
    ...image.properties,
    name,
    disk_format: image.diskFormat,
    container_format: image.containerFormat,
    visibility,
    size: sizeBytes,
    virtual_size: stored && image.diskFormat === 'raw' ? sizeBytes : null,
    status,
    checksum: stored ? hash(32) : null,
    protected: image.protected,
    min_ram: image.minRamMb,
    min_disk: image.minDiskGb,
    owner,
    os_hidden: image.hidden,
    os_hash_algo: stored ? 'sha512' : null,
    os_hash_value: stored ? hash(128) : null,
    id,
    created_at: isoTime(image.createdAt),
    updated_at: isoTime(image.updatedAt),
    tags: [...tags],
    self: `/v2/images/${id}`,
    file: `/v2/images/${id}/file`,
    schema: '/v2/schemas/image',
    ...(stored && { stores: 'fs' }),
  }
}

/** `2026-01-01T00:00:00Z` */
function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
}
