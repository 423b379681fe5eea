/** A real cloud and a novasim that begin alike: what is asked of one is asked of the other, and what happens to one happens to both. */

import { type StartedEmulator, startEmulator } from '../../src/emulator.ts'
import type { WorldFile } from '../../src/worlds/world-schema.ts'
import { Baseline } from './baseline.ts'
import { AskedCloud } from './cloud.ts'
import { differences } from './difference.ts'
import type { Place } from './generators/services.ts'
import type { Happening, Step } from './generators/steps.ts'
import type { Hosts } from './hosts.ts'
import { createNaming, type Named } from './naming.ts'
import { methodOf, pathOf, type Question } from './question.ts'
import { worldOf } from './world.ts'

/** Longer than a service may be silent before it counts as down, and than one that is started takes to report. */
const A_WHILE = '70s'

const CHANGING = new Set<string>(['PUT', 'POST', 'DELETE', 'PATCH'])

/** What one step of a sequence came to. */
export interface Told {
  step: Step
  /** The answer of the real cloud, with names in it; undefined for a happening. */
  real?: Named
  /** Where the answers differ; none when they are the same. */
  differences: string[]
}

export class Pair {
  /** How many requests have been put to both. */
  asked = 0
  private readonly real: AskedCloud
  private readonly hosts: Hosts | undefined
  /** The services that there are between sequences. */
  private readonly places: Place[]
  private readonly baseline: Baseline
  private world: WorldFile | undefined
  private changed = false

  private constructor(real: AskedCloud, hosts: Hosts | undefined, places: Place[], baseline: Baseline) {
    this.real = real
    this.hosts = hosts
    this.places = places
    this.baseline = baseline
  }

  static async of(real: AskedCloud, hosts: Hosts | undefined): Promise<Pair> {
    const { services } = await real.get('/os-services')
    const places = services.map(({ binary, host }: Place) => ({ binary, host }))
    return new Pair(real, hosts, places, await Baseline.of(real, hosts))
  }

  /** Every step, up to the first whose answers differ. */
  async run(steps: Step[]): Promise<Told[]> {
    await this.bringBack()
    this.world ??= await worldOf(this.real)
    await using emulator = await startEmulator({ world: this.world, clock: 'manual', journal: { entries: 0 } })
    const ours = await AskedCloud.enter({
      ...{ authUrl: `${emulator.url}/identity`, user: 'admin', password: 'secret', project: 'admin' },
    })
    await this.real.learnAnew()
    const namings = [createNaming(this.real.ownWords()), createNaming(ours.ownWords())] as const
    const told: Told[] = []
    for (const step of steps) {
      if ('happening' in step) {
        await this.happen(step, emulator)
        await Promise.all([this.real.learn(), ours.learn()])
        told.push({ step, differences: [] })
        continue
      }
      const [theirs, mine] = await Promise.all([this.real.ask(step), ours.ask(step)])
      this.asked++
      const [real, other] = [namings[0].name(step, theirs), namings[1].name(step, mine)]
      const found = differences(real, other)
      told.push({ step, real, differences: found })
      const hasChanged = CHANGING.has(methodOf(step)) && step.at === undefined && theirs.status < 300
      if (hasChanged) this.changed = true
      if (found.length > 0) break
      if (hasChanged && methodOf(step) === 'DELETE') await this.end(emulator)
      if (hasChanged && pathOf(step).includes('aggregates')) await Promise.all([this.real.learn(), ours.learn()])
    }
    return told
  }

  /** The cloud as it was before the first sequence. */
  async bringBack(): Promise<void> {
    if (!this.changed) return
    await this.baseline.bringBack()
    this.changed = false
    this.world = undefined
  }

  private async happen({ happening, host }: Happening, emulator: StartedEmulator): Promise<void> {
    const place = { binary: 'nova-compute', host }
    this.changed = true
    if (happening === 'kill') {
      await this.hosts?.kill(place)
      await setProcess(emulator, place, 'stopped')
      await this.hosts?.untilDown(place)
    } else {
      await this.hosts?.start(place)
      await setProcess(emulator, place, 'running')
    }
    await control(emulator, 'POST', '/clock/advance', { by: A_WHILE })
  }

  /** The process of a service that was deleted ends with it, on both: else it comes back by halves, at a time of its own. */
  private async end(emulator: StartedEmulator): Promise<void> {
    const { services } = await this.real.get('/os-services')
    const gone = this.places.filter(({ binary, host }) => {
      return !services.some((each: Place) => each.binary === binary && each.host === host)
    })
    for (const place of gone.filter((each) => this.hosts?.isRunning(each))) {
      await this.hosts?.kill(place)
      await setProcess(emulator, place, 'stopped')
    }
  }
}

async function setProcess(emulator: StartedEmulator, { binary, host }: Place, process: string): Promise<void> {
  await control(emulator, 'PATCH', `/processes/${binary}@${host}`, { process })
}

async function control({ url }: StartedEmulator, method: string, path: string, body: object): Promise<void> {
  const headers = { 'Content-Type': 'application/json' }
  const answer = await fetch(`${url}/_novasim${path}`, { method, headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`control ${method} ${path}: ${answer.status} ${await answer.text()}`)
}

/** Whether a step is a request. */
export function isQuestion(step: Step): step is Question {
  return !('happening' in step)
}
