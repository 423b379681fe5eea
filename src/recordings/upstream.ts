/** Asks the real cloud, and says in plain words why it did not answer. */

import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { rootCertificates } from 'node:tls'
import { InputError } from '../reading/complaint.ts'
import type { Message } from './scribe.ts'

/** The largest body that is passed on: it is held in memory, to be written down. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024

export interface UpstreamOptions {
  /** A file of certificates to trust, beside those that Node trusts. */
  cacert?: string | undefined
  /** Trust any certificate. */
  insecure?: boolean | undefined
  /** How long it may be silent. Default 60,000. */
  timeoutMs?: number | undefined
}

export interface UpstreamRequest extends Message {
  method: string
  url: string
}

export interface UpstreamAnswer extends Message {
  status: number
}

export interface Upstream {
  /** @throws {UpstreamError} */
  ask(request: UpstreamRequest): Promise<UpstreamAnswer>
  close(): void
}

/** The real cloud did not answer, or not to the end. */
export class UpstreamError extends Error {
  /** What a gateway says then: 502, or 504 when it took too long. */
  readonly status: 502 | 504
  readonly hint: string

  constructor(status: 502 | 504, message: string, hint: string) {
    super(message)
    this.name = 'UpstreamError'
    this.status = status
    this.hint = hint
  }
}

/** @throws {InputError} when the file of certificates cannot be read */
export function createUpstream({ cacert, insecure = false, timeoutMs = 60_000 }: UpstreamOptions = {}): Upstream {
  const tls = {
    rejectUnauthorized: !insecure,
    ...(cacert !== undefined && { ca: [...rootCertificates, certificates(cacert)] }),
  }
  // A connection that was kept may be closed by the other side at any moment; only what can be asked twice may use one.
  const agents = [true, false].map((keepAlive) => ({
    http: new http.Agent({ keepAlive }),
    https: new https.Agent({ keepAlive, ...tls }),
  }))
  const once = (request: UpstreamRequest, keep: boolean): Promise<UpstreamAnswer> =>
    new Promise((resolve, reject) => {
      const { method, url, headers, body } = request
      const place = new URL(url)
      const secure = place.protocol === 'https:'
      const agent = agents[keep ? 0 : 1]
      const sent = (secure ? https : http).request({
        agent: secure ? agent?.https : agent?.http,
        method,
        host: place.hostname.replace(/^\[|\]$/g, ''),
        port: place.port || (secure ? 443 : 80),
        // As it stands, not as a URL parser would tidy it up.
        path: url.slice(url.indexOf('/', url.indexOf('//') + 2)),
        headers: [
          ...headers.flat(),
          'host',
          place.host,
          ...(body.length > 0 ? ['content-length', String(body.length)] : []),
        ],
        setHost: false,
      })
      const late = () =>
        new UpstreamError(
          504,
          `${place.origin} did not answer within ${timeoutMs / 1000} s`,
          '--timeout S waits longer',
        )
      sent.setTimeout(timeoutMs, () => sent.destroy(late()))
      sent.on('error', (error) => {
        const again = keep && sent.reusedSocket && 'code' in error && error.code === 'ECONNRESET'
        if (again) once(request, false).then(resolve, reject)
        else reject(error instanceof UpstreamError ? error : explain(error, place))
      })
      sent.on('response', (answer) => {
        const pieces: Buffer[] = []
        let size = 0
        answer.on('data', (piece: Buffer) => {
          size += piece.length
          pieces.push(piece)
          if (size <= MAX_BODY_BYTES) return
          reject(
            new UpstreamError(
              502,
              `${place.origin} answered with more than ${MAX_BODY_BYTES} bytes`,
              'ask it directly for this',
            ),
          )
          sent.destroy()
        })
        answer.on('error', (error) => reject(error instanceof UpstreamError ? error : cutOff(place, answer, size)))
        answer.on('end', () => {
          if (!answer.complete) reject(cutOff(place, answer, size))
          else
            resolve({
              status: answer.statusCode ?? 502,
              headers: pairs(answer.rawHeaders),
              body: Buffer.concat(pieces),
            })
        })
      })
      sent.end(body)
    })
  return {
    ask: (request) => once(request, request.method === 'GET' || request.method === 'HEAD'),
    close() {
      for (const each of agents) {
        each.http.destroy()
        each.https.destroy()
      }
    },
  }
}

/** Node's flat list of names and values, as pairs. */
export function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as [string, string]] : []))
}

function cutOff({ origin }: URL, answer: http.IncomingMessage, size: number): UpstreamError {
  const promised = answer.headers['content-length']
  const of = promised === undefined ? `after ${size} bytes` : `after ${size} of ${promised} bytes`
  return new UpstreamError(
    502,
    `${origin} broke off its answer ${of}`,
    'look into its log, and that of a proxy between: the client would have seen the same',
  )
}

function explain(error: Error, { origin, hostname, protocol }: URL): UpstreamError {
  const code = 'code' in error ? String(error.code) : ''
  const failed = (message: string, hint: string) => new UpstreamError(502, message, hint)
  switch (code) {
    case 'ECONNREFUSED':
      return failed(`nobody listens at ${origin}`, 'is the cloud up, and is it the right port?')
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return failed(`there is no address for the name ${hostname}`, 'is it spelled right, and known to this machine?')
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return failed(`${hostname} cannot be reached from here`, 'is there a way to it, a VPN for instance?')
    case 'ETIMEDOUT':
      return new UpstreamError(504, `${origin} could not be reached in time`, 'is there a firewall between?')
    case 'ECONNRESET':
    case 'EPIPE':
      return failed(
        `${origin} closed the connection without an answer`,
        protocol === 'http:' ? 'does it speak https?' : 'look into its log',
      )
    case 'CERT_HAS_EXPIRED':
      return failed(`the certificate of ${origin} has expired`, '--insecure trusts it all the same')
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return failed(`the certificate of ${origin} is for another name`, 'use the name that it is for, or --insecure')
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return failed(
        `the certificate of ${origin} is signed by nobody that is trusted here`,
        '--cacert FILE names who signed it; --insecure trusts it all the same',
      )
    default:
      if (/wrong version number|packet length too long|SSL routines/i.test(error.message)) {
        return failed(`${origin} does not speak TLS as it should: ${error.message}`, 'is it http:// that it speaks?')
      }
      if (code.startsWith('HPE_')) {
        return failed(
          `${origin} does not answer in HTTP`,
          protocol === 'http:' ? 'does it speak https?' : 'is it the right port?',
        )
      }
      return failed(`${origin} could not be asked: ${error.message || code}`, 'try curl with the same address')
  }
}

function certificates(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new InputError([], [`${file}: cannot be read: ${error instanceof Error ? error.message : String(error)}`])
  }
}
