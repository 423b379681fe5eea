import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { run, type Serving, serve } from './support/command.ts'

const served = (...args: string[]) => serve(['--port', '0', '--clock', 'manual', ...args])

/** Run a command against it, and take what it prints. */
async function on(nova: Serving, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(args, { NOVASIM_URL: nova.url })
  expect(code, stderr).toBe(0)
  return stdout
}

/** Let `journal tail` run, and wait for so many of its lines. */
function tailing(nova: Serving, args: string[]) {
  const child = spawn(process.execPath, ['dist/cli.js', 'journal', 'tail', ...args, '--url', nova.url])
  let text = ''
  child.stdout.on('data', (piece) => {
    text += String(piece)
  })
  const lines = () => text.split('\n').slice(0, -1)
  return {
    lines: (count: number) =>
      vi.waitFor(() => {
        expect(lines().length).toBeGreaterThanOrEqual(count)
        return lines()
      }, 5000),
    stop: () => child.kill(),
  }
}

const asJson = async (nova: Serving, ...args: string[]) => JSON.parse(await on(nova, ...args, '--json'))

test('services is a table for people, and JSON for programs', async () => {
  await using nova = await served()
  const lines = (await on(nova, 'services')).split('\n')
  expect(lines[0]).toBe('SERVICE                    STATE  STATUS   PROCESS  ZONE      UPDATED              REASON')
  expect(lines[3]).toBe('nova-compute@host1         up     enabled  running  nova      2026-01-01 00:00:00  -')
  expect(await asJson(nova, 'services', '--host', 'host2')).toMatchObject([{ host: 'host2', state: 'up' }])
})

test('a service is silenced, time passes, and it is down; a snapshot brings it back', async () => {
  await using nova = await served()
  expect(await asJson(nova, 'snapshot', 'make', 'before')).toMatchObject({ id: 'before', services: 5 })
  await on(nova, 'services', 'set', 'host1', '--process', 'stopped', '--status', 'disabled', '--reason', 'fan\u001b[2J')
  expect(await asJson(nova, 'clock', 'advance', '61s')).toMatchObject({ now: '2026-01-01T00:01:01.000Z' })
  expect(await on(nova, 'services', '--host', 'host1')).toContain('nova-compute@host1  down   disabled  stopped')
  expect(await on(nova, 'services', '--host', 'host1')).toContain('fan\\u001b[2J')
  expect(await on(nova, 'snapshot')).toContain('before    2026-01-01 00:00:00  5')
  await on(nova, 'snapshot', 'restore', 'before')
  expect(await asJson(nova, 'services', '--host', 'host1')).toMatchObject([{ state: 'up', status: 'enabled' }])
  expect(await on(nova, 'snapshot', 'forget', 'before')).toBe('gone: before\n')
  expect(await on(nova, 'snapshot', 'list')).toBe('no snapshots\n')
})

test('clock says how it goes, and is set', async () => {
  await using nova = await served()
  expect(await on(nova, 'clock')).toBe('2026-01-01T00:00:00.000Z (manual: it stands)\n')
  expect(await asJson(nova, 'clock', 'set', '--now', '2027-01-01T00:00:00Z', '--rate', '60')).toEqual({
    mode: 'manual',
    rate: 60,
    now: '2027-01-01T00:00:00.000Z',
  })
})

test('faults are added by name, written out and from a file, shown with what they did, and cleared', async () => {
  await using nova = await served()
  const file = join(mkdtempSync(join(tmpdir(), 'novasim-')), 'faults.yaml')
  writeFileSync(file, '- name: third\n  match: {method: DELETE}\n  do: {status: 503}\n')
  const added = await asJson(nova, 'faults', 'add', 'conflict', '{name: second, do: {status: 500}}', '--file', file)
  expect(added.map(({ name }: { name: string }) => name)).toEqual(['conflict', 'second', 'third'])
  await fetch(`${nova.url}/v2.1/os-services`, { headers: { 'X-Auth-Token': 'admin' } })
  expect(await on(nova, 'faults')).toMatch(/^second +active +1 +1 +\{"do":\{"status":500\}\}$/m)
  expect(await on(nova, 'faults', 'clear', 'third')).toBe('gone: third\n')
  expect(await on(nova, 'faults', 'clear')).toBe('gone: conflict, second\n')
  expect(await on(nova, 'faults', 'list')).toBe('no faults\n')
})

test('of several faults to clear none goes when one is not there', async () => {
  await using nova = await served()
  await on(nova, 'faults', 'add', 'conflict')
  const { code, stderr } = await run(['faults', 'clear', 'conflict', 'conflic'], { NOVASIM_URL: nova.url })
  expect([code, stderr]).toEqual([1, expect.stringContaining('there is no fault "conflic" (did you mean "conflict"?)')])
  expect(await asJson(nova, 'faults')).toHaveLength(1)
})

test('journal tail shows what was and what comes, chosen by what a fault can match', async () => {
  await using nova = await served()
  const ask = (method: string, path: string) =>
    fetch(`${nova.url}/v2.1${path}`, { method, headers: { 'X-Auth-Token': 'admin' } })
  await on(nova, 'faults', 'add', '{name: cut, match: {method: DELETE}, do: conflict}')
  await ask('GET', '/os-services')
  await ask('DELETE', '/os-services/3')
  expect(await on(nova, 'journal', 'tail', '--no-follow', '--status', '4xx')).toBe(
    '    2 00:00:00.000 409 DELETE /v2.1/os-services/3 os-services:delete admin [cut: status]\n',
  )
  const tail = tailing(nova, ['-n', '1', '--json'])
  await tail.lines(1)
  await ask('GET', '/os-services?host=host1')
  const [, line] = await tail.lines(2)
  tail.stop()
  expect(JSON.parse(line!)).toMatchObject({ id: 3, request: { query: 'host=host1' } })
})

test('play with --url plays on the one that runs, and its exit code says whether all was as expected', async () => {
  await using nova = await served()
  const folder = mkdtempSync(join(tmpdir(), 'novasim-'))
  writeFileSync(join(folder, 'world.yaml'), 'services:\n- {binary: nova-compute, host: only}\n')
  writeFileSync(
    join(folder, 'good.yaml'),
    'world: world.yaml\nsteps:\n- silence: only\n- expect: {service: {host: only, state: up}}\n',
  )
  writeFileSync(join(folder, 'bad.yaml'), 'steps:\n- expect: {service: {host: only, state: down}}\n')
  const good = await run(['play', '--url', nova.url, join(folder, 'good.yaml')])
  expect([good.code, good.stdout]).toEqual([0, expect.stringMatching(/✓ silence only\n.*✓ expect service.*\npassed\n/)])
  const bad = await run(['play', '--url', nova.url, join(folder, 'bad.yaml')])
  expect([bad.code, bad.stdout]).toEqual([1, expect.stringContaining('state: expected "down", got "up"')])
})

test.each([
  ['nobody there', ['services', '--url', 'http://127.0.0.1:9'], 1, /nobody answers.*\(is novasim up\?\)/],
  ['a rule that is none', ['faults', 'add', 'conflic'], 2, /did you mean "conflict"\?/],
  ['no rule', ['faults', 'add'], 2, /missing argument 'rule', or --file/],
  ['a rule that is no YAML', ['faults', 'add', '{a: ['], 2, /^novasim: rule:1:/],
  ['a time that is none', ['clock', 'advance', 'soon'], 2, /expected a duration such as "61s"/],
  ['a snapshot that is not there', ['snapshot', 'restore', 'x'], 1, /there is no snapshot "x"/],
  ['a command of it that is none', ['snapshot', 'mke'], 2, /unknown command|too many arguments/],
  ['a shell that is none', ['completion', 'tcsh'], 2, /Allowed choices are bash, zsh, fish, powershell/],
])('%s is said so, with no stack', async (_, args, exit, words) => {
  await using nova = await served()
  const { code, stdout, stderr } = await run(args, { NOVASIM_URL: nova.url })
  expect([code, stdout]).toEqual([exit, ''])
  expect(stderr).toMatch(words)
  expect(stderr).not.toMatch(/^ {4}at /m)
})

test('the control token is sent', async () => {
  await using nova = await served('--control-token', 'hush')
  const without = await run(['services', '--url', nova.url])
  expect([without.code, without.stderr]).toEqual([1, expect.stringContaining('wants the control token')])
  expect((await run(['services', '--url', nova.url], { NOVASIM_CONTROL_TOKEN: 'hush' })).code).toBe(0)
})

test('a shell completes commands, flags, what they may be, and the names of ready-made faults', async () => {
  const words = async (...typed: string[]) => (await run(['complete', '--', ...typed])).stdout
  expect(await words('faul')).toMatch(/^faults\tthe rules/)
  expect(await words('faults', 'add', 'messaging')).toMatch(/^messaging-timeout\t/)
  expect(await words('services', 'set', 'host1', '--process', 'st')).toMatch(/^stopped/)
  const { stdout: script } = await run(['completion', 'bash'])
  const shown = execFileSync('bash', ['-c', 'eval "$1"; complete -p novasim', 'bash', script], { encoding: 'utf8' })
  expect(shown).toBe('complete -F __novasim_complete novasim\n')
})
