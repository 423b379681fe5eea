/** Runs a part in a thread, and watches it: whatever does not end, or takes all memory, is a find as well. */

import { Worker } from 'node:worker_threads'

export interface Orders {
  name: string
  seed: number
  /** Milliseconds since 1970. */
  endsAt: number
  /** The number of the run, the length of its text, and the text. */
  shared: SharedArrayBuffer
}

export interface Found {
  seed: number
  /** Of the smallest case, as fast-check has it; none for what was not made smaller. */
  path: string
  shown: string
  error: string
}

export type Report =
  | { kind: 'progress'; runs: number; outcomes: number }
  | ({ kind: 'find' } & Found)
  | { kind: 'broken'; error: string }

export interface Tally {
  name: string
  runs: number
  outcomes: number
  ms: number
  finds: Found[]
}

/** A single run has this long: what takes longer does not end. */
const HANGS_AFTER_MS = 60_000

/** For the run, and for what it keeps. */
const MOST_MEGABYTES = 1500

const TEXT_BYTES = 1024 * 1024

/** @param onFind told of each find when it is made */
export async function watch(
  name: string,
  seed: number,
  ms: number,
  { onFind, onProgress }: { onFind(found: Found): void; onProgress(tally: Tally): void },
): Promise<Tally> {
  const tally: Tally = { name, runs: 0, outcomes: 0, ms: 0, finds: [] }
  const began = Date.now()
  const progress = setInterval(() => onProgress({ ...tally, ms: Date.now() - began }), 10_000)
  const find = (found: Found) => {
    tally.finds.push(found)
    onFind(found)
  }
  // What follows a thread that was ended begins elsewhere.
  for (let turn = 0; Date.now() - began < ms && turn < 20; turn++)
    await once(name, seed + turn * 1_000_003, began + ms, tally, find)
  clearInterval(progress)
  tally.ms = Date.now() - began
  return tally
}

function once(name: string, seed: number, endsAt: number, tally: Tally, find: (found: Found) => void): Promise<void> {
  const shared = new SharedArrayBuffer(8 + TEXT_BYTES)
  const counter = new Int32Array(shared, 0, 2)
  const before = { runs: tally.runs, outcomes: tally.outcomes }
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: { name, seed, endsAt, shared } satisfies Orders,
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEGABYTES },
  })
  const text = () => Buffer.from(new Uint8Array(shared, 8, Atomics.load(counter, 1)).slice()).toString()
  return new Promise((resolve, reject) => {
    let last = { run: -1, at: Date.now() }
    const watching = setInterval(() => {
      const run = Atomics.load(counter, 0)
      if (run !== last.run) last = { run, at: Date.now() }
      else if (Date.now() - last.at > HANGS_AFTER_MS) {
        find({ seed, path: '', shown: text(), error: `it does not end within ${HANGS_AFTER_MS / 1000} s` })
        void worker.terminate()
      }
    }, 1000)
    worker.on('message', (report: Report) => {
      if (report.kind === 'progress') {
        tally.runs = before.runs + report.runs
        tally.outcomes = Math.max(before.outcomes, report.outcomes)
      } else if (report.kind === 'find') find(report)
      else reject(new Error(`the fuzzer itself is broken: ${report.error}`))
    })
    worker.on('error', (error) => {
      find({
        seed,
        path: '',
        shown: text(),
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
      })
    })
    worker.on('exit', () => {
      clearInterval(watching)
      resolve()
    })
  })
}
