/** Many worlds side by side, each at an address of its own: open, find and close them. */

import type { Cloud } from '../cloud/cloud.ts'
import { impossible } from '../cloud/errors.ts'
import { createWorld, type World, type WorldOptions } from './world.ts'
import type { WorldDescription } from './world-file.ts'

/** The world that answers where no other is named. */
export const DEFAULT_WORLD = 'default'

/** How many worlds there may be. More than this is a test suite that ends none of its own. */
export const MOST_WORLDS = 20_000

/** What a world may be called, since its name stands in addresses. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

export interface Worlds {
  /**
   * Add a world.
   *
   * @param cloud one that has been made of the description with these options, see `makeInTurns`; by default it is made now
   * @throws {CloudError} Impossible: its name is taken or no name, or its cloud cannot be
   */
  open(name: string, description: WorldDescription, options?: WorldOptions, cloud?: Cloud): World
  find(name: string): World | undefined
  /** The default one first, then in the order in which they were opened. */
  list(): World[]
  /** End a world, and give up its name. @throws {CloudError} Impossible: it is the default one */
  close(world: World): void
}

/** @param most how many there may be. Default `MOST_WORLDS` */
export function createWorlds(defaults: Pick<WorldOptions, 'journal'> = {}, most = MOST_WORLDS): Worlds {
  const worlds = new Map<string, World>()
  const refuseName = (name: string) => {
    if (!NAME.test(name)) {
      impossible(`"${name}" cannot be the name of a world`, {
        path: ['name'],
        hint: 'up to 64 letters, digits, dots, dashes and underscores, the first a letter or a digit',
      })
    }
    if (worlds.has(name)) {
      impossible(`there is a world "${name}" already`, {
        path: ['name'],
        hint: 'end it first, or choose another name',
      })
    }
    if (worlds.size >= most) {
      impossible(`there are ${worlds.size} worlds, and no more are made`, {
        hint: 'end those that are not needed: DELETE /_novasim/worlds/NAME',
      })
    }
  }
  return {
    open(name, description, options, cloud) {
      try {
        refuseName(name)
      } catch (error) {
        cloud?.clock.end()
        throw error
      }
      const world = createWorld(name, description, { ...defaults, ...options }, cloud)
      worlds.set(name, world)
      return world
    },
    find: (name) => worlds.get(name),
    list: () => [...worlds.values()],
    close(world) {
      if (world.name === DEFAULT_WORLD) impossible('the default world cannot be ended', { hint: 'reset it instead' })
      worlds.delete(world.name)
      world.end()
    },
  }
}

/** The path below the emulator's address at which a world answers: nothing for the default one, `/w/ci-7` for another. */
export function worldPrefix(name: string): string {
  return name === DEFAULT_WORLD ? '' : `/w/${name}`
}

/** Which world a path is in, and the path below its address. */
export function splitWorldPath(path: string): { name: string; prefix: string; path: string } {
  if (!path.startsWith('/w/')) return { name: DEFAULT_WORLD, prefix: '', path }
  const end = path.indexOf('/', 3)
  const prefix = end < 0 ? path : path.slice(0, end)
  return { name: prefix.slice(3), prefix, path: end < 0 ? '/' : path.slice(end) }
}
