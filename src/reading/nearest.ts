/** What somebody probably meant, and what there is to choose from. */

import { closest, distance } from 'fastest-levenshtein'

/** The word that was probably meant, when one is near enough. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined
  const lowered = known.map((each) => each.toLowerCase())
  const best = known[lowered.indexOf(closest(word.toLowerCase(), lowered))] ?? ''
  return distance(word.toLowerCase(), best.toLowerCase()) <= Math.max(2, Math.floor(best.length / 3)) ? best : undefined
}

/** `a, b, c or d`; of a long list the first ten. */
export function oneOf(words: readonly string[]): string {
  if (words.length > 10) return `${words.slice(0, 10).join(', ')} and ${words.length - 10} more`
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`
}
