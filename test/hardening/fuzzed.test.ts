/** What `npm run fuzz` found, each once more. */

import { expect, onTestFinished, test, vi } from 'vitest'
import { loadRules } from '../../src/faults/read.ts'
import { keepBody } from '../../src/recordings/body.ts'
import { fromHar } from '../../src/recordings/har.ts'
import { readRecording } from '../../src/recordings/recording.ts'
import { knownAt } from '../../src/worlds/known.ts'
import { readWorld } from '../../src/worlds/read.ts'
import { boot } from '../support/boot.ts'

test.each(['__proto__', 'constructor'])(
  'images are filtered by %s as by any property, which none of them has',
  async (name) => {
    await using nova = await boot()
    const { status, json } = await nova.ask(`/image/v2/images?${name}=x`)
    expect([status, json.images]).toEqual([200, []])
  },
)

test('a time is not compared by what every object has', async () => {
  await using nova = await boot()
  expect((await nova.ask('/image/v2/images?created_at=constructor:2020-01-01T00:00:00Z')).status).toBe(400)
})

test('a rule can only ask for a header that can be sent', async () => {
  const rule = { match: { header: { '/x': 'admin' } }, do: { status: 409 } }
  await expect(loadRules([rule], knownAt())).rejects.toThrow('expected the name of a header; got "/x"')
})

test('a server that has lost its last tag and its metadata is as one that never had any', async () => {
  await using nova = await boot()
  const { uuid } = (await nova.control('GET', '/instances')).json.instances[0]
  const before = (await nova.control('GET', '/state')).json
  await nova.nova(`/servers/${uuid}/tags`, { method: 'PUT', version: '2.100', body: { tags: [] } })
  await nova.nova(`/servers/${uuid}/metadata`, { method: 'PUT', body: { metadata: {} } })
  const after = (await nova.control('GET', '/state')).json
  expect(after.instances).toEqual(before.instances)
  expect((await nova.control('PUT', '/state', after)).json).toEqual(after)
})

test('a service starts in no cell that there is not', async () => {
  await using nova = await boot()
  const service = { binary: 'nova-compute', host: 'host9', cell: 'cell9' }
  const { status, json } = await nova.control('POST', '/services', service)
  expect([status, json.error.message]).toEqual([409, 'there is no cell "cell9"'])
  await nova.control('POST', '/cells', { name: 'cell9' })
  expect((await nova.control('POST', '/services', service)).status).toBe(201)
})

test('a scenario places no more instances at once than a world file does', async () => {
  await using nova = await boot()
  const place = { name: 'a', host: 'host1', count: 1_000_001 }
  const { status, json } = await nova.control('POST', '/scenarios', { steps: [{ place }] })
  expect([status, json.error.path]).toEqual([400, 'steps[0].place.count'])
})

test('YAML that is odd is refused, and nothing is written beside', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  onTestFinished(() => warn.mockRestore())
  const text = '%odd 1\n---\n? [a]\n: b\n'
  expect(() => readWorld(text, 'world.yaml')).toThrow('unknown key')
  await using nova = await boot()
  const headers = { 'Content-Type': 'application/yaml' }
  expect((await nova.ask('/_novasim/state', { method: 'PUT', headers, body: text })).status).toBe(400)
  expect(warn).not.toHaveBeenCalled()
})

const entry = (request: object, response: object) => ({
  request: { method: 'GET', url: 'http://compute.recording.invalid/v2.1/servers', headers: [], ...request },
  response: { status: 200, headers: [], ...response },
})
const harOf = (each: object) => JSON.stringify({ log: { entries: [each] } })

test.each([
  ['request.method', entry({ method: 'application/json' }, {})],
  ['request.headers[0].name', entry({ headers: [{ name: 'a b', value: 'c' }] }, {})],
  ['response.headers[0].name', entry({}, { headers: [{ name: 'a(b', value: 'c' }] })],
  ['response.status', entry({}, { status: 9_007_199_254_740_991 })],
])('a HAR that has no such %s is refused with its place in the HAR', (place, each) => {
  expect(() => fromHar(harOf(each), 'a.har')).toThrow(`a.har: log.entries[0].${place}: expected `)
})

test('a header of a HAR that has a line for each of its values has several, of the bytes that can be sent', () => {
  const headers = [
    { name: 'Vary', value: 'a\nb' },
    { name: 'X', value: 'a\0→' },
  ]
  const { exchanges } = readRecording(fromHar(harOf(entry({}, { headers })), 'a.har'), 'a.jsonl')
  expect(exchanges[0]?.answer.headers).toEqual({ vary: ['a', 'b'], x: 'a\xe2\x86\x92' })
})

test('a HAR whose times there are not, or whose addresses have no path, is a recording all the same', () => {
  const late = { ...entry({}, {}), startedDateTime: '2026-01-01T00:00:00Z', time: Number.MAX_SAFE_INTEGER }
  const pathless = entry({ url: 'http://compute.recording.invalid?host=a' }, {})
  const text = fromHar(JSON.stringify({ log: { entries: [late, pathless] } }), 'a.har')
  expect(readRecording(text, 'a.jsonl').exchanges.map(({ at, request }) => [at, request.path])).toEqual([
    [0, '/v2.1/servers'],
    [0, '/?host=a'],
  ])
})

test('a body that lies too deep to be read again within its line is kept as text', () => {
  const deep = (depth: number) => Buffer.from(`${'['.repeat(depth)}${']'.repeat(depth)}`)
  expect([keepBody(deep(1000))?.as, keepBody(deep(1404))?.as]).toEqual(['json', 'text'])
})

test.each(['x', 'gAAAAA', 'password', '%26password', '<password ', 'name="password"\n'])(
  'a text of many %j is searched for secrets as fast as it is long',
  (piece) => {
    const content = { text: `{"a": "v2.0"${piece.repeat(200_000 / piece.length)}` }
    const before = performance.now()
    fromHar(harOf(entry({}, { content })), 'a.har')
    expect(performance.now() - before).toBeLessThan(2000)
  },
)

test('a header that is called like what every object has is kept as any other', () => {
  const headers = [{ name: 'constructor', value: 'a' }]
  const { exchanges } = readRecording(fromHar(harOf(entry({ headers }, {})), 'a.har'), 'a.jsonl')
  expect(Object.entries(exchanges[0]?.request.headers ?? {})).toEqual([['constructor', 'a']])
})

test.each(['\0', '\x7f', '→'])('a recording has no header with %j in it, which cannot be sent', (value) => {
  const made = '{"novasim_recording": 1, "made": {"at": "2026-01-01T00:00:00Z"}}'
  const line = JSON.stringify({
    ...{ n: 1, to: 'compute', request: { method: 'GET', path: '/' } },
    answer: { status: 200, headers: { x: value } },
  })
  expect(() => readRecording(`${made}\n${line}\n`, 'a.jsonl')).toThrow('a.jsonl:2: answer.headers.x: expected a header')
})
