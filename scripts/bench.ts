/**
 * How fast novasim is beside the least that Node can do: a bare `node:http` that sends the same bytes with the same headers.
 * One interleaved run, so that both have the same machine: `npm run bench`. Needs `wrk` on the PATH.
 */

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    // What part of a target still passes the check: on a machine that does other things too, a ratio moves.
    slack: { type: 'string', default: '1' },
    /** The command that is measured. */
    cli: { type: 'string', default: 'dist/cli.js' },
  },
})
const rounds = Number(values.rounds)
const seconds = Number(values.seconds)

/** The least ratio to bare `node:http` that is good enough, by the number of services in the list. */
const TARGETS = { 5: 0.7, 1000: 0.5 } as const
/** The most milliseconds from the start to the first answer, above an empty `node -e 0`. */
const START_TARGET_MS = 100

const median = (numbers: number[]) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN
const say = (text: string) => process.stderr.write(`${text}\n`)

try {
  execFileSync('wrk', ['-v'], { stdio: 'ignore' })
} catch (error) {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
    say('bench: wrk is not on the PATH. It is in the package "wrk" of most Linux distributions.')
    process.exit(2)
  }
}

/** The most that journal and faults may cost, as a share of the requests per second without them: while no rule is set, and with many. */
const JOURNAL_TARGET = 0.05
const RULES_TARGET = 0.2
const RULES = 1000

interface Result {
  services: number
  bytes: number
  bare: number
  novasim: number
  /** Of novasim to bare. */
  ratio: number
  /** With no journal and no rule. */
  without: number
  /** With the journal and many rules. */
  rules: number
  /** What the journal costs, as a share of the requests without it. */
  journalCosts: number
  /** What journal and rules cost, likewise. */
  rulesCost: number
}

const results: Result[] = []
/** Medians in milliseconds, the request to control included. */
const snapshots: { services: number; keepMs: number; restoreMs: number }[] = []
for (const services of [5, 1000]) {
  const novasim = await startNovasim(services)
  const without = await startNovasim(services, ['--journal-entries', '0'])
  const withRules = await startNovasim(services, ['--faults', fileOfRules()])
  const url = `${novasim.url}/v2.1/os-services`
  const headers = { 'X-Auth-Token': 'admin', 'OpenStack-API-Version': 'compute 2.53' }
  const sample = await fetch(url, { headers })
  const body = Buffer.from(await sample.arrayBuffer())
  if (sample.status !== 200) throw new Error(`the list answered ${sample.status}: ${body}`)
  const bare = await startBare(body, Object.fromEntries(sample.headers))
  const runs: Record<'bare' | 'novasim' | 'without' | 'rules', number[]> = {
    ...{ bare: [], novasim: [], without: [], rules: [] },
  }
  for (let round = 0; round < rounds; round++) {
    runs.bare.push(requestsPerSecond(`${bare.url}/v2.1/os-services`, headers))
    // Whoever comes second has a warmer machine, so they take turns.
    const turns = [
      () => runs.novasim.push(requestsPerSecond(url, headers)),
      () => runs.without.push(requestsPerSecond(`${without.url}/v2.1/os-services`, headers)),
      () => runs.rules.push(requestsPerSecond(`${withRules.url}/v2.1/os-services`, headers)),
    ]
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) turn()
    say(
      `${services} services, round ${round + 1} of ${rounds}: bare ${runs.bare.at(-1)}, novasim ${runs.novasim.at(-1)}, with no journal ${runs.without.at(-1)}, with ${RULES} rules ${runs.rules.at(-1)}`,
    )
  }
  snapshots.push({ services, ...(await timesOfSnapshots(novasim.url)) })
  bare.close()
  novasim.close()
  without.close()
  withRules.close()
  const ratios = runs.novasim.map((each, index) => each / (runs.bare[index] ?? Number.NaN))
  results.push({
    services,
    bytes: body.length,
    bare: median(runs.bare),
    novasim: median(runs.novasim),
    ratio: median(ratios),
    without: median(runs.without),
    rules: median(runs.rules),
    journalCosts: 1 - median(runs.novasim.map((each, index) => each / (runs.without[index] ?? Number.NaN))),
    rulesCost: 1 - median(runs.rules.map((each, index) => each / (runs.without[index] ?? Number.NaN))),
  })
}

const empty: number[] = []
const first: number[] = []
for (let round = 0; round < rounds * 2; round++) {
  empty.push(timeOf(() => execFileSync(process.execPath, ['-e', '0'])))
  first.push(await timeToFirstAnswer())
}
const start = { emptyMs: median(empty), firstAnswerMs: median(first), aboveMs: median(first) - median(empty) }

if (values.json) process.stdout.write(`${JSON.stringify({ machine: machine(), results, snapshots, start }, null, 2)}\n`)
else report()
if (values.check) {
  const slow = results.filter(
    ({ services, ratio }) => ratio < TARGETS[services as keyof typeof TARGETS] * Number(values.slack),
  )
  for (const { services, ratio } of slow)
    say(`bench: the list of ${services} services is at ${ratio.toFixed(2)} of bare`)
  // Half of the slack: a share that is lost moves less than a ratio.
  const most = (target: number) => target + (1 - Number(values.slack)) / 2
  const costly = results.filter(
    ({ journalCosts, rulesCost }) => journalCosts > most(JOURNAL_TARGET) || rulesCost > most(RULES_TARGET),
  )
  for (const { services, journalCosts, rulesCost } of costly) {
    say(
      `bench: with ${services} services the journal costs ${percent(journalCosts)}, with ${RULES} rules ${percent(rulesCost)}`,
    )
  }
  if (start.aboveMs > START_TARGET_MS / Number(values.slack))
    say(`bench: the start takes ${start.aboveMs.toFixed(0)} ms more than an empty node`)
  process.exitCode =
    slow.length > 0 || costly.length > 0 || start.aboveMs > START_TARGET_MS / Number(values.slack) ? 1 : 0
}

function report(): void {
  process.stdout.write(`${machine()}; wrk, 1 thread, 16 connections, ${rounds} rounds of ${seconds} s, medians\n\n`)
  process.stdout.write(
    '| GET /os-services | bytes | bare node:http | novasim | ratio |\n| --- | --- | --- | --- | --- |\n',
  )
  const perSecond = (count: number) => `${Math.round(count)}/s`
  const write = (...row: (string | number)[]) => process.stdout.write(`| ${row.join(' | ')} |\n`)
  for (const { services, bytes, bare, novasim, ratio } of results)
    write(`${services} services`, bytes, perSecond(bare), perSecond(novasim), ratio.toFixed(2))
  process.stdout.write(
    '\n| journal and faults | without | with | cost | at the most |\n| --- | --- | --- | --- | --- |\n',
  )
  for (const { services, without, novasim, journalCosts, rules, rulesCost } of results) {
    const row = (what: string, count: number, cost: number, target: number) =>
      write(`${what}, ${services} services`, perSecond(without), perSecond(count), percent(cost), percent(target))
    row('no rule', novasim, journalCosts, JOURNAL_TARGET)
    row(`${RULES} rules`, rules, rulesCost, RULES_TARGET)
  }
  process.stdout.write('\n')
  for (const { services, keepMs, restoreMs } of snapshots) {
    process.stdout.write(
      `A snapshot of ${services} services: kept in ${keepMs.toFixed(1)} ms, restored in ${restoreMs.toFixed(1)} ms\n`,
    )
  }
  const { emptyMs, firstAnswerMs, aboveMs } = start
  process.stdout.write(
    `\nStart to first answer: ${firstAnswerMs.toFixed(0)} ms; an empty node: ${emptyMs.toFixed(0)} ms; above it: ${aboveMs.toFixed(0)} ms\n`,
  )
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

function machine(): string {
  const all = cpus()
  return `${all.length} × ${all[0]?.model.trim()}, Node ${process.version}`
}

function requestsPerSecond(url: string, headers: Record<string, string>): number {
  const flags = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
  const output = execFileSync('wrk', ['-t1', '-c16', `-d${seconds}s`, ...flags, url], { encoding: 'utf8' })
  if (/Non-2xx/.test(output)) throw new Error(`some answers were no successes:\n${output}`)
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(output)?.[1])
}

async function timesOfSnapshots(url: string): Promise<{ keepMs: number; restoreMs: number }> {
  const keep: number[] = []
  const restore: number[] = []
  const post = async (path: string): Promise<{ id: string }> =>
    (await (await fetch(`${url}/_novasim${path}`, { method: 'POST' })).json()) as { id: string }
  // While wrk ran nobody looked whether the server has closed a connection that lay idle.
  await new Promise((resolve) => setTimeout(resolve, 100))
  for (let round = 0; round < 30; round++) {
    const began = performance.now()
    const { id } = await post('/snapshots')
    const kept = performance.now()
    await post(`/snapshots/${id}/restore`)
    keep.push(kept - began)
    restore.push(performance.now() - kept)
    await fetch(`${url}/_novasim/snapshots/${id}`, { method: 'DELETE' })
  }
  return { keepMs: median(keep), restoreMs: median(restore) }
}

/** Rules as people write them, of several kinds, none of which is about the list that is asked for. */
function fileOfRules(): string {
  const kinds: ((number: number) => object)[] = [
    (number) => ({ operation: 'os-services:delete', host: `other${number}` }),
    (number) => ({ operation: 'os-services:list', query: { host: `other${number}` } }),
    (number) => ({ method: 'PUT', path: '/os-services/*', body: { host: `other${number}` } }),
    (number) => ({ path: `/os-services/${100_000 + number}` }),
    (number) => ({ user: `user${number}` }),
    (number) => ({ header: { 'x-test': `run-${number}` } }),
    (number) => ({ operation: 'tokens:issue', user: `robot${number}` }),
    (number) => ({ method: ['POST', 'DELETE'], nth: number + 1 }),
  ]
  const match = (number: number) => kinds[number % kinds.length]?.(number)
  const rules = Array.from({ length: RULES }, (_, number) => ({
    match: match(number),
    do: { status: 503, message: 'x' },
  }))
  const file = join(tmpdir(), `novasim-bench-rules-${process.pid}.json`)
  writeFileSync(file, JSON.stringify(rules))
  return file
}

async function startBare(body: Buffer, headers: Record<string, string>): Promise<{ url: string; close(): void }> {
  const sent = { ...headers, 'content-length': body.length }
  delete (sent as Record<string, unknown>).connection
  delete (sent as Record<string, unknown>)['keep-alive']
  delete (sent as Record<string, unknown>).date
  const program = `
    const body = Buffer.from(${JSON.stringify(body.toString('base64'))}, 'base64')
    const headers = ${JSON.stringify(sent)}
    const server = require('node:http').createServer((_, answer) => { answer.writeHead(200, headers); answer.end(body) })
    server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port))`
  const file = join(tmpdir(), `novasim-bench-bare-${process.pid}.cjs`)
  writeFileSync(file, program)
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(child.stdout, 'data')
  return { url: String(line).trim(), close: () => child.kill() }
}

async function startNovasim(services: number, flags: string[] = []): Promise<{ url: string; close(): void }> {
  const file = join(tmpdir(), `novasim-bench-${process.pid}.json`)
  const computes = Array.from({ length: services - 2 }, (_, index) => ({
    binary: 'nova-compute',
    host: `host${index}`,
  }))
  const others = ['nova-conductor', 'nova-scheduler'].map((binary) => ({ binary, host: 'controller' }))
  writeFileSync(file, JSON.stringify({ services: [...others, ...computes] }))
  const child = spawn(process.execPath, [values.cli, '--port', '0', '--world', file, ...flags], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const url = await authUrlOf(child.stdout)
  return { url, close: () => child.kill() }
}

async function timeToFirstAnswer(): Promise<number> {
  const began = performance.now()
  const child = spawn(process.execPath, ['dist/cli.js', '--port', '0'], { stdio: ['ignore', 'pipe', 'ignore'] })
  const ended = once(child, 'exit')
  const url = await authUrlOf(child.stdout)
  await (await fetch(url)).arrayBuffer()
  const took = performance.now() - began
  child.kill()
  await ended
  return took
}

async function authUrlOf(output: NodeJS.ReadableStream): Promise<string> {
  let text = ''
  for await (const piece of (output as Readable).iterator({ destroyOnReturn: false })) {
    text += String(piece)
    const url = /^OS_AUTH_URL=(.*)\/identity\/v3$/m.exec(text)?.[1]
    if (url) return url
  }
  throw new Error(`novasim did not start: ${text}`)
}

function timeOf(run: () => void): number {
  const began = performance.now()
  run()
  return performance.now() - began
}
