/** The package as it would be published, in an empty project. */

import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Project, project } from './project.ts'

let here: Project
beforeAll(() => {
  here = project(['vitest', 'typescript', '@types/node', 'testcontainers'])
})
afterAll(() => here[Symbol.dispose]())

const bin = (name: string) => resolve('node_modules', name)

test('it is under 300 kB, has under ten dependencies, and is installed in under 10 s', () => {
  const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8'))
  expect(here.size).toBeLessThan(300_000)
  expect(here.took).toBeLessThan(10_000)
  expect(Object.keys(dependencies).length).toBeLessThan(10)
})

test('the code of docs/typescript.md runs', () => {
  expect(here.run(process.execPath, 'typescript.ts')).toEqual({ status: 0, output: expect.stringContaining(' 200\n') })
})

test('the code of docs/vitest.md runs, and the drain and the fence', () => {
  const { status, output } = here.run(process.execPath, bin('vitest/vitest.mjs'), 'run', '--root', '.')
  expect(output).toContain('5 passed')
  expect(status).toBe(0)
})

test('the code of docs/node-test.md runs', () => {
  const { status, output } = here.run(process.execPath, '--test', 'node-test.ts')
  expect(output).toMatch(/pass 1\n/)
  expect(status).toBe(0)
})

test('its types need no package that is not there, and hold the examples and a mistyped option', () => {
  here.write(
    'mistyped.ts',
    `import { createEmulator, startEmulator } from 'novasim'
// @ts-expect-error it is called world
createEmulator({ wrold: 'default' })
// @ts-expect-error it is a number
await startEmulator({ seed: '7' })
const nova = createEmulator()
// @ts-expect-error it is called process
await nova.services.update('nova-compute@host1', { proces: 'stopped' })
// @ts-expect-error there is no such state
await nova.services.update('nova-compute@host1', { process: 'dead' })
// @ts-expect-error it is called status
await nova.faults.add({ do: { satus: 503 } })
`,
  )
  const options = { module: 'nodenext', target: 'es2024', lib: ['es2024', 'esnext.disposable'], types: ['node'] }
  const strict = { strict: true, noEmit: true, allowImportingTsExtensions: true, exactOptionalPropertyTypes: true }
  const files = ['typescript.ts', 'node-test.ts', 'mistyped.ts']
  here.write('tsconfig.json', JSON.stringify({ compilerOptions: { ...options, ...strict }, files }))
  expect(here.run(process.execPath, bin('typescript/bin/tsc'), '-p', '.')).toEqual({ status: 0, output: '' })
  const withPeers = ['vitest.test.ts', 'drain-and-fence.test.ts', 'testcontainers.ts']
  const lax = { ...options, ...strict, skipLibCheck: true }
  here.write('tsconfig.json', JSON.stringify({ compilerOptions: lax, files: withPeers }))
  expect(here.run(process.execPath, bin('typescript/bin/tsc'), '-p', '.')).toEqual({ status: 0, output: '' })
})

test('a mistyped option in plain JavaScript is an exception that says which was meant', () => {
  here.write(
    'mistyped.js',
    "import { startEmulator } from 'novasim'\nawait startEmulator({ wrold: 'default', seed: '7' })\n",
  )
  const { status, output } = here.run(process.execPath, 'mistyped.js')
  expect(status).toBe(1)
  expect(output).toContain('startEmulator: wrold: there is no such option (did you mean "world"?)')
  expect(output).toContain('startEmulator: seed: expected a whole number; got "7"')
})

test('its command starts', () => {
  expect(here.run(join(here.folder, 'node_modules/.bin/novasim'), 'env').output).toContain('OS_AUTH_URL=')
})
