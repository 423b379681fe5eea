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
 * @throws {PyError} UnicodeDecodeError when one is not UTF-8
 */
export function parseQuery(query: string): Map<string, string[]> {
  const parameters = new Map<string, string[]>()
  for (const part of query.split('&')) {
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
    throw new PyError('UnicodeDecodeError')
  }
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

/** The same place, but for the path. The address is still worked out only when it is asked for. */
export function withPath(environ: Environ, path: string): Environ {
  return {
    path,
    query: environ.query,
    get base() {
      return environ.base
    },
  }
}
