/** The package on the other runtimes that it is for: each is installed into .cache/runtimes the first time. */

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Project, project } from '../package/project.ts'

/** Each by the npm package that has its program, and the words that run a file of TypeScript. */
const RUNTIMES = [
  { name: 'Node 22', install: 'node@22', program: 'node', words: [], folder: 'compiled', ending: 'js' },
  { name: 'Node 26', install: 'node@26', program: 'node', words: [], folder: '.', ending: 'ts' },
  { name: 'Bun', install: 'bun@1', program: 'bun', words: ['run'], folder: '.', ending: 'ts' },
  {
    name: 'Deno',
    install: 'deno@2',
    program: 'deno',
    words: ['run', '--allow-all', '--no-check'],
    folder: '.',
    ending: 'ts',
  },
]

let here: Project
beforeAll(() => {
  here = project(['@types/node'])
  // Node 22 knows no `await using`: who writes it there has it compiled.
  const flags = ['--target', 'es2022', '--module', 'nodenext', '--rewriteRelativeImportExtensions', '--noCheck']
  const files = ['typescript.ts', 'node-test.ts']
  const tsc = resolve('node_modules/typescript/bin/tsc')
  expect(here.run(process.execPath, tsc, ...flags, '--ignoreConfig', '--outDir', 'compiled', ...files)).toMatchObject({
    status: 0,
  })
})
afterAll(() => here[Symbol.dispose]())

/** The program of a runtime, installed if it is not there. */
function programOf(install: string, program: string): string {
  const folder = join('.cache/runtimes', install)
  const file = resolve(folder, 'node_modules/.bin', program)
  if (existsSync(file)) return file
  mkdirSync(folder, { recursive: true })
  // These packages fetch or link their program when they are installed.
  const allowed = { [install.split('@')[0] ?? '']: true }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, allowScripts: allowed }))
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--silent', install], { cwd: folder, stdio: 'inherit' })
  return file
}

test.each(RUNTIMES)(
  '$name runs the code of docs/typescript.md',
  { timeout: 300_000 },
  ({ install, program, words, folder, ending }) => {
    const { status, output } = here.run(programOf(install, program), ...words, join(folder, `typescript.${ending}`))
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining(' 200\n') })
  },
)

test.each(RUNTIMES.filter(({ program }) => program === 'node'))(
  '$name runs the code of docs/node-test.md',
  ({ install, program, folder, ending }) => {
    const { status, output } = here.run(programOf(install, program), '--test', join(folder, `node-test.${ending}`))
    expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('pass 1\n') })
  },
)

test.each(RUNTIMES)('$name runs the command', ({ install, program, words }) => {
  const { status, output } = here.run(programOf(install, program), ...words, 'node_modules/novasim/dist/cli.js', 'env')
  expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('OS_AUTH_URL=') })
})
