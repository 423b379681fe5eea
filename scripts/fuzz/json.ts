/** Requests with any JSON, in this process: each is answered, nothing of ours breaks, and what control refuses changes nothing. */

import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { createEmulator, type Emulator } from '../../src/emulator.ts'
import { loadWorld } from '../../src/worlds/load.ts'
import type { World } from '../../src/worlds/world.ts'
import { ODD_HEADERS, VERSION_HEADERS } from '../conformance/generators/values.ts'
import { CHANGE, type Change, changed, TEXT_CHANGE, wordsOf } from './change.ts'
import { ended } from './ending.ts'
import { Find, gist, type Part } from './part.ts'
import { type Asked, seedRequests, WORLD } from './requests.ts'
import { JSON_TEXT } from './seeds.ts'
import { difference } from './worlds.ts'

/** Requests in their order, and whether the state is looked at around each. */
interface Case {
  requests: Asked[]
  careful: boolean
}

const LONGEST = 6

export async function json(): Promise<Part<Case>> {
  const seeds = await seedRequests()
  const sets = Object.values(seeds)
  const words = wordsOf(sets.flat().flatMap(({ path, body = '' }) => [path, body]))
  const description = await loadWorld(WORLD)
  const kept: Asked[] = []
  const mutated = (asked: readonly Asked[]): fc.Arbitrary<Asked> =>
    fc
      .record({
        seed: fc.nat(Math.max(asked.length - 1, 0)),
        body: fc.array<Change>(CHANGE, { maxLength: 4 }),
        path: fc.oneof(
          { weight: 3, arbitrary: fc.constant([]) },
          { weight: 1, arbitrary: fc.array<Change>(TEXT_CHANGE, { minLength: 1, maxLength: 2 }) },
        ),
        headers: fc.oneof(
          { weight: 3, arbitrary: fc.constant({}) },
          { weight: 1, arbitrary: VERSION_HEADERS },
          { weight: 1, arbitrary: ODD_HEADERS },
        ),
      })
      .map(({ seed, body, path, headers }) => {
        const from = asked[seed] ?? { method: 'GET', path: '/', headers: {}, body: undefined }
        return {
          method: from.method,
          path: path.length === 0 ? from.path : changed(from.path, path, words),
          headers: { ...from.headers, ...headers },
          body: from.body === undefined ? undefined : changed(from.body, body, words, JSON_TEXT),
        }
      })
  return {
    cases: () => {
      const all = [...sets, seeds.control ?? [], kept].filter((set) => set.length > 0)
      return fc.record({
        requests: fc.array(fc.oneof(...all.map((set) => mutated(set))), { minLength: 1, maxLength: LONGEST }),
        careful: fc.integer({ min: 0, max: 3 }).map((number) => number === 3),
      })
    },
    keep: ({ requests }) => {
      if (kept.length < 3000) kept.push(...requests)
    },
    shown: (each) => JSON.stringify(each),
    run: async ({ requests, careful }) => {
      await using emulator = createEmulator({ world: 'empty', clock: 'manual' })
      const world = await emulator.ready
      world.put(await world.make(description))
      const outcomes: string[] = []
      for (const asked of requests) {
        const request = requestOf(asked)
        if (!request) continue
        outcomes.push(await answered(emulator, world, request, careful))
        expectClean()
      }
      if (careful) await takenBack(emulator)
      // Only the last is new, and whatever came before it led there.
      return outcomes.at(-1) ?? 'nothing to send'
    },
  }
}

function requestOf({ method, path, headers, body }: Asked): Request | undefined {
  try {
    const hasBody = body !== undefined && method !== 'GET' && method !== 'HEAD'
    return new Request(`http://fuzz${path.startsWith('/') ? '' : '/'}${path}`, {
      method,
      headers,
      body: hasBody ? body : null,
    })
  } catch {
    // No client could send it.
    return undefined
  }
}

async function answered(emulator: Emulator, world: World, request: Request, careful: boolean): Promise<string> {
  const control = new URL(request.url).pathname.startsWith('/_novasim/')
  const before = careful && control ? await all(emulator) : undefined
  const mayBeLost = world.faults.list().length > 0
  const { how, status, text, type } = await ended(world, emulator.fetch(request), { mayBeLost: mayBeLost && !control })
  if (control && status >= 500) throw new Find(`control answers ${status}: ${text}`)
  if (before !== undefined && status >= 400 && status !== 417) {
    const after = await all(emulator)
    if (!isDeepStrictEqual(before, after))
      throw new Find(`refused with ${status}, and yet it changed ${difference(before, after)}`)
  }
  if (
    !mayBeLost &&
    request.method !== 'HEAD' &&
    type.startsWith('application/json') &&
    text !== '' &&
    world.recordings.list().length === 0
  )
    parsed(text)
  return `${request.method} ${gist(new URL(request.url).pathname.replace(/[0-9a-f-]{32,}/g, '#'))} ${how} ${status >= 400 ? gist(message(text)) : ''}`
}

/** Everything of the world that control can change, as it shows it. */
async function all(emulator: Emulator): Promise<unknown> {
  const parts = [
    'state',
    'services',
    'instances',
    'processes',
    'clock',
    'faults',
    'durations',
    'recordings',
    'snapshots',
    'worlds',
    'scenarios',
  ]
  const shown: Record<string, unknown> = {}
  for (const part of parts) {
    const answer = await emulator.fetch(new Request(`http://fuzz/_novasim/${part}`))
    shown[part] = await answer.json()
    if (part === 'clock' && Reflect.get(shown[part] as object, 'mode') !== 'manual') return 'time goes by'
  }
  return shown
}

/** What a cloud has become can be given out, and taken back. */
async function takenBack(emulator: Emulator): Promise<void> {
  const state = await (await emulator.fetch(new Request('http://fuzz/_novasim/state'))).text()
  const headers = { 'Content-Type': 'application/json' }
  const answer = await emulator.fetch(
    new Request('http://fuzz/_novasim/state', { method: 'PUT', headers, body: state }),
  )
  const text = await answer.text()
  if (answer.status !== 200) throw new Find(`what the cloud has become is not taken back: ${complaint(text)}`)
  const [one, other] = [JSON.parse(state), JSON.parse(text)]
  if (one.clock?.mode === 'manual' && !isDeepStrictEqual(one, other))
    throw new Find(`what the cloud has become is another once it was taken back: ${difference(one, other)}`)
}

/** With no quotes about it, so that one is told from another. */
function complaint(text: string): string {
  const { error = {} } = JSON.parse(text)
  return `${error.path}: ${error.message}`
}

function expectClean(): void {
  const added = [Object.prototype, Array.prototype, Function.prototype].flatMap((each) => Object.keys(each))
  if (added.length === 0 && ({} as { polluted?: unknown }).polluted === undefined) return
  for (const key of added) Reflect.deleteProperty(Object.prototype, key)
  throw new Find(`every object has got ${added.join(', ') || 'polluted'}`)
}

/** Python writes some numbers that JSON does not have. */
function parsed(text: string): void {
  if (/NaN|Infinity/.test(text)) return
  try {
    JSON.parse(text)
  } catch {
    throw new Find(`an answer that says it is JSON, and is not: ${text.slice(0, 300)}`)
  }
}

function message(text: string): string {
  return /"(?:message|detail)": ?"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text.slice(0, 80)
}
