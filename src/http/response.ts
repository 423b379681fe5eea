/**
 * Responses as the server sends them: what one was made of stays at hand, for whoever keeps or sends it, and the platform's own
 * `Response` is made only for who reads it as one.
 */

import { Readable } from 'node:stream'

export type Bytes = Uint8Array<ArrayBuffer>

/** Pieces are sent one behind the other: what they have in common with the pieces of another answer is kept but once. */
export type Body = string | Bytes | Pieces | null

export type Pieces = readonly Bytes[] | readonly string[]

/** How long a text is written in one piece with the headers, which costs a tenth less than bytes behind them. What is longer is copied. */
export const LONGEST_TEXT = 16 * 1024

/** What a response was made of. */
export interface Made {
  status: number
  /** By names as they are sent. */
  headers: Record<string, string>
  body: Body
}

/** A body that is made while the client takes it. */
export interface Streamed {
  pieces: AsyncIterable<Bytes>
  headers: Record<string, string>
}

/** @param init.status default 200 */
export function answerWith(
  body: Body,
  { status = 200, headers }: { status?: number; headers: Record<string, string> },
): Response {
  // It has of a `Response` what is read of one here; the whole is a step away.
  return new MadeResponse({ status, headers, body }) as unknown as Response
}

/** A response of status 200 whose body is made while the client takes it. */
export function streamWith(pieces: AsyncIterable<Bytes>, headers: Record<string, string>): Response {
  return new StreamedResponse({ pieces, headers }) as unknown as Response
}

/** What a response was made of that remembers it; undefined for any other. */
export function rememberedIn(response: Response): Made | undefined {
  return response instanceof MadeResponse ? response.made : undefined
}

/** The body of one that is made while the client takes it; undefined for any other. */
export function streamedIn(response: Response): Streamed | undefined {
  return response instanceof StreamedResponse ? response.streamed : undefined
}

/** The platform's own, for a client that is in the same process. */
export function platformResponse(response: Response): Response {
  return response instanceof LazyResponse ? response.whole : response
}

/** A header of a response, whatever the case of its name. */
export function headerOf(response: Response, name: string): string | undefined {
  const headers = rememberedIn(response)?.headers ?? streamedIn(response)?.headers
  if (!headers) return response.headers.get(name) ?? undefined
  const wanted = name.toLowerCase()
  for (const key in headers) {
    if (key.length === wanted.length && key.toLowerCase() === wanted) return headers[key]
  }
}

/** How many bytes it has when it is sent. */
export function lengthOf(body: Body): number {
  if (body === null) return 0
  if (typeof body === 'string') return Buffer.byteLength(body)
  if (!isInPieces(body)) return body.byteLength
  let length = 0
  for (const piece of body) length += lengthOf(piece)
  return length
}

/** What comes in pieces, in one. */
export function inOnePiece(body: Exclude<Body, null>): string | Bytes
export function inOnePiece(body: Body): string | Bytes | null
export function inOnePiece(body: Body): string | Bytes | null {
  if (!isInPieces(body)) return body
  return isText(body) ? body.join('') : Buffer.concat(body)
}

export function isInPieces(body: Body): body is Pieces {
  return Array.isArray(body)
}

export function isText(pieces: Pieces): pieces is readonly string[] {
  return typeof pieces[0] === 'string'
}

/** What is read of a `Response` here. The platform's own is made of it at the first other thing that somebody wants to know. */
abstract class LazyResponse {
  abstract readonly status: number
  protected abstract make(): Response
  #whole: Response | undefined

  get whole(): Response {
    this.#whole ??= this.make()
    return this.#whole
  }

  get ok(): boolean {
    return this.status >= 200 && this.status < 300
  }

  get headers(): Headers {
    return this.whole.headers
  }

  get body(): ReadableStream | null {
    return this.whole.body
  }

  get bodyUsed(): boolean {
    return this.#whole?.bodyUsed ?? false
  }

  arrayBuffer(): Promise<ArrayBuffer> {
    return this.whole.arrayBuffer()
  }

  text(): Promise<string> {
    return this.whole.text()
  }

  json(): Promise<unknown> {
    return this.whole.json()
  }

  clone(): Response {
    return this.whole.clone()
  }
}

class MadeResponse extends LazyResponse {
  readonly made: Made

  constructor(made: Made) {
    super()
    this.made = made
  }

  override get body(): ReadableStream | null {
    return this.made.body === null ? null : this.whole.body
  }

  get status(): number {
    return this.made.status
  }

  protected make(): Response {
    return new Response(inOnePiece(this.made.body), this.made)
  }
}

class StreamedResponse extends LazyResponse {
  readonly status = 200
  readonly streamed: Streamed

  constructor(streamed: Streamed) {
    super()
    this.streamed = streamed
  }

  /** Whoever looks at them has not begun with the body. */
  override get headers(): Headers {
    return new Headers(this.streamed.headers)
  }

  protected make(): Response {
    const { pieces, headers } = this.streamed
    return new Response(Readable.toWeb(Readable.from(pieces)) as ReadableStream, { headers })
  }
}
