import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Booted, boot } from '../support/boot.ts'

const disable = (nova: Booted, host: string) =>
  nova.nova('/os-services/disable', { method: 'PUT', body: { host, binary: 'nova-compute' } })
const verify = (nova: Booted, expected: object) => nova.control('POST', '/journal/verify', expected)

test('what was asked as often as it should have been is well', async () => {
  await using nova = await boot()
  await disable(nova, 'host1')
  await disable(nova, 'host1')
  const request = { operation: 'os-services:disable', host: 'host1', body: { binary: 'nova-compute' }, status: 200 }
  const { status, json } = await verify(nova, { request, times: 2, within: '30s' })
  expect(status).toBe(200)
  expect(json).toMatchObject({ ok: true, matched: [1, 2], got: 'exactly twice', message: '', nearest: null })
  expect((await verify(nova, { request })).status).toBe(200)
  expect((await verify(nova, { request, times: { at_least: 1, at_most: 2 } })).status).toBe(200)
  expect((await verify(nova, { never: { method: 'DELETE' } })).status).toBe(200)
})

test('what was not asked is said, with the nearest of what was and where it differs', async () => {
  await using nova = await boot()
  await nova.nova('/os-services')
  await disable(nova, 'host2')
  const { status, json } = await verify(nova, {
    request: { operation: 'os-services:disable', host: 'host1' },
    times: 1,
  })
  expect(status).toBe(417)
  expect(json).toMatchObject({
    ok: false,
    expected: 'operation: os-services:disable, host: host1 exactly once',
    got: 'never',
    matched: [],
    nearest: { entry: { id: 2 }, differs: [{ in: 'host', expected: 'host1', got: ['host2'] }] },
  })
  expect(json.message).toBe(
    [
      'expected: operation: os-services:disable, host: host1 exactly once',
      'got:      never',
      'nearest:  #2 PUT /v2.1/os-services/disable → 200',
      '  host: expected host1, got ["host2"]',
    ].join('\n'),
  )
})

test('what was asked too often is said, with all of it', async () => {
  await using nova = await boot()
  for (let round = 0; round < 3; round++) await nova.nova('/os-services')
  const { status, json } = await verify(nova, { request: { operation: 'os-services:list' }, times: { at_most: 2 } })
  expect(status).toBe(417)
  expect(json.message.split('\n')).toEqual([
    'expected: operation: os-services:list at most twice',
    'got:      exactly 3 times',
    'those that fit:',
    ...[1, 2, 3].map((id) => `  #${id} GET /v2.1/os-services → 200`),
  ])
})

test('what should never have been asked is said', async () => {
  await using nova = await boot()
  await nova.nova('/os-services/3', { method: 'DELETE' })
  const { status, json } = await verify(nova, { never: { method: 'DELETE' } })
  expect(status).toBe(417)
  expect(json).toMatchObject({ got: 'exactly once', matched: [1] })
})

test('requests that lie too far apart are said to, by the clock of the world', async () => {
  await using nova = await boot()
  await disable(nova, 'host1')
  await nova.control('POST', '/clock/advance', { by: '31s' })
  await disable(nova, 'host1')
  const request = { operation: 'os-services:disable' }
  expect((await verify(nova, { request, times: 2, within: '31s' })).status).toBe(200)
  const { status, json } = await verify(nova, { request, times: 2, within: '30s' })
  expect(status).toBe(417)
  expect(json.got).toBe('exactly twice, over 31 s')
})

test('an order is well when it is kept, whatever stands in between', async () => {
  await using nova = await boot()
  await nova.nova('/os-services')
  for (const host of ['host1', 'host2']) await disable(nova, host)
  await nova.nova('/os-services')
  const steps = [{ operation: 'os-services:list' }, { host: 'host2' }, { operation: 'os-services:list' }]
  expect((await verify(nova, { in_order: steps, within: '30s' })).json).toMatchObject({ ok: true, matched: [1, 3, 4] })
})

test('an order that is not kept is said, as far as it went', async () => {
  await using nova = await boot()
  await disable(nova, 'host2')
  await disable(nova, 'host1')
  const steps = [
    { operation: 'os-services:disable', host: 'host1' },
    { operation: 'os-services:disable', host: 'host2' },
  ]
  const { status, json } = await verify(nova, { in_order: steps })
  expect(status).toBe(417)
  expect(json).toMatchObject({ got: 'only as far as 1.', matched: [2] })
  expect(json.message).toContain('in this order: 1. operation: os-services:disable, host: host1; 2. ')
  expect(json.message).toContain('host: expected host2, got ["host1"]')
})

test('within a time limit an order may begin with a later one', async () => {
  await using nova = await boot()
  await nova.nova('/os-services')
  await nova.control('POST', '/clock/advance', { by: '1h' })
  await nova.nova('/os-services')
  await disable(nova, 'host1')
  const in_order = [{ operation: 'os-services:list' }, { operation: 'os-services:disable' }]
  const { json } = await verify(nova, { in_order, within: '30s' })
  expect(json.ok).toBe(true)
  const ids = (await nova.control('GET', '/journal?by=request')).json.entries.map(({ id }: { id: number }) => id)
  expect(json.matched).toEqual(ids.slice(1))
})

test('only what came after an entry counts when it is asked so', async () => {
  await using nova = await boot()
  await nova.nova('/os-services')
  expect((await verify(nova, { request: {}, times: 0, after: 1 })).status).toBe(200)
})

test('nothing that is like it is said, too', async () => {
  await using nova = await boot()
  expect((await verify(nova, { request: { method: 'DELETE' } })).json.message).toBe(
    'expected: method: DELETE at least once\ngot:      never\nnothing was asked at all',
  )
  await nova.nova('/os-services')
  expect((await verify(nova, { request: { method: 'DELETE' } })).json.message).toContain('nothing that came is like it')
})

test('rules that never fired are named beside the verdict', async () => {
  await using nova = await boot()
  await nova.control('POST', '/faults', { name: 'idle', match: { method: 'DELETE' }, do: { status: 500 } })
  expect((await verify(nova, { never: { method: 'DELETE' } })).json.unused_faults).toEqual(['idle'])
})

test.each([
  [{}, 'expected one of request, never and in_order', undefined],
  [{ request: {}, never: {} }, 'expected one of request, never and in_order', undefined],
  [{ request: { oparation: 'x' } }, 'unknown key "oparation"', 'request.oparation'],
  [{ request: {}, times: 'twice' }, undefined, 'times'],
])('an expectation that is none is complained of: %j', async (expected, message, path) => {
  await using nova = await boot()
  const { status, json } = await verify(nova, expected)
  expect(status).toBe(400)
  if (message) expect(json.error.message).toContain(message)
  expect(json.error.path).toBe(path)
})

test.each([
  [{ request: { operation: 'os-services:delte' } }, 'request.operation', 'did you mean "os-services:delete"?'],
  [{ never: { operation: ['os-services:list', 'x:y'] } }, 'never.operation[1]', undefined],
  [{ in_order: [{}, { operation: 'os-services:lst' }] }, 'in_order[1].operation', 'did you mean "os-services:list"?'],
  [{ never: {}, times: 2 }, 'times', undefined],
  [{ request: { status: 'abc' } }, 'request.status', undefined],
  [{ request: {}, withn: '3s' }, 'withn', 'did you mean "within"?'],
])('the expectation %j is refused with its place and the nearest right word', async (expectation, path, hint) => {
  await using nova = await boot()
  const { status, json } = await nova.control('POST', '/journal/verify', expectation)
  expect([status, json.error.path]).toEqual([400, path])
  expect(json.error.message).not.toContain('several forms')
  if (hint) expect(json.error.hint).toBe(hint)
})

test('a query for an operation that there is not is refused', async () => {
  await using nova = await boot()
  const { status, json } = await nova.control('GET', '/journal?operation=os-services:delte')
  expect([status, json.error.path, json.error.hint]).toEqual([400, 'operation', 'did you mean "os-services:delete"?'])
})

test('an order within a time is found wherever there is one', async () => {
  const paths = ['/os-services', '/os-hypervisors', '/os-aggregates']
  const letters = fc.nat(paths.length - 1)
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ path: letters, later: fc.constantFrom(0, 0, 10, 30, 70) }), { maxLength: 9 }),
      fc.array(letters, { minLength: 1, maxLength: 4 }),
      fc.option(fc.constantFrom(0, 20, 60), { nil: undefined }),
      async (requests, steps, within) => {
        await using nova = await boot()
        const asked: { path: number; at: number }[] = []
        let at = 0
        for (const { path, later } of requests) {
          if (later > 0) await nova.control('POST', '/clock/advance', { by: `${later}s` })
          at += later
          await nova.nova(paths[path] ?? '')
          asked.push({ path, at })
        }
        const limit = within ?? Number.POSITIVE_INFINITY
        // Each beginning, and the others as early as they come.
        const furthest = asked.map(({ at: began }, from) => {
          let met = 0
          for (const { path, at: when } of asked.slice(from)) if (when - began <= limit && path === steps[met]) met++
          return asked[from]?.path === steps[0] ? met : 0
        })
        const in_order = steps.map((path) => ({ path: `/v2.1${paths[path]}` }))
        const { json } = await verify(nova, { in_order, ...(within !== undefined && { within: `${within}s` }) })
        expect(json.ok).toBe(Math.max(0, ...furthest) === steps.length)
        expect(json.matched).toHaveLength(Math.max(0, ...furthest))
      },
    ),
    { numRuns: 150 },
  )
}, 60_000)

test('an order within a time is found though the clock was put back', async () => {
  await using nova = await boot()
  await nova.control('POST', '/clock/advance', { by: '100s' })
  await nova.nova('/os-services')
  const { json } = await nova.control('GET', '/clock')
  await nova.control('PUT', '/clock', { now: new Date(Date.parse(json.now) - 100_000).toISOString() })
  await nova.nova('/os-services')
  await nova.control('POST', '/clock/advance', { by: '70s' })
  await nova.nova('/os-hypervisors')
  const in_order = [{ path: '/v2.1/os-services' }, { path: '/v2.1/os-hypervisors' }]
  expect((await verify(nova, { in_order, within: '60s' })).json.ok).toBe(true)
})
