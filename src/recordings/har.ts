/** HAR 1.2, which browsers and proxies speak: made into a recording, and a recording made into it. http://www.softwareishard.com/blog/har-12-spec/ */

import { STATUS_CODES } from 'node:http'
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib'
import * as z from 'zod'
import { type Checked, check } from '../reading/check.ts'
import { complaintLine, InputError } from '../reading/complaint.ts'
import { bodyText, bodyValue, type KeptBody, keepBody } from './body.ts'
import { createEndpoints, type Endpoints } from './endpoints.ts'
import { fillNames, kindOf, momentOf } from './names.ts'
import { headerLine, type KeptHeaders, type Made, noteLine, type Recording } from './recording.ts'
import { createScribe, type Message } from './scribe.ts'
import { releaseOf, versionsIn } from './versions.ts'

/** Those of HTTP/2 that begin with a colon are none, but browsers keep them among the others. */
const HEADER_NAME = z.string().regex(/^:?[\w!#$%&'*+.^`|~-]+$/, 'expected the name of a header')

const Header = z.looseObject({ name: HEADER_NAME, value: z.string() })
const Entry = z.looseObject({
  startedDateTime: z.string().optional(),
  time: z.number().optional(),
  request: z.looseObject({
    method: z.string().regex(/^[A-Z]+$/, 'expected a method such as "GET"'),
    url: z.string(),
    headers: z.array(Header),
    postData: z
      .looseObject({
        text: z.string().optional(),
        encoding: z.string().optional(),
        params: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })).optional(),
      })
      .optional(),
  }),
  response: z.looseObject({
    status: z.int().max(599, 'expected a status up to 599'),
    headers: z.array(Header),
    content: z.looseObject({ text: z.string().optional(), encoding: z.string().optional() }).optional(),
  }),
})
const Har = z.looseObject({
  log: z.looseObject({
    creator: z.looseObject({ name: z.string(), version: z.string().optional() }).optional(),
    entries: z.array(z.unknown()),
  }),
})

type HarEntry = z.infer<typeof Entry>

/** The hosts of a HAR that was made here: the name of the service, at a place that no network has. RFC 6761 section 6.4 */
const OURS = /^http:\/\/([\w-]+)\.recording\.invalid(?=\/|$)/

/**
 * The lines of a recording. What is no exchange with a service is left out, and a note says so.
 *
 * @throws {InputError} when it is no HAR
 */
export function fromHar(text: string, file: string): string {
  const entries = entriesOf(text, file)
  const endpoints = createEndpoints()
  const scribe = createScribe(endpoints)
  const notes: string[] = []
  const versions: Record<string, string> = {}
  // Catalogues first: they tell which service each address is.
  for (const { request, response } of entries) {
    if (OURS.test(request.url)) endpoints.add(OURS.exec(request.url)?.[1] ?? '', request.url)
    if (!/\/v3\/(?:auth\/(?:tokens|catalog)|$)|\/v2\.0\/tokens/.test(request.url)) continue
    endpoints.add('identity', request.url)
    endpoints.learn(bodyValue(keepBody(contentOf(response.content))))
  }
  const lines: string[] = []
  for (const [index, entry] of entries.entries()) {
    const { request, response } = entry
    const place = endpoints.at(request.url) ?? guess(endpoints, request.url)
    if (!place || response.status < 200) {
      const what = place ? `it has no answer` : 'its address is that of no service'
      notes.push(noteLine(`entry ${index + 1} of the HAR was left out: ${what}`))
      continue
    }
    const answer = { headers: headersOf(response.headers), body: contentOf(response.content) }
    if (/^\/?$/.test(place.path)) {
      const offered = versionsIn(bodyValue(keepBody(answer.body)))
      if (offered !== undefined) versions[place.endpoint.name] ??= offered
    }
    const at = Date.parse(entry.startedDateTime ?? '') + (entry.time ?? 0)
    const spoken = {
      to: place.endpoint.name,
      method: request.method,
      path: place.path.replace(/#.*$/, '').replace(/^(?!\/)/, '/'),
      request: { headers: headersOf(request.headers), body: postedOf(request.postData) } satisfies Message,
      ...{ status: response.status, answer, at: isMoment(at) ? at : 0 },
    }
    lines.push(...scribe.exchange(spoken).lines)
  }
  const began = Date.parse(entries[0]?.startedDateTime ?? '')
  const made: Made = {
    by: creatorOf(text),
    at: new Date(isMoment(began) ? began : 0).toISOString(),
    how: 'made from a HAR file',
    release: releaseOf(versions.compute),
    versions,
  }
  return `${[headerLine(made), ...lines, ...notes].join('\n')}\n`
}

/** A recording as HAR. Secrets stay the names that they are in it; ids and times have their values where the file tells them. */
export function toHar({ made, exchanges, values }: Recording): string {
  const fill = (name: string): string => {
    const kind = kindOf(name)
    if (kind === undefined) return `http://${name}.recording.invalid`
    // Which one it was is not kept; that it was one is.
    if (kind === 'request') return 'req-00000000-0000-4000-8000-000000000000'
    const lower = name.toLowerCase()
    const value = values.get(lower)
    return value === undefined ? `<${name}>` : name === lower ? value : value.toUpperCase()
  }
  const filled = (text: string) => fillNames(text, fill)
  const pairs = (headers: KeptHeaders, length: number) =>
    Object.entries(headers).flatMap(([name, value]) =>
      [value].flat().map((each) => ({ name, value: filled(each).replace('<length>', String(length)) })),
    )
  const entries = exchanges.map(({ to, at, request, answer }) => {
    const sent = bodyOut(request.body, filled)
    const given = bodyOut(answer.body, filled)
    const path = filled(request.path)
    return {
      startedDateTime: new Date(at ?? momentOf(made.at)).toISOString(),
      time: 0,
      request: {
        method: request.method,
        url: `http://${to}.recording.invalid${path}`,
        httpVersion: 'HTTP/1.1',
        cookies: [],
        headers: pairs(request.headers, sent.size),
        queryString: queryOf(path),
        ...(sent.text !== undefined && {
          postData: {
            mimeType: typeOf(request.headers),
            text: sent.text,
            ...(sent.encoding && { encoding: sent.encoding }),
          },
        }),
        headersSize: -1,
        bodySize: sent.size,
      },
      response: {
        status: answer.status,
        statusText: STATUS_CODES[answer.status] ?? '',
        httpVersion: 'HTTP/1.1',
        cookies: [],
        headers: pairs(answer.headers, given.size),
        content: {
          size: given.size,
          mimeType: typeOf(answer.headers),
          ...(given.text !== undefined && { text: given.text }),
          ...(given.encoding && { encoding: given.encoding }),
        },
        redirectURL: [answer.headers.location ?? ''].flat().map(filled)[0] ?? '',
        headersSize: -1,
        bodySize: given.size,
      },
      cache: {},
      timings: { send: 0, wait: 0, receive: 0 },
    }
  })
  const [, name = made.by, version = ''] = /^(.*?) (\S+)$/.exec(made.by) ?? []
  const comment = [made.how, made.release && `Nova ${made.release}`].filter((each) => each).join('; ')
  return `${JSON.stringify({ log: { version: '1.2', creator: { name, version }, comment, entries } }, null, 2)}\n`
}

function entriesOf(text: string, file: string): HarEntry[] {
  const refuse = (lines: string[]): never => {
    throw new InputError([], lines)
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    return refuse([`${file}: this is no HAR: ${error instanceof Error ? error.message : String(error)}`])
  }
  const har: Checked<z.infer<typeof Har>> = check(Har, value)
  if (har.complaints) return refuse(har.complaints.map((each) => complaintLine(file, each)))
  return har.value.log.entries.map((each, index) => {
    const { value: entry, complaints } = check(Entry, each)
    return (
      entry ??
      refuse(
        (complaints ?? []).map((complaint) =>
          complaintLine(file, { ...complaint, path: ['log', 'entries', index, ...complaint.path] }),
        ),
      )
    )
  })
}

/** Whether there is such a time, and it is written with a year of four digits. */
function isMoment(ms: number): boolean {
  return /^\d{4}-/.test(Number.isNaN(new Date(ms).getTime()) ? '' : new Date(ms).toISOString())
}

function creatorOf(text: string): string {
  const { value } = check(Har, JSON.parse(text))
  const { name = 'unknown', version = '' } = value?.log.creator ?? {}
  return `${name} ${version}`.trim()
}

/** A service that no catalogue tells of, by its usual port or the first part of its path. */
function guess(endpoints: Endpoints, url: string): ReturnType<Endpoints['at']> {
  const match = /^(https?:\/\/[^/?#]+)(\/[^?#]*)?/.exec(url)
  if (!match?.[1]) return undefined
  const [, origin, path = '/'] = match
  const port = /:(\d+)$/.exec(origin)?.[1] ?? ''
  const first = /^\/(compute|identity|placement|image|network|volume)(?:\/|$)/.exec(path)?.[1]
  if (first) endpoints.add(first, `${origin}/${first}`)
  else if (/^\/v3(?:\/|$)/.test(path) && port !== '8776') endpoints.add('identity', origin)
  else if (PORTS[port]) endpoints.add(PORTS[port], origin)
  else if (/^\/v2(?:\.1)?\/.*(?:servers|os-|flavors)/.test(path)) endpoints.add('compute', origin)
  return endpoints.at(url)
}

const PORTS: Record<string, string> = {
  '8774': 'compute',
  '5000': 'identity',
  '8778': 'placement',
  '9292': 'image',
  '9696': 'network',
  '8776': 'volumev3',
}

/** Browsers write a header that came several times as one, with a line for each; and may have read its bytes as UTF-8. */
function headersOf(headers: readonly { name: string; value: string }[]): [string, string][] {
  const sent = (value: string) => (/[^\0-\xff]/.test(value) ? Buffer.from(value).toString('latin1') : value)
  return headers.flatMap(({ name, value }) =>
    value.split(/[\r\n]+/).map((line): [string, string] => [name, sent(line).replace(/[^\t\x20-\x7e\x80-\xff]/g, '')]),
  )
}

function postedOf(posted: HarEntry['request']['postData']): Uint8Array {
  if (posted?.text !== undefined) return Buffer.from(posted.text, posted.encoding === 'base64' ? 'base64' : 'utf8')
  const pairs = posted?.params?.map(
    ({ name, value = '' }) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  )
  return Buffer.from(pairs?.join('&') ?? '', 'utf8')
}

/** Browsers keep bodies as they were after they were unpacked; some proxies keep them packed, in base64. */
function contentOf(content: HarEntry['response']['content']): Uint8Array {
  if (content?.text === undefined) return Buffer.alloc(0)
  if (content.encoding !== 'base64') return Buffer.from(content.text, 'utf8')
  const bytes = Buffer.from(content.text, 'base64')
  try {
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) return gunzipSync(bytes)
    if (bytes[0] === 0x78 && ((bytes[0] << 8) | (bytes[1] ?? 0)) % 31 === 0) return inflateSync(bytes)
    return isText(bytes) ? bytes : brotliDecompressSync(bytes)
  } catch {
    return bytes
  }
}

function isText(bytes: Uint8Array): boolean {
  return !bytes.subarray(0, 512).some((byte) => byte < 9)
}

function bodyOut(body: KeptBody | undefined, filled: (text: string) => string) {
  if (body === undefined) return { size: 0 }
  if (body.as === 'base64')
    return { text: body.base64, encoding: 'base64', size: Buffer.from(body.base64, 'base64').length }
  const text = filled(bodyText(body))
  return { text, size: Buffer.byteLength(text) }
}

function queryOf(path: string): { name: string; value: string }[] {
  const mark = path.indexOf('?')
  return mark < 0 ? [] : [...new URLSearchParams(path.slice(mark + 1))].map(([name, value]) => ({ name, value }))
}

function typeOf(headers: KeptHeaders): string {
  return [headers['content-type'] ?? ''].flat()[0] ?? ''
}
