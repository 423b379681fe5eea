/** Where the services of a recorded cloud are: learned from the catalogues that Keystone hands out. */

import { isDict, type PyDict, type PyValue, valueAt } from '../python/values.ts'

/** The address of a service, up to what stands before its version. */
export interface Endpoint {
  /** What a recording calls it: `compute`; `compute-internal` and `compute-2` where the same type is elsewhere too. */
  name: string
  /** With no slash at the end: `https://cloud.example:8774`, `http://10.0.0.1/compute`. */
  base: string
}

export interface Endpoints {
  /** In the order in which they were learned. */
  list(): Endpoint[]
  find(name: string): Endpoint | undefined
  /** The endpoint that an address lies below: of several the longest. */
  at(url: string): { endpoint: Endpoint; path: string } | undefined
  /** @returns the endpoint of this address, known before or new */
  add(type: string, url: string, interfaceName?: string): Endpoint
  /** Learn from an answer of Keystone's what is in its catalogue. @returns the endpoints that are new */
  learn(value: PyValue | undefined): Endpoint[]
  /** A text in which every address of these services is as `to` has it. */
  rewrite(text: string, to: (endpoint: Endpoint) => string): string
  /**
   * A value in which the addresses of a catalogue are told apart by the service that they stand under, where two services
   * have the same. `rewrite` knows them.
   */
  place(value: PyValue): PyValue
}

export function createEndpoints(): Endpoints {
  const known: Endpoint[] = []
  let pattern: RegExp | undefined

  const find = (name: string) => known.find((each) => each.name === name)
  const withBase = (base: string) => known.filter((each) => sameAddress(each.base, base))

  const add = (type: string, url: string, interfaceName = 'public'): Endpoint => {
    const base = baseOf(url)
    const plain = nameFor(type)
    const same = withBase(base).find(({ name }) => name === plain || name.startsWith(`${plain}-`))
    if (same) return same
    const wished = interfaceName === 'public' ? [plain] : [plain, `${plain}-${interfaceName.replace(/URL$/i, '')}`]
    const free = wished.find((name) => !find(name))
    let number = 2
    while (free === undefined && find(`${plain}-${number}`)) number++
    const endpoint = { name: free ?? `${plain}-${number}`, base }
    known.push(endpoint)
    pattern = undefined
    return endpoint
  }

  const byLength = () => [...known].sort((one, other) => other.base.length - one.base.length)

  const addresses = () => [...byLength().map(({ base }) => base), ...known.map(aliasOf)]

  const rewrite: Endpoints['rewrite'] = (text, to) => {
    if (known.length === 0 || !text.includes('://')) return text
    pattern ??= new RegExp(
      `https?://(?:${addresses().map(withoutScheme).map(escaped).join('|')})(?![\\w.-]|:\\d)`,
      'gi',
    )
    return text.replace(pattern, (address) => {
      const endpoint = withBase(address)[0] ?? known.find((each) => sameAddress(aliasOf(each), address))
      return endpoint ? to(endpoint) : address
    })
  }

  return {
    list: () => [...known],
    find,
    add,
    at(url) {
      const endpoint = byLength().find(
        ({ base }) => sameAddress(url.slice(0, base.length), base) && /^(?:[/?#]|$)/.test(url.slice(base.length)),
      )
      return endpoint && { endpoint, path: url.slice(endpoint.base.length) || '/' }
    },
    learn(value) {
      const before = known.length
      const entries = catalogOf(value)
      // The public ones first: it is they that have the plain names.
      for (const wanted of ['public', undefined]) {
        for (const { type, interfaceName, url } of entries.flatMap(endpointsIn)) {
          if (wanted === undefined || interfaceName === wanted) add(type, url, interfaceName)
        }
      }
      return known.slice(before)
    },
    rewrite,
    place(value) {
      if (catalogOf(value).length === 0) return value
      const placed = copyOf(value)
      for (const entry of catalogOf(placed)) {
        moveEntry(entry, (type, url) => {
          const plain = nameFor(type)
          const mine = withBase(baseOf(url)).find(({ name }) => name === plain || name.startsWith(`${plain}-`))
          return mine ? aliasOf(mine) + url.slice(mine.base.length) : url
        })
      }
      return placed
    },
  }
}

/** An address that no service has, for one of several that share theirs. RFC 6761 section 6.4 */
function aliasOf({ name }: Endpoint): string {
  return `http://${name}.endpoint.invalid`
}

/** The part of an address before its version: Nova's `/v2.1`, Keystone's `/v3`. With no version in it, all of it. */
export function baseOf(url: string): string {
  const plain = url.replace(/[?#].*$/, '').replace(/\/+$/, '')
  const match = /^(https?:\/\/[^/]+(?:\/.*?)?)\/v\d+(?:\.\d+)?(?:\/.*)?$/i.exec(plain)
  return match?.[1] ?? plain.replace(/\/[^/]*%\(.*$|\/[^/]*\$\(.*$/, '')
}

/** A service's type as a name: its known ones as they are, any other marked as a service's. */
export function nameFor(type: string): string {
  const plain = type
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
  return KNOWN.has(plain) ? plain : `service-${plain || 'unknown'}`
}

const KNOWN = new Set(
  'compute identity placement image network volume volumev2 volumev3 block-storage object-store orchestration'.split(
    ' ',
  ),
)

/** The entries of a catalogue: of a token (v3, v2.0), or by itself. */
function catalogOf(value: PyValue | undefined): PyDict[] {
  const list =
    valueAt(value, 'catalog') ?? valueAt(value, 'token', 'catalog') ?? valueAt(value, 'access', 'serviceCatalog')
  return Array.isArray(list) ? list.filter(isDict) : []
}

function endpointsIn(entry: PyDict): { type: string; interfaceName: string; url: string }[] {
  const type = entry.get('type')
  const endpoints = entry.get('endpoints')
  if (typeof type !== 'string' || !Array.isArray(endpoints)) return []
  return endpoints.filter(isDict).flatMap((endpoint) => {
    const interfaceName = endpoint.get('interface')
    return urlsOf(endpoint).map(([key, url]) => ({
      type,
      url,
      interfaceName: typeof interfaceName === 'string' ? interfaceName : key.replace(/URL$/, ''),
    }))
  })
}

function urlsOf(endpoint: PyDict): [key: string, url: string][] {
  return ['url', 'publicURL', 'internalURL', 'adminURL'].flatMap((key) => {
    const url = endpoint.get(key)
    return typeof url === 'string' && /^https?:\/\//.test(url) ? [[key, url] as [string, string]] : []
  })
}

function moveEntry(entry: PyDict, to: (type: string, url: string) => string): void {
  const endpoints = entry.get('endpoints')
  const type = entry.get('type')
  if (!Array.isArray(endpoints) || typeof type !== 'string') return
  for (const endpoint of endpoints.filter(isDict)) {
    for (const [key, url] of urlsOf(endpoint)) endpoint.set(key, to(type, url))
  }
}

function copyOf(value: PyValue): PyValue {
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, copyOf(item)]))
  return Array.isArray(value) ? value.map(copyOf) : value
}

/** A service may call itself http behind a proxy that speaks https. */
function sameAddress(one: string, other: string): boolean {
  return withoutScheme(one).toLowerCase() === withoutScheme(other).toLowerCase()
}

function withoutScheme(url: string): string {
  return url.replace(/^https?:\/\//i, '')
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
}
