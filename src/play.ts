/** Plays scenario files, each on an emulator of its own, with the tool under test beside it where there is one. */

import { spawn } from 'node:child_process'
import { readScenarioFile, scenarioFile, worldOf } from './cast.ts'
import { createEmulator, type Emulator, startEmulator } from './emulator.ts'
import type { FaultRule } from './handles/fault-rule.ts'
import type { EmulatorOptions } from './options.ts'
import { writeWhole } from './reading/file.ts'
import { type Outcome, play } from './scenarios/player.ts'
import { junit, type PlayedScenario, stepLines } from './scenarios/report.ts'
import type { Scenario } from './scenarios/scenario.ts'
import type { Stage } from './scenarios/stage.ts'
import { clientOf } from './worlds/scenarios.ts'
import { stageOf, warningsIn } from './worlds/stage.ts'

export interface PlayOptions {
  /** A program and its arguments, run against the cloud while the scenario is played. */
  command?: string[] | undefined
  /** Where to write what happened, as JUnit's XML. */
  junit?: string | undefined
  /** The port for the command; default any. */
  port?: number | undefined
  colour: boolean
  print(line: string): void
}

/** The exit codes that a shell gives to what was killed, and to what there is not. */
const KILLED = 128
const NOT_FOUND = 127

/** How long a command may go on once every step has been performed, in milliseconds. */
const COMMAND_ENDS_WITHIN_MS = 60_000

/**
 * Play each file, and say so line by line.
 *
 * @returns whether everything was as expected
 * @throws {InputError} when a file is not as it has to be; every file is read before the first is played
 */
export async function playFiles(files: string[], options: PlayOptions): Promise<boolean> {
  const read = await Promise.all(
    files.map(async (given) => {
      const file = scenarioFile(given)
      return { file, scenario: await readScenarioFile(file) }
    }),
  )
  const all: PlayedScenario[] = []
  for (const { file, scenario } of read) {
    const name = scenario.name ?? file
    options.print(`${name} (${file})`)
    for (const warning of warningsIn(scenario)) options.print(`warning: ${warning}`)
    const began = performance.now()
    const outcome = await playOne(scenario, file, options)
    const took = performance.now() - began
    all.push({ name, file, outcome, took })
    options.print(`${outcome.passed ? 'passed' : 'FAILED'} in ${took.toFixed(0)} ms\n`)
  }
  if (options.junit) writeWhole(options.junit, junit(all))
  const failed = all.filter(({ outcome }) => !outcome.passed).length
  if (all.length > 1) options.print(`${all.length - failed} passed, ${failed} failed`)
  return failed === 0
}

async function playOne(scenario: Scenario, file: string, options: PlayOptions): Promise<Outcome> {
  const settings = {
    ...emulatorOptions(scenario, file),
    clock: scenario.clock ?? (options.command ? 'real' : 'manual'),
  } as const
  if (!options.command) {
    await using emulator = createEmulator(settings)
    return await playOn(scenario, stageOf(await emulator.ready, clientOf(emulator.fetch), true), options)
  }
  await using emulator = await startEmulator({ ...settings, port: options.port })
  return await playAround(scenario, emulator, emulator.env, options.command, options)
}

/** Play while the command runs; it fails the scenario when it fails, unless the scenario says what its exit code is to be. */
async function playAround(
  scenario: Scenario,
  emulator: Emulator & { url: string },
  env: Record<string, string>,
  [program = '', ...args]: string[],
  options: PlayOptions,
): Promise<Outcome> {
  const child = spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...env, NOVASIM_URL: emulator.url } })
  const ended = new Promise<number>((resolve) => {
    child.on('exit', (code) => resolve(code ?? KILLED))
    child.on('error', (error) => {
      options.print(`cannot run ${program}: ${error.message}`)
      resolve(NOT_FOUND)
    })
  })
  const outcome = await playOn(
    scenario,
    { ...stageOf(await emulator.ready, clientOf(emulator.fetch), true), command: ended },
    options,
  )
  const cut = setTimeout(() => child.kill(), outcome.passed ? COMMAND_ENDS_WITHIN_MS : 0)
  const code = await ended
  clearTimeout(cut)
  const expected = scenario.steps.some(({ expect }) => expect?.command !== undefined)
  if (!outcome.passed || code === 0 || expected) return outcome
  options.print(`the command ended with exit code ${code}`)
  return { ...outcome, passed: false }
}

function playOn(scenario: Scenario, stage: Stage, { print, colour }: PlayOptions): Promise<Outcome> {
  return play(scenario, stage, (step) => print(stepLines(step, colour))).done
}

/** What is written out is checked like any world. */
function emulatorOptions(scenario: Scenario, file: string): EmulatorOptions {
  const { seed, faults } = scenario
  return { world: worldOf(scenario, file) ?? 'default', seed, ...(faults && { faults: faults as FaultRule[] }) }
}
