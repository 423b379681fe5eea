/** The real client in Go against a running novasim: the tests are those under `go/`, and `go test` runs them. */

import { fileURLToPath } from 'node:url'
import { whyNot } from './available.ts'
import { startNovasim } from './novasim.ts'
import { type Ended, type Result, reportEach, run } from './run.ts'

const TESTS = fileURLToPath(new URL('go', import.meta.url))

const obstacle = whyNot('go')
if (obstacle) throw new Error(`Cannot run the client in Go: ${obstacle}.`)

const ended = await runGo()
reportEach(toResults(ended.stdout), ended)

async function runGo(): Promise<Ended> {
  await using novasim = await startNovasim()
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('OS_'))
  return await run('go', ['test', '-json', '-count=1', './...'], {
    cwd: TESTS,
    env: { ...Object.fromEntries(others), GOTOOLCHAIN: 'local', ...novasim.env, NOVASIM_URL: novasim.url },
  })
}

/** One line of `go test -json`: https://pkg.go.dev/cmd/test2json */
interface TestEvent {
  Action: string
  Test?: string
  Output?: string
}

/** A test with parts is told by its parts. One that was skipped has tested nothing: here that is a failure. */
function toResults(stdout: string): Result[] {
  const events = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as TestEvent)
  const ended = events.filter(({ Action, Test }) => Test && ['pass', 'fail', 'skip'].includes(Action))
  const hasParts = (name: string): boolean => events.some(({ Test }) => Test?.startsWith(`${name}/`))
  return ended
    .filter(({ Test }) => !hasParts(Test!))
    .map(({ Action, Test }) => ({
      name: Test!,
      failure: Action === 'pass' ? undefined : `${Action}: ${outputOf(Test!, events)}`,
    }))
}

function outputOf(test: string, events: TestEvent[]): string {
  return events
    .filter((event) => event.Action === 'output' && event.Test === test)
    .map(({ Output = '' }) => Output)
    .join('')
}
