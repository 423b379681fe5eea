/** Sends requests to the control routes of a world, and makes of what is turned down an exception that says why. */

/** What sends a request: the `fetch` of the platform, or an emulator's own, with no socket between. */
export type Fetch = (request: Request) => Response | Promise<Response>

/** Where control is, and how it is reached. */
export interface ConnectOptions {
  /** The control token, where novasim was started with one. */
  token?: string | undefined
  /** Default: the platform's. */
  fetch?: Fetch | undefined
}

/** One thing that is wrong with a request to control. */
export interface Problem {
  message: string
  /** Where in what was sent: `services[2].host`. */
  path?: string
  /** The likely fix. */
  hint?: string
}

/** A request to control that was turned down; nothing has changed then. Or novasim could not be reached: its `status` is 0. */
export class NovasimError extends Error {
  /** 400: malformed; 401: the control token is missing; 404: not there; 409: it cannot be; 0: nobody answered. */
  readonly status: number
  /** Everything that is wrong, the first thing first. */
  readonly problems: readonly Problem[]

  constructor(asked: string, status: number, problems: readonly Problem[], cause?: unknown) {
    super(`${asked}: ${problems.map(lineOf).join('; ')}`, cause === undefined ? undefined : { cause })
    this.name = 'NovasimError'
    this.status = status
    this.problems = problems
  }
}

/** Requests to the control routes of one world. */
export class ControlClient {
  /** The address of the world, with no slash at the end. */
  readonly url: string
  readonly #options: ConnectOptions

  constructor(url: string, options: ConnectOptions) {
    this.url = url.replace(/\/+$/, '')
    this.#options = options
  }

  /** The same way to another world's address. */
  at(url: string): ControlClient {
    return new ControlClient(url, this.#options)
  }

  /**
   * What a route answers; undefined where it has nothing to say.
   *
   * @param path below `/_novasim`
   * @param accepted a status beyond 2xx whose body is an answer, too
   * @throws {NovasimError} when it is turned down, or nobody answers
   */
  async ask<Answer>(method: string, path: string, body?: unknown, accepted?: number): Promise<Answer> {
    const response = await this.open(method, path, body === undefined ? {} : { body: toJson(body) }, accepted)
    const text = await response.text()
    return (text === '' ? undefined : JSON.parse(text)) as Answer
  }

  /** The same, for an answer that is not read as a whole. @throws {NovasimError} as `ask` */
  async open(method: string, path: string, init: RequestInit = {}, accepted?: number): Promise<Response> {
    const { token, fetch = globalThis.fetch } = this.#options
    const headers = new Headers(init.headers)
    if (init.body !== undefined) headers.set('Content-Type', 'application/json')
    if (token !== undefined) headers.set('Authorization', `Bearer ${token}`)
    const asked = `${method} ${this.url}/_novasim${path}`
    let response: Response
    try {
      response = await fetch(new Request(`${this.url}/_novasim${path}`, { ...init, method, headers }))
    } catch (cause) {
      if (init.signal?.aborted) throw cause
      throw new NovasimError(
        asked,
        0,
        [{ message: `nobody answers: ${reasonOf(cause)}`, hint: 'is novasim up?' }],
        cause,
      )
    }
    if (response.ok || response.status === accepted) return response
    throw new NovasimError(asked, response.status, problemsIn(response.status, await response.text()))
  }
}

/** What stands behind a path: `?status=409&status=404`. What is undefined is left out. */
export function queryText(query: Readonly<Record<string, unknown>>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) if (each !== undefined) search.append(name, String(each))
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}

function toJson(body: unknown): string {
  return JSON.stringify(body) ?? 'null'
}

function problemsIn(status: number, text: string): Problem[] {
  try {
    const { error } = JSON.parse(text) as { error?: Problem & { others?: Problem[] } }
    if (typeof error?.message === 'string') {
      const { others = [], ...first } = error
      return [first, ...others]
    }
  } catch {
    // It was no answer of control's.
  }
  const hint = status === 404 ? 'is that address one of novasim, and is control open?' : undefined
  return [{ message: `answered ${status}: ${text.slice(0, 200)}`, ...(hint && { hint }) }]
}

function lineOf({ message, path, hint }: Problem): string {
  return `${path === undefined ? '' : `${path}: `}${message}${hint === undefined ? '' : ` (${hint})`}`
}

/** The innermost reason: what `fetch` throws says "fetch failed", and why in its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.cause instanceof Error) return reasonOf(error.cause)
  return error.message || ('code' in error ? String(error.code) : error.name)
}
