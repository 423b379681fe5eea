/**
 * How fast novasim is beside the least that Node can do, beside hono alone, and beside others that pretend to be a service:
 * one run in which all give the same answers and take turns. `npm run bench`; it installs what it needs under `.cache`.
 *
 * `--quick` one short round; `--only novasim,list-5` these servers and rows; `--check` fails where a target is missed;
 * `--docs` writes the tables into docs/performance.md.
 */

import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Contender } from './bench/contender.ts'
import { writeBetween } from './bench/documents.ts'
import { loader } from './bench/load.ts'
import { measure } from './bench/measure.ts'
import { machine } from './bench/numbers.ts'
import { BARE, NOVASIM, own } from './bench/own.ts'
import { PEERS, readied } from './bench/peers.ts'
import { report } from './bench/report.ts'
import { memory, startHere, startInImage } from './bench/resources.ts'
import { ROWS } from './bench/rows.ts'
import { missed, ratio } from './bench/targets.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    /** Servers and rows, by name; of a kind of which none is named, all. `own` stands for those that nothing is installed for. */
    only: { type: 'string', default: '' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    check: { type: 'boolean', default: false },
    /** What part of a target still passes the check: on a machine that does other things too, a ratio moves. */
    slack: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
    /** The command that is measured. */
    cli: { type: 'string', default: 'dist/cli.js' },
  },
})
const say = (text: string) => process.stderr.write(`${text}\n`)
const stop = (text: string): never => {
  say(`bench: ${text}`)
  process.exit(2)
}
const positive = (flag: string, given: string | undefined, otherwise: number): number => {
  const number = given === undefined ? otherwise : Number(given)
  return number > 0 ? number : stop(`--${flag} wants a number above 0, and "${given}" is none`)
}
if (!existsSync(values.cli)) stop(`there is no ${values.cli}: npm run build makes it`)
const rounds = Math.ceil(positive('rounds', values.rounds, values.quick ? 1 : 5))
const seconds = Math.ceil(positive('seconds', values.seconds, values.quick ? 1 : 2))
const slack = positive('slack', values.slack, 1)

const mine = own(values.cli)
const { named, rows } = chosen(values.only.split(',').filter((word) => word !== ''))
const left = new Map<string, string>()
const contenders: Contender[] = mine.filter(({ name }) => named(name) || name === BARE || name === NOVASIM)
for (const peer of PEERS.filter(({ name }) => named(name))) {
  const ready = readied(peer, say)
  if (typeof ready === 'string') {
    left.set(peer.name, ready)
    say(`bench: ${peer.name} is left out: ${ready}`)
  } else contenders.push(ready)
}

const load = await loader(say)
const run = await measure({ contenders, rows, rounds, seconds, starts: values.quick ? 1 : 3, loader: load, say })
say('start to the first answer, here and in the image')
const [start, image] = [startHere(values.cli, rounds * 2), startInImage(rounds * 2)]
say('memory of one world and of 1,000')
const found = {
  run,
  peers: contenders.filter(({ peer }) => peer).map(({ name }) => name),
  start,
  image,
  memory: await memory(values.cli),
}
const text = report(found, contenders, left, `${load.name}, ${rounds} × ${seconds} s each, in turns, medians`)
if (values.json) process.stdout.write(`${JSON.stringify(asJson(), null, 2)}\n`)
else process.stdout.write(`${text}\n`)
if (values.docs) writeBetween('docs/performance.md', 'bench', text)
if (values.check) {
  const misses = [...missed(found, slack), ...[...left].map(([name, why]) => `${name} was not measured: ${why}`)]
  for (const miss of misses) say(`bench: ${miss}`)
  process.exitCode = misses.length > 0 ? 1 : 0
}

/** What `--only` means. */
function chosen(words: string[]) {
  const servers = [...mine.map(({ name }) => name), ...PEERS.map(({ name }) => name), 'own']
  const alike = (one: string, other: string) => one.toLowerCase() === other.toLowerCase()
  const unknown = words.find((word) => ![...servers, ...ROWS.map(({ name }) => name)].some((name) => alike(name, word)))
  if (unknown !== undefined) {
    stop(
      `--only knows no "${unknown}": servers are ${servers.join(', ')}; rows are ${ROWS.map(({ name }) => name).join(', ')}`,
    )
  }
  const some = words.filter((word) => servers.some((name) => alike(name, word)))
  const isMine = (name: string) => words.includes('own') && mine.some((each) => each.name === name)
  const named = (name: string) => some.length === 0 || isMine(name) || some.some((word) => alike(word, name))
  const rows = ROWS.filter(({ name }) => words.includes(name))
  return { named, rows: rows.length > 0 ? rows : ROWS }
}

function asJson(): object {
  const versions = Object.fromEntries(contenders.map(({ name, version }) => [name, version]))
  const rows = run.rows.map((measured) => ({
    row: measured.row.name,
    bytes: measured.bytes,
    ratio: ratio(measured, NOVASIM, BARE),
    loads: Object.fromEntries(measured.loads),
    left: Object.fromEntries(measured.left),
  }))
  const { peers: _, run: __, ...resources } = found
  const footprints = Object.fromEntries(run.footprints)
  return {
    machine: machine(),
    load: load.name,
    rounds,
    seconds,
    versions,
    rows,
    footprints,
    ...resources,
    left: Object.fromEntries(left),
  }
}
