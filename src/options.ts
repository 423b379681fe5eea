/** What an emulator can be told, and what is said of an option that there is not: code need not be typed. */

import type { FaultRule } from './handles/fault-rule.ts'
import type { Scenario } from './handles/scenarios.ts'
import type { WorldFile } from './handles/world-file.ts'
import { CLOCK_WORDS, type ClockWord, isClockWord } from './reading/clock.ts'
import { type Complaint, complaintLine, InputError } from './reading/complaint.ts'
import { nearest, oneOf } from './reading/nearest.ts'

/** What an emulator can be told. */
export interface EmulatorOptions {
  /** A built-in world's name, a world file's path, or a world as it would stand in a file. Default: that of the scenario, or `default`. */
  world?: string | WorldFile | undefined
  /** Nova's release, `2024.1` or `zed`, say. Default: that of the world, or the newest. docs/releases.md */
  release?: string | undefined
  /** What is played on the default world from its start: a built-in scenario's name, a file's path, or one written out. */
  scenario?: string | Scenario | undefined
  /** Told of each step of it that has been performed, in a line. */
  onStep?: ((line: string) => void) | undefined
  /** What ids and chance come from. Default: that of the world, or 0. */
  seed?: number | undefined
  /** `real`, `manual`, or `60x`: sixty times as fast as the real one. Default: that of the world, or `real`. */
  clock?: ClockWord | undefined
  /** The faults that the default world begins with: a file's path, or rules as they would stand in one. */
  faults?: string | readonly (FaultRule | string)[] | undefined
  /** Told of each rule among them that can never match. */
  onWarning?: ((warning: string) => void) | undefined
  /** How much each world's journal keeps: 10,000 entries and 64 MiB unless it says; `{entries: 0}` keeps none. */
  journal?: { entries?: number; bytes?: number } | undefined
  /** A recording that answers in the default world. Without `world` that is the one which the recording implies. */
  replay?: ReplayOptions | undefined
  /** Whether clients find control routes under `/_novasim`; the handles work without them. Default `open`. */
  control?: 'open' | 'off' | undefined
  /** When set, every control route but `/health` asks for it as a bearer token. */
  controlToken?: string | undefined
  /** Told of each request once it has been answered. */
  onAnswer?: ((answered: Answered) => void) | undefined
}

/** A recording, and how it answers. docs/recordings.md says more. */
export interface ReplayOptions {
  /** Its path. */
  file: string
  /** Strictly in order, or each request by what it asks for. Default `match`. */
  mode?: 'strict' | 'match' | undefined
  /** What becomes of a request that is not in it. Default `world`: the world answers. */
  otherwise?: 'error' | 'world' | undefined
  /** Default `recorded`. */
  ids?: 'recorded' | 'seed' | undefined
  /** Default `moved`. */
  times?: 'moved' | 'recorded' | undefined
}

/** What an emulator that listens can be told beside. */
export interface StartOptions extends EmulatorOptions {
  /** Default 0: any free port. */
  port?: number | undefined
  /** Default `127.0.0.1`. */
  host?: string | undefined
}

/** A request and how it was answered, for a log. */
export interface Answered {
  method: string
  /** With the query, as it came. */
  path: string
  /** 0 where there was no answer. */
  status: number
  requestId: string | null
  /** Milliseconds until the answer was ready. */
  took: number
}

interface Kind {
  expected: string
  fits(value: unknown): boolean
}

const TEXT: Kind = { expected: 'a text', fits: (value) => typeof value === 'string' }
const FUNCTION: Kind = { expected: 'a function', fits: (value) => typeof value === 'function' }
const MAPPING: Kind = { expected: 'a mapping', fits: isMapping }

const EMULATOR: Record<keyof EmulatorOptions, Kind> = {
  world: { expected: 'a name, a path, or a world written out', fits: (value) => TEXT.fits(value) || isMapping(value) },
  scenario: {
    expected: 'a name, a path, or a scenario written out',
    fits: (value) => TEXT.fits(value) || isMapping(value),
  },
  release: TEXT,
  onStep: FUNCTION,
  seed: { expected: 'a whole number', fits: Number.isSafeInteger },
  clock: { expected: CLOCK_WORDS, fits: isClockWord },
  faults: { expected: 'a path, or a list of rules', fits: (value) => TEXT.fits(value) || Array.isArray(value) },
  onWarning: FUNCTION,
  journal: MAPPING,
  replay: MAPPING,
  control: word('open', 'off'),
  controlToken: TEXT,
  onAnswer: FUNCTION,
}

const START: Record<keyof StartOptions, Kind> = {
  ...EMULATOR,
  port: {
    expected: 'a port from 0 to 65535',
    fits: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) < 65_536,
  },
  host: TEXT,
}

/** @throws {InputError} when there is no such option, and which was probably meant; or when it is not as it has to be */
export function checkEmulatorOptions(options: EmulatorOptions, caller: string): void {
  checkOptions(options, EMULATOR, caller)
}

/** @throws {InputError} as for `checkEmulatorOptions` */
export function checkStartOptions(options: StartOptions, caller: string): void {
  checkOptions(options, START, caller)
}

function checkOptions(options: unknown, known: Record<string, Kind>, caller: string): void {
  const complaints = isMapping(options)
    ? Object.entries(options).flatMap(([name, value]) => complaintsOf(name, value, known))
    : [{ message: `expected options, such as {world: 'default'}; got ${shown(options)}`, path: [] }]
  if (complaints.length > 0) {
    throw new InputError(
      complaints,
      complaints.map((each) => complaintLine(caller, each)),
    )
  }
}

function complaintsOf(name: string, value: unknown, known: Record<string, Kind>): Complaint[] {
  const kind = Object.hasOwn(known, name) ? known[name] : undefined
  if (!kind) {
    const names = Object.keys(known)
    const meant = nearest(name, names)
    const hint = meant ? `did you mean "${meant}"?` : `the options are ${names.join(', ')}`
    return [{ message: 'there is no such option', path: [name], hint }]
  }
  if (value === undefined || kind.fits(value)) return []
  return [{ message: `expected ${kind.expected}; got ${shown(value)}`, path: [name] }]
}

function word(...words: string[]): Kind {
  return { expected: oneOf(words), fits: (value) => words.some((each) => each === value) }
}

function isMapping(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? String(value)
}
