/** What was said on the wire, made into the lines of a recording: without secrets, and with names for what changes. */

import type { PyValue } from '../python/values.ts'
import { bodyValue, type KeptBody, keepBody } from './body.ts'
import type { Endpoints } from './endpoints.ts'
import { createNamer, escapeNames } from './names.ts'
import { exchangeLine, type KeptHeaders, letLine, noteLine } from './recording.ts'
import {
  type SecretKind,
  secretInHeader,
  type Visit,
  visitJson,
  visitPath,
  visitSecretHeader,
  visitText,
} from './redact.ts'
import { createSeenSecrets, meaningsOf } from './secrets.ts'

/** A request and its answer, as they were on the wire. Paths are below the service's own address. */
export interface Spoken {
  to: string
  method: string
  path: string
  request: Message
  status: number
  answer: Message
  /** When the answer was there, in milliseconds since 1970. */
  at: number
}

export interface Message {
  /** In their order, each by itself. */
  headers: readonly (readonly [name: string, value: string])[]
  body: Uint8Array
}

export interface Scribe {
  /** The lines of an exchange: its `let` line, and its own. */
  exchange(spoken: Spoken): { lines: string[]; n: number; path: string }
  /** A line that says what went wrong. */
  note(note: string, about: { to: string; method: string; path: string }): { lines: string[]; path: string }
  /** A text without secrets, for a screen. */
  shown(text: string): string
}

/** What belongs to one connection, or is made anew: RFC 9110 section 7.6.1. Lengths of requests follow from their bodies. */
const LEFT_OUT_OF_REQUESTS =
  /^(?:host|connection|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|content-length|accept-encoding|expect|forwarded|x-forwarded-.*|x-real-ip|via|:.*)$/
const LEFT_OUT_OF_ANSWERS =
  /^(?:date|connection|keep-alive|proxy-connection|trailer|transfer-encoding|upgrade|content-encoding|:.*)$/

/** Where the times are those of the documents, not of the cloud. */
const CONSTANT_TIMES = /^\/?(?:v\d+(?:\.\d+)?\/?)?(?:extensions(?:\/.*)?)?$/

/** Keys whose values have a kind of their own. */
const AUDIT_KEY = /^audit_(?:chain_)?ids?$/
const RESERVATION_KEY = /reservation_id$/

export function createScribe(endpoints: Endpoints): Scribe {
  const secrets = createSeenSecrets()
  const namer = createNamer()
  let count = 0

  const nameOfSecret = (value: string, kind: SecretKind): string =>
    kind === 'token' && value.length >= 4 ? namer.of('token', value.trim()) : 'secret'

  /** Take note of what is secret, and change nothing. */
  const learn: Visit = (text, kind) => {
    if (!kind) return text
    const name = nameOfSecret(text, kind)
    for (const meaning of meaningsOf(text)) {
      secrets.add(meaning, name)
      // User data is a text of its own, a credential may be JSON of its own: with secrets in it.
      if (meaning.includes('\n') || meaning.startsWith('{')) visitText(meaning, learn)
    }
    return text
  }

  const withoutSecrets = (text: string): string => secrets.scrub(escapeNames(text))
  const named = (text: string, times: boolean): string => {
    const scrubbed = withoutSecrets(text)
    return namer.name(
      endpoints.rewrite(scrubbed, ({ name }) => `<${name}>`),
      { times },
    )
  }
  const write =
    (times: boolean): Visit =>
    (text, kind, key) => {
      if (kind) return `<${nameOfSecret(text, kind)}>`
      if (key !== undefined && AUDIT_KEY.test(key)) return `<${namer.of('audit', text)}>`
      if (key !== undefined && RESERVATION_KEY.test(key) && text !== '') return `<${namer.of('reservation', text)}>`
      return named(text, times)
    }

  const visitHeaders = ({ headers }: Message, leftOut: RegExp, visit: Visit): KeptHeaders => {
    const kept: KeptHeaders = {}
    for (const [given, value] of headers) {
      const name = given.toLowerCase()
      if (leftOut.test(name)) continue
      const written = secretInHeader(name) ? visitSecretHeader(name, value, visit) : visitText(value, visit)
      const others = Object.hasOwn(kept, name) ? kept[name] : undefined
      kept[name] = others === undefined ? written : [others, written].flat()
    }
    return kept
  }

  const visitBody = (body: KeptBody | undefined, visit: Visit): KeptBody | undefined => {
    switch (body?.as) {
      case undefined:
        return undefined
      case 'json':
        return { ...body, value: visitJson(endpoints.place(body.value), visit) }
      case 'text':
        return { as: 'text', text: visitText(body.text, visit) }
      case 'base64': {
        // What is no text is searched byte by byte, as Latin-1 has a character for each.
        const bytes = Buffer.from(body.base64, 'base64').toString('latin1')
        const clean = withoutSecrets(visitText(bytes, (text, kind) => (kind ? visit(text, kind, undefined) : text)))
        return clean === bytes ? body : { as: 'base64', base64: Buffer.from(clean, 'latin1').toString('base64') }
      }
    }
  }

  const learnFrom = (message: Message, leftOut: RegExp, body: KeptBody | undefined): void => {
    visitHeaders(message, leftOut, learn)
    const value: PyValue | undefined = bodyValue(body)
    if (value !== undefined) visitJson(value, learn)
    if (body?.as === 'text') visitText(body.text, learn)
  }

  return {
    exchange({ to, method, path, request, status, answer, at }) {
      const asked = keepBody(request.body)
      const given = keepBody(answer.body)
      // Everything that is secret in this exchange is known before the first of it is written.
      visitPath(path, to, learn)
      learnFrom(request, LEFT_OUT_OF_REQUESTS, asked)
      learnFrom(answer, LEFT_OUT_OF_ANSWERS, given)

      const visit = write(!CONSTANT_TIMES.test(path.replace(/\?.*$/, '')))
      const n = ++count
      const written = {
        path: visitPath(path, to, visit),
        request: { headers: visitHeaders(request, LEFT_OUT_OF_REQUESTS, visit), body: visitBody(asked, visit) },
        answer: { headers: visitHeaders(answer, LEFT_OUT_OF_ANSWERS, visit), body: visitBody(given, visit) },
      }
      const { headers } = written.answer
      if (headers['content-length'] === String(answer.body.length) && method !== 'HEAD')
        headers['content-length'] = '<length>'
      return {
        n,
        path: written.path,
        lines: [
          letLine({ now: new Date(at).toISOString(), ...namer.fresh() }),
          exchangeLine({
            n,
            to,
            request: { method, path: written.path, ...written.request },
            answer: { status, ...written.answer },
          }),
        ],
      }
    },
    note(note, { to, method, path }) {
      visitPath(path, to, learn)
      const shown = visitPath(path, to, write(true))
      const line = noteLine(named(note, false), { to, method, path: shown })
      const fresh = namer.fresh()
      return { path: shown, lines: Object.keys(fresh).length > 0 ? [letLine(fresh), line] : [line] }
    },
    shown: (text) => visitText(withoutSecrets(text), (each, kind) => (kind ? '<secret>' : each)),
  }
}
