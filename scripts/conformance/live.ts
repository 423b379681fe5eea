/** The questions that there are, put to a real cloud and to a novasim that begins as it does: `npm run conformance -- --live`. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parse } from 'yaml'
import { startEmulator } from '../../src/emulator.ts'
import { Baseline } from './baseline.ts'
import { compareClient } from './client.ts'
import { AskedCloud } from './cloud.ts'
import { differences } from './difference.ts'
import type { Place } from './generators/services.ts'
import { hostsOf, until } from './hosts.ts'
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

/** The file of cases that does. */
const WORLD = '00-world.yaml'

const FOLDERS = { identity: 'keystone', placement: 'placement' }

interface Counts {
  same: number
  different: number
  leftOut: number
}

/**
 * @param folder the folder of the real cloud's programs, where services that were deleted are started again; without it they stay gone
 * @returns how many answers differ
 */
export async function compareLive(real: AskedCloud, folder: string | undefined): Promise<number> {
  const hosts = folder !== undefined && existsSync(join(folder, 'run')) ? hostsOf(real, folder) : undefined
  if (!hosts) say('What a file leaves is there when the next begins: NOVA_DIR names no folder with run/*.pid in it')
  const { services } = await real.get('/os-services')
  const oracle = resolve(process.env.NOVASIM_ORACLE ?? '../shared/oracle', 'cases')
  const files: [file: string, cases: Case[]][] = [
    // Those of fixtures/servers begin in a world that no list tells.
    ...['nova', 'keystone', 'placement'].flatMap((each) => casesIn(`fixtures/${each}/questions`)),
    ['fixtures/recordings', await recordedQuestions(services)],
    ...casesIn(oracle),
  ]
  const total: Counts = { same: 0, different: 0, leftOut: 0 }
  let baseline = hosts && (await Baseline.of(real, hosts))
  for (const [file, cases] of files) {
    await baseline?.bringBack()
    const roomy = makesServers(cases)
    if (roomy) await giveRoom(real)
    const counts = await compareFile(real, cases)
    if (roomy) await takeRoom(real)
    for (const key of ['same', 'different', 'leftOut'] as const) total[key] += counts[key]
    say(`${file}: ${counts.same} of ${counts.same + counts.different} the same${leftOut(counts)}`)
    // It makes the cloud that those after it are about.
    if (file.endsWith(WORLD)) baseline = hosts && (await Baseline.of(real, hosts))
  }
  const host = services.findLast(({ binary }: Place) => binary === 'nova-compute')?.host
  const client = await compareClient(host ?? '')
  if (client === undefined) say('openstack client: there is none on the path, so it was not compared')
  say(`${total.same} the same, ${total.different} differ${leftOut(total)}`)
  return total.different + (client ?? 0)
}

/** novasim tells quotas and refuses nothing for them. */
const ROOM = { quota_set: { instances: 1000, cores: 100_000, ram: 100_000_000, force: true } }
const PROJECTS = ['admin', 'demo']

/** Whether a file is about servers, and asks nothing of quotas. */
function makesServers(cases: Case[]): boolean {
  const asksQuotas = cases.some((each) => /limits|quota/.test(pathOf(each)))
  return !asksQuotas && cases.some((each) => methodOf(each) === 'POST' && pathOf(each).startsWith('/servers'))
}

async function giveRoom(real: AskedCloud): Promise<void> {
  for (const project of PROJECTS) {
    const path = `/os-quota-sets/${real.ids.get(`project ${project}`)}`
    const { status, text } = await real.ask({ PUT: path, version: '2.53', body: ROOM })
    if (status !== 200) throw new Error(`the quotas of ${project} cannot be raised: ${status} ${text}`)
  }
}

async function takeRoom(real: AskedCloud): Promise<void> {
  for (const project of PROJECTS) await real.ask({ DELETE: `/os-quota-sets/${real.ids.get(`project ${project}`)}` })
}

async function compareFile(real: AskedCloud, cases: Case[]): Promise<Counts> {
  // It begins now: what the lists showed a moment ago is so still.
  const world = { ...(await worldOf(real)), clock: undefined }
  await using emulator = await startEmulator({ world, clock: 'real', journal: { entries: 0 } })
  const ours = await AskedCloud.enter({
    ...{ authUrl: `${emulator.url}/identity`, user: 'admin', password: 'secret', project: 'admin' },
  })
  await real.learnAnew()
  // Times that are told have whole seconds.
  const began = Math.ceil(Date.now() / 1000) * 1000
  if (cases.some(({ at }) => at === 'placement')) await sleep(began - Date.now())
  const namings = [real, ours].map((each) => createNaming({ ...each.ownWords(), began }))
  const counts: Counts = { same: 0, different: 0, leftOut: 0 }
  const drawn = new Set<string>()
  for (const { name, pause, wait, ...asked } of cases) {
    const question = {
      ...asked,
      unordered: asked.unordered || /\/resource_providers\/[^/]+\/allocations$/.test(pathOf(asked)),
    }
    if (pause !== undefined) await sleep(pause * 1000)
    if (wait !== undefined) await untilAtRest(real, wait.replace(/^server /, ''))
    const unknown = [...(await real.unknownIn(question)), ...(await ours.unknownIn(question))]
    const missing = question.at === undefined && !question.root && isNotYet(methodOf(question), pathOf(question))
    if (unknown.length > 0 || missing || isAbout(question, drawn)) {
      counts.leftOut++
      continue
    }
    const [theirs, mine] = await Promise.all([real.ask(question), ours.ask(question)])
    // A PUT of an aggregate that is refused for its zone has written its name.
    const hasChanged = theirs.status < 300 || /^\/os-aggregates\/./.test(pathOf(question))
    if (methodOf(question) !== 'GET' && hasChanged) {
      if (pathOf(question).startsWith('/servers')) await Promise.all([real, ours].map(untilAllRest))
      await Promise.all([real.learn(), ours.learn()])
      if (pathOf(question).startsWith('/servers')) await noteDrawn(real, ours, drawn)
    }
    const [named, other] = [namings[0]?.name(question, theirs), namings[1]?.name(question, mine)]
    if (!named || !other) continue
    ofOneMoment(named.headers, other.headers)
    const found = differences(named, other)
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

/** Two clouds that are asked side by side may tell seconds that follow each other. */
function ofOneMoment(real: Record<string, string>, ours: Record<string, string>): void {
  const [theirs, mine] = [real, ours].map((each) => /^<(\d+) s later>$/.exec(each['last-modified'] ?? '')?.[1])
  if (theirs === undefined || mine === undefined || Math.abs(Number(theirs) - Number(mine)) > 1) return
  ours['last-modified'] = real['last-modified'] ?? ''
}

/**
 * Which of several hosts that are alike a scheduler takes is for chance. A server that has come to another host than in the other
 * cloud has another story from then on.
 */
async function noteDrawn(real: AskedCloud, ours: AskedCloud, drawn: Set<string>): Promise<void> {
  const [theirs, mine] = await Promise.all([real, ours].map(hostsOfServers))
  for (const [name, host] of theirs ?? []) {
    const other = mine?.get(name)
    if (host === null || !other || other === host || drawn.has(name)) continue
    drawn.add(name)
    say(
      `  drawn: the server ${name} is on ${host}, in novasim on ${other}; what is asked of it from here on is left out`,
    )
  }
}

async function hostsOfServers(cloud: AskedCloud): Promise<Map<string, string | null>> {
  const { servers } = await cloud.get('/servers/detail?all_tenants=1')
  return new Map(
    servers.map((each: Record<string, string | null>) => [each.name, each['OS-EXT-SRV-ATTR:host'] ?? null]),
  )
}

/** Whether a question names one of the servers, or asks for what all have gone through. */
function isAbout(question: Question, servers: Set<string>): boolean {
  if (servers.size === 0) return false
  const text = JSON.stringify(question)
  return (
    /^\/(?:os-migrations|os-hypervisors|servers\/detail)/.test(pathOf(question)) ||
    [...servers].some((each) => text.includes(`{server ${each}}`))
  )
}

/** Nothing is done to a server any more, nor does one move. What never comes to rest is waited for in vain, and not for long. */
async function untilAllRest(cloud: AskedCloud): Promise<void> {
  const end = Date.now() + RESTS_WITHIN_MS
  while (Date.now() < end) {
    const { servers } = await cloud.get('/servers/detail?all_tenants=1')
    const { migrations } = await cloud.get('/os-migrations', '2.59')
    const busy = servers.some((each: Record<string, unknown>) => !rests(each))
    const there = new Set(servers.map(({ id }: { id: string }) => id))
    const moves = migrations.some(({ status, instance_uuid }: Record<string, string>) => {
      return there.has(instance_uuid ?? '') && UNDER_WAY.has(status ?? '')
    })
    if (!busy && !moves) return
    await sleep(100)
  }
}

const RESTS_WITHIN_MS = 20_000
/** Of a migration. nova/objects/migration.py, and where nova/compute/manager.py sets them */
const UNDER_WAY = new Set([
  ...['accepted', 'queued', 'preparing', 'running', 'pre-migrating', 'migrating', 'post-migrating'],
  ...['confirming', 'reverting'],
])

function rests(server: Record<string, unknown>): boolean {
  return server['OS-EXT-STS:task_state'] === null && server.status !== 'BUILD'
}

async function untilAtRest(cloud: AskedCloud, server: string): Promise<void> {
  await until(`the server ${server} to rest`, async () => {
    const { servers } = await cloud.get('/servers/detail?all_tenants=1')
    const mine = servers.filter((each: { name: string }) => each.name === server)
    return mine.every(rests)
  })
}

function leftOut({ leftOut: count }: Counts): string {
  return count > 0 ? ` (${count} left out: of what one of the two does not have)` : ''
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
