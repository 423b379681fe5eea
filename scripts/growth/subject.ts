/** One size of one dimension, measured in this process, which does nothing else: `subject.ts MODULE DIMENSION SIZE BUDGET_MS`. */

import { resolve } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setImmediate, setTimeout } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { median } from '../bench/numbers.ts'
import { type Asking, DIMENSIONS, type Question } from './dimensions.ts'
import type { Answered, Point } from './point.ts'

/** For the timer that watches the event loop to come round. */
const TICKS_MS = 5

const [module = 'dist/index.js', name, written, budget] = process.argv.slice(2)
const [size, budgetMs] = [Number(written), Number(budget)]
const dimension = DIMENSIONS.find((each) => each.name === name)
if (!dimension) throw new Error(`there is no dimension ${name}`)
const { createEmulator } = (await import(pathToFileURL(resolve(module)).href)) as typeof import('../../src/index.ts')

const began = performance.now()
const emulator = createEmulator(dimension.options(size))
await emulator.ready
const ask: Asking = async ({ method, path, headers, body }) => {
  const answer = await emulator.fetch(
    new Request(`http://novasim.test${path}`, { method, headers, ...(body !== undefined && { body }) }),
  )
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${await answer.text()}`)
  const bytes = Buffer.from(await answer.arrayBuffer())
  return { bytes: bytes.length, json: () => JSON.parse(bytes.toString()) }
}
await dimension.fill?.(ask, size)
const madeMs = performance.now() - began
const point: Point = { size, madeMs, held: held(), answered: [] }
for (const question of await dimension.questions(ask, size)) point.answered.push(await measured(question))
process.send?.(point, () => process.exit(0))

async function measured(question: Question): Promise<Answered> {
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
  const allocated = await allocatedBy(() => run(ask, turn++))
  return { name: question.name, hot: question.hot, ms: median(times), blockMs: median(blocks), bytes, allocated }
}

/** Bytes for each run: few enough runs that nothing is collected between. */
async function allocatedBy(run: () => Promise<number>): Promise<number> {
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
