/** Secrets that have been seen, found again wherever they stand and however they are written there. */

/** The shortest secret that is looked for elsewhere: a shorter one would be found in half of all words. */
const SHORTEST = 8

/** How many secrets are remembered; the older half is forgotten then, so that memory stays flat. */
const REMEMBERED = 2000

const FILTER_BITS = 18
const FACTOR = 0x01000193
const SPREAD = 0x9e3779b1

/**
 * Words that every answer is full of. As a password such a word is one that everybody knows, and taking it out of each
 * place where it stands would tell that it is one.
 */
const EVERYDAY =
  /^(?:password|passw0rd|openstack(?:client|sdk)?|services?|identity|keystone|placement|controller|computes?(?:-?\d+)?|compute-host\d*|admin(?:istrator|istration)?|application|json|availability|hypervisors?|aggregates?|migrations?|instances?|endpoints?|catalog(?:ue)?|internal|metadata|versions?|disabled|deleted|evacuation|maintenance|nova-[a-z]+|os-[a-z-]+|regionone|projects?)$/i

export interface SeenSecrets {
  /** Look for a secret from now on, and put this name in its place. */
  add(secret: string, name: string): void
  /** The text without any secret that has been seen. */
  scrub(text: string): string
}

export function createSeenSecrets(): SeenSecrets {
  const names = new Map<string, string>()
  let forms = new Map<string, { form: string; name: string }[]>()
  let filter = new Uint8Array(1 << (FILTER_BITS - 3))

  const index = (secret: string, name: string) => {
    for (const form of formsOf(secret)) {
      const start = form.slice(0, SHORTEST)
      const others = forms.get(start)
      if (others) others.push({ form, name })
      else forms.set(start, [{ form, name }])
      // The longest first: a secret may begin with another.
      forms.get(start)?.sort((one, other) => other.form.length - one.form.length)
      const bit = Math.imul(hashOf(form), SPREAD) >>> (32 - FILTER_BITS)
      filter[bit >> 3] = (filter[bit >> 3] ?? 0) | (1 << (bit & 7))
    }
  }
  const forgetHalf = () => {
    const kept = [...names].slice(names.size >> 1)
    names.clear()
    forms = new Map()
    filter = new Uint8Array(filter.length)
    for (const [secret, name] of kept) {
      names.set(secret, name)
      index(secret, name)
    }
  }
  return {
    add(given, name) {
      const secret = given.trim()
      if (secret.length < SHORTEST || names.has(secret) || EVERYDAY.test(secret)) return
      if (names.size >= REMEMBERED) forgetHalf()
      names.set(secret, name)
      index(secret, name)
    },
    scrub(text) {
      if (names.size === 0 || text.length < SHORTEST) return text
      const parts: string[] = []
      let from = 0
      let hash = hashOf(text)
      for (let at = 0; at + SHORTEST <= text.length; ) {
        const bit = Math.imul(hash, SPREAD) >>> (32 - FILTER_BITS)
        const maybe = ((filter[bit >> 3] ?? 0) >> (bit & 7)) & 1
        const found =
          maybe === 1
            ? forms.get(text.slice(at, at + SHORTEST))?.find(({ form }) => text.startsWith(form, at))
            : undefined
        if (found) {
          parts.push(text.slice(from, at), `<${found.name}>`)
          at += found.form.length
          from = at
          hash = hashOf(text, at)
          continue
        }
        const out = Math.imul(text.charCodeAt(at), HIGHEST)
        hash = (Math.imul(hash - out, FACTOR) + text.charCodeAt(at + SHORTEST)) | 0
        at++
      }
      return parts.length === 0 ? text : parts.join('') + text.slice(from)
    },
  }
}

/** What a text that is a secret stands for, where it is written in some other way: `%2B` for a plus, base64, bytes. */
export function meaningsOf(text: string): string[] {
  const meanings = new Set([text])
  for (const meaning of meanings) {
    for (const decode of [fromPercent, fromBytes, fromEscapes, fromEntities, fromBase64]) {
      const decoded = decode(meaning)
      if (decoded !== undefined && decoded.length >= SHORTEST && meanings.size < MOST_MEANINGS) meanings.add(decoded)
    }
  }
  return [...meanings]
}

const MOST_MEANINGS = 8

function fromPercent(text: string): string | undefined {
  if (!/%[\da-f]{2}/i.test(text)) return undefined
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

/** Headers are Latin-1 here, and UTF-8 on the wire. */
function fromBytes(text: string): string | undefined {
  return /[\x80-\xff]/.test(text) && /^[\0-\xff]*$/.test(text) ? utf8Of(Buffer.from(text, 'latin1')) : undefined
}

/** JSON that is cut off was found as text, with its escapes. */
function fromEscapes(text: string): string | undefined {
  if (!text.includes('\\')) return undefined
  try {
    return String(JSON.parse(`"${text}"`))
  } catch {
    return undefined
  }
}

function fromEntities(text: string): string | undefined {
  if (!/&(?:amp|lt|gt|quot|#39);/.test(text)) return undefined
  const plain = text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'")
  return plain.replaceAll('&amp;', '&')
}

function fromBase64(text: string): string | undefined {
  if (!/^[\w+/-]{8,}={0,2}$/.test(text)) return undefined
  const decoded = utf8Of(Buffer.from(text, 'base64'))
  return decoded !== undefined && /^[^\0-\x08\x0e-\x1f\x7f]+$/.test(decoded) ? decoded : undefined
}

function utf8Of(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const HIGHEST = Array.from({ length: SHORTEST - 1 }).reduce<number>((power) => Math.imul(power, FACTOR), 1)

/** Of eight characters, so that the next eight need but one step. Characters beyond the end count as zero. */
function hashOf(text: string, from = 0): number {
  let hash = 0
  for (let at = from; at < from + SHORTEST; at++) {
    hash = (Math.imul(hash, FACTOR) + (at < text.length ? text.charCodeAt(at) : 0)) | 0
  }
  return hash
}

/** A secret in every writing that it may come in. */
function formsOf(secret: string): Set<string> {
  const bytes = Buffer.from(secret, 'utf8')
  const quoted = JSON.stringify(secret).slice(1, -1)
  const ascii = quoted.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const encoded = percent(secret)
  const everything = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
  const html = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const written = [
    ...[secret, quoted, ascii, quoted.replaceAll('/', '\\/')],
    ...[JSON.stringify(quoted).slice(1, -1), JSON.stringify(ascii).slice(1, -1)],
    ...[encoded, lowerPercent(encoded), encoded.replaceAll('%20', '+'), encodeURI(secret.toWellFormed())],
    ...[percent(encoded), everything, everything.toUpperCase()],
    ...[html, html.replaceAll('"', '&quot;').replaceAll("'", '&#39;')],
    ...[bytes.toString('hex'), bytes.toString('hex').toUpperCase(), bytes.toString('latin1')],
    ...base64Forms(bytes),
  ]
  return new Set(written.filter((form) => form.length >= SHORTEST))
}

function percent(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function lowerPercent(text: string): string {
  return text.replace(/%[\dA-F]{2}/g, (code) => code.toLowerCase())
}

/** Base64 begins anew every three bytes, so in a longer text a secret has three forms; what its neighbours change is left out. */
function base64Forms(bytes: Buffer): string[] {
  const forms = [0, 1, 2].map((before) => {
    const text = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    const first = Math.ceil((before * 8) / 6)
    const last = Math.floor(((before + bytes.length) * 8) / 6)
    return text.slice(first, last)
  })
  return forms.flatMap((form) => {
    const urlSafe = form.replaceAll('+', '-').replaceAll('/', '_')
    return [form, urlSafe, form.replaceAll('+', '%2B').replaceAll('/', '%2F')]
  })
}
