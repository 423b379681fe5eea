/**
 * The questions that a real Nova was asked, asked of novasim, and the answers compared byte for byte.
 *
 * The questions, the real answers and the program that asks and compares (`ask.py`) are looked for in the folder that
 * NOVASIM_ORACLE names, or else in ../shared/oracle; the samples of Nova's API reference in the one that NOVASIM_API_SAMPLES
 * names, or else in ../shared/api_samples. They are no part of novasim, and nothing else of it needs them.
 */

import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { setCellDown } from '../../src/cloud/cells.ts'
import { createEmulator } from '../../src/emulator.ts'

const folder = resolve(process.env.NOVASIM_ORACLE ?? '../shared/oracle')

interface Run {
  /** Asked one after the other, of one cloud. */
  cases: string[]
  world: string
  names?: Record<string, string>
}

const HOST9 = '99999999-0000-4000-8000-000000000009'
const RUNS: Run[] = [
  {
    cases: [
      ...['00-world', '10-os-services', '20-protocol', '25-identity', '30-neighbours', '35-placement'],
      ...['40-maintenance'],
    ],
    world: 'world',
  },
  ...['10-os-services', '20-protocol', '25-identity'].map((cases) => ({ cases: [cases], world: 'world-after-00' })),
  { cases: ['50-two-cells'], world: 'world-two-cells' },
  { cases: ['51-cell-down'], world: 'world-cell-down', names: { [HOST9]: '<uuid nova-compute@host9>' } },
]

interface Entry {
  name: string
  case: Record<string, unknown>
  status: number
  headers: Record<string, string>
  present: string[]
  body: string
}

let verbose = false

/** @returns the exit code */
export async function compareTranscripts(options: { verbose: boolean }): Promise<number> {
  if (!existsSync(join(folder, 'ask.py'))) {
    process.stderr.write(
      `conformance: no questions at ${folder}: there is no ask.py there. Set NOVASIM_ORACLE to the folder that has them.\n`,
    )
    return 2
  }
  verbose = options.verbose
  let same = 0
  let different = 0
  process.stdout.write(`Questions and real answers: ${folder}\n`)
  for (const run of RUNS) {
    for await (const [cases, counts] of ask(run)) {
      same += counts.same
      different += counts.different
      const but = counts.catalogue > 0 && ` (${counts.catalogue} of them but for the catalogue: its own services)`
      process.stdout.write(`${run.world}, ${cases}: ${counts.same} of ${counts.same + counts.different} the same`)
      process.stdout.write(`${but || ''}\n`)
    }
  }
  const samples = await compareSamples()
  same += samples.same
  different += samples.different
  process.stdout.write(`${same} passed, ${different} failed\n`)
  return different > 0 || same === 0 ? 1 : 0
}

async function* ask({ cases, world, names }: Run) {
  const child = spawn(process.execPath, ['dist/cli.js', '--port', '0', '--world', join(folder, `${world}.yaml`)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    const login = await loginFrom(child.stdout)
    for (const file of cases) {
      const asked = spawnSync(pythonWithYaml(), [join(folder, 'ask.py'), join(folder, 'cases', `${file}.yaml`)], {
        env: { ...process.env, ...login, ...(names && { ASK_NAMES: JSON.stringify(names) }) },
        encoding: 'utf8',
        maxBuffer: 1e9,
      })
      if (asked.status !== 0) throw new Error(`ask.py ${file} ended with ${asked.status}:\n${asked.stderr}`)
      const real = entriesOf(readFileSync(join(folder, 'transcripts', `${file}.jsonl`), 'utf8'))
      yield [file, compare(real, entriesOf(asked.stdout))] as const
    }
  } finally {
    child.kill()
  }
}

function compare(real: Entry[], ours: Entry[]): { same: number; different: number; catalogue: number } {
  const counts = { same: 0, different: 0, catalogue: 0 }
  for (const [index, expected] of real.entries()) {
    const actual = ours[index]
    if (actual && equal(expected, actual)) counts.same++
    else if (actual && equal(withoutCatalogue(expected), withoutCatalogue(actual))) {
      counts.same++
      counts.catalogue++
    } else {
      counts.different++
      tell(expected, actual)
    }
  }
  return counts
}

/** The built-in world api-reference, held against the samples that it stands for. */
async function compareSamples(): Promise<{ same: number; different: number }> {
  const root = resolve(process.env.NOVASIM_API_SAMPLES ?? '../shared/api_samples', 'doc/api_samples/os-services')
  if (!existsSync(root)) {
    process.stderr.write(
      `conformance: no samples at ${root}. Set NOVASIM_API_SAMPLES to the folder that has doc/api_samples.\n`,
    )
    process.exit(2)
  }
  process.stdout.write(`Samples: ${root}\n`)
  const nova = createEmulator({ world: 'api-reference' })
  const { cloud } = await nova.ready
  const counts = { same: 0, different: 0 }
  for (const [version, place] of Object.entries({ '2.1': '', '2.11': 'v2.11', '2.53': 'v2.53', '2.69': 'v2.69' })) {
    // The sample of 2.69 is that of a cell that is down, as the reference says beside it.
    setCellDown(cloud, 'cell1', version === '2.69')
    const headers = { 'X-Auth-Token': 'admin', 'OpenStack-API-Version': `compute ${version}` }
    const ours = await (await nova.fetch(new Request('http://nova/v2.1/os-services', { headers }))).json()
    const sample = JSON.parse(readFileSync(join(root, place, 'services-list-get-resp.json'), 'utf8'))
    if (isDeepStrictEqual(ours, sample)) counts.same++
    else {
      counts.different++
      process.stdout.write(
        `  DIFFERS ${version}\n    sample ${JSON.stringify(sample)}\n    ours ${JSON.stringify(ours)}\n`,
      )
    }
  }
  process.stdout.write(`api-reference: ${counts.same} of ${counts.same + counts.different} lists as in the samples\n`)
  return counts
}

function tell(expected: Entry, actual: Entry | undefined): void {
  process.stdout.write(`  DIFFERS ${expected.name}\n`)
  for (const key of ['status', 'headers', 'present', 'body'] as const) {
    const [real, ours] = [JSON.stringify(expected[key]), JSON.stringify(actual?.[key])]
    if (real !== ours)
      process.stdout.write(`    ${key}\n      real ${real.slice(0, 1500)}\n      ours ${ours?.slice(0, 1500)}\n`)
  }
}

function equal(one: Entry, other: Entry): boolean {
  const shown = ({ name, status, headers, present, body }: Entry) =>
    JSON.stringify([name, status, Object.entries(headers).sort(), present, body])
  if (verbose && shown(one) !== shown(other)) process.stdout.write(`${shown(one)}\n${shown(other)}\n`)
  return shown(one) === shown(other)
}

/** The services of the catalogue that both have; what is left of a body is compared to the letter. */
function withoutCatalogue(entry: Entry): Entry {
  const body = entry.body.replace(/"catalog": (\[.*\])(?=[,}])/s, (whole, list: string) => {
    const end = endOfList(list)
    const services = JSON.parse(list.slice(0, end)) as { type: string }[]
    const ours = services.filter(({ type }) => type === 'identity' || type === 'compute')
    return `"catalog": ${JSON.stringify(ours)}${whole.slice('"catalog": '.length + end)}`
  })
  return { ...entry, body }
}

function endOfList(text: string): number {
  let depth = 0
  for (const [index, character] of [...text].entries()) {
    if (character === '[') depth++
    if (character === ']' && --depth === 0) return index + 1
  }
  return text.length
}

function entriesOf(text: string): Entry[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Entry)
}

async function loginFrom(output: NodeJS.ReadableStream): Promise<Record<string, string>> {
  let text = ''
  for await (const piece of output) {
    text += String(piece)
    if (/^export /m.test(text))
      return Object.fromEntries([...text.matchAll(/^(OS_\w+)=(.*)$/gm)].map((match) => [match[1], match[2]]))
  }
  throw new Error(`novasim did not start: ${text}`)
}

/** ask.py needs PyYAML: a Python that has it, or one of our own that is given it. */
function pythonWithYaml(): string {
  const has = (command: string) => spawnSync(command, ['-c', 'import yaml'], { stdio: 'ignore' }).status === 0
  const own = resolve('.cache/conformance/bin/python')
  for (const command of ['python3', own]) if (has(command)) return command
  process.stderr.write('conformance: installing PyYAML for ask.py\n')
  mkdirSync('.cache', { recursive: true })
  execFileSync('python3', ['-m', 'venv', '.cache/conformance'], { stdio: 'inherit' })
  execFileSync(own, ['-m', 'pip', 'install', '-q', 'PyYAML==6.0.2'], { stdio: 'inherit' })
  return own
}
