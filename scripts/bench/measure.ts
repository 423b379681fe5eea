/** The run: all that are measured stand beside one another and are asked in turns, so that all have the same machine. */

import { isDeepStrictEqual } from 'node:util'
import { type Answers, type Ask, answersFrom, type Said, SIZES } from './answers.ts'
import type { Contender } from './contender.ts'
import type { Load, Loader } from './load.ts'
import { median } from './numbers.ts'
import { BARE, NOVASIM } from './own.ts'
import type { Row } from './rows.ts'
import type { Running } from './running.ts'

export interface Measured {
  row: Row
  /** Of the answer to the first request. */
  bytes: number
  /** Medians, by the name of who was measured. */
  loads: Map<string, Load>
  /** Requests per second of each round, in its order. */
  rounds: Map<string, number[]>
  /** Why somebody was not measured, by name. */
  left: Map<string, string>
}

/** What a server takes, with the cloud of five services. */
export interface Footprint {
  startMs: number
  /** Bytes that are resident after the first answer, and after the load. */
  before: number
  after: number
}

export interface Run {
  rows: Measured[]
  footprints: Map<string, Footprint>
}

export interface Wish {
  contenders: Contender[]
  rows: Row[]
  rounds: number
  seconds: number
  /** How often each is started, for the time that it takes. */
  starts: number
  loader: Loader
  say(text: string): void
}

export async function measure(wish: Wish): Promise<Run> {
  const made: Run = { rows: [], footprints: new Map() }
  for (const size of SIZES) {
    const rows = wish.rows.filter((row) => row.size === size)
    if (rows.length === 0) continue
    const { answers, up, left } = await startAll(wish, size)
    try {
      for (const row of rows) made.rows.push(await measureRow(wish, row, answers, up, left))
      if (size === SIZES[0]) await footprints(wish, answers, up, made.footprints)
    } finally {
      for (const { running } of up) await running.close()
    }
  }
  made.rows.sort((one, other) => wish.rows.indexOf(one.row) - wish.rows.indexOf(other.row))
  return made
}

interface Up {
  contender: Contender
  running: Running
  startMs: number[]
  before: number
}

/** novasim comes first: the others say what it said. */
async function startAll({ contenders, say }: Wish, size: (typeof SIZES)[number]) {
  const up: Up[] = []
  const left = new Map<string, string>()
  let answers: Answers = { size, list: NONE, filtered: NONE, put: NONE, login: NONE, uuid: '' }
  const ordered = contenders.toSorted((one, other) => Number(other.name === NOVASIM) - Number(one.name === NOVASIM))
  for (const contender of ordered) {
    say(`${size} services: starting ${contender.name}`)
    try {
      const running = await contender.start(answers)
      up.push({ contender, running, startMs: [running.startMs], before: running.resident() })
      if (contender.name === NOVASIM) answers = await answersFrom(running.url, size)
    } catch (error) {
      if (!contender.peer) throw error
      left.set(contender.name, `it does not start: ${(error as Error).message}`)
      say(`bench: ${contender.name} is left out: ${left.get(contender.name)}`)
    }
  }
  return { answers, up, left }
}

const NONE: Said = { status: 0, headers: {}, body: '' }

async function measureRow(
  wish: Wish,
  row: Row,
  answers: Answers,
  up: Up[],
  gone: Map<string, string>,
): Promise<Measured> {
  const { rounds, seconds, loader, say } = wish
  const loads = new Map<string, Load[]>()
  const left = new Map(gone)
  const asked: { name: string; url: string; asks: Ask[] }[] = []
  for (const { contender, running } of up) {
    if (contender.rows && !contender.rows.includes(row.name)) continue
    await contender.prepare?.(row, running)
    const asks = contender.asks?.(row, row.asks(answers)) ?? row.asks(answers)
    const why =
      contender.cannot?.(row) ??
      (isNovasim(contender.name) ? undefined : await differs(running.url, asks, row.said(answers)))
    if (why === undefined) asked.push({ name: contender.name, url: running.url, asks })
    else {
      left.set(contender.name, why)
      say(`bench: ${contender.name} is left out of ${row.name}: ${why}`)
    }
  }
  for (let round = 0; round < rounds; round++) {
    // Whoever comes second has a warmer machine, so they take turns.
    const turns = round % 2 === 0 ? asked : asked.toReversed()
    for (const { name, url, asks } of turns) {
      const load = await loader.run(url, asks, seconds)
      if (load.failed > 0 && (name === NOVASIM || name === BARE))
        throw new Error(`${name}, ${row.name}: ${load.failed} failed`)
      loads.set(name, [...(loads.get(name) ?? []), load])
    }
    const shown = asked.map(({ name }) => `${name} ${Math.round(loads.get(name)?.at(-1)?.perSecond ?? 0)}`)
    say(`${row.name}, round ${round + 1} of ${rounds}: ${shown.join(', ')}`)
  }
  const middle = (all: Load[]): Load => ({
    perSecond: median(all.map(({ perSecond }) => perSecond)),
    p50Ms: median(all.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(all.map(({ p99Ms }) => p99Ms)),
    failed: all.reduce((sum, { failed }) => sum + failed, 0),
  })
  return {
    row,
    bytes: Buffer.byteLength(row.said(answers).body),
    loads: new Map([...loads].map(([name, all]) => [name, middle(all)])),
    rounds: new Map([...loads].map(([name, all]) => [name, all.map(({ perSecond }) => perSecond)])),
    left,
  }
}

/** novasim itself, with whatever flags: it says what it says. */
function isNovasim(name: string): boolean {
  return name.startsWith(NOVASIM)
}

/** Whether somebody does not give the answer, but for how it is wrapped. */
async function differs(url: string, [ask]: Ask[], wanted: Said): Promise<string | undefined> {
  if (!ask) return 'nothing is asked'
  const { method, headers, body } = ask
  const answer = await fetch(url + ask.path, { method, headers, ...(body !== undefined && { body }) })
  const text = await answer.text()
  if (answer.status !== wanted.status) return `it answers ${answer.status}: ${text.slice(0, 200)}`
  const [whole, got] = [JSON.parse(wanted.body) as object, JSON.parse(text) as object]
  const [inner] = Object.values(whole)
  const same = (one: unknown) => isDeepStrictEqual(one, whole) || isDeepStrictEqual(one, inner)
  // A record that was changed has its own time.
  if (same(got) || same({ ...got, updated_at: (inner as { updated_at?: unknown }).updated_at })) return undefined
  return `it answers something else: ${text.slice(0, 200)}`
}

async function footprints(
  { starts, say }: Wish,
  answers: Answers,
  up: Up[],
  made: Map<string, Footprint>,
): Promise<void> {
  for (const { contender, running, startMs, before } of up) {
    const after = running.resident()
    for (let round = 1; round < starts; round++) {
      const again = await contender.start(answers)
      startMs.push(again.startMs)
      await again.close()
    }
    made.set(contender.name, { startMs: median(startMs), before, after })
    say(
      `${contender.name}: ${Math.round(median(startMs))} ms to the first answer, ${Math.round(after / 1e6)} MB after the load`,
    )
  }
}
