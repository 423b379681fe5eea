import { expect, test } from 'vitest'
import { BOTH_WAYS, boot } from '../support/boot.ts'

test.each(BOTH_WAYS)('%s: health says that it is ready', async (_, start) => {
  await using nova = await start()
  const { status, json } = await nova.control('GET', '/health')
  expect(status).toBe(200)
  expect(json).toMatchObject({ status: 'ok', worlds: 1 })
  expect(json.uptime).toBeGreaterThanOrEqual(0)
})

test.each(BOTH_WAYS)('%s: a world is made, answers at its own address, and is ended', async (_, start) => {
  await using nova = await start()
  const made = await nova.control('POST', '/worlds', { name: 'ci-7', world: 'empty', seed: 3 })
  expect(made.status).toBe(201)
  expect(made.json).toMatchObject({ name: 'ci-7', seed: 3 })
  expect(made.json.auth_url).toBe(`${made.json.url}/identity/v3`)
  expect(made.json.url.endsWith('/w/ci-7')).toBe(true)
  expect((await nova.ask('/w/ci-7/v2.1/os-services')).json).toEqual({ services: [] })
  expect((await nova.nova('/os-services')).json.services).toHaveLength(5)
  expect((await nova.control('GET', '/worlds')).json.worlds.map((world: { name: string }) => world.name)).toEqual([
    'default',
    'ci-7',
  ])
  expect((await nova.control('DELETE', '/worlds/ci-7')).status).toBe(204)
  expect((await nova.ask('/w/ci-7/v2.1/os-services')).json.error).toEqual({
    message: 'there is no world "ci-7"',
    hint: 'make it: POST /_novasim/worlds {"name": "ci-7"}',
  })
})

test('worlds do not see each other', async () => {
  await using nova = await boot()
  await nova.control('POST', '/worlds', { name: 'a' })
  await nova.control('POST', '/worlds', { name: 'b' })
  const [uuid] = (await nova.ask('/w/a/v2.1/os-services?host=host1', { version: '2.53' })).json.services.map(
    (service: { id: string }) => service.id,
  )
  await nova.ask(`/w/a/v2.1/os-services/${uuid}`, { method: 'PUT', version: '2.53', body: { status: 'disabled' } })
  const statusIn = async (world: string) =>
    (await nova.ask(`/w/${world}/v2.1/os-services?host=host1`)).json.services[0].status
  expect(await statusIn('a')).toBe('disabled')
  expect(await statusIn('b')).toBe('enabled')
})

test('a world without a name is given one, the same for the same seed', async () => {
  const names = []
  for (let run = 0; run < 2; run++) {
    await using nova = await boot({ seed: 5 })
    names.push((await nova.control('POST', '/worlds', {})).json.name)
  }
  expect(names[0]).toMatch(/^w-[\w-]{8}$/)
  expect(names[1]).toBe(names[0])
})

test('what state exports makes the same cloud again', async () => {
  await using first = await boot()
  await first.control('POST', '/services', { binary: 'nova-compute', host: 'host4' })
  await first.control('POST', '/aggregates', { name: 'rack1', availability_zone: 'az1', hosts: ['host1'] })
  await first.control('PATCH', '/services/nova-compute@host2', { process: 'stopped' })
  await first.control('DELETE', '/services/nova-compute@host4')
  await first.control('POST', '/clock/advance', { by: '61s' })
  const { json: exported } = await first.control('GET', '/state')
  await using second = await boot({ world: exported })
  for (const version of ['2.1', '2.53', '2.104']) {
    const { text } = await first.nova('/os-services', { version })
    expect((await second.nova('/os-services', { version })).text).toBe(text)
  }
  expect((await second.control('GET', '/state')).json).toEqual(exported)
  const again = { binary: 'nova-compute', host: 'host5' }
  expect((await second.control('POST', '/services', again)).json).toEqual(
    (await first.control('POST', '/services', again)).json,
  )
})

test('a state is put in place of another, and those who are logged in stay so', async () => {
  await using nova = await boot()
  const { json } = await nova.control('PUT', '/state', { services: [{ binary: 'nova-compute', host: 'only' }] })
  expect(json.services).toHaveLength(1)
  expect((await nova.nova('/os-services')).json.services.map((service: { host: string }) => service.host)).toEqual([
    'only',
  ])
})

test('reset goes back to how the world began', async () => {
  await using nova = await boot()
  const before = await nova.control('GET', '/state')
  const first = await nova.nova('/os-services')
  await nova.control('POST', '/services', { binary: 'nova-compute', host: 'host4' })
  await nova.control('POST', '/clock/advance', { by: '1h' })
  expect((await nova.control('POST', '/reset')).status).toBe(204)
  expect((await nova.control('GET', '/state')).json).toEqual(before.json)
  const again = await nova.nova('/os-services')
  expect(again.text).toBe(first.text)
  expect(again.headers.get('x-openstack-request-id')).toBe(first.headers.get('x-openstack-request-id'))
})

test('a service is registered, silenced, started, changed and forgotten', async () => {
  await using nova = await boot()
  const made = await nova.control('POST', '/services', { binary: 'nova-compute', host: 'host4' })
  expect(made.status).toBe(201)
  expect(made.json).toMatchObject({
    host: 'host4',
    id: 6,
    process: 'running',
    state: 'up',
    updated_at: null,
    zone: 'nova',
  })
  await nova.control('PATCH', '/services/nova-compute@host4', { process: 'stopped' })
  await nova.control('POST', '/clock/advance', { by: '61s' })
  expect((await nova.control('GET', '/services/nova-compute@host4')).json.state).toBe('down')
  await nova.control('PATCH', `/services/${made.json.uuid}`, {
    process: 'running',
    status: 'disabled',
    disabled_reason: 'x',
  })
  await nova.control('POST', '/clock/advance', { by: 6 })
  const { json } = await nova.control('GET', `/services/${made.json.id}`)
  expect(json).toMatchObject({ state: 'up', status: 'disabled', disabled_reason: 'x' })
  expect((await nova.control('DELETE', '/services/nova-compute@host4')).status).toBe(204)
  expect((await nova.control('GET', '/services/nova-compute@host4')).status).toBe(404)
})

test('instances are placed, moved and removed, and decide whether their host may be deleted', async () => {
  await using nova = await boot({ world: 'empty' })
  for (const host of ['a', 'b']) await nova.control('POST', '/services', { binary: 'nova-compute', host })
  const several = await nova.control('POST', '/instances', { name: 'web-{n}', host: 'a', count: 2 })
  expect(several.json.instances.map((each: { name: string }) => each.name)).toEqual(['web-1', 'web-2'])
  expect((await nova.control('DELETE', '/services/nova-compute@a')).json.error).toEqual({
    message: 'the host a has 2 instances',
    hint: 'move or remove them first',
  })
  expect((await nova.control('PATCH', '/instances/web-1', { host: 'b' })).json.host).toBe('b')
  expect((await nova.control('DELETE', '/instances/web-2')).status).toBe(204)
  expect((await nova.control('DELETE', '/services/nova-compute@a')).status).toBe(204)
  expect((await nova.control('GET', '/instances')).json.instances).toHaveLength(1)
})

test('an aggregate puts its hosts into its zone, and loses a host whose service is deleted', async () => {
  await using nova = await boot({ world: 'empty' })
  await nova.control('POST', '/services', { binary: 'nova-compute', host: 'a' })
  const { json } = await nova.control('POST', '/aggregates', { name: 'rack1', availability_zone: 'az1', hosts: ['a'] })
  expect(json).toMatchObject({ id: 1, availability_zone: 'az1', metadata: { availability_zone: 'az1' } })
  expect((await nova.nova('/os-services')).json.services[0].zone).toBe('az1')
  await nova.control('PATCH', '/aggregates/rack1', { availability_zone: 'az2' })
  expect((await nova.nova('/os-services')).json.services[0].zone).toBe('az2')
  await nova.control('DELETE', '/services/nova-compute@a')
  expect((await nova.control('GET', '/aggregates/1')).json.hosts).toEqual([])
  expect((await nova.control('DELETE', '/aggregates/1')).status).toBe(204)
})

test('an evacuation that is done keeps a host from being forced up until its process has started again', async () => {
  await using nova = await boot()
  const force = (forced_down: boolean) =>
    nova.nova('/os-services/force-down', {
      method: 'PUT',
      version: '2.11',
      body: { host: 'host1', binary: 'nova-compute', forced_down },
    })
  await force(true)
  await nova.control('POST', '/migrations', { type: 'evacuation', status: 'done', source: 'host1', dest: 'host2' })
  expect((await force(false)).status).toBe(400)
  await nova.control('PATCH', '/services/nova-compute@host1', { process: 'stopped' })
  await nova.control('PATCH', '/services/nova-compute@host1', { process: 'running' })
  expect((await nova.control('GET', '/migrations/1')).json.status).toBe('completed')
  expect((await force(false)).status).toBe(200)
})

test('a migration in progress keeps a service from being deleted', async () => {
  await using nova = await boot({ world: 'empty' })
  await nova.control('POST', '/services', { binary: 'nova-compute', host: 'a' })
  await nova.control('POST', '/migrations', { type: 'live-migration', status: 'running', source: 'a', dest: 'b' })
  const { status, json } = await nova.nova('/os-services/1', { method: 'DELETE' })
  expect(status).toBe(409)
  expect(json.conflictingRequest.message).toMatch(/in-progress migrations/)
  await nova.control('PATCH', '/migrations/1', { status: 'completed' })
  expect((await nova.nova('/os-services/1', { method: 'DELETE' })).status).toBe(204)
})

test('a cell that goes down takes its services out of the list, but for their hosts from 2.69 on', async () => {
  await using nova = await boot({ world: 'api-reference' })
  expect((await nova.control('PATCH', '/cells/cell1', { down: true })).json).toEqual({
    name: 'cell1',
    down: true,
    hosts: ['host1', 'host2'],
  })
  expect((await nova.nova('/os-services', { version: '2.68' })).json).toEqual({ services: [] })
  expect((await nova.nova('/os-services', { version: '2.69' })).json).toEqual({
    services: ['host1', 'host2'].map((host) => ({ binary: 'nova-compute', host, status: 'UNKNOWN' })),
  })
})

test('the clock is read, set, frozen and moved', async () => {
  await using nova = await boot()
  expect((await nova.control('GET', '/clock')).json).toEqual({
    rate: 1,
    mode: 'manual',
    now: '2026-01-01T00:00:00.000Z',
  })
  expect((await nova.control('POST', '/clock/advance', { by: '1.5h' })).json.now).toBe('2026-01-01T01:30:00.000Z')
  expect((await nova.control('PUT', '/clock', { now: '2027-01-01' })).json.now).toBe('2027-01-01T00:00:00.000Z')
  expect((await nova.control('PUT', '/clock', { mode: 'real' })).json.mode).toBe('real')
  expect((await nova.control('PUT', '/clock', { mode: 'manual' })).json.mode).toBe('manual')
})

test.each([
  ['POST', '/services', { binary: 'nova-compute' }, 400, '"host" is missing; it is a text', 'host'],
  [
    'POST',
    '/services',
    { binary: 'nova-compute', host: 'host1' },
    409,
    /there is a nova-compute on host "host1" already/,
    undefined,
  ],
  ['POST', '/services', '{"binary"', 400, /^the body is not JSON: /, undefined],
  ['PATCH', '/services/nova-compute@host1', { proces: 'stopped' }, 400, 'unknown key "proces"', 'proces'],
  [
    'PATCH',
    '/services/nova-conductor@controller',
    { status: 'disabled' },
    409,
    /nova-conductor cannot be disabled/,
    undefined,
  ],
  [
    'PATCH',
    '/services/nova-compute@host7',
    { status: 'disabled' },
    404,
    'there is no service "nova-compute@host7"',
    undefined,
  ],
  ['DELETE', '/services/nova-compute@host1', undefined, 409, 'the host host1 has 2 instances', undefined],
  ['POST', '/instances', { name: 'x', host: 'nowhere' }, 409, 'no nova-compute runs on host "nowhere"', 'host'],
  ['POST', '/instances', { name: 'x', count: 0 }, 400, /expected no less than 1/, 'count'],
  ['POST', '/instances', { name: 'x', host: 'nowhere', count: 3 }, 409, /no nova-compute/, 'host'],
  ['POST', '/aggregates', { name: 'x', hosts: ['host1', 'host9'] }, 409, /host9/, 'hosts[1]'],
  ['POST', '/worlds', { name: 'a b' }, 409, '"a b" cannot be the name of a world', 'name'],
  ['POST', '/worlds', { name: 'default' }, 409, 'there is a world "default" already', 'name'],
  ['POST', '/worlds', { name: 'x', world: 'emty' }, 400, 'there is no built-in world "emty"', 'world'],
  ['POST', '/worlds', { name: 'x', world: { services: [{}] } }, 400, /"binary" is missing/, 'world.services[0].binary'],
  ['DELETE', '/worlds/default', undefined, 409, 'the default world cannot be ended', undefined],
  ['PUT', '/state', { services: 'none' }, 400, 'expected a list; got "none"', 'services'],
  [
    'PUT',
    '/state',
    { instances: [{ name: 'a', host: 'b' }] },
    400,
    /no nova-compute runs on host "b"/,
    'instances[0].host',
  ],
  ['POST', '/clock/advance', { by: 'soon' }, 400, /expected a duration such as "61s"/, 'by'],
  ['POST', '/clock/advance', { by: -1 }, 400, /not below zero/, 'by'],
  ['PUT', '/clock', { now: 'then' }, 400, /expected a time/, 'now'],
  ['PATCH', '/cells/cell9', { down: true }, 404, 'there is no cell "cell9"', undefined],
  ['GET', '/servces', undefined, 404, 'there is no control route GET /servces', undefined],
])('%s %s %j is refused, and nothing has changed', async (method, path, body, status, message, at) => {
  await using nova = await boot()
  const before = (await nova.control('GET', '/state')).text
  const answer = await nova.control(method, path, body)
  expect(answer.status).toBe(status)
  expect(answer.json.error.message).toMatch(message)
  expect(answer.json.error.path).toBe(at)
  expect((await nova.control('GET', '/state')).text).toBe(before)
  expect((await nova.control('GET', '/worlds')).json.worlds).toHaveLength(1)
})

test('with a control token every route but health asks for it', async () => {
  await using nova = await boot({ controlToken: 'hush' })
  expect((await nova.control('GET', '/health')).status).toBe(200)
  expect((await nova.control('GET', '/state')).status).toBe(401)
  const bearing = (token: string) => nova.ask('/_novasim/state', { headers: { Authorization: `Bearer ${token}` } })
  expect((await bearing('hush')).status).toBe(200)
  expect((await bearing('hus')).status).toBe(401)
})

test('no clock goes beyond the years that a time can be written with', async () => {
  await using nova = await boot()
  await nova.control('PUT', '/clock', { now: '9999-12-31T23:59:00Z' })
  const { status, json } = await nova.control('POST', '/clock/advance', { by: '60s' })
  expect([status, json.error.message]).toEqual([409, 'the time cannot be later than the year 9999'])
  expect((await nova.control('POST', '/clock/advance', { by: '59s' })).json.now).toBe('9999-12-31T23:59:59.000Z')
})

test('a name in a path is decoded once', async () => {
  await using nova = await boot()
  await nova.control('POST', '/faults', { name: 'at-50%25', do: 'conflict' })
  expect((await nova.control('GET', '/faults/at-50%2525')).json.name).toBe('at-50%25')
})

test('with control off the cloud answers there, as it would without', async () => {
  await using nova = await boot({ control: 'off' })
  expect((await nova.ask('/_novasim/health', { token: null })).json).toHaveProperty('choices')
})
