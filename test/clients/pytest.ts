/** Runs the tests under `python/` against a novasim, and tells each of them. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { whyNot } from './available.ts'
import { installPython } from './environment.ts'
import { type Ended, type Result, run } from './run.ts'

const TESTS = fileURLToPath(new URL('python', import.meta.url))
const REQUIREMENTS = join(TESTS, 'requirements.txt')

/**
 * Every test, or those that more arguments of pytest choose.
 *
 * @throws {Error} there is no Python for them here
 */
export async function runPytest(
  novasim: { url: string; env: Record<string, string> },
  args: string[] = [],
): Promise<{ results: Result[]; ended: Ended }> {
  const obstacle = whyNot('python')
  if (obstacle) throw new Error(`Cannot run the clients in Python: ${obstacle}.`)
  const environment = await installPython(REQUIREMENTS)
  const folder = mkdtempSync(join(tmpdir(), 'novasim-clients-'))
  const report = join(folder, 'report.jsonl')
  try {
    const ended = await run(
      join(environment, 'bin', 'python'),
      ['-m', 'pytest', '-n', 'auto', '--maxprocesses', '4', ...args],
      {
        cwd: TESTS,
        env: {
          ...withoutOpenStack(process.env),
          ...novasim.env,
          NOVASIM_URL: novasim.url,
          NOVASIM_REPORT: report,
          PYTHONDONTWRITEBYTECODE: '1',
        },
      },
    )
    const lines = existsSync(report) ? readFileSync(report, 'utf8').trim().split('\n') : []
    return { results: lines.map(toResult).sort((a, b) => a.name.localeCompare(b.name)), ended }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** A test that was skipped has tested nothing: here, where every test has what it needs, that is a failure. */
function toResult(line: string): Result {
  const { test, outcome, message } = JSON.parse(line) as { test: string; outcome: string; message: string }
  return { name: test, failure: outcome === 'passed' ? undefined : `${outcome}: ${message}` }
}

function withoutOpenStack(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('OS_')))
}
