/** What a WSGI server makes of a request: the path and the query as Python's applications see them. */

import { PyError } from './values.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The path with its percent signs decoded, each byte a character: PEP 3333 passes bytes as Latin-1. */
export function decodePath(path: string): string {
  return path.includes('%') ? path.replace(/%([\da-fA-F]{2})/g, (_, hex) => fromHex(hex)) : path
}

/**
 * The query's parameters in their order, blank ones too, as WebOb's `request.GET` has them.
 *
 * @param between what stands between two; WebOb takes a semicolon, too, which Werkzeug and the reader of forms do not
 *   (webob/compat.py `parse_qsl_text`)
 * @throws {PyError} UnicodeDecodeError when one is not UTF-8
 */
export function parseQuery(query: string, between: string | RegExp = /[&;]/): Map<string, string[]> {
  const parameters = new Map<string, string[]>()
  for (const part of query.split(between)) {
    if (part === '') continue
    const equals = part.indexOf('=')
    const name = decodeText(equals < 0 ? part : part.slice(0, equals))
    const value = equals < 0 ? '' : decodeText(part.slice(equals + 1))
    const values = parameters.get(name)
    if (values) values.push(value)
    else parameters.set(name, [value])
  }
  return parameters
}

/** Bytes as text. @throws {PyError} UnicodeDecodeError when they are not UTF-8 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new PyError('UnicodeDecodeError', decodeComplaint(bytes))
  }
}

/** What Python's decoder says of the first bytes that are not UTF-8. cpython Objects/stringlib/codecs.h `utf8_decode` */
function decodeComplaint(bytes: Uint8Array): string {
  let at = 0
  while (at < bytes.length) {
    const first = bytes[at] ?? 0
    const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0
    if (length === 0) return complaint(first, at, 1, 'invalid start byte')
    for (let place = 1; place < length; place++) {
      const next = bytes[at + place]
      if (next === undefined) return complaint(first, at, place, 'unexpected end of data')
      const [least, most] = place === 1 ? (SECOND[first] ?? CONTINUES) : CONTINUES
      if (next < least || next > most) return complaint(first, at, place, 'invalid continuation byte')
    }
    at += length
  }
  return ''
}

const CONTINUES = [0x80, 0xbf] as const
/** After these, not every byte that continues may come. */
const SECOND: Record<number, readonly [number, number]> = {
  224: [0xa0, 0xbf],
  237: [0x80, 0x9f],
  240: [0x90, 0xbf],
  244: [0x80, 0x8f],
}

function complaint(byte: number, at: number, length: number, reason: string): string {
  const where =
    length === 1 ? `byte 0x${byte.toString(16)} in position ${at}` : `bytes in position ${at}-${at + length - 1}`
  return `'utf-8' codec can't decode ${where}: ${reason}`
}

/** `unquote_plus`: a plus is a space, and what is no percent code stays as it is. */
function decodeText(text: string): string {
  const spaced = text.replaceAll('+', ' ')
  if (/^[ -$&-~]*$/.test(spaced)) return spaced
  const bytes = Buffer.from(decodePath(encodeBeyondAscii(spaced)), 'latin1')
  return decodeUtf8(bytes)
}

/** A URL that was taken apart in-process may hold characters where a socket would have carried their bytes. */
function encodeBeyondAscii(text: string): string {
  return text.replace(/[^\0-\x7f]+/gu, (piece) => Buffer.from(piece, 'utf8').toString('latin1'))
}

function fromHex(hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16))
}

/** Where a request came in, as a WSGI server tells its application. */
export interface Environ {
  /** The path below the application's address, as `decodePath` leaves it. PATH_INFO */
  path: string
  /** What stood behind the question mark, as it came. QUERY_STRING */
  query: string
  /** The address of the pretend cloud as the client wrote it, with no slash at the end: `http://localhost:8774/w/ci-7`. */
  base: string
}

/** An error that nothing in an application has led to: what is to be said in its envelope, to whom. */
export interface ErrorToRender {
  request: Request
  environ: Environ
  status: number
  message: string
  headers?: Record<string, string> | undefined
}

/** The same place, but for the path. The address is still worked out only when it is asked for. */
export function withPath(environ: Environ, path: string): Environ {
  return new Elsewhere(environ, path)
}

class Elsewhere implements Environ {
  readonly path: string
  readonly query: string
  readonly #environ: Environ

  constructor(environ: Environ, path: string) {
    this.path = path
    this.query = environ.query
    this.#environ = environ
  }

  get base(): string {
    return this.#environ.base
  }
}
