/** Texts to begin from: those that are in the repository, and those that came to something new. */

import fc from 'fast-check'
import { CHANGE, type Change, changed, type Form, wordsOf } from './change.ts'

/** So many characters are kept beside the first texts. */
const MOST_KEPT = 8_000_000

export interface Corpus {
  texts(): fc.Arbitrary<string>
  keep(text: string): void
}

export function createCorpus(seeds: readonly string[], form?: Form): Corpus {
  const words = wordsOf(seeds)
  const texts = [...seeds].sort((one, other) => one.length - other.length)
  let kept = 0
  return {
    texts: () =>
      fc
        .record({ seed: fc.nat(texts.length - 1), changes: fc.array<Change>(CHANGE, { minLength: 1, maxLength: 8 }) })
        .map(({ seed, changes }) => changed(texts[seed] ?? '', changes, words, form)),
    keep(text) {
      if (kept + text.length > MOST_KEPT || text.length > 50_000) return
      kept += text.length
      texts.push(text)
    },
  }
}
