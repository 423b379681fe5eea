/** World files: each is read, and makes a cloud that can be given out and taken back; or it is refused in words. */

import { isDeepStrictEqual } from 'node:util'
import { stringify } from 'yaml'
import { inOneGo } from '../../src/http/in-turns.ts'
import { builtInWorld } from '../../src/worlds/built-in.ts'
import { checkWorld, readWorld } from '../../src/worlds/read.ts'
import { createWorld } from '../../src/worlds/world.ts'
import { toWorldFile, type WorldDescription } from '../../src/worlds/world-file.ts'
import { createCorpus } from './corpus.ts'
import { Find, type Part, within } from './part.ts'
import { readOrRefused } from './refused.ts'
import { examplesIn, textsOf, YAML } from './seeds.ts'

const WITHIN_MS = 2000

/** A cloud of so many instances is right, and takes its time. */
const MOST_INSTANCES = 2000

export function worlds(): Part<string> {
  const named = ['default', 'empty', 'api-reference'].map((name) => {
    const world = createWorld(name, builtInWorld(name as 'default'), { clock: 'manual' })
    return stringify(toWorldFile(inOneGo(world.describe())))
  })
  const seeds = [
    ...named,
    ...examplesIn('docs/world-file.md', 'yaml'),
    ...textsOf(['fixtures/**/world*.yaml', 'fixtures/*/worlds/*.yaml'], 12_000),
  ]
  const corpus = createCorpus(seeds, YAML)
  return {
    cases: corpus.texts,
    keep: corpus.keep,
    shown: (text) => text,
    run: (text) =>
      within(WITHIN_MS, async () => {
        const { value, refused } = await readOrRefused(() => readWorld(text, 'world.yaml'))
        if (refused !== undefined) return refused
        if (size(value) > MOST_INSTANCES) return 'read, and large'
        const { world: first, refused: impossible } = opened(value)
        if (!first) return impossible
        const file = JSON.parse(JSON.stringify(toWorldFile(inOneGo(first.describe()))))
        const { value: back, complaints } = checkWorld(file)
        if (complaints)
          throw new Find(
            `what it became is not taken back: ${complaints[0]?.path.join('/')}: ${complaints[0]?.message}`,
          )
        const { world: second } = opened(back)
        if (!second) throw new Find('what it became cannot be opened')
        const again = JSON.parse(JSON.stringify(toWorldFile(inOneGo(second.describe()))))
        if (!isDeepStrictEqual(file, again))
          throw new Find(`what it became is another once it was taken back: ${difference(file, again)}`)
        return `read: ${Object.keys(value).sort()}`
      }),
  }
}

function opened(description: WorldDescription) {
  const world = createWorld('fuzzed', description, { clock: 'manual' })
  world.end()
  return { world, refused: '' }
}

function size({ instances = [] }: WorldDescription): number {
  return instances.reduce((sum, { count = 1 }) => sum + count, 0)
}

/** Where two values of JSON differ first. */
export function difference(one: unknown, other: unknown, path = ''): string {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return isDeepStrictEqual(one, other) ? '' : `${path}: ${JSON.stringify(one)}, then ${JSON.stringify(other)}`
  for (const key of new Set([...Object.keys(one), ...Object.keys(other)])) {
    const found = difference(Reflect.get(one, key), Reflect.get(other, key), `${path}/${key}`)
    if (found !== '') return found
  }
  return ''
}
