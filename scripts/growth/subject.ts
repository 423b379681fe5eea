/** One size of one dimension, measured in this process, which does nothing else: `subject.ts DIMENSION SIZE BUDGET_MS times|memory`. */

import { EventEmitter } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Readable } from 'node:stream'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { createEmulator } from '../../src/emulator.ts'
import { requestOf } from '../../src/http/request.ts'
import { type Body, inOnePiece, lengthOf, rememberedIn } from '../../src/http/response.ts'
import { median } from '../bench/numbers.ts'
import { type Asking, DIMENSIONS, type Question } from './dimensions.ts'
import type { Times } from './point.ts'

/** For the timer that watches the event loop to come round. */
const TICKS_MS = 5

const [name, written, budget, what] = process.argv.slice(2)
const [size, budgetMs] = [Number(written), Number(budget)]
const dimension = DIMENSIONS.find((each) => each.name === name)
if (!dimension) throw new Error(`there is no dimension ${name}`)

const began = performance.now()
const emulator = createEmulator(dimension.options(size))
await emulator.ready
const ask: Asking = async ({ method, path, headers, body = '' }) => {
  const bytes = bytesOf(body)
  const sent = { ...headers, Host: 'novasim.test', ...(body !== '' && { 'Content-Length': `${bytes.length}` }) }
  const rawHeaders = Object.entries(sent).flat()
  const said = { method, url: path, rawHeaders, complete: true, socket: new EventEmitter() }
  const incoming = Object.assign(Readable.from([bytes]), said) as unknown as IncomingMessage
  const answer = await answerTo(requestOf(incoming), incoming)
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`)
  // What a socket would be given; to make the platform's own `Response` of it is a copy more.
  const made = rememberedIn(answer)
  const pieces: Body[] = made ? [made.body] : []
  for await (const piece of made ? [] : (answer.body ?? [])) pieces.push(piece)
  const whole = () => pieces.map((piece) => Buffer.from(inOnePiece(piece) ?? '').toString()).join('')
  return { bytes: pieces.reduce((sum, piece) => sum + lengthOf(piece), 0), json: () => JSON.parse(whole()) }
}

/** A body is made into bytes once: that is the client's work. */
const known = new Map<string, Buffer>()
function bytesOf(body: string): Buffer {
  const bytes = known.get(body) ?? Buffer.from(body)
  known.set(body, bytes)
  return bytes
}

/** From the world itself where it is no matter of control, as if it came over a socket: how it finds the world is no matter of size. */
function answerTo(request: Request, incoming: IncomingMessage): Response | Promise<Response> {
  const { pathname, search, origin } = new URL(request.url)
  const [, name = 'default', path = ''] = /^(?:\/w\/([^/]+))?(\/.*)$/.exec(pathname) ?? []
  const world = emulator.worlds.find(name)
  if (!world || path.startsWith('/_novasim')) return emulator.fetch(request)
  const prefix = pathname.slice(0, pathname.length - path.length)
  return world.fetch(request, { path, query: search.slice(1), base: origin + prefix }, { incoming })
}
await dimension.fill?.(ask, size)
const madeMs = performance.now() - began
const holds = held()
const measures: unknown[] = []
for (const question of await dimension.questions(ask, size)) {
  measures.push(what === 'memory' ? await allocatedBy(question) : await timesOf(question))
}
process.send?.(what === 'memory' ? measures : { madeMs, held: holds, questions: measures }, () => process.exit(0))

async function timesOf(question: Question): Promise<Times['questions'][number]> {
  const { run } = question
  let turn = 0
  // Until it is compiled.
  const until = performance.now() + budgetMs / 2
  let bytes = await run(ask, turn++)
  while (performance.now() < until) bytes = await run(ask, turn++)
  const times: number[] = []
  const blocks: number[] = []
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.()
    const delay = monitorEventLoopDelay({ resolution: 1 })
    delay.enable()
    await setTimeout(TICKS_MS)
    const end = performance.now() + budgetMs / 3
    do {
      const before = performance.now()
      await run(ask, turn++)
      times.push(performance.now() - before)
      await setImmediate()
    } while (performance.now() < end)
    await setTimeout(TICKS_MS)
    delay.disable()
    blocks.push(Math.max(0, delay.max / 1e6 - 1))
  }
  return { name: question.name, hot: question.hot, ms: median(times), blockMs: median(blocks), bytes }
}

/** Bytes for each run: few enough runs that nothing is collected between. */
async function allocatedBy(question: Question): Promise<number> {
  let turn = 0
  const run = () => question.run(ask, turn++)
  // What is made once is made before.
  for (let time = 0; time < 3; time++) await run()
  const most = 32e6
  const one = await allocated(run, 1)
  return allocated(run, Math.max(1, Math.min(100, Math.floor(most / one))))
}

async function allocated(run: () => Promise<number>, times: number): Promise<number> {
  const before = held()
  for (let time = 0; time < times; time++) await run()
  return Math.max(1, (used() - before) / times)
}

/** Bytes that are in use and not garbage. */
function held(): number {
  globalThis.gc?.()
  return used()
}

function used(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
