/** One world: a cloud, its clock and its chance, and the faces that look onto it. */

import { type Clock, createClock } from '../cloud/clock.ts'
import type { Cloud } from '../cloud/cloud.ts'
import { createCloud, describeCloud, makeCloud, replaceCloud } from '../cloud/description.ts'
import { type Chance, type ChanceState, createChance } from '../cloud/ids.ts'
import { restore, snapshot } from '../cloud/snapshot.ts'
import { createInjector, type Injector, type SetRule } from '../faults/injector.ts'
import type { Environ } from '../python/wsgi.ts'
import { type ClockWord, clockOf } from '../reading/clock.ts'
import { takeTurns } from '../reading/turns.ts'
import { below, createVoices, faceAt } from './faces.ts'
import { surroundings } from './faults.ts'
import { createJournal, type Journal, type JournalLimits } from './journal.ts'
import { namesOf } from './journal-names.ts'
import type { Answer, Face, Layer, Passage } from './layer.ts'
import { mapValues } from './map-values.ts'
import { subjectAt } from './operation.ts'
import { createShelf, type Shelf } from './recordings.ts'
import { createSnapshots, type Snapshots } from './snapshots.ts'
import { WALL } from './wall.ts'
import type { WorldDescription } from './world-file.ts'

/** When a clock that stands still starts, unless the world says: the same for everybody, so that runs can be compared. */
export const MANUAL_CLOCK_STARTS_MS = Date.UTC(2026, 0, 1)

/** What Node has of a request that came over a socket. */
export type Wire = Pick<Passage, 'incoming' | 'outgoing'>

export interface WorldOptions {
  /** Comes before the seed of the description. Default 0. */
  seed?: number | undefined
  /** Comes before the mode of the description, and `60x` before its rate. Default `real`. */
  clock?: ClockWord | undefined
  /** The faults that it begins with. */
  faults?: SetRule[] | undefined
  /** How much its journal keeps. */
  journal?: Partial<JournalLimits> | undefined
}

export interface World {
  readonly name: string
  readonly seed: number
  readonly cloud: Cloud
  /** What a request passes on its way to a face, the outermost first. Empty at the beginning. */
  readonly layers: Layer[]
  /** Real answers that it holds, and that answer in place of the faces while they are on. */
  readonly recordings: Shelf
  /** Lies on the wire. */
  readonly faults: Injector
  /** What happened, outside of all layers. */
  readonly journal: Journal
  /** Moments of it that are kept. */
  readonly snapshots: Snapshots
  /** Answer as the real services would at this address, but for what the layers do. */
  fetch(request: Request, environ: Environ, wire?: Wire): Answer
  /** An id for what control makes; seeded, of eight characters. */
  controlId(): string
  /** The whole cloud as it is now, to be given to `put` or to a new world: a part with each step, and of no use when it changes between two. */
  describe(): Generator<undefined, WorldDescription>
  /** Put another cloud in place of this one. Who is logged in stays so, where the user is still there. */
  put(other: Cloud): void
  /** A cloud as described, or as the world began with: made while others have their turn, for `put` or `reset`. */
  make(description?: WorldDescription): Promise<Cloud>
  /**
   * Go back to how the world began: the cloud, the clock, chance, the faults and the journal. Snapshots stay.
   *
   * @param fresh the cloud to begin with
   */
  reset(fresh: Cloud): void
  /** Aborts when the world ends. */
  readonly ended: AbortSignal
  /** Nothing goes on in it any more: no timer is left, whoever waits is let go, and who listens is told that it is over. */
  end(): void
}

/**
 * @param cloud one that has been made of the beginning with these options, see `makeInTurns`; by default it is made now
 * @throws {CloudError} Impossible, with the path of what cannot be
 */
export function createWorld(
  name: string,
  beginning: WorldDescription,
  options: WorldOptions = {},
  cloud: Cloud = createCloud(beginning, ofCloud(beginning, options)),
): World {
  const { seed } = cloud
  const chance = chances(seed)
  const requestId = () => `req-${chance.requests.uuid()}`
  const needs = {
    cloud,
    requestId,
    randomId: chance.logins.characters,
    catalog: [
      { type: 'compute', name: 'nova', path: '/v2.1' },
      { type: 'placement', name: 'placement', path: '/placement' },
      { type: 'image', name: 'glance', path: '/image' },
    ],
  }
  const voices = createVoices(needs)
  const layers: Layer[] = []
  const recordings = createShelf(layers)
  const faults = createInjector({
    around: surroundings(needs, voices),
    rules: options.faults,
    onUse: (used) => (used ? layers.unshift(faultLayer) : layers.splice(layers.indexOf(faultLayer), 1)),
  })
  function faultLayer(passage: Passage, next: () => Answer): Answer {
    return faults.layer(passage, next)
  }
  const journal = createJournal(cloud, {
    limits: options.journal,
    nameOf: namesOf(cloud),
    subjectOf: (passage) => subjectAt(cloud, passage),
  })
  /** Through the layers there is another request, maybe. */
  const answerOf = ({ request, environ, face }: Passage): Answer => voices.of(face).app(request, below(face, environ))
  const controlId = () => chance.control.characters(8)
  const ending = new AbortController()
  /** Whoever has made another cloud may come too late. */
  const replaceBy = (other: Cloud) => (ending.signal.aborted ? other.clock.end() : replaceCloud(cloud, other))
  const snapshots = createSnapshots({
    now: cloud.clock.now,
    newId: controlId,
    moment: () => ({
      cloud: snapshot(cloud),
      chance: mapValues(chance.streams, ({ stream }) => stream.state()),
      faults: faults.state(),
      journal: journal.state(),
      recordings: recordings.state(),
    }),
    restore(moment) {
      restore(cloud, moment.cloud)
      for (const [purpose, { stream }] of Object.entries(chance.streams)) {
        const kept = moment.chance[purpose]
        if (kept) stream.restore(kept)
      }
      faults.restore(moment.faults)
      journal.restore(moment.journal)
      recordings.restore(moment.recordings)
    },
  })
  /** A face that is loaded first. Whoever comes meanwhile waits, so that everybody has their turn in the order in which they came. */
  let loading: Promise<void> | undefined
  const answerOnceLoaded = (face: Face, again: () => Answer): Promise<Response> => {
    loading ??= voices.load(face).finally(() => {
      loading = undefined
    })
    return loading.then(again)
  }
  const answer = (request: Request, environ: Environ, wire?: Wire): Answer => {
    const face = faceAt(environ.path)
    if (loading || !voices.ready(face)) return answerOnceLoaded(face, () => answer(request, environ, wire))
    const passage: Passage = { request, environ, face, incoming: wire?.incoming, outgoing: wire?.outgoing }
    const through = (index: number): Answer => {
      const layer = layers[index]
      return layer ? layer(passage, () => through(index + 1)) : answerOf(passage)
    }
    if (!journal.keeps()) return through(0)
    return journal.layer(passage, () => through(0))
  }
  return {
    name,
    seed,
    cloud,
    layers,
    recordings,
    faults,
    journal,
    snapshots,
    fetch: answer,
    controlId,
    *describe() {
      return { ...(yield* describeCloud(cloud)), seed }
    },
    put: replaceBy,
    make: (description) => (description ? makeInTurns(description, { seed }) : makeInTurns(beginning, options)),
    reset(fresh) {
      cloud.state.identity.tokens.clear()
      replaceBy(fresh)
      for (const { stream, start } of Object.values(chance.streams)) stream.restore(start)
      recordings.reset()
      faults.reset()
      journal.reset()
    },
    ended: ending.signal,
    end() {
      ending.abort()
      faults.release()
      cloud.clock.end()
    },
  }
}

/**
 * The cloud that a world begins with, made while others have their turn.
 *
 * @throws {CloudError} Impossible, with the path of what cannot be
 */
export async function makeInTurns(description: WorldDescription, options: CloudOptions = {}): Promise<Cloud> {
  const turn = takeTurns()
  const making = makeCloud(description, ofCloud(description, options))
  for (;;) {
    const { done, value } = making.next()
    if (done) return value
    await turn()
  }
}

type CloudOptions = Pick<WorldOptions, 'seed' | 'clock'>

function ofCloud(description: WorldDescription, options: CloudOptions): { seed: number; clock: Clock } {
  return { seed: options.seed ?? description.seed ?? 0, clock: clockFor(description, options) }
}

function clockFor(description: WorldDescription, options: CloudOptions): Clock {
  const wanted = options.clock === undefined ? undefined : clockOf(options.clock)
  const mode = wanted?.mode ?? description.clock?.mode ?? 'real'
  const rate = wanted?.rate ?? description.clock?.rate
  const start = description.clock?.start ?? (mode === 'manual' ? MANUAL_CLOCK_STARTS_MS : undefined)
  return createClock({ wall: WALL, mode, start, rate })
}

/** A stream of chance for each purpose, so that one does not disturb the others. */
function chances(seed: number) {
  const stream = (purpose: string): { stream: Chance; start: ChanceState } => {
    const made = createChance(seed, purpose)
    return { stream: made, start: made.state() }
  }
  const streams = { requests: stream('requests'), logins: stream('logins'), control: stream('control') }
  return {
    streams,
    requests: streams.requests.stream,
    logins: streams.logins.stream,
    control: streams.control.stream,
  }
}
