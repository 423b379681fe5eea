/** The recordings that a world holds, and those of them that answer in place of its faces. */

import type { Replay, ReplayState } from '../recordings/replay.ts'
import type { Answer, Layer, Passage } from './layer.ts'

/** A recording that a world holds. */
export interface Held {
  readonly name: string
  readonly replay: Replay
  /** Whether it answers. */
  on: boolean
  /** Whether the world began with it. */
  readonly fromTheBeginning: boolean
}

export interface ShelfState {
  held: { held: Held; on: boolean; replay: ReplayState }[]
}

export interface Shelf {
  /** In the order in which they are asked. */
  list(): Held[]
  find(name: string): Held | undefined
  /** Hold a recording, in place of one of that name, and let it answer. */
  hold(name: string, replay: Replay, options?: { on?: boolean; fromTheBeginning?: boolean }): Held
  /** @returns whether there was one of that name */
  drop(name: string): boolean
  /** Back to what the world began with. */
  reset(): void
  state(): ShelfState
  restore(state: ShelfState): void
}

/** @param layers those of the world: while a recording is on, there is one more, the innermost, so that faults apply to it too */
export function createShelf(layers: Layer[]): Shelf {
  let shelf: Held[] = []

  const layer: Layer = (passage: Passage, next: () => Answer) => {
    const ask = (index: number): Answer => {
      const held = shelf[index]
      if (!held) return next()
      return held.on ? held.replay.layer(passage, () => ask(index + 1)) : ask(index + 1)
    }
    return ask(0)
  }
  const use = (held: Held[]) => {
    shelf = held
    const at = layers.indexOf(layer)
    if (at >= 0) layers.splice(at, 1)
    if (shelf.length > 0) layers.push(layer)
  }
  return {
    list: () => [...shelf],
    find: (name) => shelf.find((each) => each.name === name),
    hold(name, replay, { on = true, fromTheBeginning = false } = {}) {
      const held = { name, replay, on, fromTheBeginning }
      use([...shelf.filter((each) => each.name !== name), held])
      return held
    },
    drop(name) {
      const left = shelf.filter((each) => each.name !== name)
      const found = left.length < shelf.length
      use(left)
      return found
    },
    reset() {
      use(shelf.filter(({ fromTheBeginning }) => fromTheBeginning))
      for (const held of shelf) {
        held.on = true
        held.replay.rewind()
      }
    },
    state: () => ({ held: shelf.map((held) => ({ held, on: held.on, replay: held.replay.state() })) }),
    restore(state) {
      use(state.held.map(({ held }) => held))
      for (const { held, on, replay } of state.held) {
        held.on = on
        held.replay.restore(replay)
      }
    },
  }
}
