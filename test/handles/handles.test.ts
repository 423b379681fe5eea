import { expect, test } from 'vitest'
import { connect, createEmulator, InputError, type Novasim, NovasimError, startEmulator } from '../../src/index.ts'

/** The same class in process and over HTTP. */
const WAYS = [
  ['in process', () => createEmulator({ clock: 'manual', seed: 7 })],
  ['over HTTP', () => served()],
] as const

async function served(): Promise<Novasim & AsyncDisposable> {
  const emulator = await startEmulator({ clock: 'manual', seed: 7 })
  return Object.assign(connect(emulator.url), { [Symbol.asyncDispose]: () => emulator.close() })
}

test.each(WAYS)('services are registered, changed and forgotten, %s', async (_, open) => {
  await using nova = await open()
  const made = await nova.services.create({ binary: 'nova-compute', host: 'new' })
  expect(made).toMatchObject({ host: 'new', status: 'enabled', process: 'running' })
  expect(await nova.services.list()).toHaveLength(6)
  expect(await nova.services.update(made.uuid, { status: 'disabled', disabled_reason: 'why' })).toMatchObject({
    status: 'disabled',
    disabled_reason: 'why',
  })
  expect(await nova.services.get('nova-compute@new')).toMatchObject({ uuid: made.uuid })
  await nova.services.delete('nova-compute@new')
  await expect(nova.services.get('nova-compute@new')).rejects.toThrow('there is no service "nova-compute@new"')
})

test.each(WAYS)('instances are placed, one or several, moved and removed, %s', async (_, open) => {
  await using nova = await open()
  expect(await nova.instances.create({ name: 'one', host: 'host1' })).toMatchObject({ name: 'one', host: 'host1' })
  expect(await nova.instances.create({ name: 'w-{n}', host: 'host1', count: 2 })).toMatchObject([
    { name: 'w-1' },
    { name: 'w-2' },
  ])
  expect(await nova.instances.update('one', { host: 'host2' })).toMatchObject({ host: 'host2' })
  await nova.instances.delete('one')
  expect((await nova.instances.list()).map(({ name }) => name)).not.toContain('one')
})

test.each(WAYS)('aggregates, migrations, cells, processes and resource providers, %s', async (_, open) => {
  await using nova = await open()
  const rack = await nova.aggregates.create({ name: 'rack', availability_zone: 'az', hosts: ['host1'] })
  expect(await nova.aggregates.update(rack.id, { hosts: [] })).toMatchObject({ hosts: [], availability_zone: 'az' })
  const moved = await nova.migrations.create({ type: 'evacuation', status: 'running', source: 'host1', dest: 'host2' })
  expect(await nova.migrations.update(moved.id, { status: 'done' })).toMatchObject({ status: 'done' })
  await nova.cells.create({ name: 'cell2' })
  expect(await nova.cells.update('cell2', { down: true })).toEqual({ name: 'cell2', down: true, hosts: [] })
  expect(await nova.processes.update('nova-compute@host1', { process: 'hung' })).toMatchObject({ process: 'hung' })
  expect(await nova.resourceProviders.list()).toHaveLength(3)
})

test.each(WAYS)('faults are set by name, by rule or several, changed, and cleared, %s', async (_, open) => {
  await using nova = await open()
  expect(await nova.faults.add('conflict')).toMatchObject({ name: 'conflict', fired: 0, state: 'active' })
  const both = await nova.faults.add(['lost-answer', { name: 'busy', match: { method: 'GET' }, do: { status: 503 } }])
  expect(both.map(({ name }) => name)).toEqual(['lost-answer', 'busy'])
  expect(await nova.faults.update('busy', { times: 3 })).toMatchObject({ times: 3 })
  expect(await nova.faults.update('busy', { times: null })).not.toHaveProperty('times')
  await nova.faults.clear()
  expect(await nova.faults.list()).toEqual([])
})

test.each(WAYS)('the clock is read, set and moved, %s', async (_, open) => {
  await using nova = await open()
  expect(await nova.clock.set({ now: '2030-01-01T00:00:00Z' })).toMatchObject({ now: '2030-01-01T00:00:00.000Z' })
  expect(await nova.clock.advance('2h')).toEqual({ mode: 'manual', rate: 1, now: '2030-01-01T02:00:00.000Z' })
  expect(await nova.clock.get()).toMatchObject({ now: '2030-01-01T02:00:00.000Z' })
})

test.each(WAYS)('a journal is asked for, verified, limited and forgotten, %s', async (_, open) => {
  await using nova = await open()
  await nova.services.update('nova-compute@host1', { process: 'stopped' })
  await nova.clock.advance(61)
  expect((await nova.journal.list({ by: 'control', limit: 1 })).entries).toMatchObject([{ by: 'control' }])
  expect(await nova.journal.get(1)).toMatchObject({ what: 'PATCH /services/nova-compute@host1' })
  expect((await nova.journal.list({ header: { 'x-trace': 7 }, status: ['409', '4xx'] })).found).toBe(0)
  const verdict = await nova.journal.verify({ request: { operation: 'os-services:delete' } })
  expect(verdict).toMatchObject({
    ok: false,
    got: 'never',
    message: expect.stringContaining('nothing was asked at all'),
  })
  expect((await nova.journal.har()).log.version).toBe('1.2')
  expect((await nova.journal.limit({ entries: 5 })).limits.entries).toBe(5)
  await nova.journal.clear()
  expect((await nova.journal.list()).kept).toBe(0)
})

test.each(WAYS)('a journal is told as it comes, until the loop or the signal ends it, %s', async (_, open) => {
  await using nova = await open()
  await nova.services.update('nova-compute@host1', { process: 'stopped' })
  const told: number[] = []
  for await (const event of nova.journal.stream({ after: 0 })) {
    if (event.event === 'entry') told.push(event.entry.id)
    if (told.length === 2) break
    await nova.services.update('nova-compute@host1', { process: 'running' })
  }
  expect(told).toEqual([1, 2])
  const ending = new AbortController()
  const listening = (async () => {
    for await (const _event of nova.journal.stream({ signal: ending.signal })) throw new Error('nothing was to come')
  })()
  setTimeout(() => ending.abort(), 20)
  await expect(listening).rejects.toThrow('aborted')
})

test.each(WAYS)('a scenario is played, by name or written out, %s', async (_, open) => {
  await using nova = await open()
  expect(await nova.scenarios.builtIn()).toContain('cell-split')
  const begun = await nova.scenarios.play({ steps: [{ at: '1s', silence: 'host1' }] })
  await nova.clock.advance('2s')
  expect(await nova.services.get('nova-compute@host1')).toMatchObject({ process: 'stopped' })
  expect(await nova.scenarios.get(begun.id)).toMatchObject({ status: 'passed', played: [{ problems: [] }] })
  await expect(nova.scenarios.play('cell-splt')).rejects.toThrow('did you mean "cell-split"?')
})

test.each(WAYS)('a moment is kept and returned to, a state taken out and put in, %s', async (_, open) => {
  await using nova = await open()
  const { id } = await nova.snapshots.create('before')
  await nova.setState({ services: [{ binary: 'nova-compute', host: 'only' }] })
  expect((await nova.state()).services).toMatchObject([{ host: 'only' }])
  await nova.snapshots.restore(id)
  expect(await nova.services.list()).toHaveLength(5)
  await nova.services.delete('nova-conductor@controller')
  await nova.reset()
  expect(await nova.services.list()).toHaveLength(5)
})

test.each(WAYS)('worlds are made, used and ended, each at its own address, %s', async (_, open) => {
  await using nova = await open()
  {
    await using world = await nova.createWorld({ name: 'ci-7', world: 'empty', seed: 3 })
    expect([world.url, world.env.OS_AUTH_URL]).toEqual([`${nova.url}/w/ci-7`, `${nova.url}/w/ci-7/identity/v3`])
    expect(await nova.world('ci-7').about()).toMatchObject({ seed: 3 })
    expect((await nova.worlds()).map(({ name }) => name)).toEqual(['default', 'ci-7'])
    await expect(nova.createWorld({ name: 'ci-7' })).rejects.toMatchObject({ status: 409 })
  }
  expect((await nova.worlds()).map(({ name }) => name)).toEqual(['default'])
})

test('an address of a world is as good as that of the emulator', async () => {
  await using emulator = await startEmulator()
  await using world = await emulator.createWorld({ world: 'empty' })
  const nova = connect(`${world.url}/`)
  expect([nova.name, await nova.services.list()]).toEqual([world.name, []])
  expect(await nova.world('default').services.list()).toHaveLength(5)
})

test('everything that is wrong is in the exception, with where and the likely fix', async () => {
  await using nova = createEmulator()
  const error = await nova.setState({ services: [{ hots: 'a' }, { binary: 'b' }] } as never).catch((reason) => reason)
  expect(error).toBeInstanceOf(NovasimError)
  expect(error.status).toBe(400)
  expect(error.problems.length).toBeGreaterThan(2)
  expect(error.message).toContain('services[0].hots: unknown key "hots" (did you mean "host"?)')
})

test('that nobody answers, or somebody else, is said so', async () => {
  const gone = await startEmulator()
  await gone.close()
  await expect(connect(gone.url).health()).rejects.toMatchObject({
    status: 0,
    message: expect.stringContaining('nobody answers'),
  })
  const other = connect('http://elsewhere.test', { fetch: () => new Response('<html>', { status: 502 }) })
  await expect(other.clock.get()).rejects.toThrow('answered 502: <html>')
})

test('the handles steer what clients may not: control is off, or asks for a token', async () => {
  await using off = await startEmulator({ control: 'off' })
  expect(await off.services.list()).toHaveLength(5)
  await expect(connect(off.url).services.list()).rejects.toBeInstanceOf(NovasimError)
  await using locked = await startEmulator({ controlToken: 't0p' })
  expect(await locked.services.list()).toHaveLength(5)
  await expect(connect(locked.url).services.list()).rejects.toMatchObject({ status: 401 })
  expect(await connect(locked.url, { token: 't0p' }).services.list()).toHaveLength(5)
})

test('an emulator begins with a scenario, written out or by name, and tells its steps', async () => {
  const lines: string[] = []
  await using nova = await startEmulator({
    clock: 'manual',
    scenario: {
      world: { services: [{ binary: 'nova-compute', host: 'mine' }] },
      steps: [{ at: '1s', silence: 'mine' }],
    },
    onStep: (line) => lines.push(line),
  })
  await nova.clock.advance('2s')
  expect(await nova.services.list()).toMatchObject([{ host: 'mine', process: 'stopped' }])
  expect(lines.join()).toContain('silence mine')
  const bad = createEmulator({ scenario: { steps: [{ silense: 'mine' }] } })
  await expect(bad.ready).rejects.toThrow('scenario: steps[0].silense: unknown key "silense" (did you mean "silence"?)')
})

test('its fetch takes what a fetch takes, and a path alone', async () => {
  await using nova = createEmulator({ clock: 'manual' })
  const headers = { 'X-Auth-Token': 'admin' }
  const { services } = (await (await nova.fetch('/v2.1/os-services', { headers })).json()) as { services: object[] }
  expect(services).toHaveLength(5)
  const request = new Request(`${nova.computeUrl}/os-services/disable`, {
    method: 'PUT',
    body: '{"host": "host1", "binary": "nova-compute"}',
    headers: { ...headers, 'Content-Type': 'application/json' },
  })
  expect((await nova.fetch(request)).status).toBe(200)
})

test.each([
  [{ wrold: 'default' }, 'createEmulator: wrold: there is no such option (did you mean "world"?)'],
  [{ faultz: [] }, 'createEmulator: faultz: there is no such option (did you mean "faults"?)'],
  [{ zzzzzzzz: 1 }, 'the options are world, scenario,'],
  [{ seed: '7' }, 'createEmulator: seed: expected a whole number; got "7"'],
  [{ clock: 'manul' }, 'createEmulator: clock: expected real, manual, or how many times'],
  [{ control: 'of' }, 'createEmulator: control: expected open or off; got "of"'],
  [{ port: 80 }, 'createEmulator: port: there is no such option'],
  [[], "createEmulator: expected options, such as {world: 'default'}; got []"],
])('%j is complained of before anything starts', (options, message) => {
  expect(() => createEmulator(options as never)).toThrow(InputError)
  expect(() => createEmulator(options as never)).toThrow(message)
})

test('a port that is none is complained of', async () => {
  await expect(startEmulator({ port: 65_536 })).rejects.toThrow(
    'startEmulator: port: expected a port from 0 to 65535; got 65536',
  )
})
