import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { controlApp } from '../src/control/app.ts'
import { OTHER_ACTIONS } from '../src/scenarios/scenario.ts'
import { VERB_NAMES, VERBS } from '../src/scenarios/step.ts'
import { BUILT_IN_WORLDS } from '../src/worlds/built-in.ts'
import { JOURNAL_LIMITS } from '../src/worlds/journal.ts'
import { builtInScenarios } from '../src/worlds/scenarios.ts'
import { WorldSchema } from '../src/worlds/world-schema.ts'
import { createWorlds } from '../src/worlds/worlds.ts'
import { run, serve } from './support/command.ts'

const README = readFileSync('README.md', 'utf8')
const blocks = [...README.matchAll(/```sh\n([^`]*)```/g)].map((match) => match[1]!.trim())

test('the README starts with one line that starts novasim, and one that runs the tests', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'))
  expect(blocks.slice(0, 2)).toEqual(['npm ci && npm start', 'npm ci && npm test'])
  expect(scripts).toMatchObject({ start: 'node dist/cli.js', test: 'node scripts/test.ts', prepare: 'npm run build' })
})

test("the README's curl commands run as they stand, one after the other", async () => {
  await using nova = await serve(['--port', '0'])
  const { host } = new URL(nova.url)
  const lines = blocks.flatMap((block) => block.split('\n')).filter((line) => line.startsWith('curl'))
  expect(lines.length).toBeGreaterThanOrEqual(8)
  const answers = lines.map((line) =>
    execFileSync('sh', ['-c', line.replaceAll('127.0.0.1:8774', host)], { encoding: 'utf8' }),
  )
  expect(answers[0]).toContain('{"services": [{"binary": "nova-conductor"')
  expect(JSON.parse(answers[3]!).services[0]).toMatchObject({ host: 'host1', state: 'down' })
  expect(answers[4]).toContain('Unable to delete compute service that is hosting instances.')
  expect(JSON.parse(answers[5]!)).toMatchObject({ name: 'ci-7' })
  expect(JSON.parse(answers[6]!).services).toHaveLength(5)
})

test("the README's env line gives a shell the variables", async () => {
  const line = blocks.flatMap((block) => block.split('\n')).find((each) => each.startsWith('eval '))!
  const shown = execFileSync('sh', ['-c', `${line}; env`], { encoding: 'utf8' })
  expect(shown).toContain('OS_AUTH_URL=http://127.0.0.1:8774/identity/v3\n')
})

test('every flag is in the table of the README, and none that is not there', async () => {
  const { stdout } = await run(['serve', '--help'])
  const flagsIn = (text: string) => [...text.matchAll(/(--[a-z-]+) </g)].map((match) => match[1]!).sort()
  const table = README.split('## The command line')[1]!.split('## ')[0]!
  expect(flagsIn(table)).toEqual(flagsIn(stdout))
})

test('the variable and the default of each flag are those of the command', async () => {
  const { stdout } = await run(['serve', '--help'])
  const help = stdout.replace(/\s+/g, ' ')
  const rows = [...README.matchAll(/^\| `[^`]*?(--[a-z-]+) <.*?` \| `(\w+)` \| (.*?) \|/gm)]
  expect(rows.length).toBeGreaterThan(10)
  const said = { '--journal-entries': JOURNAL_LIMITS.entries, '--journal-bytes': JOURNAL_LIMITS.bytes }
  for (const [, flag, variable, byDefault] of rows) {
    const about = help.split(`${flag} <`)[1]!.split(' --')[0]!
    expect(about).toContain(`env: ${variable})`)
    const known = /default: "?(.*?)"?,/.exec(about)?.[1] ?? said[flag as keyof typeof said]
    if (known !== undefined) expect(byDefault).toBe(String(known))
  }
})

test('every control route is in the table of docs/control.md, and none that is not there', () => {
  const { routes } = controlApp({ worlds: createWorlds(), version: 'test', startedAt: 0 })
  const table = readFileSync('docs/control.md', 'utf8')
  const documented = [...table.matchAll(/^\| `([A-Z]+ \/\S*)` \|/gm)].map((match) => match[1]!)
  expect(documented.sort()).toEqual([...routes].sort())
})

test('every step of a scenario is in the table of docs/scenarios.md in the words of the code, and none that is not there', () => {
  const text = readFileSync('docs/scenarios.md', 'utf8')
  const table = text.split('## What a step does')[1]!.split('`expect` takes')[0]!
  const documented = [...table.matchAll(/^\| `([a-z-]+): /gm)].map((match) => match[1]!)
  expect(documented.sort()).toEqual([...VERB_NAMES, ...OTHER_ACTIONS].sort())
  for (const name of VERB_NAMES) expect(table).toContain(`| ${VERBS[name].what} |`)
})

test('every scenario that comes with novasim is in the table of docs/scenarios.md', () => {
  const table = readFileSync('docs/scenarios.md', 'utf8').split('## Those that come with novasim')[1]!
  const documented = [...table.matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1]!)
  expect(documented.sort()).toEqual(builtInScenarios().sort())
})

test('every key of a world file is in docs/world-file.md', () => {
  const text = readFileSync('docs/world-file.md', 'utf8')
  const missing = keysOf(WorldSchema).filter((key) => !text.includes(`\`${key}\``))
  expect(missing).toEqual([])
})

test('every built-in world is in the README, in the same words as in the help', () => {
  for (const [name, what] of Object.entries(BUILT_IN_WORLDS)) expect(README).toContain(`| \`${name}\` | ${what} |`)
})

test('every link between the documents leads somewhere', () => {
  const pages = (readdirSync('docs') as string[]).filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`)
  for (const file of ['README.md', 'CONTRIBUTING.md', ...pages]) {
    for (const [, target] of readFileSync(file, 'utf8').matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
      expect(existsSync(join(dirname(file), target!)), `${file} links to ${target}`).toBe(true)
    }
  }
})

/** Every key that the schema knows, at any depth. */
function keysOf(schema: unknown): string[] {
  const def = (schema as { def?: { type: string; shape?: object; innerType?: unknown; element?: unknown } } | undefined)
    ?.def
  if (!def) return []
  if (def.type === 'object') return Object.entries(def.shape ?? {}).flatMap(([key, each]) => [key, ...keysOf(each)])
  return [...keysOf(def.innerType), ...keysOf(def.element)]
}
