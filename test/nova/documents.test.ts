/** Holds docs/releases.md to the code and to the fixtures. `UPDATE_DOCS=1 npm test -- test/nova/documents` writes the table. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  EVACUATIONS_HOLD_DOWN_SINCE,
  LESS_OVERCOMMIT_SINCE,
  MANAGER_SINCE,
  NEWEST_RELEASE,
  RELEASES,
} from '../../src/cloud/releases.ts'
import { CHANGES } from '../../src/nova/releases.ts'
import { type About, aboutOf, filesOf, releasesOf } from '../support/answers.ts'

const FILE = 'docs/releases.md'
const HEADING = '| release | Nova, Keystone | versions | Nova’s questions | cases | Keystone’s questions | recordings |'
const SETS = ['nova', 'cases', 'keystone'] as const

if (process.env.UPDATE_DOCS)
  writeFileSync(FILE, readFileSync(FILE, 'utf8').replace(tableIn(readFileSync(FILE, 'utf8')), table()))

const DOCUMENT = readFileSync(FILE, 'utf8')

test('the table of what is proven counts what the fixtures have', () => {
  expect(tableIn(DOCUMENT)).toBe(table())
})

test('every change has its row, under the first release that has it, and there are no others', () => {
  const rows = [...DOCUMENT.matchAll(/^\| (\S+) \| `(\w+)`/gm)].map(([, since, key]) => `${since} ${key}`)
  const ofTheFace = CHANGES.flatMap(({ since, before }) => Object.keys(before).map((key) => `${since} ${key}`))
  const ofTheCloud = Object.entries({ EVACUATIONS_HOLD_DOWN_SINCE, LESS_OVERCOMMIT_SINCE, MANAGER_SINCE }).map(
    ([key, since]) => `${since} ${key}`,
  )
  expect(rows.sort()).toEqual([...ofTheFace, ...ofTheCloud].sort())
})

function table(): string {
  const rows = releasesOf('nova').map((release) => {
    const about = aboutOf('nova', 'tokens.jsonl', release)
    const versions = `2.1 to 2.${RELEASES[release]}`
    return `| ${[release, whose(about), versions, ...SETS.map((set) => counted(set, release)), recordings(release)].join(' | ')} |`
  })
  return [HEADING, '| --- | --- | --- | --- | --- | --- | --- |', ...rows].join('\n')
}

function whose(about: About | undefined): string {
  return about ? `${about.nova}, ${about.keystone}` : '34.0.0, 30'
}

/** How many were asked, and how many of them were answered otherwise than by the newest. */
function counted(set: string, release: string): string {
  if (!releasesOf(set).includes(release)) return 'not asked'
  if (release === NEWEST_RELEASE) return 'all'
  const abouts = filesOf(set, release).flatMap((file) => aboutOf(set, file, release) ?? [])
  return `${sum(abouts.map(({ asked }) => asked))}, ${sum(abouts.map(({ differ }) => differ))} otherwise`
}

function recordings(release: string): string {
  const folder = `fixtures/recordings/${release}`
  if (!existsSync(folder)) return 'none'
  const files = (readdirSync(folder, { recursive: true }) as string[]).filter((file) => file.endsWith('.jsonl'))
  const exchanges = files.map((file) => readFileSync(`${folder}/${file}`, 'utf8').match(/^\{"n": /gm)?.length ?? 0)
  return `${files.length}, with ${sum(exchanges)} exchanges`
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}

/** From its heading to the next empty line. */
function tableIn(text: string): string {
  const from = text.indexOf(HEADING)
  expect(from, `${FILE} has no table of what is proven`).toBeGreaterThanOrEqual(0)
  const end = text.indexOf('\n\n', from)
  return text.slice(from, end < 0 ? undefined : end)
}
