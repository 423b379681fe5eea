/** Bodies that are too large, too deep, or name what JavaScript keeps for itself. */

import { truncateSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadWorld } from '../../src/worlds/load.ts'
import { bootListening } from '../support/boot.ts'

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
