/** Ids made from a seed, so that a run can be repeated. */

const GOLDEN = 0x9e3779b9

/** What may stand in a URL as it is: as many characters as six bits tell apart. */
const URL_SAFE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-'
const BITS = 6
const LAST = URL_SAFE.length - 1
const IN_A_WORD = 5

/** Where a stream of chance stands. Plain data: copy it to return to this point. */
export type ChanceState = [number, number, number, number]

/** A stream of seeded chance. Not for secrets: everything in a pretend cloud is public. */
export interface Chance {
  /** The next 32 bits. */
  next(): number
  /** The next so many characters of `URL_SAFE`, each as likely as any other. */
  characters(size: number): string
  /** The next random UUID, as RFC 9562 section 5.4 lays it out. */
  uuid(): string
  /** Where the stream stands, to be given to `restore`. */
  state(): ChanceState
  restore(state: ChanceState): void
}

/** A stream of its own for each `name`, the same at every run for the same seed. */
export function createChance(seed: number, name: string): Chance {
  let [a, b, c, d] = hash(seed, name)
  // sfc32, by Chris Doty-Humphrey (PractRand): small, fast and free of short cycles.
  const next = () => {
    const sum = (a + b + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return sum >>> 0
  }
  return {
    next,
    characters(size) {
      const codes = new Array<number>(size)
      for (let place = 0, word = 0; place < size; place++, word >>>= BITS) {
        if (place % IN_A_WORD === 0) word = next()
        codes[place] = URL_SAFE.charCodeAt(word & LAST)
      }
      return String.fromCharCode(...codes)
    },
    uuid: () => formatUuid([next(), next(), next(), next()]),
    state: () => [a, b, c, d],
    restore: (state) => {
      ;[a, b, c, d] = state
    },
  }
}

/** The UUID that belongs to `parts` under this seed: the same parts always have the same one. */
export function uuidFor(seed: number, ...parts: (string | number)[]): string {
  return formatUuid(hash(seed, ...parts))
}

/** The 32 hexadecimal digits that belong to `parts`: how Keystone writes its ids. */
export function hexFor(seed: number, ...parts: (string | number)[]): string {
  return hash(seed, ...parts)
    .map(hex8)
    .join('')
}

/** 128 bits out of any text: four lanes of MurmurHash3's 32-bit mixing, each from its own start. */
function hash(seed: number, ...parts: (string | number)[]): ChanceState {
  let [a, b, c, d] = [seed ^ GOLDEN, seed ^ 0x243f6a88, seed ^ 0xb7e15162, seed ^ 0xdeadbeef]
  const text = parts.map((part) => `${String(part).length}:${part}`).join('|')
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    a = Math.imul(a ^ code, 0x85ebca6b) ^ (d >>> 15)
    b = Math.imul(b ^ code, 0x85ebca6d) ^ (a >>> 15)
    c = Math.imul(c ^ code, 0x85ebca6f) ^ (b >>> 15)
    d = Math.imul(d ^ code, 0x85ebca71) ^ (c >>> 15)
  }
  for (let round = 0; round < 2; round++) {
    a = mix(a ^ b)
    b = mix(b ^ c)
    c = mix(c ^ d)
    d = mix(d ^ a)
  }
  return [a, b, c, d]
}

function mix(word: number): number {
  const once = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return (twice ^ (twice >>> 16)) >>> 0
}

function formatUuid([a, b, c, d]: ChanceState): string {
  const second = hex8((b & 0xffff0fff) | 0x4000)
  const third = hex8((c & 0x3fffffff) | 0x80000000)
  return `${hex8(a)}-${second.slice(0, 4)}-${second.slice(4)}-${third.slice(0, 4)}-${third.slice(4)}${hex8(d)}`
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

function hex8(word: number): string {
  return `${HEX[word >>> 24]}${HEX[(word >>> 16) & 255]}${HEX[(word >>> 8) & 255]}${HEX[word & 255]}`
}
