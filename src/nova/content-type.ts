/** What content types Nova takes and gives. */

const JSON_TYPE = 'application/json'

/** nova/api/openstack/wsgi.py `_SUPPORTED_CONTENT_TYPES` */
const SUPPORTED = [JSON_TYPE, 'application/vnd.openstack.compute+json']

/** Whether a body of this Content-Type is read. None, an empty one and text/plain say nothing, so they are. */
export function isSupportedContentType(header: string | null): boolean {
  const type = header?.split(';')[0]?.trim() ?? ''
  return type === '' || type === 'text/plain' || SUPPORTED.includes(type)
}

/**
 * The Content-Type that an answer has, by what the request accepts.
 *
 * @param indexed whether it is the list of versions, which once came as a feed too
 * @see nova/api/openstack/urlmap.py `Accept.best_match`
 */
export function bestContentType(accept: string | null, indexed = false): string {
  if (accept === null || accept === JSON_TYPE || accept === '*/*') return JSON_TYPE
  return bestMatch(accept, indexed ? [...SUPPORTED, 'application/atom+xml'] : SUPPORTED)?.type ?? JSON_TYPE
}

/** The API version that a client may name beside a type: `application/json;version=2.1`. */
export function versionIn(accept: string | null, contentType: string | null): string | undefined {
  const asked = contentType === null ? undefined : parseOptions(contentType).options.get('version')
  return asked ?? bestMatch(accept ?? '', SUPPORTED)?.options.get('version')
}

function bestMatch(accept: string, types: string[]): { type: string; options: Map<string, string> } | undefined {
  const masks = splitList(accept).map(parseOptions)
  let best: { type: string; options: Map<string, string> } | undefined
  let bestQuality = -1
  let bestStars = 2
  for (const type of types) {
    for (const { name, options } of masks) {
      const quality = Number(options.get('q') ?? 1)
      if (Number.isNaN(quality) || quality < bestQuality) continue
      if (quality === bestQuality && bestStars <= stars(name)) continue
      if (!matches(name, type)) continue
      best = { type, options }
      bestQuality = quality
      bestStars = stars(name)
    }
  }
  return best
}

function matches(mask: string, type: string): boolean {
  if (!mask.includes('*')) return type === mask
  return mask === '*/*' || type.split('/')[0] === mask.slice(0, -2)
}

function stars(mask: string): number {
  return mask.split('*').length - 1
}

function splitList(header: string): string[] {
  return (header.match(/(?:[^",]|"(?:[^"\\]|\\.)*")+/g) ?? []).map((part) => part.trim().replace(/^"(.*)"$/, '$1'))
}

function parseOptions(value: string): { name: string; options: Map<string, string> } {
  const [name = '', ...pieces] = value.split(';').map((piece) => piece.trim())
  const options = pieces.map((piece): [string, string] => {
    const [key = '', ...rest] = piece.split('=')
    return [
      key.trim(),
      rest
        .join('=')
        .trim()
        .replace(/^"(.*)"$/, '$1'),
    ]
  })
  return { name, options: new Map(options) }
}
