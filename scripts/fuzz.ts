/**
 * Everything that reads bytes, given what nobody would send: `npm run fuzz -- --minutes 10`. Each part has an equal share of the time.
 * Exit code 1 when something was found, with the smallest input that shows it.
 *
 * `--only http` runs one part, `--seed 7` begins where a run of that seed began, `--docs` writes what was found into docs/reliability.md.
 */

import { parseArgs } from 'node:util'
import { nearest } from '../src/reading/nearest.ts'
import { writeBetween } from './bench/documents.ts'
import { machine, table, thousands } from './bench/numbers.ts'
import { type Found, type Tally, watch } from './fuzz/watch.ts'

const PARTS: Record<string, string> = {
  http: 'bytes over a socket',
  json: 'requests with any JSON, to every service and to control',
  worlds: 'world files',
  scenarios: 'scenarios, and playing them',
  rules: 'fault rules, and requests under them',
  recordings: 'recordings, and requests to them',
  har: 'HAR files, likewise',
}

const say = (text: string) => process.stderr.write(`${text}\n`)

function refuse(message: string): never {
  say(`fuzz: ${message}`)
  process.exit(2)
}

function flags() {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: 'string', default: '7' },
        seed: { type: 'string' },
        only: { type: 'string' },
        docs: { type: 'boolean', default: false },
      },
    })
    return values
  } catch (error) {
    return refuse(
      `${error instanceof Error ? error.message : error} (the flags are --minutes N, --seed S, --only PART, --docs)`,
    )
  }
}

const values = flags()
const minutes = Number(values.minutes)
if (!(minutes > 0)) refuse(`--minutes wants a number above 0, and "${values.minutes}" is none (write --minutes 10)`)
const seed = values.seed === undefined ? Date.now() % 1_000_000_000 : Number(values.seed)
if (!Number.isSafeInteger(seed)) refuse(`--seed wants a whole number, and "${values.seed}" is none (write --seed 7)`)
const names = values.only === undefined ? Object.keys(PARTS) : [values.only]
for (const name of names) {
  if (Object.hasOwn(PARTS, name)) continue
  const meant = nearest(name, Object.keys(PARTS))
  refuse(
    `there is no part "${name}" (${meant ? `did you mean "${meant}"?` : `there is ${Object.keys(PARTS).join(', ')}`})`,
  )
}

const tallies: Tally[] = []
for (const name of names) {
  tallies.push(
    await watch(name, seed, (minutes * 60_000) / names.length, {
      onFind: (found) => sayFind(name, found),
      onProgress: ({ runs, ms, finds, outcomes }) =>
        say(
          `${name}: ${thousands(runs)} runs, ${thousands(runs / (ms / 1000))} a second, ${outcomes} outcomes, ${finds.length} finds`,
        ),
    }),
  )
}

const text = [
  `${machine()}; ${minutes} minutes, seed ${seed}.`,
  table([
    ['part', 'what', 'runs', 'a second', 'distinct outcomes', 'finds'],
    ...tallies.map(({ name, runs, ms, outcomes, finds }) => [
      ...[
        `\`${name}\``,
        PARTS[name] ?? '',
        thousands(runs),
        thousands(runs / (ms / 1000)),
        thousands(outcomes),
        finds.length,
      ],
    ]),
  ]).trim(),
].join('\n\n')
process.stdout.write(`${text}\n`)
if (values.docs) writeBetween('docs/reliability.md', 'fuzz', text)
process.exitCode = tallies.some(({ finds }) => finds.length > 0) ? 1 : 0

function sayFind(name: string, { seed: batch, path, shown, error }: Found): void {
  say(
    `\nfuzz: ${name}: a find (again: npm run fuzz -- --seed ${seed} --only ${name}; of fast-check: seed ${batch}${path && `, path ${path}`})`,
  )
  say(`  the smallest input, as JSON: ${JSON.stringify(shown).slice(0, 6000)}`)
  say(`${error.replace(/^/gm, '  ')}\n`)
}
