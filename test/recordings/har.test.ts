import { readFileSync, writeFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { fromHar, toHar } from '../../src/recordings/har.ts'
import { readRecording } from '../../src/recordings/recording.ts'
import { bootListening } from '../support/boot.ts'
import { run } from '../support/command.ts'
import { scratch, startRecording } from './upstream.ts'

/** As a browser saves it: the answer packed, the cookies beside, what has nothing to do with the cloud between. */
const BROWSER = {
  log: {
    version: '1.2',
    creator: { name: 'Firefox', version: '144.0' },
    entries: [
      entry('GET', 'https://static.example/logo.png', {}, '', 'image', 'base64'),
      entry(
        'POST',
        'https://cloud.example:5000/v3/auth/tokens',
        { Cookie: 'session=c00kie-c00kie' },
        JSON.stringify({
          token: {
            user: { name: 'admin' },
            catalog: [
              { type: 'compute', endpoints: [{ interface: 'public', url: 'https://cloud.example:8774/v2.1' }] },
            ],
          },
        }),
        JSON.stringify({ auth: { identity: { password: { user: { name: 'admin', password: 'hush-hush-hush' } } } } }),
      ),
      entry(
        'GET',
        'https://cloud.example:8774/v2.1/os-services?host=a',
        { 'X-Auth-Token': 't0ken-t0ken-t0ken', 'Accept-Encoding': 'gzip' },
        gzipSync(
          '{"services": [{"id": "6b2f1c1e-0000-4000-8000-000000000001", "at": "https://cloud.example:8774/v2.1"}]}',
        ).toString('base64'),
        '',
        'base64',
      ),
    ],
  },
}

test('a HAR of a browser becomes a recording: unpacked, without secrets, with names', () => {
  const text = fromHar(JSON.stringify(BROWSER), 'browser.har')
  for (const secret of ['hush-hush-hush', 'c00kie-c00kie', 't0ken-t0ken-t0ken', 'cloud.example'])
    expect(text).not.toContain(secret)
  const { made, exchanges, notes } = readRecording(text, 'browser.har')
  expect(made).toMatchObject({ by: 'Firefox 144.0', at: '2026-01-01T00:00:00.000Z', how: 'made from a HAR file' })
  expect(notes.map(({ note }) => note)).toEqual(['entry 1 of the HAR was left out: its address is that of no service'])
  expect(exchanges.map(({ to, request }) => [to, request.method, request.path])).toEqual([
    ['identity', 'POST', '/v3/auth/tokens'],
    ['compute', 'GET', '/v2.1/os-services?host=a'],
  ])
  expect(text).toContain('"body": {"services": [{"id": "<uuid-1>", "at": "<compute>/v2.1"}]}')
})

test('a recording goes into HAR and back without a loss', async () => {
  await using nova = await bootListening()
  const { recorder, out, text } = await startRecording(`${nova.emulator.url}/identity/v3`)
  const identity = {
    methods: ['password'],
    password: { user: { name: 'admin', password: 'secret', domain: { id: 'default' } } },
  }
  const scope = { project: { name: 'admin', domain: { id: 'default' } } }
  const headers = { 'Content-Type': 'application/json' }
  const login = await fetch(`${recorder.authUrl}/auth/tokens`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ auth: { identity, scope } }),
  })
  const token = login.headers.get('x-subject-token') ?? ''
  const asked = { 'X-Auth-Token': token, 'OpenStack-API-Version': 'compute 2.53' }
  await fetch(`${recorder.url}/compute/`)
  await fetch(`${recorder.url}/compute/v2.1/os-services?host=host1`, { headers: asked })
  await fetch(`${recorder.url}/compute/v2.1/os-services/x`, { method: 'DELETE', headers: asked })
  await recorder.close()
  const har = `${out}.har`
  const back = `${out}.back.jsonl`
  expect((await run(['recordings', 'convert', out, har])).stderr).toBe(`# ${har}: 4 exchanges\n`)
  expect((await run(['recordings', 'convert', har, back])).code).toBe(0)
  const withoutFirst = (whole: string) => whole.split('\n').slice(1).join('\n')
  expect(withoutFirst(readFileSync(back, 'utf8'))).toBe(withoutFirst(text()))
  const { log } = JSON.parse(readFileSync(har, 'utf8'))
  expect(log).toMatchObject({ version: '1.2', creator: { name: 'novasim', version: 'test' } })
  expect(log.entries[2]).toMatchObject({
    request: {
      method: 'GET',
      url: 'http://compute.recording.invalid/v2.1/os-services?host=host1',
      queryString: [{ name: 'host', value: 'host1' }],
    },
    response: { status: 200, statusText: 'OK', content: { mimeType: 'application/json' } },
  })
})

test("novasim's own journal as HAR becomes a recording", async () => {
  await using nova = await bootListening()
  await nova.nova('/os-services', { version: '2.53' })
  const har = await nova.control('GET', '/journal?format=har')
  const { exchanges } = readRecording(fromHar(har.text, 'journal.har'), 'journal.har')
  expect(exchanges.map(({ to, request }) => [to, request.path])).toEqual([['compute', '/v2.1/os-services']])
})

test('what is no HAR is refused, with what is wrong, and exit code 2', async () => {
  const file = scratch('bad.har')
  writeFileSync(
    file,
    '{"log": {"entries": [{"request": {"method": "GET", "url": 7, "headers": []}, "response": {"status": 200, "headers": []}}]}}',
  )
  const { code, stderr } = await run(['recordings', 'check', file])
  expect([code, stderr]).toEqual([
    2,
    `novasim: ${file}: log.entries[0].request.url: expected a text; got 7 (write it in quotes: "7")\n`,
  ])
  writeFileSync(file, 'no')
  expect((await run(['replay', file])).stderr).toContain(`novasim: ${file}: this is no HAR: `)
})

test('a recording that holds bytes, and an answer with no body, go into HAR', () => {
  const header = '{"novasim_recording": 1, "made": {"by": "t", "at": "2026-01-01T00:00:00.000Z", "how": ""}}'
  const line =
    '{"n": 1, "to": "image", "request": {"method": "GET", "path": "/x"}, "answer": {"status": 200, "headers": {"content-length": "<length>"}, "base64": "AP/+"}}'
  const har = JSON.parse(toHar(readRecording(`${header}\n${line}\n`, 'r')))
  expect(har.log.entries[0].response.content).toEqual({ size: 3, mimeType: '', text: 'AP/+', encoding: 'base64' })
  expect(har.log.entries[0].response.headers).toEqual([{ name: 'content-length', value: '3' }])
})

function entry(
  method: string,
  url: string,
  headers: Record<string, string>,
  text: string,
  sent: string,
  encoding?: string,
) {
  return {
    startedDateTime: '2026-01-01T00:00:00.000Z',
    time: 5,
    request: {
      ...{
        method,
        url,
        httpVersion: 'HTTP/2',
        cookies: [{ name: 'session', value: 'c00kie-c00kie' }],
        queryString: [],
      },
      headers: Object.entries(headers).map(([name, value]) => ({ name, value })),
      ...(sent !== '' && { postData: { mimeType: 'application/json', text: sent } }),
    },
    response: {
      ...{ status: 200, statusText: 'OK', httpVersion: 'HTTP/2', cookies: [], redirectURL: '' },
      headers: [
        { name: 'content-type', value: 'application/json' },
        { name: 'content-encoding', value: 'gzip' },
      ],
      content: { size: text.length, mimeType: 'application/json', text, ...(encoding && { encoding }) },
    },
    ...{ cache: {}, timings: { send: 0, wait: 5, receive: 0 } },
  }
}
