/** Holds docs/journal.md to the code, both ways. */

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { ANSWERS } from '../../src/control/answers.ts'
import { Choice } from '../../src/control/journal.ts'
import { EVENTS } from '../../src/control/journal-stream.ts'
import { JOURNAL_LIMITS } from '../../src/worlds/journal.ts'
import { EntryMatchSchema } from '../../src/worlds/journal-match.ts'
import { ExpectationSchema } from '../../src/worlds/journal-verify.ts'

const DOCUMENT = readFileSync('docs/journal.md', 'utf8')

const section = (heading: string): string => DOCUMENT.split(`\n## ${heading}\n`)[1]!.split('\n## ')[0]!
const wordsIn = (text: string): string[] => [...text.matchAll(/`([\w.]+)`/g)].map(([, word]) => word!)
const firstCells = (text: string): string[] =>
  [...text.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) => wordsIn(cell!)).sort()

test('the keys of an entry', () => {
  const { RequestEntry, ChangeEntry } = ANSWERS
  const known = new Set([RequestEntry, ChangeEntry].flatMap(({ shape }) => Object.keys(shape)))
  expect(firstCells(section('An entry'))).toEqual([...known].sort())
})

test('the words of a query', () => {
  const known = [...Object.keys(EntryMatchSchema.shape), ...Object.keys(Choice.shape)]
  const documented = firstCells(section('Asking for some of it')).map((word) => word.replace('.NAME', ''))
  expect(documented.sort()).toEqual(known.sort())
})

test('what stands beside the entries', () => {
  const paragraph = section('Asking for some of it').split('Beside the `entries` stand')[1]!
  const { entries, ...others } = ANSWERS.Journal.shape
  for (const key of Object.keys(others)) expect(wordsIn(paragraph)).toContain(key)
  const { asked, answered, open } = others.requests.shape
  expect([asked, answered, open]).not.toContain(undefined)
  const known = [...Object.keys(others), ...Object.keys(others.requests.shape)]
  expect(wordsIn(paragraph).filter((word) => !known.includes(word))).toEqual([])
})

test('what may be expected, and what is answered', () => {
  const text = section('Was it asked as it should have been?')
  for (const key of [...Object.keys(ExpectationSchema.shape), 'exactly', 'at_least', 'at_most'])
    expect(text).toMatch(new RegExp(`\\b${key}\\b`))
  for (const key of Object.keys(ANSWERS.Verdict.shape)) expect(text).toContain(`"${key}": `)
})

test('the events of the stream', () => {
  expect(firstCells(section('Live'))).toEqual([...EVENTS].sort())
})

test('how much it keeps', () => {
  expect(DOCUMENT).toContain(`the last ${JOURNAL_LIMITS.entries.toLocaleString('en')} entries`)
  expect(DOCUMENT).toContain(`${JOURNAL_LIMITS.bytes / 1024 / 1024} MiB`)
})
