/** How a clock is to go, in a word, as it stands in what people send. */

import * as z from 'zod'
import { CLOCK_WORDS, type ClockWord, isClockWord } from './clock.ts'

const EXPECTED = `expected ${CLOCK_WORDS}`

export const clockWord = z
  .union([z.enum(['real', 'manual']), z.string().regex(/^\d+(\.\d+)?x$/, EXPECTED)], EXPECTED)
  .refine(isClockWord, EXPECTED)
  .transform((word) => word as ClockWord)
