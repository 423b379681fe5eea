/**
 * Compares novasim with a real Nova, in one of three ways:
 *
 *     npm run conformance                            with what a real Nova has answered
 *     npm run conformance -- --live                  side by side with one that runs
 *     npm run conformance -- --random N --seed S     likewise, with random sequences of requests
 *
 * docs/conformance.md says what each needs. Exit code 0: no difference; 1: differences; 2: it cannot be asked.
 */

import { parseArgs } from 'node:util'
import { compareTranscripts } from './conformance/transcripts.ts'

const USAGE = 'npm run conformance -- [--live | --random N --seed S [--path P]] [--upstream AUTH_URL] [--verbose]'

const { values } = options()
if (values.random !== undefined) {
  const [requests, seed] = [numberOf('random', values.random), numberOf('seed', values.seed ?? '1')]
  const { reach } = await import('./conformance/upstream.ts')
  const { compareRandomly } = await import('./conformance/random.ts')
  const real = await reach(values.upstream)
  const different = await compareRandomly(real, { requests, seed, path: values.path, folder: process.env.NOVA_DIR })
  process.exitCode = different > 0 ? 1 : 0
} else if (values.live) {
  const { reach } = await import('./conformance/upstream.ts')
  const { compareLive } = await import('./conformance/live.ts')
  process.exitCode = (await compareLive(await reach(values.upstream), process.env.NOVA_DIR)) > 0 ? 1 : 0
} else {
  process.exitCode = await compareTranscripts({ verbose: values.verbose })
}

function options() {
  try {
    return parseArgs({
      options: {
        verbose: { type: 'boolean', default: false },
        live: { type: 'boolean', default: false },
        random: { type: 'string' },
        seed: { type: 'string' },
        path: { type: 'string' },
        upstream: { type: 'string' },
      },
    })
  } catch (error) {
    return stop(error instanceof Error ? error.message : String(error))
  }
}

function numberOf(flag: string, text: string): number {
  return /^\d+$/.test(text) ? Number(text) : stop(`--${flag} ${text}: expected a whole number`)
}

function stop(why: string): never {
  process.stderr.write(`conformance: ${why}\n  ${USAGE}\n`)
  process.exit(2)
}
