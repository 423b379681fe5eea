/**
 * Keeps what a cloud of an older release answered: `npm run answers -- RELEASE FOLDER`.
 *
 * FOLDER has the transcripts of one cloud: nova/*.jsonl and keystone/*.jsonl, its answers to the questions of fixtures/nova and
 * fixtures/keystone; cases/*.jsonl, to those of fixtures/cases; and about.json, which says what was asked: the versions of its
 * packages, its newest microversion, when, and how. Each line is a question and its answer, as in fixtures/nova/answers.
 * Of each file, fixtures/{nova,keystone,cases}/releases/RELEASE keeps the answers that differ from the newest release's, below
 * a line that says how many were asked: what is not in it was answered as the newest does.
 */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { dumps } from '../src/python/json.ts'

interface Entry {
  name: string
  case: Record<string, unknown>
  [said: string]: unknown
}

const { positionals } = parseArgs({ allowPositionals: true })
const [release, folder] = positionals
if (release === undefined || folder === undefined || !existsSync(join(folder, 'about.json'))) {
  process.stderr.write(
    'answers: usage: npm run answers -- RELEASE FOLDER, and FOLDER has an about.json and transcripts\n',
  )
  process.exit(2)
}
const about = JSON.parse(readFileSync(join(folder, 'about.json'), 'utf8')) as Record<string, string>
for (const set of ['nova', 'keystone', 'cases']) keep(set)

function keep(set: string): void {
  const from = join(folder ?? '', set)
  if (!existsSync(from)) return
  const out = join('fixtures', set, 'releases', release ?? '')
  mkdirSync(out, { recursive: true })
  for (const file of readdirSync(from).filter((name) => name.endsWith('.jsonl'))) {
    const [newest, older] = [join('fixtures', set, 'answers', file), join(from, file)].map(entriesOf)
    if (newest?.length !== older?.length)
      throw new Error(`${set}/${file}: ${older?.length} answers to ${newest?.length} questions`)
    const differing = (older ?? []).filter(({ entry }, index) => {
      if (entry.name !== newest?.[index]?.entry.name)
        throw new Error(`${set}/${file}: "${entry.name}" is another question`)
      return !isDeepStrictEqual(entry, newest[index].entry)
    })
    const first = { release, ...about, asked: older?.length, differ: differing.length }
    const lines = [dumps(first), ...differing.map(({ line }) => line)]
    writeFileSync(join(out, file), `${lines.join('\n')}\n`)
    process.stdout.write(`${join(out, file)}: ${differing.length} of ${older?.length} differ\n`)
  }
}

/** As it was written, and what it says. */
function entriesOf(path: string): { line: string; entry: Entry }[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => ({ line, entry: JSON.parse(line) }))
}
