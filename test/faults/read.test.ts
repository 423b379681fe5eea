import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createEmulator } from '../../src/emulator.ts'
import { boot } from '../support/boot.ts'
import { run, serve } from '../support/command.ts'

/** What is said of a file with this text, with the file's own name left out. */
async function complaintsOn(text: string): Promise<string[]> {
  using file = fileWith(text)
  try {
    await createEmulator({ faults: file.name }).ready
    return []
  } catch (error) {
    return (error as Error).message.split('\n').map((line) => line.replace(file.name, 'F'))
  }
}

function fileWith(text: string): { name: string } & Disposable {
  const folder = mkdtempSync(join(tmpdir(), 'novasim-faults-'))
  const name = join(folder, 'faults.yaml')
  writeFileSync(name, text)
  return { name, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

test.each([
  ['- {do: {drop: before}, tims: 2}', ['F:1:24: [0].tims: unknown key "tims" (did you mean "times"?)']],
  ['- match: {hst: a}\n  do: conflict', ['F:1:11: [0].match.hst: unknown key "hst" (did you mean "host"?)']],
  ['- do: {dely: 2s}', ['F:1:8: [0].do.dely: unknown key "dely" (did you mean "delay"?)']],
  ['- do: {delay: {form: 1s, to: 2s}}', ['F:1:16: [0].do.delay.form: unknown key "form" (did you mean "from"?)']],
  ['- do: conflct', [/^F:1:3: \[0\]\.do: expected conflict, .*; got "conflct" \(did you mean "conflict"\?\)$/]],
  ['- lost-anser', [/^F:1:3: .*did you mean "lost-answer"/]],
  [
    '- match: {operation: os-services:delte}\n  do: conflict',
    ['F:1:11: [0].match.operation: there is no operation "os-services:delte" (did you mean "os-services:delete"?)'],
  ],
  [
    '- match: {operation: [os-services:list, tokens:isue]}\n  do: conflict',
    ['F:1:41: [0].match.operation[1]: there is no operation "tokens:isue" (did you mean "tokens:issue"?)'],
  ],
  ['- do: {delay: soon}', [/^F:1:8: \[0\]\.do\.delay: expected a duration/]],
  ['- do: {delay: {from: 3s, to: 1s}}', [/^F:1:8: \[0\]\.do\.delay: expected a duration, or from and to/]],
  ['- do: {drop: never}', ['F:1:8: [0].do.drop: expected before or after; got "never"']],
  ['- do: {status: 99, message: x}', [/^F:1:8: \[0\]\.do\.status: expected a status from 200 to 599; got 99/]],
  ['- do: {drop: after, status: 500}', [/"status" and "drop" cannot both decide the answer; make two rules/]],
  ['- do: {message: x, drop: after}', [/^F:1:8: \[0\]\.do\.message: "message" goes with a status, and there is none/]],
  ['- do: {gateway: 500}', [/^F:1:8: \[0\]\.do\.gateway: expected 502, 503 or 504; got 500/]],
  ['- do: {}', [/^F:1:3: \[0\]\.do: expected something to do: one of /]],
  ['- match: {method: GET}', [/^F:1:3: \[0\]\.do: "do" is missing/]],
  [
    '- {do: conflict, match: {path: os-services}}',
    [/expected a path that begins with a slash, such as \/os-services\/\*/],
  ],
  ['- {do: conflict, match: {version: newest}}', [/expected a microversion or a range of them/]],
  ['- {do: conflict, match: {nth: 0}}', [/expected a number from 1, or a range/]],
  ['- {do: conflict, probability: 2}', [/^F:1:18: \[0\]\.probability: expected a number from 0 to 1; got 2/]],
  [
    '- {name: a, do: conflict}\n- {name: a, do: conflict}',
    ['F:2:4: [1].name: there is a fault "a" already (change or remove that one, or choose another name)'],
  ],
  ['- {name: "a b", do: conflict}', [/expected a name with no slash and no space in it/]],
  ['- do: [', [/^F:\d+:\d+: /]],
])('%s is complained of where it stands', async (text, expected) => {
  const said = await complaintsOn(text)
  expect(said).toHaveLength(expected.length)
  for (const [index, wanted] of expected.entries()) expect(said[index]).toMatch(wanted)
})

test('a file holds rules, names of ready-made ones, or nothing', async () => {
  using some = fileWith('- {name: a, do: conflict}\n- lost-answer\n- {match: {host: b}, do: conflict}\n')
  const { faults } = await createEmulator({ faults: some.name }).ready
  expect(faults.list().map(({ name }) => name)).toEqual(['a', 'lost-answer', 'conflict'])
  using none = fileWith('')
  expect((await createEmulator({ faults: none.name }).ready).faults.list()).toEqual([])
})

test('a file that is not there is said so', async () => {
  await expect(createEmulator({ faults: 'none.yaml' }).ready).rejects.toThrow('none.yaml: there is no such file')
})

test.each([
  [{ match: { operation: 'os-servces:*' }, do: 'conflict' }, 'it never matches: no operation is os-servces:*'],
  [
    { match: { operation: 'os-services:delete', method: 'GET' }, do: 'conflict' },
    'it never matches: os-services:delete is never asked for by GET, but by DELETE',
  ],
  [
    { match: { method: 'DELET' }, do: 'conflict' },
    'it never matches: no request has the method DELET (did you mean DELETE?)',
  ],
  [{ match: { version: '2.60-2.53' }, do: 'conflict' }, 'it never matches: no version is within its range'],
  [
    { match: { version: '2.200-' }, do: 'conflict' },
    'it never matches: no version is within its range, and the newest version is 2.104',
  ],
  [{ match: { version: '3.5' }, do: 'conflict' }, 'it never matches: no version is within its range'],
  [{ match: { version: '2.5', face: 'keystone' }, do: 'conflict' }, 'it never matches: Keystone has no microversions'],
  [
    { match: { operation: 'os-services:list', face: 'keystone' }, do: 'conflict' },
    'it never matches: os-services:list is asked of nova, never of keystone',
  ],
  [
    { match: { operation: 'tokens:issue', version: '2.53' }, do: 'conflict' },
    'it never matches: Keystone has no microversions',
  ],
  [{ match: { operation: 'os-services:list', body: { a: 1 } }, do: 'conflict' }, 'it never matches: a GET has no body'],
  [{ times: 0, do: 'conflict' }, 'it never does anything: times is 0'],
  [{ match: { nth: 1 }, skip: 1, do: 'conflict' }, 'it never does anything: skip lets 1 pass, and nth means no more'],
])('%j is set, and warned of', async (rule, warning) => {
  await using nova = await boot()
  const { status, json } = await nova.control('POST', '/faults', rule)
  expect(status).toBe(201)
  expect(json.warnings).toHaveLength(1)
  expect(json.warnings[0]).toContain(`conflict: ${warning}`)
  expect((await nova.control('GET', '/faults')).json.faults).toHaveLength(1)
})

test('no warning where there is nothing to warn of', async () => {
  await using nova = await boot()
  const rule = { match: { operation: 'os-services:*', method: 'DELETE', version: '2.53-' }, do: 'conflict' }
  expect((await nova.control('POST', '/faults', rule)).json).not.toHaveProperty('warnings')
})

test('rules are made, shown as they were written, changed and removed by control', async () => {
  await using nova = await boot()
  const rule = {
    name: 'a',
    match: { method: 'GET', path: '/os-services' },
    do: { status: 503, message: 'x' },
    times: 2,
  }
  expect((await nova.control('POST', '/faults', rule)).json).toEqual({ ...rule, matched: 0, fired: 0, state: 'active' })
  expect((await nova.nova('/os-services')).status).toBe(503)
  expect((await nova.control('GET', '/faults/a')).json).toEqual({ ...rule, matched: 1, fired: 1, state: 'active' })
  const changed = await nova.control('PATCH', '/faults/a', { times: null, do: { status: 409, message: 'y' } })
  const { times: _, ...rest } = rule
  const now = { ...rest, do: { status: 409, message: 'y' }, matched: 1, fired: 1, state: 'active' }
  expect(changed.json).toEqual(now)
  expect((await nova.nova('/os-services')).status).toBe(409)
  const several = await nova.control('POST', '/faults', ['lost-answer', { do: 'conflict' }])
  expect(several.json.faults.map(({ name }: { name: string }) => name)).toEqual(['lost-answer', 'conflict'])
  expect((await nova.control('DELETE', '/faults/a')).status).toBe(204)
  expect((await nova.nova('/os-services')).status).toBe(200)
  expect((await nova.control('DELETE', '/faults')).status).toBe(204)
  expect((await nova.control('GET', '/faults')).json).toEqual({ faults: [] })
})

test.each([
  ['POST', '/faults', { name: 'a', do: 'conflict' }, 400, 'there is a fault "a" already', 'name'],
  ['POST', '/faults', { do: { dely: 1 } }, 400, 'unknown key "dely"', 'do.dely'],
  ['POST', '/faults', [{ do: 'conflict' }, { do: {} }], 400, /expected something to do/, '[1].do'],
  [
    'POST',
    '/faults',
    { do: 'conflict', match: { operation: 'x:y' } },
    400,
    'there is no operation "x:y"',
    'match.operation',
  ],
  ['POST', '/faults', 7, 400, /expected a mapping/, undefined],
  ['PATCH', '/faults/a', { tmes: 1 }, 400, 'unknown key "tmes"', 'tmes'],
  ['PATCH', '/faults/a', { do: null }, 400, /"do" is missing/, 'do'],
  ['PATCH', '/faults/b', {}, 404, 'there is no fault "b"', undefined],
  ['DELETE', '/faults/b', undefined, 404, 'there is no fault "b"', undefined],
  ['GET', '/faults/b', undefined, 404, 'there is no fault "b"', undefined],
])('%s %s %j is refused, and nothing has changed', async (method, path, body, status, message, at) => {
  await using nova = await boot({ faults: [{ name: 'a', do: 'conflict' }] })
  const before = (await nova.control('GET', '/faults')).text
  const answer = await nova.control(method, path, body)
  expect(answer.status).toBe(status)
  expect(answer.json.error.message).toMatch(message)
  expect(answer.json.error.path).toBe(at)
  expect((await nova.control('GET', '/faults')).text).toBe(before)
})

test('the command takes a file of rules, and its variable does, too', async () => {
  using file = fileWith(
    '- {match: {method: GET, operation: os-services:delete}, do: conflict}\n- {do: {status: 503, message: x}}\n',
  )
  await using nova = await serve(['--port', '0', '--faults', file.name])
  expect((await fetch(`${nova.url}/v2.1/os-services`)).status).toBe(503)
  const { stderr } = await nova.end('SIGTERM')
  expect(stderr).toContain(`# ${file.name}: conflict: it never matches: os-services:delete is never asked for by GET`)
  await using other = await serve(['--port', '0'], { NOVASIM_FAULTS: file.name })
  expect((await fetch(`${other.url}/v2.1/os-services`)).status).toBe(503)
})

test('the command says what is wrong with a file of rules, and opens no port', async () => {
  using file = fileWith('- {do: {dely: 1}}\n')
  const { code, stdout, stderr } = await run(['--port', '0', '--faults', file.name])
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toBe(`novasim: ${file.name}:1:9: [0].do.dely: unknown key "dely" (did you mean "delay"?)\n`)
})
