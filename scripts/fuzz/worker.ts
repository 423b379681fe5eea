/** One part in a thread of its own: whoever watches it sees where it hangs, and ends it. */

import { parentPort, workerData } from 'node:worker_threads'
import fc from 'fast-check'
import { startCoverage } from './coverage.ts'
import { gist, type Part } from './part.ts'
import type { Orders, Report } from './watch.ts'

const PARTS: Record<string, () => Promise<Part<unknown>>> = {
  http: async () => (await import('./http.ts')).http(),
  json: async () => (await import('./json.ts')).json(),
  worlds: async () => (await import('./worlds.ts')).worlds(),
  scenarios: async () => (await import('./scenarios.ts')).scenarios(),
  rules: async () => (await import('./rules.ts')).rules(),
  recordings: async () => (await import('./recordings.ts')).recordings(),
  har: async () => (await import('./recordings.ts')).har(),
}

/** So many runs share what is known: what they keep serves those that come after. */
const BATCH = 250

/** So often it is asked which code has run: it costs as much as some runs. */
const LOOK_EVERY = 25

/** How long a find is made smaller. */
const SHRINK_FOR_MS = 15_000

/** The first line of a stack that names the code is enough to tell two finds apart. */
const OWN_CODE = /\/(src|scripts\/fuzz)\/[^)\n]*/

const { name, seed, endsAt, shared } = workerData as Orders
const tell = (report: Report) => parentPort?.postMessage(report)
const counter = new Int32Array(shared, 0, 2)
const current = Buffer.from(shared, 8)
let runs = 0
const outcomes = new Set<string>()
const known = new Set<string>()
/** What no run was told of: it happened beside it. */
let beside: unknown

process.on('unhandledRejection', (error) => {
  beside = error
})
process.on('uncaughtException', (error) => {
  beside = error
})

const coverage = startCoverage()
try {
  const part = await PARTS[name]?.()
  if (!part) throw new Error(`there is no part "${name}"`)
  for (let batch = 0; Date.now() < endsAt; batch++) await runBatch(part, seed + batch)
  await part.end?.()
} catch (error) {
  tell({ kind: 'broken', error: wordsOf(error) })
}
process.exit(0)

async function runBatch(part: Part<unknown>, seed: number): Promise<void> {
  const kept = new Set<unknown>()
  let unseen: unknown[] = []
  let found: { mark: string; error: unknown; at: number } | undefined
  const property = fc.asyncProperty(part.cases(), async (each) => {
    if (found && Date.now() - found.at > SHRINK_FOR_MS) return
    announce(part.shown(each))
    try {
      const outcome = await part.run(each)
      runs++
      // What nobody waits for is told after the run.
      if (runs % 16 === 0 || found) await new Promise((resolve) => setImmediate(resolve))
      if (beside !== undefined) throw new Error('nobody waits for what failed', { cause: beside })
      if (!outcomes.has(outcome)) {
        outcomes.add(outcome)
        kept.add(each)
      }
      unseen.push(each)
      if (unseen.length >= LOOK_EVERY) {
        if (coverage.isNew()) for (const one of unseen) kept.add(one)
        unseen = []
      }
    } catch (error) {
      beside = undefined
      const mark = markOf(error)
      if (known.has(mark) || (found && found.mark !== mark)) return
      found ??= { mark, error, at: Date.now() }
      found.error = error
      throw error
    }
  })
  const left = Math.max(0, endsAt - Date.now())
  const result = await fc.check(property, {
    seed,
    numRuns: BATCH,
    interruptAfterTimeLimit: left + SHRINK_FOR_MS,
    markInterruptAsFailure: false,
  })
  for (const each of kept) part.keep(each)
  tell({ kind: 'progress', runs, outcomes: outcomes.size })
  if (!found) {
    if (result.failed) throw result.errorInstance
    return
  }
  known.add(found.mark)
  const smallest = result.counterexample?.[0]
  tell({
    kind: 'find',
    seed,
    path: result.counterexamplePath ?? '',
    shown: smallest === undefined ? '' : part.shown(smallest),
    error: wordsOf(found.error),
  })
}

/** For whoever watches: which run it is, and what it is about. */
function announce(shown: string): void {
  Atomics.store(counter, 1, current.write(shown))
  Atomics.add(counter, 0, 1)
}

function markOf(error: unknown): string {
  const root =
    error instanceof Error && error.cause !== undefined && error.message === 'nobody waits for what failed'
      ? error.cause
      : error
  if (!(root instanceof Error)) return gist(String(root))
  const line = root.stack?.split('\n').find((each) => OWN_CODE.test(each)) ?? ''
  return `${root.name}: ${gist(root.message)} ${OWN_CODE.exec(line)?.[0] ?? ''}`
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by ${wordsOf(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}
