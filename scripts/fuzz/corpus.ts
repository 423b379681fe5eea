/** Texts to begin from: those that are in the repository, and those that came to something new. */

import fc from 'fast-check'
import { CHANGE, type Change, changed, type Form, wordsOf } from './change.ts'

/** So many are kept beside the first ones. */
const MOST_KEPT = 3000

export interface Corpus {
  texts(): fc.Arbitrary<string>
  keep(text: string): void
}

export function createCorpus(seeds: readonly string[], form?: Form): Corpus {
  const words = wordsOf(seeds)
  const texts = [...seeds].sort((one, other) => one.length - other.length)
  return {
    texts: () =>
      fc
        .record({ seed: fc.nat(texts.length - 1), changes: fc.array<Change>(CHANGE, { minLength: 1, maxLength: 8 }) })
        .map(({ seed, changes }) => changed(texts[seed] ?? '', changes, words, form)),
    keep(text) {
      if (texts.length < seeds.length + MOST_KEPT && text.length < 100_000) texts.push(text)
    },
  }
}
