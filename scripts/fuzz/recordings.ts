/** Recordings and HAR: each is read, answers requests and implies a world; or it is refused in words. */

import { gzipSync } from 'node:zlib'
import { createEmulator } from '../../src/emulator.ts'
import { fromHar, toHar } from '../../src/recordings/har.ts'
import { type Recording, readRecording } from '../../src/recordings/recording.ts'
import { holdRecording, impliedWorld } from '../../src/worlds/replayed.ts'
import type { Form } from './change.ts'
import { createCorpus } from './corpus.ts'
import { ended } from './ending.ts'
import { Find, gist, type Part, within } from './part.ts'
import { readOrRefused } from './refused.ts'
import { JSON_TEXT, textsOf } from './seeds.ts'

const WITHIN_MS = 2000

/** A recording is a list of lines. */
const LINES: Form = {
  parse: (text) => text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [JSON.parse(line)])),
  write: (value) => (Array.isArray(value) ? value : [value]).map((line) => `${JSON.stringify(line) ?? ''}\n`).join(''),
}

const seeds = () => textsOf(['fixtures/recordings/{2026.2,zed}/**/*.jsonl'], 16_000)

export function recordings(): Part<string> {
  const corpus = createCorpus(seeds(), LINES)
  return {
    cases: corpus.texts,
    keep: corpus.keep,
    shown: (text) => text,
    run: (text) =>
      within(WITHIN_MS, async () => {
        const { value, refused } = await readOrRefused(() => readRecording(text, 'recording.jsonl'))
        return refused ?? replayed(value)
      }),
  }
}

export function har(): Part<string> {
  const made = seeds().map((text) => toHar(readRecording(text, 'seed.jsonl')))
  const corpus = createCorpus(
    [JSON.stringify(BROWSER), ...made.map((text) => JSON.stringify(JSON.parse(text)))],
    JSON_TEXT,
  )
  return {
    cases: corpus.texts,
    keep: corpus.keep,
    shown: (text) => text,
    run: (text) =>
      within(WITHIN_MS, async () => {
        const { value, refused } = await readOrRefused(() => fromHar(text, 'fuzzed.har'))
        if (refused !== undefined) return refused
        let recording: Recording
        try {
          recording = readRecording(value, 'fuzzed.jsonl')
        } catch (error) {
          throw new Find(`what was made of a HAR is no recording: ${error instanceof Error ? error.message : error}`)
        }
        const back = await readOrRefused(() => fromHar(toHar(recording), 'back.har'))
        if (back.refused !== undefined) throw new Find(`what was made into HAR is none: ${back.refused}`)
        return replayed(recording)
      }),
  }
}

/** Its first and its last request, asked of it. */
async function replayed(recording: Recording): Promise<string> {
  await using emulator = createEmulator({ clock: 'manual', world: 'empty' })
  const world = await emulator.ready
  const strict = recording.exchanges.length % 2 === 0
  holdRecording(world, 'fuzzed', recording, {
    mode: strict ? 'strict' : 'match',
    otherwise: strict ? 'error' : 'world',
  })
  const asked = [recording.exchanges[0], recording.exchanges.at(-1)].flatMap((each) => each ?? [])
  const ends: string[] = []
  for (const { to, request } of asked) {
    const place = to === 'identity' ? '/identity' : to === 'placement' ? '/placement' : ''
    const sent = sentAs(`http://fuzz${place}${request.path}`, request.method)
    ends.push(sent ? (await ended(world, emulator.fetch(sent), { mayBeLost: false })).how : 'nothing to send')
  }
  const implied = await readOrRefused(() => impliedWorld(recording, 1))
  return `${ends.join(', ')}; ${implied.refused === undefined ? 'a world' : `no world: ${gist(implied.refused)}`}`
}

function sentAs(url: string, method: string): Request | undefined {
  try {
    return new Request(url, { method, headers: { 'X-Auth-Token': 'admin' } })
  } catch {
    // No client could send it.
    return undefined
  }
}

/** As a browser saves it: packed, in base64, with what has nothing to do with a cloud between. */
const BROWSER = {
  log: {
    version: '1.2',
    creator: { name: 'Firefox', version: '144.0' },
    entries: [
      entry('GET', 'https://static.example/logo.png', { text: '' }),
      entry(
        'POST',
        'https://cloud.example:5000/v3/auth/tokens',
        {
          text: '{"token": {"catalog": [{"type": "compute", "endpoints": [{"url": "https://cloud.example:8774/v2.1"}]}]}}',
        },
        { text: '{"auth": {"identity": {"password": {"user": {"name": "admin", "password": "hush-hush-hush"}}}}}' },
      ),
      entry('GET', 'https://cloud.example:8774/v2.1/os-services?host=a', {
        text: gzipSync('{"services": [{"id": "6b2f1c1e-0000-4000-8000-000000000001"}]}').toString('base64'),
        encoding: 'base64',
      }),
      entry('POST', 'https://cloud.example:8774/v2.1/servers', { text: '{}' }, { params: [{ name: 'a', value: 'b' }] }),
    ],
  },
}

function entry(method: string, url: string, content: object, postData?: object): object {
  const headers = [
    { name: 'Content-Type', value: 'application/json' },
    { name: 'X-Auth-Token', value: 't0ken-t0ken-t0ken' },
  ]
  return {
    startedDateTime: '2026-01-01T00:00:00.000Z',
    time: 12,
    request: { method, url, headers, ...(postData && { postData }) },
    response: { status: 200, headers, content },
  }
}
