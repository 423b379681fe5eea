/** Runs another language's test runner, and tells each of its tests as one of ours. */

import { spawn } from 'node:child_process'
import { test } from 'vitest'

/** One test of the other runner. */
export interface Result {
  name: string
  /** How it failed, in that runner's words; undefined when it passed. */
  failure: string | undefined
}

export interface Ended {
  stdout: string
  stderr: string
  code: number | null
}

/** Run a command to its end, however it ends. */
export function run(
  command: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.once('error', reject)
    child.once('close', (code) => resolve({ stdout, stderr, code }))
  })
}

/**
 * Make a test of each result.
 *
 * @throws {Error} there are none, or the runner failed although every test passed
 */
export function reportEach(results: Result[], { stdout, stderr, code }: Ended): void {
  const failed = results.some(({ failure }) => failure !== undefined)
  if (results.length === 0 || (code !== 0 && !failed)) {
    throw new Error(
      `${results.length} tests were run, and the runner ended with exit code ${code}.\n${stdout}${stderr}`,
    )
  }
  // Not `test.each`: it would shorten the names.
  for (const { name, failure } of results) {
    test(name, () => {
      // The words of the other runner say where; a place in this file says nothing.
      if (failure !== undefined) throw Object.assign(new Error(failure), { stack: failure })
    })
  }
}
