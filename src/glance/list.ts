/** What a list of images can be asked for: filters, order, pages. glance/api/v2/images.py `RequestDeserializer.index`, glance/db/sqlalchemy/api.py */

import type { Image } from '../cloud/images.ts'
import { pythonInt, strip } from '../python/values.ts'
import { parseQuery } from '../python/wsgi.ts'
import { forbidden, GlanceError, noImage } from './errors.ts'
import { type Call, sees, whoAsks } from './resource.ts'

/** How many a page has unless it is said, and at the most. Glance's `limit_param_default` and `api_limit_max` defaults. */
const DEFAULT_LIMIT = 25
const LARGEST_LIMIT = 1000

const SORT_KEYS = ['name', 'status', 'container_format', 'disk_format', 'size', 'id', 'created_at', 'updated_at']

export interface Listed {
  images: Image[]
  first: string
  /** Where the next page is, unless this is the last. */
  next: string | undefined
}

/** @throws {GlanceError} 400, or 403 for who may read nothing */
export function listed(call: Call): Listed {
  const query = queryOf(call)
  const last = (name: string) => query.get(name)?.at(-1)
  checkFilters(last)
  const wantedLimit = last('limit')
  const limit = wantedLimit === undefined ? DEFAULT_LIMIT : Math.min(limitIn(wantedLimit), LARGEST_LIMIT)
  const order = orderIn(query)
  const hidden = truthIn(last, 'os_hidden') ?? false
  truthIn(last, 'protected')

  const who = whoAsks(call)
  if (!who.admin && !who.reader) throw forbidden('get_images')
  const visibility = last('visibility')
  const filters = [...query].filter(([name]) => !NO_FILTERS.has(name))
  const found = [...call.cloud.state.images.values()]
    .filter((image) => sees(who, image) && image.hidden === hidden)
    .filter((image) => isListed(image, visibility, who.projectId))
    .filter((image) => (query.get('tag') ?? []).every((tag) => image.tags.includes(strip(tag))))
    .filter((image) => filters.every(([name, values]) => matches(image, name, values.at(-1) ?? '')))
    .sort(order)

  const marker = last('marker')
  const from = marker === undefined ? 0 : placeAfter(call, found, marker)
  const images = found.slice(from, from + limit)
  const params = [...query].filter(([name]) => name !== 'marker').map(([name, values]) => [name, values.at(-1) ?? ''])
  const asked = encode(params)
  const more = images.length > 0 && images.length === limit
  return {
    images,
    first: asked === '' ? '/v2/images' : `/v2/images?${asked}`,
    next: more ? `/v2/images?${encode([...params, ['marker', images.at(-1)?.id ?? '']])}` : undefined,
  }
}

const NO_FILTERS = new Set([
  ...['limit', 'marker', 'member_status', 'tag', 'sort', 'sort_key', 'sort_dir', 'visibility', 'os_hidden'],
])

function queryOf({ environ }: Call): Map<string, string[]> {
  try {
    return parseQuery(environ.query)
  } catch {
    throw new GlanceError(
      400,
      'Error decoding your request. Either the URL or the request body contained characters that could not be decoded ' +
        'by Glance',
    )
  }
}

function checkFilters(last: (name: string) => string | undefined): void {
  const visibility = last('visibility')
  if (visibility && !['community', 'public', 'private', 'shared', 'all'].includes(visibility)) {
    throw new GlanceError(400, `Invalid visibility value: ${visibility}`)
  }
  if (last('changes-since')) {
    throw new GlanceError(400, 'The "changes-since" filter is no longer available on v2.')
  }
  const status = last('member_status') ?? 'accepted'
  if (!['pending', 'accepted', 'rejected', 'all'].includes(status)) {
    throw new GlanceError(400, `Invalid status: ${status}`)
  }
}

function limitIn(text: string): number {
  const limit = pythonInt(text)
  if (limit === undefined) throw new GlanceError(400, 'limit param must be an integer')
  if (limit < 0) throw new GlanceError(400, 'limit param must be positive')
  return limit
}

/** `os_hidden` is read without case, `protected` is not. */
function truthIn(last: (name: string) => string | undefined, name: 'os_hidden' | 'protected'): boolean | undefined {
  const said = last(name)
  const value = name === 'os_hidden' ? said?.toLowerCase() : said
  if (value === undefined) return undefined
  if (value === 'true' || value === 'false') return value === 'true'
  throw new GlanceError(400, `Invalid value '${value}' for '${name}' filter. Valid values are 'true' or 'false'.`)
}

/** Those of the community are listed for who asks for them, and for who owns them. */
function isListed({ visibility, owner }: Image, wanted: string | undefined, projectId: string | undefined): boolean {
  if (!wanted) return visibility !== 'community' || owner === projectId
  return wanted === 'all' || visibility === wanted
}

function matches(image: Image, name: string, wanted: string): boolean {
  switch (name) {
    case 'name':
    case 'status':
    case 'id':
    case 'container_format':
    case 'disk_format': {
      const value = textOf(image, name)
      const any = wanted.startsWith('in:') ? wanted.slice(3).split(',').map(unquoted) : [wanted]
      return any.some((each) => sameText(value, each))
    }
    case 'owner':
      return sameText(image.owner, wanted)
    case 'protected':
      return image.protected === (wanted === 'true')
    case 'size':
      return image.sizeBytes === number(wanted)
    case 'min_ram':
      return image.minRamMb === number(wanted)
    case 'min_disk':
      return image.minDiskGb === number(wanted)
    case 'size_min':
      return image.sizeBytes !== null && image.sizeBytes >= bound(wanted)
    case 'size_max':
      return image.sizeBytes !== null && image.sizeBytes <= bound(wanted)
    case 'created_at':
      return isTimed(image.createdAt, name, wanted)
    case 'updated_at':
      return isTimed(image.updatedAt, name, wanted)
    default:
      return sameText(Object.hasOwn(image.properties, name) ? (image.properties[name] ?? null) : null, wanted)
  }
}

/** MySQL compares without case. */
function sameText(one: string | null, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase()
}

function unquoted(text: string): string {
  return text.replace(/^"(.*)"$/s, '$1')
}

/** What MySQL makes of a text that is compared with a number: its digits, or 0. */
function number(text: string): number {
  return Number(/^\s*[-+]?\d+/.exec(text)?.[0] ?? 0)
}

function bound(text: string): number {
  const value = pythonInt(text)
  if (value === undefined) throw new GlanceError(400, 'Unable to filter on a range with a non-numeric value.')
  return value
}

const COMPARISONS: Record<string, (difference: number) => boolean> = {
  gt: (difference) => difference > 0,
  gte: (difference) => difference >= 0,
  lt: (difference) => difference < 0,
  lte: (difference) => difference <= 0,
  eq: (difference) => difference === 0,
  neq: (difference) => difference !== 0,
}

/** `gt:2020-01-01T00:00:00Z`; without an operator, it is just then. */
function isTimed(ms: number, name: string, wanted: string): boolean {
  const [, operator = 'eq', text = wanted] = /^([a-z]+):(.*)$/s.exec(wanted) ?? []
  const compare = Object.hasOwn(COMPARISONS, operator) ? COMPARISONS[operator] : undefined
  if (!compare) throw new GlanceError(400, 'Unable to filter on a unknown operator.')
  const moment = Date.parse(text)
  if (Number.isNaN(moment)) {
    throw new GlanceError(400, `Bad "${name}" query filter format. Use ISO 8601 DateTime notation.`)
  }
  return compare(Math.floor(ms / 1000) * 1000 - moment)
}

/** In the new syntax `sort=name:asc,size`, or in the classic one. Equals are told apart by when they were made, then by their id. */
function orderIn(query: Map<string, string[]>): (one: Image, other: Image) => number {
  const keys: { key: string; dir: string }[] = []
  const sort = query.get('sort')?.at(-1)
  const [sortKeys, sortDirs] = [query.get('sort_key') ?? [], query.get('sort_dir') ?? []]
  if (sort !== undefined) {
    if (sortKeys.length > 0 || sortDirs.length > 0) {
      throw new GlanceError(400, 'Old and new sorting syntax cannot be combined')
    }
    for (const part of strip(sort).split(',')) {
      const [key = '', ...dir] = part.split(':')
      keys.push({ key: checkKey(strip(key)), dir: checkDir(strip(dir.join(':') || 'desc')) })
    }
  } else {
    const wanted = sortKeys.map((key) => checkKey(strip(key)))
    const dirs = sortDirs.map((dir) => checkDir(strip(dir)))
    if (dirs.length > 1 && dirs.length !== wanted.length) {
      throw new GlanceError(400, 'Number of sort dirs does not match the number of sort keys')
    }
    const all = wanted.length > 0 ? wanted : ['created_at']
    for (const [index, key] of all.entries()) keys.push({ key, dir: dirs[index] ?? dirs[0] ?? 'desc' })
  }
  for (const key of ['created_at', 'id']) {
    if (!keys.some((each) => each.key === key)) keys.push({ key, dir: keys[0]?.dir ?? 'desc' })
  }
  return (one, other) => {
    for (const { key, dir } of keys) {
      const difference = compare(sortValueOf(one, key), sortValueOf(other, key))
      if (difference !== 0) return dir === 'asc' ? difference : -difference
    }
    return 0
  }
}

function checkKey(key: string): string {
  if (SORT_KEYS.includes(key)) return key
  throw new GlanceError(400, `Invalid sort key: ${key}. It must be one of the following: ${SORT_KEYS.join(', ')}.`)
}

function checkDir(dir: string): string {
  if (dir === 'asc' || dir === 'desc') return dir
  throw new GlanceError(400, `Invalid sort direction: ${dir}`)
}

function sortValueOf(image: Image, key: string): string | number | null {
  if (key === 'size') return image.sizeBytes
  if (key === 'created_at') return image.createdAt
  return key === 'updated_at' ? image.updatedAt : (textOf(image, key)?.toLowerCase() ?? null)
}

function textOf(image: Image, key: string): string | null {
  if (key === 'container_format') return image.containerFormat
  if (key === 'disk_format') return image.diskFormat
  return key === 'status' ? image.status : key === 'id' ? image.id : image.name
}

/** MySQL sorts what is not known before everything else. */
function compare(one: string | number | null, other: string | number | null): number {
  if (one === other) return 0
  if (one === null || other === null) return one === null ? -1 : 1
  return one < other ? -1 : 1
}

function placeAfter(call: Call, found: Image[], marker: string): number {
  const image = call.cloud.state.images.get(marker.toLowerCase())
  if (!image || !sees(whoAsks(call), image)) throw new GlanceError(400, noImage(marker).message)
  return found.indexOf(image) + 1
}

/** Python's `urllib.parse.urlencode`. */
function encode(params: string[][]): string {
  return params.map((pair) => pair.map(quotePlus).join('=')).join('&')
}

function quotePlus(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}
