/**
 * The tests, with Node and npm alone: `npm test`. The suites of real clients run where what they need is there; the last
 * lines say which suites ran, and which did not and why. `npm test -- --all` takes a suite that did not run for a failure.
 * Words that are no flag choose test files, as they do for vitest.
 */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { whyNot } from '../test/clients/available.ts'

const { values, positionals } = parseArgs({
  options: { all: { type: 'boolean', default: false } },
  allowPositionals: true,
})

/** Why a suite that builds or installs much is left out, unless all are asked for. */
const LATER = 'it takes minutes; npm test -- --all runs it'

/** Each suite, the files that are its own, and why it cannot run here, if so. */
const SUITES = [
  {
    name: 'novasim itself',
    files: ['test/'],
    exclude: [
      'test/clients/*.test.ts',
      'test/container/*.test.ts',
      'test/runtimes/*.test.ts',
      'test/replicas/nginx.test.ts',
    ],
    why: undefined,
  },
  { name: 'Python clients', files: ['test/clients/python.test.ts'], exclude: [], why: whyNot('python') },
  { name: 'control, by its OpenAPI', files: ['test/clients/openapi.test.ts'], exclude: [], why: whyNot('python') },
  { name: 'fence agents', files: ['test/clients/fence.test.ts'], exclude: [], why: whyNot('fence') },
  {
    name: 'Telegraf',
    files: ['test/clients/telegraf.test.ts'],
    exclude: [],
    why: values.all ? whyNot('go') : LATER,
  },
  { name: 'Go clients', files: ['test/clients/go.test.ts'], exclude: [], why: whyNot('go') },
  {
    name: 'the pages for Python, Go, Ansible, shells and CI',
    files: ['test/clients/examples.test.ts'],
    exclude: [],
    why: whyNot('ansible') ?? whyNot('go'),
  },
  {
    name: 'Node 22 and 26, Bun and Deno',
    files: ['test/runtimes/'],
    exclude: [],
    why: values.all ? undefined : LATER,
  },
  {
    name: 'replicas behind nginx',
    files: ['test/replicas/nginx.test.ts'],
    exclude: [],
    why: whyNot('nginx') ?? whyNot('python'),
  },
  { name: 'the container image', files: ['test/container/'], exclude: [], why: values.all ? whyNot('docker') : LATER },
]

const node = (...args: string[]) => spawnSync(process.execPath, args, { stdio: 'inherit' })
if (node('scripts/build.ts').status !== 0) process.exit(1)

let passed = 0
let failed = 0
const lines: string[] = []
for (const { name, files, exclude, why } of positionals.length > 0 ? [chosen(positionals)] : SUITES) {
  if (why !== undefined) {
    if (values.all) failed++
    lines.push(`${name}: ${values.all ? 'FAILED, it could not run' : 'left out'}: ${why}`)
    continue
  }
  const counts = run(files, exclude)
  passed += counts.passed
  failed += counts.failed
  lines.push(`${name}: ran, ${counts.passed} passed, ${counts.failed} failed`)
}
process.stdout.write(`\n${lines.join('\n')}\n${passed} passed, ${failed} failed\n`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0

function run(files: string[], exclude: string[]): { passed: number; failed: number } {
  const folder = mkdtempSync(join(tmpdir(), 'novasim-test-'))
  const report = join(folder, 'report.json')
  const excluded = exclude.flatMap((pattern) => ['--exclude', pattern])
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile=${report}`]
  const { status } = node('node_modules/vitest/vitest.mjs', 'run', ...files, ...excluded, ...reporters)
  try {
    const { numPassedTests, numFailedTests, numTotalTests } = JSON.parse(readFileSync(report, 'utf8')) as Report
    // A file that cannot be loaded, or a test that was switched off, is no pass either.
    const missing = numTotalTests - numPassedTests - numFailedTests
    const failures = numFailedTests + missing
    return { passed: numPassedTests, failed: status !== 0 && failures === 0 ? 1 : failures }
  } catch {
    return { passed: 0, failed: 1 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Report {
  numPassedTests: number
  numFailedTests: number
  numTotalTests: number
}

function chosen(files: string[]): (typeof SUITES)[number] {
  return { name: files.join(' '), files, exclude: [], why: undefined }
}
