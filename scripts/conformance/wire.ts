/** A request with its path as it is: what no client would tidy up has to arrive untidy. */

import { type IncomingHttpHeaders, request } from 'node:http'

/** How long a cloud may take to answer, in milliseconds. */
const ANSWER_WITHIN_MS = 60_000

export interface Sent {
  method: string
  /** With the query. Bytes that no request line may have are escaped, and nothing else. */
  path: string
  headers: Record<string, string>
  body?: string | undefined
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

/**
 * Send a request to a server. A method that goes without a body says nothing of its length.
 *
 * @param base the server's address; a path in it comes before that of the request
 * @throws when the server cannot be reached, or is silent for a minute
 */
export function send(base: string, { method, path, headers, body }: Sent): Promise<Answer> {
  const bytes = body === undefined ? undefined : Buffer.from(body)
  const length = bytes?.length ?? (['PUT', 'POST', 'PATCH'].includes(method) ? 0 : undefined)
  const { hostname, port, pathname } = new URL(base)
  const target = escapeBytes(pathname.replace(/\/$/, '') + path)
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        ...{ hostname, port, method, path: target, agent: false, timeout: ANSWER_WITHIN_MS },
        headers: { ...asBytes(headers), ...(length !== undefined && { 'Content-Length': length }) },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
        })
      },
    )
    sent.on('timeout', () => sent.destroy(new Error(`${base} did not answer within ${ANSWER_WITHIN_MS / 1000} s`)))
    sent.on('error', (error: NodeJS.ErrnoException) => {
      // When waitress sends a body to a HEAD, too, the answer is whole before that.
      if (error.code !== 'HPE_CLOSED_CONNECTION') reject(error)
    })
    sent.end(bytes)
  })
}

/** A character of a header is a byte; a header with one that is more is sent in UTF-8. */
function asBytes(headers: Record<string, string>): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    isWide(value) ? Buffer.from(value).toString('latin1') : value,
  ])
  return Object.fromEntries(entries)
}

function isWide(text: string): boolean {
  return [...text].some((character) => character > '\u00ff')
}

function escapeBytes(path: string): string {
  return path.replace(/[^\x21-\x7e]/gu, (character) =>
    [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  )
}
