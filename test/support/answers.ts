/** What real clouds answered to the questions of fixtures: the newest release all of them, an older one where it differs. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { NEWEST_RELEASE, RELEASE_NAMES } from '../../src/cloud/releases.ts'

/** One line of a file of answers. */
export interface Recorded<Case> {
  name: string
  case: Case
  status: number
  headers: Record<string, string>
  present: string[]
  body: string
}

/** The line on top of an older release's answers. */
export interface About {
  release: string
  nova: string
  keystone: string
  asked: number
  differ: number
}

/** The releases that were asked these questions, the newest first. */
export function releasesOf(set: string): string[] {
  return RELEASE_NAMES.filter((name) => name === NEWEST_RELEASE || existsSync(join('fixtures', set, 'releases', name)))
}

/** The files of questions, or those of them that a release was asked. */
export function filesOf(set: string, release = NEWEST_RELEASE): string[] {
  const files = readdirSync(join('fixtures', set, 'answers'))
  return release === NEWEST_RELEASE ? files : files.filter((file) => aboutOf(set, file, release))
}

/** The line on top of a file of an older release's answers; undefined where it has none, as of the newest. */
export function aboutOf(set: string, file: string, release: string): About | undefined {
  const path = join('fixtures', set, 'releases', release, file)
  return existsSync(path) ? linesOf<About>(path)[0] : undefined
}

/** Every question of a file, and what that release answered. */
export function answersOf<Case>(set: string, file: string, release: string): Recorded<Case>[] {
  const newest = linesOf<Recorded<Case>>(join('fixtures', set, 'answers', file))
  if (release === NEWEST_RELEASE) return newest
  const [about, ...differing] = linesOf<About | Recorded<Case>>(join('fixtures', set, 'releases', release, file))
  const others = new Map((differing as Recorded<Case>[]).map((each) => [each.name, each]))
  const { asked, differ } = about as About
  if (asked !== newest.length || differ !== others.size) throw new Error(`${release}: ${file} is not whole`)
  return newest.map((each) => others.get(each.name) ?? each)
}

function linesOf<Line>(path: string): Line[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): Line => JSON.parse(line))
}
