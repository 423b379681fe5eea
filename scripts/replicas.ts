/**
 * One process beside two and four behind nginx, asked in a hundred worlds in turn: `npm run bench:replicas`. It wants nginx on the
 * PATH. With `--docs` it writes the table into docs/scaling.md.
 */

import { parseArgs } from 'node:util'
import { startFront } from '../test/replicas/front.ts'
import { listOfWorld, WORLDS } from './bench/answers.ts'
import { writeBetween } from './bench/documents.ts'
import { type Load, loader } from './bench/load.ts'
import { duration, machine, median, table, thousands } from './bench/numbers.ts'
import { openWorlds } from './bench/own.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    docs: { type: 'boolean', default: false },
  },
})
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)]
const say = (text: string) => process.stderr.write(`${text}\n`)
if (!(rounds > 0 && seconds > 0)) {
  say('replicas: --rounds and --seconds want numbers above 0')
  process.exit(2)
}
const load = await loader(say)
const asks = Array.from({ length: WORLDS }, (_, number) => listOfWorld(number))
const fronts = await Promise.all([1, 2, 4].map((count) => startFront(count)))
const [one] = fronts
if (!one) throw new Error('there is no front')
try {
  for (const { url } of fronts) await openWorlds(url, WORLDS)
  const asked = [
    { name: 'one process, with nothing in front', url: one.replicas[0]?.url ?? '' },
    ...fronts.map(({ url, replicas }) => ({ name: `${replicas.length} behind nginx`, url })),
  ]
  const found = new Map<string, Load[]>(asked.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const { name, url } of round % 2 === 0 ? asked : asked.toReversed()) {
      const measured = await load.run(url, asks, seconds)
      if (measured.failed > 0) throw new Error(`${name}: ${measured.failed} failed`)
      found.get(name)?.push(measured)
      say(`${name}, round ${round + 1} of ${rounds}: ${Math.round(measured.perSecond)} a second`)
    }
  }
  const first = median((found.get(asked[0]?.name ?? '') ?? []).map(({ perSecond }) => perSecond))
  const rows = [...found].map(([name, loads]) => {
    const perSecond = median(loads.map((each) => each.perSecond))
    const [p50, p99] = [median(loads.map((each) => each.p50Ms)), median(loads.map((each) => each.p99Ms))]
    return [name, thousands(perSecond), (perSecond / first).toFixed(2), duration(p50), duration(p99)]
  })
  const how = `${machine()}; ${load.name}, ${rounds} × ${seconds} s each, in turns, medians; a list of five services in ${WORLDS} worlds in turn. Load, nginx and replicas share these processors.`
  const text = [how, table([['', 'requests per second', 'of one process', 'p50', 'p99'], ...rows]).trim()].join('\n\n')
  process.stdout.write(`${text}\n`)
  if (values.docs) writeBetween('docs/scaling.md', 'replicas', text)
} finally {
  for (const front of fronts) await front[Symbol.asyncDispose]()
}
