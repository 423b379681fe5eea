/** Bodies that are too large, too deep, or name what JavaScript keeps for itself. */

import { truncateSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadWorld } from '../../src/worlds/load.ts'
import { readWorld } from '../../src/worlds/read.ts'
import { boot, bootListening } from '../support/boot.ts'
import { serve } from '../support/command.ts'

test('what is larger than Nova takes is 413, in its words', async () => {
  await using nova = await bootListening()
  const body = JSON.stringify({ host: 'h', pad: 'x'.repeat(114_688) })
  const { status, text } = await nova.nova('/os-services/enable', { method: 'PUT', body })
  expect(status).toBe(413)
  expect(text).toContain('Request is too large. Larger than max_request_body_size (%s).')
})

const DEEP = `${'['.repeat(100_000)}${']'.repeat(100_000)}`

test.each([
  ['/services', `{"binary": ${DEEP}, "host": "x"}`],
  ['/faults', `{"name": "x", "match": {"body": ${DEEP}}, "do": {"status": 409}}`],
  ['/state', DEEP],
  ['/worlds', `{"name": "a", "world": ${DEEP}}`],
  ['/journal/verify', `{"expect": [{"body": ${DEEP}}]}`],
])('control %s takes no body that lies 100,000 deep, and says so', async (path, body) => {
  await using nova = await bootListening()
  const method = path === '/state' ? 'PUT' : 'POST'
  const { status, json } = await nova.control(method, path, body)
  expect(status).toBe(400)
  expect(json.error.message).not.toBe('')
  expect((await nova.control('GET', '/health')).status).toBe(200)
})

test.each([
  ['/services', '{"__proto__": {"polluted": true}, "binary": "nova-compute", "host": "x"}'],
  ['/services', '{"constructor": {"prototype": {"polluted": true}}, "binary": "nova-compute", "host": "x"}'],
  ['/faults', '{"name": "x", "match": {"__proto__": {"polluted": true}}, "do": {"status": 409}}'],
])('a key of every object is a key like any other, and unknown: %s %s', async (path, body) => {
  await using nova = await bootListening()
  const { status } = await nova.control('POST', path, body)
  expect(status).toBe(400)
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
})

test('where control could not keep a key, it says so and leaves all as it was', async () => {
  await using nova = await bootListening()
  const instance = '{"name": "a", "host": "host1", "metadata": {"__proto__": "x", "constructor": "y"}}'
  const { status, json } = await nova.control('POST', '/instances', instance)
  expect(status).toBe(400)
  expect(json.error).toMatchObject({ message: '"__proto__" cannot be a key here', path: 'metadata.__proto__' })
  const { instances } = (await nova.control('GET', '/instances')).json
  expect(instances.map(({ name }: { name: string }) => name)).not.toContain('a')
  const rule = '{"name": "x", "do": {"status": 409, "body": {"__proto__": "x"}}}'
  expect((await nova.control('POST', '/faults', rule)).status).toBe(201)
})

test('a header, a tag or a key of Nova that is __proto__ is only that', async () => {
  await using nova = await bootListening()
  const body = '{"aggregate": {"name": "__proto__"}}'
  expect((await nova.nova('/os-aggregates', { method: 'POST', body })).json.aggregate.name).toBe('__proto__')
  const metadata = '{"set_metadata": {"metadata": {"__proto__": "x", "constructor": "y"}}}'
  const { json } = await nova.nova('/os-aggregates/1/action', { method: 'POST', body: metadata })
  expect(Object.entries(json.aggregate.metadata).sort()).toEqual([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ])
  expect(({} as { x?: string }).x).toBeUndefined()
})

test('a world file of 100 MB is refused before it is read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'novasim-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const file = join(folder, 'large.yaml')
  writeFileSync(file, 'services: []\n')
  truncateSync(file, 100 * 1024 * 1024)
  const before = process.memoryUsage().rss
  await expect(loadWorld(file)).rejects.toThrow(/large\.yaml: .*104857600 bytes, and 67108864 are the most/)
  expect(process.memoryUsage().rss - before).toBeLessThan(50e6)
})

test('aliases of YAML that blow up are refused', async () => {
  await using nova = await bootListening()
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]']
  for (let n = 1; n < 12; n++)
    lines.push(
      `a${n}: &a${n} [${Array(10)
        .fill(`*a${n - 1}`)
        .join(', ')}]`,
    )
  const { status } = await nova.ask('/_novasim/state', {
    method: 'PUT',
    body: lines.join('\n'),
    headers: { 'Content-Type': 'application/yaml' },
  })
  expect(status).toBe(400)
})

const yaml = { 'Content-Type': 'application/yaml' }
const services = (count: number) => `services:\n${'- {binary: nova-compute, host: h}\n'.repeat(count)}`

test('YAML that is too long is refused before it is read', async () => {
  await using nova = await boot()
  const body = services(600_000)
  const { status, json } = await nova.ask('/_novasim/state', { method: 'PUT', body, headers: yaml })
  expect(status).toBe(400)
  expect(json.error.message).toMatch(
    /it has \d+ characters of YAML, and 16777216 are the most that is read \(write it as JSON/,
  )
  expect(() => readWorld(body, 'world.yaml')).toThrow(/world\.yaml: it has \d+ characters of YAML/)
})

test.each([
  ['services', Array.from({ length: 200_001 }, () => null)],
  ['instances', Array.from({ length: 1_000_001 }, () => null)],
])('a world of more %s than there is memory for is refused before they are read', async (key, list) => {
  await using nova = await boot()
  const { status, json } = await nova.control('PUT', '/state', { [key]: list })
  const message = `expected no more than ${list.length - 1} entries; got ${list.length}`
  expect([status, json]).toEqual([400, { error: { message, path: key } }])
})

test('so are instances, however few entries they stand in', async () => {
  await using nova = await boot()
  const many = { name: 'i', host: 'host1', count: 1_000_000 }
  const { status, json } = await nova.control('PUT', '/state', {
    services: [{ binary: 'nova-compute', host: 'host1' }],
    instances: [{ ...many, count: 1000 }, many, many],
  })
  const message = 'with 1000000 more than 1001000 there would be more than 2000000 instances'
  expect([status, json.error]).toMatchObject([400, { message, path: 'instances[2].count' }])
})

test('a server with too little memory for what it is sent as YAML says so, and goes on', async () => {
  await using nova = await serve(['--port', '0', '--log', 'off'], { NODE_OPTIONS: '--max-old-space-size=60' })
  const state = `${nova.url}/_novasim/state`
  const refused = await fetch(state, { method: 'PUT', body: services(100_000), headers: yaml })
  expect(refused.status).toBe(400)
  expect(await refused.json()).toMatchObject({
    error: { message: 'the body is not YAML: there is too little memory to read it' },
  })
  expect((await fetch(state)).status).toBe(200)
})

test('YAML that is long is what it is when it is short', async () => {
  await using nova = await boot()
  const put = (body: string) => nova.ask('/_novasim/state', { method: 'PUT', body, headers: yaml })
  const one = `clock: {mode: manual}\n${services(1)}`
  const padded = one + '# and nothing more\n'.repeat(10_000)
  expect((await put(padded)).json).toEqual((await put(one)).json)
  const broken = await put(`${padded}- ]`)
  expect([broken.status, broken.json.error.message]).toEqual([400, expect.stringContaining('the body is not YAML: ')])
  expect(broken.json.error.message).toContain('at line 10004')
})
