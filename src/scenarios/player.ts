/** Plays a scenario: its steps one after the other, each when its time or its event has come. */

import { CloudError } from '../cloud/errors.ts'
import type { Complaint } from '../reading/complaint.ts'
import { durationMs, durationText } from '../reading/duration.ts'
import { compareInstance, compareMigrations, compareService, type Differences } from './expect.ts'
import { type AskStep, actionOf, type Scenario, type Step, type WhenStep } from './scenario.ts'
import type { Stage } from './stage.ts'
import { findNamed, perform, serviceAt } from './step.ts'

/** How long an event is waited for, unless the step says: on the world's clock, and for a request on the wall's. */
const WITHIN_MS = 60_000

/** How far a clock that stands is moved at a time, while an event of the cloud is waited for. */
const LOOK_EVERY_MS = 1000

/** A step that has been performed. */
export interface Played {
  /** From 0. */
  index: number
  /** When, in milliseconds of the world's clock since the scenario began. */
  at: number
  /** In a line: `silence host1`. */
  line: string
  /** What was not as it had to be; none when it went well. */
  problems: string[]
}

export interface Playing {
  /** The steps that have been performed so far. */
  readonly played: readonly Played[]
  /** Resolves when the last step has been performed, or the first one failed. It does not reject. */
  readonly done: Promise<Outcome>
  /** Perform no further step. */
  stop(): void
}

export interface Outcome {
  passed: boolean
  played: Played[]
  stopped: boolean
}

/**
 * Begin to play. A stage that drives its clock moves one that stands on to each step; otherwise time is waited for.
 *
 * @param onStep told of each step when it has been performed
 */
export function play(scenario: Scenario, stage: Stage, onStep: (played: Played) => void = () => {}): Playing {
  const { clock } = stage.cloud
  const began = clock.now()
  const played: Played[] = []
  let stopped = false
  const run = async (): Promise<Outcome> => {
    for (const [index, step] of scenario.steps.entries()) {
      if (stopped) break
      const late = await waitFor(stage, step, began, () => stopped)
      if (stopped) break
      const problems = late ?? (await act(stage, step))
      const done = { index, at: clock.now() - began, line: lineOf(step), problems }
      played.push(done)
      onStep(done)
      if (problems.length > 0) return { passed: false, played, stopped }
    }
    return { passed: !stopped, played, stopped }
  }
  return {
    played,
    done: run(),
    stop() {
      stopped = true
    },
  }
}

/** A step in a line: what it waits for, and what it does. */
export function lineOf(step: Step): string {
  const action = actionOf(step)
  const parts = [
    step.when && `when ${flat(step.when)}:`,
    step.say,
    action && (action === 'ask' ? askLine(step.ask) : `${action} ${flat(step[action])}`),
  ]
  return parts.filter((part) => part).join(' ') || `at ${step.at}`
}

function askLine(ask: AskStep | undefined): string {
  if (!ask) return ''
  const { method = 'GET', path, version, status } = ask
  return `ask ${method} ${path}${version ? ` at ${version}` : ''}${status ? ` → ${status}` : ''}`
}

/** Wait until the step's time or event has come. @returns what is wrong, when it did not come */
async function waitFor(stage: Stage, step: Step, began: number, ended: () => boolean): Promise<string[] | undefined> {
  const { clock } = stage.cloud
  if (step.at !== undefined) {
    const left = began + durationMs(step.at) - clock.now()
    if (left > 0) await letPass(stage, left)
  }
  if (!step.when) return undefined
  const within = step.within === undefined ? WITHIN_MS : durationMs(step.within)
  if (step.when.command) return waitForCommand(stage, within)
  return step.when.request
    ? waitForRequest(stage, step.when.request, within, ended)
    : waitForCloud(stage, step.when, within, ended)
}

async function letPass(stage: Stage, ms: number): Promise<void> {
  const { clock } = stage.cloud
  if (isDriven(stage)) await clock.pass(ms)
  else await clock.after(ms)
}

function isDriven({ cloud, drivesClock }: Stage): boolean {
  return drivesClock && cloud.clock.mode() === 'manual'
}

async function waitForCommand({ command }: Stage, within: number): Promise<string[] | undefined> {
  if (!command) return ['there is no command whose end could be waited for: play the scenario with `-- COMMAND`']
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<string[]>((resolve) => {
    timer = setTimeout(() => resolve([`the command did not end within ${durationText(within)}`]), within)
  })
  const problems = await Promise.race([command.then(() => undefined), late])
  clearTimeout(timer)
  return problems
}

/** A client asks when it likes, so this waits by the wall's time. */
function waitForRequest(
  stage: Stage,
  match: object,
  within: number,
  ended: () => boolean,
): Promise<string[] | undefined> {
  return new Promise((resolve) => {
    const finish = (problems: string[] | undefined) => {
      clearTimeout(timer)
      clearInterval(looking)
      stopListening()
      resolve(problems)
    }
    const look = () => {
      const { count, complaints } = stage.countRequests(match)
      if (complaints.length > 0) finish(linesOf(complaints))
      else if (count > 0 || ended()) finish(undefined)
    }
    const timer = setTimeout(
      () => finish([`no such request came within ${durationText(within)}: ${flat(match)}`]),
      within,
    )
    const looking = setInterval(() => ended() && finish(undefined), 100)
    const stopListening = stage.onRequest(look)
    look()
    void stage.command?.then((code) =>
      finish([`the command ended, with exit code ${code}, and no such request came: ${flat(match)}`]),
    )
  })
}

async function waitForCloud(
  stage: Stage,
  when: WhenStep,
  within: number,
  ended: () => boolean,
): Promise<string[] | undefined> {
  const { clock } = stage.cloud
  const until = clock.now() + within
  for (;;) {
    const found = [
      ...(when.service ? compareService(stage.cloud, when.service) : []),
      ...(when.instance ? compareInstance(stage.cloud, when.instance) : []),
    ]
    if (found.length === 0 || ended()) return undefined
    if (clock.now() >= until) return [`it did not come so within ${durationText(within)}`, ...found]
    await letPass(stage, Math.min(LOOK_EVERY_MS, until - clock.now()))
  }
}

/** @returns what was not as it had to be */
async function act(stage: Stage, step: Step): Promise<string[]> {
  const action = actionOf(step)
  switch (action) {
    case undefined:
      return []
    case 'advance':
      await letPass(stage, durationMs(step.advance ?? 0))
      return []
    case 'fault':
      return linesOf(stage.setFault(step.fault ?? ''))
    case 'clear-fault': {
      const name = step['clear-fault'] ?? ''
      return stage.clearFault(name) ? [] : [`there is no fault "${name}"`]
    }
    case 'ask':
      return step.ask ? ask(stage, step.ask) : []
    case 'expect':
      return expectations(stage, step)
    default:
      try {
        stage.act(lineOf(step), () => perform(stage.cloud, action, step[action]))
        return []
      } catch (error) {
        return [refusalText(error)]
      }
  }
}

async function expectations(stage: Stage, { expect = {} }: Step): Promise<Differences> {
  const exit = expect.command && stage.command && (await stage.command)
  const requests = expect.requests && stage.verifyRequests(expect.requests)
  return [
    ...(expect.service ? compareService(stage.cloud, expect.service) : []),
    ...(expect.instance ? compareInstance(stage.cloud, expect.instance) : []),
    ...(expect.migrations ? compareMigrations(stage.cloud, expect.migrations) : []),
    ...(requests && !requests.ok ? requests.message.split('\n') : []),
    ...(expect.command && exit !== expect.command.exit
      ? [`the command: exit: expected ${expect.command.exit}, got ${exit ?? 'none: there is no command'}`]
      : []),
  ]
}

async function ask(stage: Stage, asked: AskStep): Promise<string[]> {
  const { method = 'GET', token = 'admin', version, headers, body, status, message } = asked
  let path: string
  try {
    path = fill(stage, asked)
  } catch (error) {
    return [refusalText(error)]
  }
  let answer: { status: number; text: string }
  try {
    answer = await arrived(
      stage,
      stage.ask({
        method,
        path,
        headers: {
          'X-Auth-Token': token,
          ...(version !== undefined && { 'OpenStack-API-Version': `compute ${version}` }),
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
      }),
    )
  } catch (error) {
    // The answer was lost on the way: what a fault may have been set for.
    const why = error instanceof Error ? error.message : String(error)
    return status === undefined ? [] : [`expected the answer ${status}; none came: ${why}`]
  }
  const problems: string[] = []
  if (status !== undefined && answer.status !== status)
    problems.push(`expected the answer ${status}, got ${answer.status}`)
  if (message !== undefined && !answer.text.includes(message)) problems.push(`expected the words "${message}"`)
  return problems.length > 0 ? [...problems, `  the answer: ${answer.text.slice(0, 500)}`] : []
}

/** On a clock that stands, what delays an answer would never be over: time is moved on until it is there. */
async function arrived<Value>(stage: Stage, answer: Promise<Value>): Promise<Value> {
  const { clock } = stage.cloud
  let pending = true
  answer.then(
    () => (pending = false),
    () => (pending = false),
  )
  if (isDriven(stage)) await clock.pass(0)
  while (pending && isDriven(stage) && clock.waiting() > 0) await clock.pass(LOOK_EVERY_MS)
  return answer
}

/** `{host1}` and `{nova-conductor@controller}` in a path: the service's id, as the version has it. */
function fill(stage: Stage, { path, version = '2.1' }: AskStep): string {
  return path.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const service = findNamed(stage.cloud, name) ?? serviceAt(stage.cloud, name)
    const byUuid = version === 'latest' || Number(version.split('.')[1]) >= 53
    return byUuid ? service.uuid : String(service.id)
  })
}

function linesOf(complaints: Complaint[]): string[] {
  return complaints.map(({ message, hint }) => (hint ? `${message} (${hint})` : message))
}

/** Why the cloud refused, in words. @throws what is a mistake of ours */
function refusalText(error: unknown): string {
  if (!(error instanceof CloudError)) throw error
  const { refusal } = error
  if (refusal.code === 'Impossible') return refusal.hint ? `${refusal.message} (${refusal.hint})` : refusal.message
  const { code, ...facts } = refusal
  return `refused: ${code} ${flat(facts)}`
}

/** A value in a line, as people write YAML. */
function flat(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `[${value.map(flat).join(', ')}]`
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
  return entries
    .map(([key, each]) => `${key}: ${typeof each === 'object' && each !== null ? `{${flat(each)}}` : flat(each)}`)
    .join(', ')
}
