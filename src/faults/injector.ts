/**
 * The faults of one world: which rules there are, whose turn it is, and how often each came and fired.
 *
 * The rules are asked in their order. The first that fires with something that decides the answer decides it, and those
 * below it that would decide, too, are not asked. The delays of all that fire add up, wherever they stand.
 */

import { impossible } from '../cloud/errors.ts'
import { type Chance, type ChanceState, createChance } from '../cloud/ids.ts'
import { delayMs, share } from './delay.ts'
import type { Question } from './match.ts'
import type { Answer, Passage, Surroundings } from './passage.ts'
import { createPast, type Moment } from './past.ts'
import { type Delay, type FaultRule, type Range, within } from './rule.ts'
import { createShelf, type Key, type Shelf } from './shelf.ts'
import { hasBody, Sighting } from './sighting.ts'
import type { Deed, Memory } from './turn.ts'
import { createWaiting } from './wait.ts'

/** A rule that has been read: as it was written, and what that means. */
export interface SetRule {
  /** As it is shown; plain data. */
  written: Record<string, unknown>
  rule: FaultRule
  meaning: Meaning
}

/** All of a rule that is needed to be quick with a request. */
export interface Meaning {
  /** Under which it is filed. */
  key: Key
  questions: Question[]
  /** The numbers, among the requests that fall under it, of those that it is for. */
  nth: Range[] | undefined
  /** Whether it can be told only with the body at hand. */
  readsBody: boolean
  /** How far it looks back, in milliseconds. */
  back: number
  delay: Delay | undefined
  /** What decides the answer; undefined where there is but a delay. */
  deed: Deed | undefined
}

/** What came of a rule so far. */
export interface Counts {
  /** How many requests fell under it before it was spent, whether it did something to them or not. */
  matched: number
  /** To how many it did something. */
  fired: number
}

/** A rule, and what came of it. */
export interface ShownRule extends Counts {
  name: string
  written: Record<string, unknown>
  /** `spent` after as many times as it may fire, `over` after the time it was good for. */
  state: 'active' | 'spent' | 'over'
}

/** All that an injector knows, to return to: a copy, of which nothing is written into. */
export interface InjectorState {
  rules: { set: SetRule; counts: Counts; due: number; since: number; chance: ChanceState; memory: Memory }[]
  moments: Moment[]
}

export interface Injector {
  /** What a request passes. Only to be asked while there are rules. */
  layer(passage: Passage, next: () => Answer): Answer
  list(): ShownRule[]
  find(name: string): ShownRule | undefined
  names(): string[]
  /** Add rules behind the others. One of a name that there is takes the other's place, and begins anew. */
  add(rules: SetRule[]): void
  /** Put another rule in the place of one; it goes on counting, and in its order. */
  replace(name: string, set: SetRule): void
  remove(name: string): boolean
  clear(): void
  /** Let all requests go on that it delays. */
  release(): void
  /** Those that have not done anything yet. */
  unused(): string[]
  /** Begin anew, with the rules that the world began with. */
  reset(): void
  state(): InjectorState
  restore(state: InjectorState): void
}

export interface InjectorOptions {
  around: Surroundings
  /** The rules that the world begins with. */
  rules?: SetRule[] | undefined
  /** Told whether there is any rule at all, each time that changes. */
  onUse?: (used: boolean) => void
}

/** How many rules a world may have. */
export const MOST_RULES = 20_000

/** A rule that is set, and what came of it. */
interface Standing extends Meaning {
  order: number
  set: SetRule
  counts: Counts
  /** How many of those that fell under it could have been fired on, before `skip`, `times` and chance. */
  due: number
  /** When it was set. */
  since: number
  chance: Chance
  memory: Memory
}

export function createInjector({ around, rules = [], onUse = () => {} }: InjectorOptions): Injector {
  const { cloud, seed } = around
  const waiting = createWaiting(cloud.clock)
  const past = createPast(cloud)
  /** By name, in their order. */
  let standing = new Map<string, Standing>()
  let shelf: Shelf<Standing> = createShelf()
  let order = 0
  let readsBodies = false

  const stand = (set: SetRule): Standing => {
    return {
      ...set.meaning,
      order: order++,
      set,
      counts: { matched: 0, fired: 0 },
      due: 0,
      since: cloud.clock.now(),
      chance: createChance(seed, `fault ${set.rule.name}`),
      memory: {},
    }
  }
  /** Each change of what stands ends with it. */
  const settle = (wasUsed: boolean) => {
    readsBodies = false
    let back = 0
    for (const each of standing.values()) {
      readsBodies ||= each.readsBody
      back = Math.max(back, each.back)
    }
    past.keep(back)
    if (standing.size > 0 !== wasUsed) onUse(standing.size > 0)
  }
  const put = (each: Standing) => {
    const { name } = each.set.rule
    const old = standing.get(name)
    if (old) {
      shelf.remove(old)
      each.order = old.order
    }
    standing.set(name, each)
    if (!isSpent(each.set, each.counts)) shelf.add(each)
  }
  const replaceAll = (those: Standing[]) => {
    const wasUsed = standing.size > 0
    standing = new Map()
    shelf = createShelf()
    for (const each of those) put(each)
    settle(wasUsed)
  }

  const add = (sets: SetRule[]) => {
    const size = new Set([...standing.keys(), ...sets.map(({ rule }) => rule.name)]).size
    if (size > MOST_RULES) {
      impossible(`a world has no more than ${MOST_RULES} rules, and this would make ${size}`, {
        hint: 'let one rule match more: a * stands for any characters',
      })
    }
    const wasUsed = standing.size > 0
    for (const each of sets.map(stand)) put(each)
    settle(wasUsed)
  }

  const pass = (seen: Sighting, next: () => Answer): Answer => {
    const { passage } = seen
    let wait = 0
    let decided: Standing | undefined
    // A rule that is spent while they are asked leaves the list that they stand in.
    const spent: Standing[] = []
    for (const each of shelf.candidates(seen)) {
      if (decided && !each.delay) continue
      if (!isAbout(each, seen)) continue
      each.counts.matched++
      if (!isDue(each, cloud.clock.now())) continue
      const { delay } = each
      const deed = decided ? undefined : each.deed
      const acts = deed !== undefined && (deed.applies?.(turnOf(each, seen, next)) ?? true)
      if (!acts && !delay) continue
      if (++each.counts.fired === each.set.rule.times) spent.push(each)
      passage.fired ??= []
      if (delay) {
        wait += delayMs(delay, each.chance)
        passage.fired.push({ fault: each.set.rule.name, did: 'delay' })
      }
      if (acts) {
        decided = each
        passage.fired.push({ fault: each.set.rule.name, did: deed.did })
      }
    }
    for (const each of spent) shelf.remove(each)
    const act = () => (decided?.deed ? decided.deed.act(turnOf(decided, seen, next)) : next())
    return wait > 0 ? waiting.wait(wait, { background: passage.outgoing !== undefined }).then(act) : act()
  }
  const turnOf = ({ chance, memory }: Standing, seen: Sighting, next: () => Answer) => {
    return { passage: seen.passage, seen, around, chance, memory, waiting, past, next }
  }

  const show = ({ set, counts }: Standing, now: number, since: number): ShownRule => {
    const { name, forMs } = set.rule
    const isOver = forMs !== undefined && now - since >= forMs
    return { name, written: set.written, ...counts, state: isSpent(set, counts) ? 'spent' : isOver ? 'over' : 'active' }
  }
  const list = () => [...standing.values()].map((each) => show(each, cloud.clock.now(), each.since))

  const injector: Injector = {
    layer(passage, next) {
      const seen = new Sighting(passage, around)
      if (readsBodies && hasBody(passage.request)) return seen.read().then(() => pass(seen, next))
      return pass(seen, next)
    },
    list,
    find(name) {
      const each = standing.get(name)
      return each && show(each, cloud.clock.now(), each.since)
    },
    names: () => [...standing.keys()],
    add,
    replace(name, set) {
      const old = standing.get(name)
      if (!old) throw new Error(`there is no fault ${name}`)
      const { counts, due, chance, memory } = old
      const since = set.rule.forMs === old.set.rule.forMs ? old.since : cloud.clock.now()
      const isSame = set.rule.do === old.set.rule.do
      const made = Object.assign(stand(set), { order: old.order, counts, due, since, chance }, isSame && { memory })
      replaceAll([...standing.values()].map((each) => (each === old ? made : each)))
    },
    remove(name) {
      const old = standing.get(name)
      if (!old) return false
      shelf.remove(old)
      standing.delete(name)
      settle(true)
      return true
    },
    clear() {
      replaceAll([])
      waiting.release()
    },
    release: waiting.release,
    unused: () => list().flatMap(({ name, fired }) => (fired === 0 ? [name] : [])),
    reset() {
      injector.clear()
      add(rules)
    },
    state: () => ({
      rules: [...standing.values()].map(({ set, counts, due, since, chance, memory }) => {
        return { set, counts: { ...counts }, due, since, chance: chance.state(), memory: structuredClone(memory) }
      }),
      moments: past.moments(),
    }),
    restore(state) {
      replaceAll(
        state.rules.map(({ set, counts, due, since, chance, memory }) => {
          const made = Object.assign(stand(set), { counts: { ...counts }, due, since, memory: structuredClone(memory) })
          made.chance.restore(chance)
          return made
        }),
      )
      past.restore(state.moments)
      waiting.release()
    },
  }
  add(rules)
  return injector
}

function isSpent({ rule: { times } }: SetRule, { fired }: Counts): boolean {
  return times !== undefined && fired >= times
}

function isAbout({ questions }: Standing, seen: Sighting): boolean {
  for (const asks of questions) if (!asks(seen)) return false
  return true
}

/** Whether it is its turn: by its number among those that fell under it, its time, its `skip`, its chance. */
function isDue(each: Standing, now: number): boolean {
  const { skip = 0, probability = 1, forMs } = each.set.rule
  if (each.nth && !within(each.nth, each.counts.matched)) return false
  if (forMs !== undefined && now - each.since >= forMs) return false
  if (++each.due <= skip) return false
  return probability >= 1 || share(each.chance) < probability
}
