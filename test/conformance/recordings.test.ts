/** What a real cloud was asked and answered in fixtures/recordings, asked of a novasim whose world is that cloud's. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { differences } from '../../scripts/conformance/difference.ts'
import { createNaming, type Naming } from '../../scripts/conformance/naming.ts'
import { isNotYet, NOT_YET } from '../../scripts/conformance/not-yet.ts'
import { send } from '../../scripts/conformance/wire.ts'
import { bodyText } from '../../src/recordings/body.ts'
import { loadRecording } from '../../src/recordings/load.ts'
import { fillNames, kindOf } from '../../src/recordings/names.ts'
import { type Exchange, type Recording, readRecording } from '../../src/recordings/recording.ts'
import { seedOf } from '../../src/recordings/seed.ts'
import type { WorldFile } from '../../src/worlds/world-schema.ts'
import { boot, bootListening } from '../support/boot.ts'

const FOLDER = 'fixtures/recordings'
const ADMIN = {
  name: 'admin',
  password: 'secret',
  project: 'admin',
  roles: ['admin' as const],
  system_roles: ['admin' as const],
}

/** What happened to host7 before an exchange, as scripts/fixtures.ts tells. */
const HAPPENINGS: Record<string, Record<number, 'stopped' | 'running'>> = {
  delete: { 3: 'stopped' },
  'comes-back-as-new': { 3: 'stopped', 6: 'running' },
  evacuate: { 3: 'stopped', 8: 'running' },
}

/** The server is where it goes, and its migration is not yet done: a moment that a slow cloud was asked in. */
const BETWEEN = 'asked between the end of a move and that of its migration, and what came of it'

/** Exchanges in which a cloud shows what nobody could tell from its recording. */
const UNTOLD: Record<string, string> = {
  '2026.2/conversations/delete.jsonl:11':
    'host2 had not yet noticed that the instance of the conversation before was gone',
  ...Object.fromEntries(
    ['2024.1', '2025.1'].flatMap((release) =>
      ['drain.jsonl:13', 'evacuate.jsonl:13', 'evacuate.jsonl:15'].map((place) => [
        `${release}/conversations/${place}`,
        BETWEEN,
      ]),
    ),
  ),
}

const recordings = await Promise.all(
  (readdirSync(FOLDER, { recursive: true }) as string[])
    .filter((file) => file.endsWith('.jsonl'))
    .map((file) => loadRecording(join(FOLDER, file))),
)
const conversations = recordings.filter(({ file }) => file.includes('/conversations/'))
const samples = recordings.filter(({ file }) => !file.includes('/conversations/'))

test.each(conversations.map((recording) => ({ file: recording.file, recording })))(
  '$file: every request is answered as the real cloud did',
  async ({ recording }) => {
    await using nova = await bootListening({ world: { ...worldOf(recording), users: [ADMIN] } })
    const name = /([^/]+)\.jsonl$/.exec(recording.file)![1]!
    expect(await differencesIn(nova, [recording], HAPPENINGS[name])).toEqual([])
  },
)

test.each([...Map.groupBy(samples, ({ file }) => file.split('/')[2]!)])(
  'the single requests of %s, asked one after another as they were of the real cloud, are answered as it did',
  async (_, ofRelease) => {
    const inTime = ofRelease.sort((one, other) => one.made.at.localeCompare(other.made.at))
    await using nova = await bootListening({ world: { ...mergedWorld(inTime), users: [ADMIN] } })
    expect(await differencesIn(nova, inTime)).toEqual([])
  },
)

test.each(NOT_YET)('%s is not there yet; once it is, it has to leave the list', async (entry) => {
  await using nova = await boot()
  const [method = '', path = ''] = entry.replaceAll('*', '99999999-0000-4000-8000-000000000009').split(' ')
  const { status, text } = await nova.nova(path, { method, ...(method === 'POST' && { body: {} }) })
  expect({ status, text }).toMatchObject({
    status: 404,
    text: expect.stringContaining('The resource could not be found.'),
  })
})

type Listening = Awaited<ReturnType<typeof bootListening>>

/** Every exchange that is answered otherwise, and where the answers differ. */
async function differencesIn(nova: Listening, inTime: Recording[], happenings: (typeof HAPPENINGS)[string] = {}) {
  const found: string[] = []
  const { url } = nova.emulator
  const ownWords = { ids: (): [string, string][] => [], addresses: [[url, '<cloud>'] as [string, string]] }
  for (const recording of inTime) {
    const tokens = new Map<string, string>()
    const namings: [Naming, Naming] = [createNaming(ownWords), createNaming(ownWords)]
    for (const exchange of recording.exchanges) {
      const { method, path } = exchange.request
      const process = happenings[exchange.n]
      if (process) await nova.control('PATCH', '/processes/nova-compute@host7', { process })
      if (exchange.at !== undefined) nova.cloud.clock.advance(Math.max(0, exchange.at - nova.cloud.clock.now()))
      const isUntold = Object.keys(UNTOLD).some((each) => `${recording.file}:${exchange.line}`.endsWith(each))
      const isMissing = isUntold || (exchange.to === 'compute' && isNotYet(method, path.replace('/v2.1', '')))
      // What comes after a change that was not made is of another cloud.
      if (isMissing && method !== 'GET') break
      if (isMissing) continue
      const at = exchange.to === 'identity' ? { at: 'identity' as const } : {}
      const question = { [method]: path.replace('/v2.1', ''), ...at }
      const real = namings[0].name(question, recordedAnswer(recording, exchange, url))
      const ours = namings[1].name(question, await answerTo(url, recording, exchange, tokens))
      const place = `${recording.file}:${exchange.line}`
      const lines = differences(real, ours)
      if (lines.length > 0) found.push([`${place} ${method} ${path}`, ...lines].join('\n'))
    }
  }
  return found
}

async function answerTo(url: string, recording: Recording, exchange: Exchange, tokens: Map<string, string>) {
  const { to, request, answer } = exchange
  const password = answer.status === 401 ? 'wrong' : 'secret'
  const fill = (text: string) => filled(recording, text, { url, tokens, password })
  const told = await send(url, {
    method: request.method,
    path: fill(to === 'compute' ? request.path : `/${to}${request.path}`),
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, fill([value].flat().join(', '))]),
    ),
    body: request.body && fill(bodyText(request.body)),
  })
  const token = told.headers['x-subject-token']
  if (token) tokens.set(String(answer.headers['x-subject-token']), String(token))
  return told
}

function recordedAnswer(recording: Recording, { answer }: Exchange, url: string) {
  const text = answer.body ? filled(recording, bodyText(answer.body), { url }) : ''
  const headers = Object.entries(answer.headers).map(([name, value]) => {
    if (value === '<length>') return [name, String(Buffer.byteLength(text))]
    return [name, filled(recording, [value].flat().join(', '), { url })]
  })
  return { status: answer.status, headers: Object.fromEntries(headers), text }
}

interface Filling {
  url: string
  tokens?: Map<string, string>
  password?: string
}

/** With the values of names: ids as they were, since the world has them, too; tokens are ours. */
function filled({ values }: Recording, text: string, { url, tokens, password = '' }: Filling): string {
  return fillNames(text, (name) => {
    switch (kindOf(name)) {
      case undefined:
        return name === 'compute' ? url : `${url}/${name}`
      case 'token':
        return tokens?.get(`<${name}>`) ?? 'admin'
      case 'secret':
        return password
      case 'audit':
        return 'a'.repeat(22)
      case 'request':
        return 'req-00000000-0000-4000-8000-000000000000'
      default:
        return values.get(name) ?? name
    }
  })
}

function worldOf(recording: Recording): WorldFile {
  return parse(seedOf(recording).yaml) as WorldFile
}

/** The world that recordings of one cloud tell of together. A name stands for a value in one file alone, so they get numbers of their own. */
function mergedWorld(inTime: Recording[]): WorldFile {
  let n = 0
  const lines = inTime.flatMap(({ file }, index) => {
    const [first = '', ...rest] = readFileSync(file, 'utf8').trimEnd().split('\n')
    const renamed = rest.map((line) =>
      line
        .replace(
          /(?<=[<"](?:uuid|id|host-id|reservation|time|audit|token)-)\d+(?=[>"])/gi,
          (number) => `${Number(number) + index * 1000}`,
        )
        .replace(/^\{"n": \d+/, () => `{"n": ${++n}`),
    )
    return index === 0 ? [first, ...renamed] : renamed
  })
  return worldOf(readRecording(`${lines.join('\n')}\n`, 'samples.jsonl'))
}
