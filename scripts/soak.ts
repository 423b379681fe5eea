/**
 * novasim under full load for as long as is wished, with faults on, worlds that come and go, and a journal that is full:
 * `npm run soak -- --minutes 30`. Exit code 1 when its memory rises, an answer is lost, or one is not as it has to be.
 *
 * `--docs` writes what was found into docs/reliability.md.
 */

import { parseArgs } from 'node:util'
import { answersFrom } from './bench/answers.ts'
import { fileOf } from './bench/contender.ts'
import { writeBetween } from './bench/documents.ts'
import { machine, megabytes, slope, table, thousands } from './bench/numbers.ts'
import { startNovasim } from './bench/own.ts'
import { createClient } from './soak/client.ts'
import { jobsOf, LOSING, RULES, type Tally } from './soak/jobs.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    docs: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    /** The command that is soaked. */
    cli: { type: 'string', default: 'dist/cli.js' },
  },
})
const minutes = Number(values.minutes)
const say = (text: string) => process.stderr.write(`${text}\n`)
if (!(minutes > 0)) {
  say(`soak: --minutes wants a number above 0, and "${values.minutes}" is none`)
  process.exit(2)
}

const CLIENTS = 32
const ENTRIES = 10_000
/** What part of the time is for the heap to find its size: a fifth, and in a short run half, up to a minute and a half. */
const WARM_UP = Math.max(0.2, Math.min(0.5, 1.5 / minutes))
/** How much the line through the memory may rise from its beginning to its end, as a part of the memory. */
const MOST_RISE = 0.1

const flags = ['--faults', fileOf('rules.json', RULES), '--journal-entries', String(ENTRIES)]
// Until everything is known no rule may fire on it.
const calm = await startNovasim(values.cli, 5)
const { uuid } = await answersFrom(calm.url, 5)
await calm.close()
const novasim = await startNovasim(values.cli, 5, flags)
const tally: Tally = { asked: 0, statuses: new Map(), worlds: 0, wrong: [], wrongs: 0 }
const ask = createClient(novasim.url, CLIENTS)
const jobs = jobsOf(ask, uuid, tally)

const before = (await steer<{ worlds: unknown[] }>('/worlds')).worlds.length
const began = performance.now()
const end = began + minutes * 60_000
const samples: { x: number; y: number }[] = []
const sampling = setInterval(() => {
  const x = (performance.now() - began) / 60_000
  samples.push({ x, y: novasim.resident() })
  if (samples.length % 15 === 0) {
    say(
      `${x.toFixed(1)} min: ${thousands(tally.asked)} requests, ${megabytes(novasim.resident())}, ${tally.wrongs} wrong`,
    )
  }
}, 1000)
await Promise.all(Array.from({ length: CLIENTS }, (_, client) => work(client)))
clearInterval(sampling)
const took = (performance.now() - began) / 1000

/** One client: its jobs, one after the other, beginning elsewhere than the others. */
async function work(client: number): Promise<void> {
  for (let turn = client; performance.now() < end && tally.wrongs < 1000; turn++) {
    await jobs[turn % jobs.length]?.(`soak-${client}-${turn}`)
  }
}

const kept = await steer<{ kept: number }>('/journal?limit=1')
const { worlds } = await steer<{ worlds: unknown[] }>('/worlds')
const { faults } = await steer<{ faults: { name: string; fired: number }[] }>('/faults')
await novasim.close()

const fired = (names: string[]) =>
  faults.filter(({ name }) => names.includes(name)).reduce((sum, each) => sum + each.fired, 0)
const lost = tally.statuses.get(0) ?? 0
const wanted = fired(LOSING)
const warm = samples.filter(({ x }) => x > minutes * WARM_UP)
const perMinute = slope(warm)
const middle = warm.reduce((sum, { y }) => sum + y, 0) / warm.length
const rise = (perMinute * minutes * (1 - WARM_UP)) / middle

const problems = [
  ...tally.wrong,
  ...(tally.wrongs > tally.wrong.length ? [`and ${tally.wrongs - tally.wrong.length} more`] : []),
  ...(lost === wanted ? [] : [`${lost} answers were lost, and the rules asked for ${wanted}`]),
  ...(warm.length < 10 ? ['too short for the memory to be seen: at least a quarter of a minute'] : []),
  ...(rise > MOST_RISE
    ? [`the memory rises by ${(rise * 100).toFixed(1)} % of itself, at the most ${MOST_RISE * 100} %`]
    : []),
  ...(kept.kept === ENTRIES ? [] : [`the journal has ${kept.kept} entries, and is not full with ${ENTRIES}`]),
  ...(worlds.length === before ? [] : [`${worlds.length} worlds are left, and there were ${before}`]),
]
const found = {
  machine: machine(),
  minutes,
  clients: CLIENTS,
  requests: tally.asked,
  perSecond: Math.round(tally.asked / took),
  worlds: tally.worlds,
  faults: Object.fromEntries(faults.map(({ name, fired }) => [name, fired])),
  lost,
  statuses: Object.fromEntries([...tally.statuses].sort(([one], [other]) => one - other)),
  residentMegabytes: Math.round(middle / 1e6),
  megabytesPerMinute: Number((perMinute / 1e6).toFixed(3)),
  problems,
}
const text = report()
process.stdout.write(values.json ? `${JSON.stringify(found, null, 2)}\n` : `${text}\n`)
if (values.docs) writeBetween('docs/reliability.md', 'soak', text)
for (const problem of problems) say(`soak: ${problem}`)
process.exitCode = problems.length > 0 ? 1 : 0

async function steer<Answer>(path: string): Promise<Answer> {
  return (await (await fetch(`${novasim.url}/_novasim${path}`)).json()) as Answer
}

function report(): string {
  const rules = faults.map(({ name, fired }) => `${name} ${thousands(fired)}`).join(', ')
  const statuses = Object.entries(found.statuses).map(
    ([status, count]) => `${status === '0' ? 'none' : status}: ${thousands(count)}`,
  )
  const drift = `${found.megabytesPerMinute} MB a minute, which is ${(rise * 100).toFixed(1)} % of it over the time`
  return [
    `${machine()}; ${minutes} minutes, ${CLIENTS} clients on the same machine; the first ${Math.round(WARM_UP * 100)} % of the time are left out of the slope.`,
    table([
      ['', ''],
      ['requests', `${thousands(tally.asked)}, ${thousands(found.perSecond)} a second`],
      ['answers by status', statuses.join(', ')],
      ['what the rules did', rules],
      ['answers lost that no rule lost', thousands(lost - wanted)],
      ['answers that were not as they have to be', thousands(tally.wrongs)],
      ['worlds made and ended', thousands(tally.worlds)],
      ['entries in the journal, of as many as it keeps', `${thousands(kept.kept)} of ${thousands(ENTRIES)}`],
      ['resident memory, in the middle', megabytes(middle)],
      ['its slope, by least squares', drift],
    ]).trim(),
  ].join('\n\n')
}
