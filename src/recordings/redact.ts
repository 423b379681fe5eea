/** What is secret in a request or an answer, by the place where it stands: in headers, JSON at any depth, URLs, forms, texts. */

import { loads } from '../python/json.ts'
import type { PyValue } from '../python/values.ts'

/** A token has a name of its own, since who asks is told by it; any other secret is just one. */
export type SecretKind = 'token' | 'secret'

/** Told of each text: `kind` is undefined where it is no secret. What it returns is written. */
export type Visit = (text: string, kind: SecretKind | undefined, key: string | undefined) => string

const WORDS =
  'password|passwd|passphrase|passcode|admin_?pass|secret|private_?key|api_?key|access_?key|user_?data|auth_?token' +
  '|access_?token|refresh_?token|id_?token|subject_?token|service_?token|client_assertion|saml_?response|signature|otp_?code'
const SECRET_KEY = new RegExp(WORDS, 'i')
/** Keys that hold one of the words, and no secret. */
const HARMLESS_KEY = /(?:_expires_at|_expire[sd]?|_lifetime|_regex|_history|_ref|_href|_disabled|^os_compute_api:.*)$/i
/** Keys of `name` and `value` pairs that people put anything into. */
const TOKEN_KEY = /^(?:token|auth_?token|x-(?:auth|subject|service)-token)$/i

const TOKEN_HEADER = /^x-(?:auth|subject|service|storage)-token$/
const SECRET_HEADER = /token|secret|password|cookie|authorization|api-?key|signature|receipt|credential|assertion/

/** What a header's value hides. */
export function secretInHeader(name: string): SecretKind | undefined {
  if (TOKEN_HEADER.test(name)) return 'token'
  return SECRET_HEADER.test(name) ? 'secret' : undefined
}

/** What is left of a header whose value is a secret: the scheme of an Authorization, the names of cookies. */
export function visitSecretHeader(name: string, value: string, visit: Visit): string {
  if (/authorization$/.test(name)) {
    const [, scheme = '', rest = ''] = /^(\S+\s+)?([\s\S]*)$/.exec(value) ?? []
    if (/^basic\s/i.test(scheme)) learnBasic(rest, visit)
    return scheme + visit(rest, 'secret', name)
  }
  if (/cookie$/.test(name)) {
    // Each value by itself, so that it is known wherever else it stands.
    for (const [, each = ''] of value.matchAll(/=\s*"?([^;"]*)/g)) visit(each, 'secret', name)
    return visit(value, 'secret', name)
  }
  return visit(value, secretInHeader(name), name)
}

/** A value of JSON with each of its texts, and each of its keys, as `visit` returns it. */
export function visitJson(value: PyValue, visit: Visit, path: readonly string[] = []): PyValue {
  return walk(value, visit, path, undefined)
}

function walk(value: PyValue, visit: Visit, path: readonly string[], inherited: SecretKind | undefined): PyValue {
  if (value instanceof Map) {
    const walked = new Map<string, PyValue>()
    for (const [key, item] of value) {
      const kind = inherited ?? kindAt(path, key, item, value)
      walked.set(visit(key, undefined, undefined), walk(item, visit, [...path, key], kind))
    }
    return walked
  }
  if (Array.isArray(value)) return value.map((item) => walk(item, visit, path, inherited))
  const key = path.at(-1)
  if (typeof value === 'string')
    return inherited && value !== '' ? visit(value, inherited, key) : visitText(value, visit, key)
  // A passcode may be a number.
  if (inherited && value !== null && typeof value !== 'boolean') {
    const text = typeof value === 'object' ? String(value.value) : String(value)
    return visit(text, inherited, key)
  }
  return value
}

function kindAt(
  path: readonly string[],
  key: string,
  item: PyValue,
  around: Map<string, PyValue>,
): SecretKind | undefined {
  const parent = path.at(-1)
  if (key === 'id' && parent === 'token' && typeof item === 'string') return 'token'
  if (TOKEN_KEY.test(key) && typeof item === 'string') return 'token'
  // keystone: `{"identity": {"password": {"user": …}}}` is the method, not the secret.
  if (item instanceof Map && /^(?:password|token|totp|application_credential)$/.test(key)) return undefined
  if (key === 'blob' && (path.includes('credential') || path.includes('credentials'))) return 'secret'
  if (key === 'contents' && (around.has('path') || parent === 'personality')) return 'secret'
  if (key === 'personality' || key === 'injected_files') return undefined
  if (HARMLESS_KEY.test(key)) return undefined
  if (SECRET_KEY.test(key)) return 'secret'
  // `{"key": "db_password", "value": "…"}`, as metadata and forms have it.
  if (key === 'value') {
    const name = around.get('key') ?? around.get('name')
    if (typeof name === 'string' && SECRET_KEY.test(name)) return 'secret'
  }
  return undefined
}

const IN_KEY = '[\\w.\\-\\[\\]%]'
/**
 * `password`, `"password"`, `server[adminPass]`, `p%61ssword` is not thought of. What is looked for is found before it is gone
 * through, and that is not tried again: a long word costs as much as it has letters, and not the square of that.
 */
const KEY = `(?=${IN_KEY}*?(?:${WORDS}))${IN_KEY}+`
/** Within a query that stands in another: it ends where the next begins. */
const ESCAPED_KEY = `(?:(?!%(?:3F|26|3B|3D))${IN_KEY})*?(?:${WORDS})(?:(?!%(?:3F|26|3B|3D))${IN_KEY})*`

/** Where secrets stand in plain text: each has what comes before the secret as its first group, the secret as its second. */
const IN_TEXT: [pattern: RegExp, kind: SecretKind][] = [
  // An auth body that is no JSON any more.
  [/((?:"|')?token(?:"|')?\s*:\s*\{\s*(?:"|')?id(?:"|')?\s*:\s*(?:"|')?)([^"'\s,}]+)/gi, 'token'],
  [/((?:"|')(?:auth_?)?token(?:"|')\s*:\s*(?:"|'))([^"']+)/gi, 'token'],
  [/(x-(?:auth|subject|service|storage)-token\\?["']?\s*[:=]\s*\\?["']?)([^\s"',;\\}]+)/gi, 'token'],
  [new RegExp(`(\\\\?"(?:${KEY})\\\\?"\\s*:\\s*\\\\")((?:[^"\\\\]|\\\\[^"])+)`, 'gi'), 'secret'],
  [new RegExp(`("(?:${KEY})"\\s*:\\s*\\[?\\s*")((?:[^"\\\\]|\\\\.)+)`, 'gi'), 'secret'],
  [new RegExp(`('(?:${KEY})'\\s*:\\s*\\[?\\s*u?')((?:[^'\\\\]|\\\\.)+)`, 'gi'), 'secret'],
  [
    new RegExp(`(["']?(?<!${IN_KEY})(?:${KEY})["']?\\s*:\\s*)([^\\s"',}\\]<>\\[{\\\\][^\\s"',}\\]<>]*)`, 'gi'),
    'secret',
  ],
  [/("contents"\s*:\s*")((?:[^"\\]|\\.)+)/gi, 'secret'],
  // A form, a query, and one within another.
  [new RegExp(`((?:^|[?&;,\\s{("'])(?:${KEY}|token)=["']?)([^&;\\s"'<>]+)`, 'gim'), 'secret'],
  [
    new RegExp(
      `((?:%3F|%26|%3B|%3D|^|[?&=])(?:${ESCAPED_KEY}|token)%3D)([^&%\\s"'<>]+(?:%(?!26|3B|23)[\\dA-F]{2}[^&%\\s"'<>]*)*)`,
      'gi',
    ),
    'secret',
  ],
  // multipart/form-data
  [new RegExp(`(name="(?:${KEY})"[^\\r\\n]*\\r?\\n(?:[^\\r\\n]+\\r?\\n){0,50}\\r?\\n)([^\\r\\n]+)`, 'gi'), 'secret'],
  // XML, as an element and as an attribute.
  [new RegExp(`(<(?:${KEY})(?:\\s[^>]{0,1000})?>)([^<]+)`, 'gi'), 'secret'],
  [/(\b(?:Bearer|Basic)\s+)([\w.~+/=-]{8,})/g, 'secret'],
  [/(:\/\/[^\s/?#"'<>@:]*:)([^\s/?#"'<>@]+)(?=@)/g, 'secret'],
  // A private key, a Fernet token, a JSON web token: told by how they look.
  [/(-----BEGIN [A-Z ]*PRIVATE KEY-----)([\s\S]+?)(?=-----END|$)/g, 'secret'],
  [/((?<![\w-]))(gAAAAA[\w-]{40,}(?:=|%3D){0,2})/g, 'token'],
  [/((?<![\w-]))(eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*)/g, 'token'],
]

/** Whether any of the patterns can be in a text. */
const SUSPICIOUS = /[=@:<]|%3D|gAAAAA|Bearer|Basic|PRIVATE KEY|name="/i

/** A text that is no secret as a whole, but may hold some: a URL, a form, a log, JSON that is cut off. */
export function visitText(text: string, visit: Visit, key?: string): string {
  if (text.length < 4 || !SUSPICIOUS.test(text)) return visit(text, undefined, key)
  const inside = jsonWithin(text)
  if (inside !== undefined) visitJson(inside, visit)
  const found: { from: number; to: number; kind: SecretKind }[] = []
  for (const [pattern, kind] of IN_TEXT) {
    for (const match of text.matchAll(pattern)) {
      const from = match.index + (match[1]?.length ?? 0)
      const to = from + (match[2]?.length ?? 0)
      if (to > from && !HARMLESS_KEY.test(keyBefore(text, match.index, from))) found.push({ from, to, kind })
    }
  }
  if (found.length === 0) return visit(text, undefined, key)
  found.sort((one, other) => one.from - other.from || other.to - one.to)
  let written = ''
  let at = 0
  for (const { from, to, kind } of found) {
    if (to <= at) continue
    const start = Math.max(from, at)
    if (start > at) written += visit(text.slice(at, start), undefined, key)
    written += visit(text.slice(start, to), kind, key)
    at = to
  }
  return at < text.length ? written + visit(text.slice(at), undefined, key) : written
}

/** A path as it stands in a request, with its query. */
export function visitPath(path: string, to: string, visit: Visit): string {
  const mark = path.indexOf('?')
  const place = mark < 0 ? path : path.slice(0, mark)
  // keystone v2.0 and some extensions have the token in the path.
  const tokens = /^(.*\/tokens\/)([^/]+)(.*)$/.exec(place)
  const named =
    to.startsWith('identity') && tokens?.[2] && !/^(?:OS-|revoked|endpoints)/.test(tokens[2])
      ? visit(tokens[1] ?? '', undefined, undefined) +
        visit(tokens[2], 'token', undefined) +
        visit(tokens[3] ?? '', undefined, undefined)
      : visitText(place, visit)
  if (mark < 0) return named
  const query = path
    .slice(mark + 1)
    .split('&')
    .map((pair) => visitPair(pair, visit))
  return `${named}?${query.join('&')}`
}

function visitPair(pair: string, visit: Visit): string {
  const equals = pair.indexOf('=')
  if (equals < 0) return visitText(pair, visit)
  const name = decoded(pair.slice(0, equals))
  const value = pair.slice(equals + 1)
  const kind = TOKEN_KEY.test(name) ? 'token' : SECRET_KEY.test(name) && !HARMLESS_KEY.test(name) ? 'secret' : undefined
  if (kind && value !== '') {
    // As the client meant it, and as it stands here.
    const plain = decoded(value)
    if (plain !== value) visit(plain, kind, name)
    return `${pair.slice(0, equals)}=${visit(value, kind, name)}`
  }
  return `${visit(pair.slice(0, equals), undefined, undefined)}=${visitText(value, visit, name)}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

/** JSON that stands in a text as a whole: what is in it is found by its places too. */
function jsonWithin(text: string): PyValue | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    return loads(text)
  } catch {
    return undefined
  }
}

function learnBasic(credentials: string, visit: Visit): void {
  const text = Buffer.from(credentials, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon >= 0) visit(text.slice(colon + 1), 'secret', undefined)
}

function keyBefore(text: string, from: number, to: number): string {
  return /([\w.-]+)["'\\]*\s*[:=]?\s*["'\\[]*$/.exec(text.slice(from, to))?.[1] ?? ''
}
