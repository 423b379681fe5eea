/** What can be told of a request before it is answered, each worked out only when a rule asks for it. */

import { ownerOf } from '../cloud/owner.ts'
import { bytesOf } from '../http/request.ts'
import type { Bytes } from '../http/response.ts'
import type { Operation, Passage, Surroundings } from './passage.ts'

const BODY_DEPTH = 3

/** What a request is about. */
interface About {
  hosts: string[]
  binaries: string[]
}

export class Sighting {
  readonly passage: Passage
  readonly #around: Surroundings
  #operation: Operation | undefined
  #query: URLSearchParams | undefined
  #about: About | undefined
  #users: string[] | undefined
  /** The body as it came, once it has been read. */
  bytes: Bytes | undefined
  #body: { value: unknown } | undefined

  constructor(passage: Passage, around: Surroundings) {
    this.passage = passage
    this.#around = around
  }

  get operation(): Operation {
    this.#operation ??= this.#around.operationOf(this.passage, this.bytes)
    return this.#operation
  }

  /** The path as the client has it below the world's address, and as the routes of its face have it. */
  get paths(): [string, string] {
    return [this.passage.environ.path, this.operation.path]
  }

  get query(): URLSearchParams {
    this.#query ??= new URLSearchParams(this.passage.environ.query)
    return this.#query
  }

  get token(): string {
    return this.passage.request.headers.get('x-auth-token') ?? ''
  }

  /** The names and the id of whoever asks, or wants to log in. */
  get users(): string[] {
    if (this.#users) return this.#users
    const { tokens, users } = this.#around.cloud.state.identity
    const user = users.get(tokens.get(this.token)?.userId ?? '')
    this.#users = user ? [user.name, user.id] : [at(this.body, ['auth', 'identity', 'password', 'user'])].flatMap(named)
    return this.#users
  }

  get hosts(): string[] {
    return this.#aboutWhat().hosts
  }

  get binaries(): string[] {
    return this.#aboutWhat().binaries
  }

  /** As JSON; undefined when it is none, or has not been read. */
  get body(): unknown {
    this.#body ??= { value: parsed(this.bytes) }
    return this.#body.value
  }

  /** Read the body. */
  async read(): Promise<void> {
    if (this.bytes) return
    this.bytes = await bytesOf(this.passage.request)
    this.#operation = undefined
  }

  /** The request once more, with a body of its own. */
  another(): Request {
    const { url, method, headers } = this.passage.request
    const body = this.bytes && this.bytes.byteLength > 0 && method !== 'GET' && method !== 'HEAD' ? this.bytes : null
    return new Request(url, { method, headers: new Headers(headers), body })
  }

  /** What stands in a message for `{host}`, `{id}` and so on. */
  fill(message: string): string {
    return message.replace(/\{(version|host|binary|id|path|method|policy)\}/g, (_, name) => this.#word(name))
  }

  #word(name: string): string {
    const { operation } = this
    switch (name) {
      case 'version':
        return versionIn(this.passage.request.headers) ?? '2.1'
      case 'host':
        return this.hosts[0] ?? ''
      case 'binary':
        return this.binaries[0] ?? ''
      case 'id':
        return operation.path.slice(operation.path.lastIndexOf('/') + 1)
      case 'path':
        return this.passage.environ.path
      case 'method':
        return this.passage.request.method
      default:
        return policyOf(operation.name)
    }
  }

  #aboutWhat(): About {
    if (this.#about) return this.#about
    const about: About = { hosts: this.query.getAll('host'), binaries: this.query.getAll('binary') }
    if (this.bytes) gather(this.body, about, BODY_DEPTH)
    const { cloud } = this.#around
    for (const segment of this.operation.path.split('/')) {
      const owner = segment === '' ? undefined : ownerOf(cloud, segment, kindAt(this.operation))
      if (owner?.host) about.hosts.push(owner.host)
      if (owner?.binary) about.binaries.push(owner.binary)
    }
    this.#about = about
    return about
  }
}

/** Whether there is a body to be read. */
export function hasBody({ method, headers }: Request): boolean {
  if (method === 'GET' || method === 'HEAD') return false
  return headers.has('transfer-encoding') || Number(headers.get('content-length') ?? 0) > 0
}

/** What an integer id in the path is one of. */
function kindAt({ name, path }: Operation): 'service' | 'hypervisor' | undefined {
  if (name?.startsWith('os-services:')) return 'service'
  return path.startsWith('/os-hypervisors') ? 'hypervisor' : undefined
}

/** Every `host` and `binary` in a body, down to so many levels. */
function gather(value: unknown, about: About, depth: number): void {
  if (typeof value !== 'object' || value === null || depth === 0) return
  for (const [key, each] of Object.entries(value)) {
    if (typeof each === 'string' && key === 'host') about.hosts.push(each)
    else if (typeof each === 'string' && key === 'binary') about.binaries.push(each)
    else gather(each, about, depth - 1)
  }
}

function named(user: unknown): string[] {
  return [at(user, ['name']), at(user, ['id'])].filter((each) => typeof each === 'string')
}

function at(value: unknown, path: string[]): unknown {
  return path.reduce<unknown>((here, key) => {
    return typeof here === 'object' && here !== null && Object.hasOwn(here, key) ? Reflect.get(here, key) : undefined
  }, value)
}

function parsed(bytes: Uint8Array | undefined): unknown {
  if (!bytes || bytes.byteLength === 0) return undefined
  try {
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}

/** The version as the client wrote it, which need not be one that there is. */
function versionIn(headers: Headers): string | undefined {
  const standard = /compute\s+(\S+?)\s*(?:,|$)/i.exec(headers.get('openstack-api-version') ?? '')?.[1]
  return standard ?? headers.get('x-openstack-nova-api-version') ?? undefined
}

/** The rule of Nova's policy that an operation asks. nova/policies/services.py: the actions of old are updates, too */
function policyOf(name: string | undefined): string {
  const [resource = '', does = ''] = (name ?? '').split(':')
  const asked = resource === 'os-services' && !['list', 'delete'].includes(does) ? 'update' : does
  return `os_compute_api:${resource}:${asked}`
}
