/** The questions that there are, put to a real cloud and to a novasim that begins as it does: `npm run conformance -- --live`. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { startEmulator } from '../../src/emulator.ts'
import { compareClient } from './client.ts'
import { AskedCloud } from './cloud.ts'
import { differences } from './difference.ts'
import type { Place } from './generators/services.ts'
import { until } from './hosts.ts'
import { createNaming } from './naming.ts'
import { isNotYet } from './not-yet.ts'
import { methodOf, pathOf, type Question, shownQuestion } from './question.ts'
import { recordedQuestions } from './recorded.ts'
import { worldOf } from './world.ts'

/** A question in a file of cases, and what to wait for before it is asked. */
export interface Case extends Question {
  name: string
  /** Seconds. */
  pause?: number
  /** `server NAME`: until it rests. */
  wait?: string
}

const FOLDERS = { identity: 'keystone', placement: 'placement' }

interface Counts {
  same: number
  different: number
  leftOut: number
}

/** @returns how many answers differ */
export async function compareLive(real: AskedCloud): Promise<number> {
  const { services } = await real.get('/os-services')
  const oracle = resolve(process.env.NOVASIM_ORACLE ?? '../shared/oracle', 'cases')
  // Those of the fixtures leave a cloud as they found it; the others do not.
  const files: [file: string, cases: Case[]][] = [
    // Those of fixtures/servers begin in a world that no list tells.
    ...['nova', 'keystone', 'placement'].flatMap((each) => casesIn(`fixtures/${each}/questions`)),
    ['fixtures/recordings', await recordedQuestions(services)],
    ...casesIn(oracle),
  ]
  const total: Counts = { same: 0, different: 0, leftOut: 0 }
  for (const [file, cases] of files) {
    const counts = await compareFile(real, cases)
    for (const key of ['same', 'different', 'leftOut'] as const) total[key] += counts[key]
    say(`${file}: ${counts.same} of ${counts.same + counts.different} the same${leftOut(counts)}`)
  }
  const host = services.findLast(({ binary }: Place) => binary === 'nova-compute')?.host
  const client = await compareClient(host ?? '')
  if (client === undefined) say('openstack client: there is none on the path, so it was not compared')
  say(`${total.same} the same, ${total.different} differ${leftOut(total)}`)
  return total.different + (client ?? 0)
}

async function compareFile(real: AskedCloud, cases: Case[]): Promise<Counts> {
  const world = await worldOf(real)
  await using emulator = await startEmulator({ world, clock: 'real', journal: { entries: 0 } })
  const ours = await AskedCloud.enter({
    ...{ authUrl: `${emulator.url}/identity`, user: 'admin', password: 'secret', project: 'admin' },
  })
  await real.learnAnew()
  const namings = [createNaming(real.ownWords()), createNaming(ours.ownWords())] as const
  const counts: Counts = { same: 0, different: 0, leftOut: 0 }
  for (const { name, pause, wait, ...question } of cases) {
    if (pause !== undefined) await sleep(pause * 1000)
    if (wait !== undefined) await untilAtRest(real, wait.replace(/^server /, ''))
    const unknown = [...(await real.unknownIn(question)), ...(await ours.unknownIn(question))]
    const missing = question.at === undefined && !question.root && isNotYet(methodOf(question), pathOf(question))
    if (unknown.length > 0 || missing) {
      counts.leftOut++
      continue
    }
    const [theirs, mine] = await Promise.all([real.ask(question), ours.ask(question)])
    if (methodOf(question) !== 'GET' && theirs.status < 300) await Promise.all([real.learn(), ours.learn()])
    const found = differences(namings[0].name(question, theirs), namings[1].name(question, mine))
    if (found.length === 0) counts.same++
    else {
      counts.different++
      say(`  DIFFERS ${name}\n    ${shownQuestion(question)}`)
      for (const line of found) say(`      ${line}`)
    }
  }
  return counts
}

/** The files of cases in a folder; none when there is no such folder. */
function casesIn(folder: string): [file: string, cases: Case[]][] {
  if (!existsSync(folder)) return []
  // In the files of a service's own questions all are for it.
  const [service] = ['identity' as const, 'placement' as const].filter((each) => folder.includes(FOLDERS[each]))
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .sort()
    .map((file) => {
      const cases = parse(readFileSync(join(folder, file), 'utf8')) as Case[]
      return [
        join(basename(resolve(folder, '..')), file),
        cases.map((each) => ({ ...(service && { at: service }), ...each })),
      ]
    })
}

async function untilAtRest(cloud: AskedCloud, server: string): Promise<void> {
  await until(`the server ${server} to rest`, async () => {
    const { servers } = await cloud.get('/servers/detail?all_tenants=1')
    const mine = servers.filter((each: { name: string }) => each.name === server)
    return mine.every(
      (each: Record<string, unknown>) => each['OS-EXT-STS:task_state'] === null && each.status !== 'BUILD',
    )
  })
}

function leftOut({ leftOut: count }: Counts): string {
  return count > 0 ? ` (${count} left out: of what one of the two does not have)` : ''
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
