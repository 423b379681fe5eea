/** What a method of Glance is given and what it gives back. */

import type { Cloud } from '../cloud/cloud.ts'
import { isAdmin, projectOf, rolesOf, type Token } from '../cloud/identity.ts'
import type { Image } from '../cloud/images.ts'
import { dumps, type Writable } from '../python/json.ts'
import type { Environ } from '../python/wsgi.ts'

/** What Glance needs of the world that it is in. */
export interface Glance {
  cloud: Cloud
  /** A new `req-…` for each request. */
  requestId(): string
}

export interface Call {
  cloud: Cloud
  environ: Environ
  token: Token
  /** What the path says, by name. */
  params: Record<string, string>
}

export interface Answer {
  /** Default 200. */
  status?: number
  /** None where there is none. */
  body?: Writable
}

export type Method = (call: Call) => Answer

/** Whose token it is, as far as images are concerned. */
export interface Who {
  admin: boolean
  /** Null of a token that is for no project: it reads nothing. */
  projectId: string | undefined
  /** Whether it may change what its project owns. */
  member: boolean
  reader: boolean
}

export function whoAsks({ cloud, token }: Call): Who {
  const projectId = projectOf(token)
  const roles = projectId === undefined ? [] : rolesOf(cloud, token)
  return {
    admin: projectId !== undefined && isAdmin(cloud, token),
    projectId,
    member: roles.includes('member'),
    reader: roles.includes('reader'),
  }
}

/** Whether somebody sees an image at all. glance/policies/image.py `get_image` */
export function sees({ admin, reader, projectId }: Who, { visibility, owner }: Image): boolean {
  if (admin) return true
  return reader && (visibility === 'public' || visibility === 'community' || owner === projectId)
}

/** `json.dumps(…, ensure_ascii=False)` */
export function dumpsUnicode(value: Writable): string {
  return dumps(value).replace(/\\(?:u([\da-f]{4})|.)/g, (whole, code?: string) => {
    const unit = code === undefined ? 0 : Number.parseInt(code, 16)
    return unit >= 0x7f ? String.fromCharCode(unit) : whole
  })
}
