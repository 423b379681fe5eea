/** What content types Nova takes and gives. nova/api/openstack/urlmap.py */

import { pythonFloat } from '../python/values.ts'
import { UncaughtError } from './errors.ts'

const JSON_TYPE = 'application/json'

/** nova/api/openstack/wsgi.py `_SUPPORTED_CONTENT_TYPES` */
const SUPPORTED = [JSON_TYPE, 'application/vnd.openstack.compute+json']

/** Whether a body of this Content-Type is read. None, an empty one and text/plain say nothing, so they are. */
export function isSupportedContentType(header: string | null): boolean {
  const type = header?.split(';')[0] ?? ''
  return type === '' || type === 'text/plain' || SUPPORTED.includes(type)
}

/** What an Accept header comes to. */
export interface Accepted {
  /** The Content-Type that the answer has, should all go well. */
  type: string
  /** The API that is named beside the type: the `2.1` of `application/json;version=2.1`. */
  version: string | undefined
}

const PLAIN_JSON: Accepted = { type: JSON_TYPE, version: undefined }

/** Where there is a list of versions, which once came as a feed too. */
const LISTS = /^\/+(?:v2(?:\.1)?\/+)?$/

/**
 * @param path the one that was asked for: its ending may name the type, too
 * @throws {UncaughtError} when Nova stumbles over the header
 * @see nova/api/openstack/urlmap.py `Accept.best_match`, `URLMap._path_strategy`
 */
export function acceptedBy(accept: string | null, path: string): Accepted {
  if (accept === null || accept === JSON_TYPE || accept === '*/*') return PLAIN_JSON
  const best = bestMatch(accept, LISTS.test(path) ? [...SUPPORTED, 'application/atom+xml'] : SUPPORTED)
  const type = path.endsWith('.json') ? JSON_TYPE : (best?.type ?? JSON_TYPE)
  return { type, version: versionOf(best?.options) }
}

/** The API that is named beside the type of a body. @throws {UncaughtError} when Nova stumbles over the header */
export function versionIn(contentType: string | null): string | undefined {
  return contentType === null ? undefined : versionOf(parseOptions(contentType).options)
}

type Options = Map<string, string | null>

function versionOf(options: Options | undefined): string | undefined {
  const version = options?.get('version')
  if (version === null) throw new UncaughtError('TypeError')
  return version
}

function bestMatch(accept: string, types: string[]): { type: string; options: Options } | undefined {
  const masks = splitList(accept).map(parseOptions)
  let best: { type: string; options: Options } | undefined
  let bestQuality = -1
  let bestStars = 2
  for (const type of types) {
    for (const { name, options } of masks) {
      const quality = qualityOf(options)
      if (quality === undefined || quality < bestQuality) continue
      if (quality === bestQuality && bestStars <= stars(name)) continue
      if (!matches(name, type)) continue
      best = { type, options }
      bestQuality = quality
      bestStars = stars(name)
    }
  }
  return best
}

/** Undefined when it is no number. */
function qualityOf(options: Options): number | undefined {
  const quality = options.get('q')
  if (quality === null) throw new UncaughtError('TypeError')
  return quality === undefined ? 1 : pythonFloat(quality)
}

function matches(mask: string, type: string): boolean {
  if (!mask.includes('*')) return type === mask
  return mask === '*/*' || type.split('/')[0] === mask.slice(0, -2)
}

function stars(mask: string): number {
  return mask.split('*').length - 1
}

/** The parts between commas that stand in no quotes. urllib/request.py `parse_http_list` */
function splitList(header: string): string[] {
  const parts = header.match(/(?:[^",]|"(?:[^"\\]|\\.)*"?)+/g) ?? []
  return parts.map((part) => part.trim().replace(/^"(.*)"$/, '$1'))
}

/** nova/api/openstack/urlmap.py `parse_options_header` */
function parseOptions(value: string): { name: string; options: Options } {
  if (value === '') return { name: '', options: new Map() }
  const pieces = [...`;${value}`.matchAll(PIECE)].map(([, key = '', option]): [string, string | null] => {
    return [unquote(key), option === undefined ? null : unquote(option)]
  })
  const [first, ...rest] = pieces
  if (!first) throw new UncaughtError('StopIteration')
  return { name: first[0], options: new Map(rest) }
}

const QUOTED = '"[^"\\\\]*(?:\\\\.[^"\\\\]*)*"'
const PIECE = new RegExp(`;\\s*([^\\s;=]+|${QUOTED})\\s*(?:=\\s*([^;]+|${QUOTED}))?\\s*`, 'g')

function unquote(text: string): string {
  return text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text
}
