/** YAML that came in a request. It takes ten times as long to read as JSON, so what is long is read in a thread of its own. */

import { Worker } from 'node:worker_threads'
import { tooLong } from './yaml.ts'

/** From so many characters on a thread is worth starting: it takes 30 ms, in which others are answered. */
const LONG = 100_000

/** @throws {Error} what is wrong with it, or that it is too long to be read */
export async function parseYaml(text: string): Promise<unknown> {
  const why = tooLong(text)
  if (why !== undefined) throw new Error(why)
  if (text.length < LONG) return (await import('yaml')).parse(text, QUIETLY)
  return parsedAside(text)
}

const QUIETLY = { logLevel: 'error' } as const

/** All that runs in the thread, as text: it is the same from the sources and from what is built of them. */
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads')
const { yaml, text, options } = workerData
import(yaml).then(({ parse }) => parse(text, options)).then(
  (value) => parentPort.postMessage({ value }),
  (error) => parentPort.postMessage({ problem: error.message }),
)`

function parsedAside(text: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const workerData = { yaml: import.meta.resolve('yaml'), text, options: QUIETLY }
    const thread = new Worker(THREAD, { eval: true, workerData })
    thread.once('message', ({ value, problem }: { value: unknown; problem?: string }) => {
      if (problem === undefined) resolve(value)
      else reject(new Error(problem))
    })
    thread.once('error', (error: NodeJS.ErrnoException) => {
      // The thread's memory is its own: the server goes on.
      reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new Error('there is too little memory to read it') : error)
    })
    thread.once('exit', () => reject(new Error('the thread that read it has ended')))
  })
}
