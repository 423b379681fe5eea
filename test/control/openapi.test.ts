import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { controlApp } from '../../src/control/app.ts'
import { ROUTES } from '../../src/control/described.ts'
import { openApi } from '../../src/control/openapi.ts'
import { createWorlds } from '../../src/worlds/worlds.ts'
import { boot } from '../support/boot.ts'
import { expectDescribed, succeeded } from '../support/described.ts'

// What a test looks into is for the test to know.
// biome-ignore lint/suspicious/noExplicitAny: a document has any shape
const DOCUMENT: any = openApi('test', 'http://novasim.test/_novasim')

test('every route is described, and none that is not there', () => {
  const { routes } = controlApp({ worlds: createWorlds(), version: 'test', startedAt: 0 })
  expect(Object.keys(ROUTES).sort()).toEqual([...routes].sort())
  const documented = Object.entries(DOCUMENT.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`),
  )
  expect(documented.sort()).toEqual([...routes].sort())
})

test('docs/control.md says of each route what the document says', () => {
  const table = readFileSync('docs/control.md', 'utf8')
  for (const [route, { does }] of Object.entries(ROUTES)) expect(table).toContain(`| \`${route}\` | ${does} |`)
})

test('the document names each function once, and refers to nothing that is not in it', () => {
  const ids = Object.values(ROUTES).map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  const references = [...JSON.stringify(DOCUMENT).matchAll(/"\$ref":"#\/components\/(\w+)\/([^"]+)"/g)]
  expect(references.length).toBeGreaterThan(100)
  for (const [, kind, name] of references) expect(DOCUMENT.components[kind!]).toHaveProperty(name!)
  expect(JSON.stringify(DOCUMENT)).not.toContain('__shared')
})

test('it is served, at the address of the world that it is asked of', async () => {
  await using nova = await boot()
  await nova.control('POST', '/worlds', { name: 'ci-7' })
  const ofDefault = (await nova.control('GET', '/openapi.json')).json
  expect(ofDefault.servers).toEqual([{ url: 'http://novasim.test/_novasim' }])
  expect(ofDefault).toMatchObject({
    openapi: '3.1.0',
    paths: { '/services/{id}': { get: { operationId: 'getService' } } },
  })
  expect((await nova.ask('/w/ci-7/_novasim/openapi.json')).json.servers).toEqual([
    { url: 'http://novasim.test/w/ci-7/_novasim' },
  ])
})

test('what is answered is held to the document', async () => {
  await using nova = await boot()
  const { json } = await nova.control('GET', '/services/1')
  expect(() => expectDescribed('GET', '/services/1', 200, json)).not.toThrow()
  expect(() => expectDescribed('GET', '/services/1', 200, { ...json, more: 1 })).toThrow(/additional properties/)
  expect(() => expectDescribed('GET', '/services/1', 200, { ...json, state: 'off' })).toThrow(
    /one of the allowed values/,
  )
  expect(() => expectDescribed('GET', '/services/1', 418, {})).toThrow(/418, which is not described/)
})

test('every route answers as it is described', async () => {
  await using nova = await boot()
  const recording = readFileSync('fixtures/recordings/2026.2/keystone/v3/log-in-refused.jsonl', 'utf8')
  const ask = async (route: string, body?: unknown) => {
    const [method = '', path = ''] = route.split(' ')
    const answer = await nova.control(method, path, body)
    expect(answer.status, `${route}: ${answer.text}`).toBeLessThan(300)
    return answer.json
  }
  await nova.nova('/os-services')
  for (const route of EVERY_GET) await ask(route)
  await ask('POST /worlds', { name: 'a' })
  await ask('GET /worlds/a')
  await ask('DELETE /worlds/a')
  await ask('POST /services', { binary: 'nova-compute', host: 'host9' })
  await ask('PATCH /services/nova-compute@host9', { status: 'disabled' })
  await ask('POST /instances', { name: 'one', host: 'host1' })
  await ask('POST /instances', { name: 'some-{n}', host: 'host1', count: 2 })
  await ask('GET /instances/one')
  await ask('PATCH /instances/one', { host: 'host2' })
  await ask('POST /aggregates', { name: 'rack1', hosts: ['host1'], availability_zone: 'az1' })
  await ask('GET /aggregates/rack1')
  await ask('PATCH /aggregates/rack1', { metadata: { ssd: 'true' } })
  await ask('DELETE /aggregates/rack1')
  const { id } = await ask('POST /migrations', { type: 'migration', status: 'done', source: 'host1', instance: 'one' })
  await ask(`GET /migrations/${id}`)
  await ask(`PATCH /migrations/${id}`, { status: 'error' })
  await ask(`DELETE /migrations/${id}`)
  await ask('DELETE /instances/one')
  await ask('POST /cells', { name: 'cell2' })
  await ask('GET /cells/cell2')
  await ask('PATCH /cells/cell2', { down: true })
  await ask('PATCH /processes/nova-compute@host3', { process: 'hung' })
  await ask('DELETE /services/nova-compute@host9')
  await ask('GET /processes/nova-compute@host9')
  await ask('GET /resource-providers')
  await ask('DELETE /processes/nova-compute@host9')
  await ask('GET /resource-providers/host2')
  await ask('DELETE /instances/host2-1')
  await ask('DELETE /instances/host2-2')
  await ask('DELETE /resource-providers/host2')
  await ask('POST /recordings', { name: 'r', recording, on: false })
  await ask('GET /recordings/r')
  await ask('PATCH /recordings/r', { rewind: true })
  await ask('DELETE /recordings/r')
  await ask('PUT /durations', { boot: '2s' })
  await ask('PUT /clock', { rate: 2 })
  await ask('POST /clock/advance', { by: '61s' })
  await ask('POST /faults', ['conflict', { name: 'slow', match: { face: 'nova' }, do: { delay: '1ms' } }])
  await ask('POST /faults', { name: 'never', match: { operation: 'os-services:list', method: 'PUT' }, do: 'conflict' })
  await ask('GET /faults/slow')
  await ask('PATCH /faults/slow', { times: 1 })
  await ask('DELETE /faults/slow')
  await ask('DELETE /faults')
  const played = await ask('POST /scenarios', { name: 'quiet-cloud' })
  await ask(`GET /scenarios/${played.id}`)
  await ask(`DELETE /scenarios/${played.id}`)
  await nova.nova('/os-services')
  await ask('GET /journal')
  await ask('GET /journal?format=har')
  await ask(`GET /journal/${(await ask('GET /journal')).last}`)
  await ask('PUT /journal', { entries: 5 })
  await ask('POST /journal/verify', { request: { path: '/os-services' } })
  expect((await nova.control('POST', '/journal/verify', { request: { method: 'PUT' } })).status).toBe(417)
  await ask('DELETE /journal')
  await ask('POST /snapshots', { id: 's' })
  await ask('GET /snapshots/s')
  await ask('POST /snapshots/s/restore')
  await ask('DELETE /snapshots/s')
  await ask('PUT /state', await ask('GET /state'))
  await ask('POST /reset')
  const described = Object.values(ROUTES).map((route) => route.id)
  // It does not end, so it has tests of its own.
  expect(described.filter((name) => !succeeded.has(name))).toEqual(['followJournal'])
})

/** Those with nothing in their path that would have to be made first. */
const EVERY_GET = Object.keys(ROUTES).filter((route) => /^GET [^:]*$/.test(route) && !route.endsWith('/stream'))
