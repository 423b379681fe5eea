import { spawnSync } from 'node:child_process'
import { stripVTControlCharacters } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { test as nova } from '../../src/vitest.ts'

/** What vitest prints of the sample, test by test. */
let report: string
const reported = (name: string) => {
  const after = report.split(`sample.fails.ts > ${name}\n`)[1] ?? ''
  return after.split(/\n FAIL |⎯⎯⎯⎯⎯/)[0] ?? ''
}

beforeAll(() => {
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest/sample.config.ts', '--root', '.']
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 120_000 })
  report = stripVTControlCharacters(stdout + stderr)
  expect(status).toBe(1)
})

test('what should have been received is told with what came nearest, and with the journal', () => {
  expect(reported('a delete is sent once')).toContain(
    [
      'AssertionError: expected: operation: os-services:delete, host: host1 exactly once',
      'got:      never',
      'nearest:  #2 DELETE /v2.1/os-services/4 → 409',
      '  host: expected host1, got ["host2"]',
      '',
      'the journal of its world:',
      '  #1 GET /v2.1/os-services?host=host2 → 200 os-services:list',
      '  #2 DELETE /v2.1/os-services/4 → 409 os-services:delete',
    ].join('\n'),
  )
})

test('what should not have been received is told with what came', () => {
  expect(reported('nothing is deleted')).toContain('those that fit:\n  #1 DELETE /v2.1/os-services/7 → 404')
})

test('a service that is otherwise is told with where it differs, and what was done to its world', () => {
  expect(reported('a service is down')).toContain('nearest:  nova-compute@host1\n  state: expected "down", got "up"')
  expect(reported('a service is down')).toContain('#1 control: PATCH /services/nova-compute@host1 → service.stopped')
  expect(reported('a service that there is not')).toContain('none is like it; there are nova-conductor@controller,')
})

test('an order is told as far as it came', () => {
  expect(reported('in order')).toContain('1. operation: os-services:force-down; 2. operation: os-services:delete')
  expect(reported('in order')).toContain('its world was asked nothing')
})

test('a matcher that nobody awaits fails the run', () => {
  const unhandled = report.split('Unhandled Rejection')[1] ?? ''
  expect(unhandled).toContain('expected: operation: os-services:list at least once')
})

const seen = new Set<string>()
const list = (url: string) => fetch(`${url}/os-services`, { headers: { 'X-Auth-Token': 'admin' } })

nova.for([1, 2])('each test has a world of its own, where nothing happened before: %i', async (_, { nova: world }) => {
  await expect(world).not.toHaveReceived('os-services:*')
  await list(world.computeUrl)
  await expect(world).toHaveReceived('os-services:list').once()
  await expect(world).toHaveReceived('os-services:list')
  seen.add(world.name)
})

nova('how often is held to the number', async ({ nova: world }) => {
  expect(seen.size).toBe(2)
  await list(world.computeUrl)
  await list(world.computeUrl)
  await expect(world).toHaveReceived('os-services:list', { status: 200 }).twice()
  await expect(expect(world).toHaveReceived('os-services:list').once()).rejects.toThrow('got:      exactly twice')
  await expect(world).not.toHaveReceived('os-services:list').once()
  await expect(world).toHaveReceived('os-services:list').times({ at_most: 2 })
})

test('a matcher that is about something else says so', () => {
  expect(() => expect({}).toHaveReceived('os-services:list')).toThrow('toHaveReceived is about a world of novasim')
})
