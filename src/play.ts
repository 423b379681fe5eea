/** Plays scenario files, each on an emulator of its own, with the tool under test beside it where there is one. */

import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { createEmulator, type Emulator, type EmulatorOptions, startEmulator } from './emulator.ts'
import { readText } from './reading/file.ts'
import { type Outcome, play } from './scenarios/player.ts'
import { junit, type PlayedScenario, stepLines } from './scenarios/report.ts'
import { readScenario, type Scenario } from './scenarios/scenario.ts'
import type { Stage } from './scenarios/stage.ts'
import { isBuiltIn } from './worlds/built-in.ts'
import { builtInScenarioFile, clientOf, startScenario } from './worlds/scenarios.ts'
import { stageOf, VOCABULARY } from './worlds/stage.ts'
import type { World } from './worlds/world.ts'
import type { WorldFile } from './worlds/world-schema.ts'

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
      const file = fileOf(given)
      return { file, scenario: await readScenarioFile(file) }
    }),
  )
  const all: PlayedScenario[] = []
  for (const { file, scenario } of read) {
    const name = scenario.name ?? file
    options.print(`${name} (${file})`)
    const began = performance.now()
    const outcome = await playOne(scenario, file, options)
    const took = performance.now() - began
    all.push({ name, file, outcome, took })
    options.print(`${outcome.passed ? 'passed' : 'FAILED'} in ${took.toFixed(0)} ms\n`)
  }
  if (options.junit) writeFileSync(options.junit, junit(all))
  const failed = all.filter(({ outcome }) => !outcome.passed).length
  if (all.length > 1) options.print(`${all.length - failed} passed, ${failed} failed`)
  return failed === 0
}

/** A scenario that is ready to be played on a cloud that is served. */
export interface Cast {
  /** The world that it is about, if it says. */
  world: string | WorldFile | undefined
  /** @param print told of each step in a line */
  start(world: World, origin: string, print: (line: string) => void): void
}

/**
 * Read a scenario, by name or from its file, to be played while a cloud is served.
 *
 * @throws {InputError} with `file:line:column: what is wrong` for each complaint
 */
export async function cast(given: string): Promise<Cast> {
  const file = fileOf(given)
  const scenario = await readScenarioFile(file)
  return {
    world: scenario.world === undefined ? undefined : emulatorOptions(scenario, file).world,
    start: (world, origin, print) =>
      void startScenario(world, scenario, origin, (step) => print(stepLines(step, process.stderr.isTTY === true))),
  }
}

/** What has no dot and no slash is the name of one that comes with novasim, where there is such. */
function fileOf(given: string): string {
  return /[./]/.test(given) ? given : (builtInScenarioFile(given) ?? given)
}

async function readScenarioFile(file: string): Promise<Scenario> {
  return readScenario(await readText(file), file, VOCABULARY)
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

/** A world's file is named from the scenario's own folder. What is written out is checked like any world. */
function emulatorOptions({ world, seed, faults }: Scenario, file: string): EmulatorOptions {
  const named = typeof world === 'string' && !isBuiltIn(world) && !isAbsolute(world)
  return {
    world: named ? join(dirname(file), world) : ((world ?? 'default') as string | WorldFile),
    seed,
    ...(faults && { faults }),
  }
}
