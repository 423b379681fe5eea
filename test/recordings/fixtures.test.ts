import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { bodyText } from '../../src/recordings/body.ts'
import { loadRecording } from '../../src/recordings/load.ts'
import { fillNames, kindOf } from '../../src/recordings/names.ts'
import type { Exchange, Recording } from '../../src/recordings/recording.ts'
import { seedOf } from '../../src/recordings/seed.ts'
import type { WorldFile } from '../../src/worlds/world-schema.ts'
import { boot } from '../support/boot.ts'

const FOLDER = 'fixtures/recordings'
const files = (readdirSync(FOLDER, { recursive: true }) as string[])
  .filter((file) => file.endsWith('.jsonl'))
  .map((file) => join(FOLDER, file))
  .sort()

test('there are recordings of a real cloud, and none of them holds a secret or an address', () => {
  expect(files.length).toBeGreaterThan(40)
  for (const file of files) {
    const text = readFileSync(file, 'utf8')
    expect(text, file).not.toMatch(
      /gAAAAA|"password": "(?!<secret>)|x-(?:auth|subject)-token": "(?!<token)|\d+\.\d+\.\d+\.\d+:\d+/,
    )
  }
})

test.each(files)('%s says where it is from, and is replayed in order', async (file) => {
  const recording = await loadRecording(file)
  const [, , release] = file.split(sep)
  expect(recording.made).toMatchObject({ how: expect.stringMatching(/^npm run fixtures: /), release })
  expect(recording.notes).toEqual([])
  await using nova = await boot({ replay: { file, mode: 'strict', otherwise: 'error', times: 'recorded' } })
  const tokens = new Map<string, string>()
  for (const exchange of recording.exchanges) {
    const { to, request, answer } = exchange
    const headers = Object.entries(request.headers).map(([name, value]) => [
      name,
      filled(recording, [value].flat().join(', '), tokens),
    ])
    const told = await nova.ask(filled(recording, to === 'compute' ? request.path : `/${to}${request.path}`), {
      ...{ method: request.method, token: null, headers: Object.fromEntries(headers) },
      ...(request.body && { body: filled(recording, bodyText(request.body)) }),
    })
    const token = told.headers.get('x-subject-token')
    if (token) tokens.set(String(answer.headers['x-subject-token']), token)
    expect([told.status, withoutChance(told.text)]).toEqual([answer.status, withoutChance(textOf(recording, exchange))])
  }
})

const lists = await firstLists()

test.each(lists)(
  'the world that $file implies gives the list that the real Nova gave, byte for byte',
  async ({ recording, list }) => {
    const { yaml } = seedOf(recording)
    await using nova = await boot({ world: parse(yaml) as WorldFile })
    const version = [list.request.headers['openstack-api-version'] ?? 'compute 2.1'].flat()[0]!.replace('compute ', '')
    const ours = await nova.nova('/os-services', { version })
    expect(ours.text).toBe(textOf(recording, list))
  },
)

async function firstLists(): Promise<{ file: string; recording: Recording; list: Exchange }[]> {
  const recordings = await Promise.all(files.map(loadRecording))
  return recordings.flatMap((recording) => {
    const list = recording.exchanges.find(
      ({ request, answer }) => request.path === '/v2.1/os-services' && answer.status === 200,
    )
    return list ? [{ file: recording.file, recording, list }] : []
  })
}

function textOf(recording: Recording, { answer }: Exchange): string {
  return answer.body ? filled(recording, bodyText(answer.body)) : ''
}

/** With the values of names; tokens are the ones that the replay has handed out, or any. */
function filled({ values }: Recording, text: string, tokens = new Map<string, string>()): string {
  return fillNames(text, (name) => {
    if (kindOf(name) !== undefined) return values.get(name) ?? tokens.get(`<${name}>`) ?? name
    return name === 'compute' ? 'http://novasim.test' : `http://novasim.test/${name}`
  })
}

/** What is made anew at each replay. */
function withoutChance(text: string): string {
  return text.replace(/"audit_ids": \[[^\]]*\]/g, '').replace(/req-[\w-]{36}|Request-ID: request/g, 'a request')
}
