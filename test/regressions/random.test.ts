/** What random sequences, put to a real Nova 34.0.0 and to novasim, were answered differently. docs/nova-notes.md has the evidence. */

import { expect, test } from 'vitest'
import { AskedCloud } from '../../scripts/conformance/cloud.ts'
import { send } from '../../scripts/conformance/wire.ts'
import { worldOf } from '../../scripts/conformance/world.ts'
import { boot, bootListening } from '../support/boot.ts'

test('an expectation that nobody knows is of no matter', async () => {
  await using nova = await bootListening()
  const headers = { 'X-Auth-Token': 'admin', Expect: 'x', 'Content-Type': 'application/json' }
  const { status, text } = await send(nova.emulator.url, {
    ...{ method: 'PUT', path: '/v2.1/os-services/enable', headers, body: '{}' },
  })
  expect([status, text]).toEqual([400, `{"badRequest": {"code": 400, "message": "'host' is a required property"}}`])
})

test('Keystone takes a token out of X-Storage-Token where there is no X-Auth-Token, be it empty', async () => {
  await using nova = await boot()
  const askWith = async (headers: Record<string, string>) =>
    (await nova.ask('/identity/v3/users', { token: null, headers })).status
  expect(await askWith({ 'X-Storage-Token': 'admin' })).toBe(200)
  expect(await askWith({ 'X-Storage-Token': 'admin', 'X-Auth-Token': '' })).toBe(401)
  expect(await askWith({ 'X-Storage-Token': 'admin', 'X-Auth-Token': 'x' })).toBe(401)
})

test('the world that a recording implies lists its hypervisors in the same order', async () => {
  const services = ['host1', 'host2'].map((host) => ({ binary: 'nova-compute', host }))
  const hosts = [
    { name: 'host1', id: 2 },
    { name: 'host2', id: 1 },
  ]
  await using nova = await bootListening({ world: { services, hosts }, clock: 'real' })
  const authUrl = `${nova.emulator.url}/identity`
  const cloud = await AskedCloud.enter({ authUrl, user: 'admin', password: 'secret', project: 'admin' })
  await using again = await boot({ world: await worldOf(cloud) })
  const listed = await nova.nova('/os-hypervisors')
  expect(listed.json.hypervisors.map((each: { id: number }) => each.id)).toEqual([1, 2])
  expect((await again.nova('/os-hypervisors')).text).toBe(listed.text)
})

test.each([
  ['multipart/form-data', '{}', 500],
  ['multipart/form-data; boundary=', '', 500],
  ['multipart/form-data; boundary=é', '{}', 500],
  ['Multipart/Form-Data', '{}', 404],
  ['multipart/form-data; boundary=x', '{}', 404],
  ['multipart/form-data; boundary="x"', '--x--\r\n', 404],
  ['multipart/form-data; boundary=x', part('a', 'GET'), 404],
  ['multipart/form-data; boundary=y', part('_method', 'GET'), 404],
  // The list is found, and then does not take forms.
  ['multipart/form-data; boundary=x', part('_method', 'GET'), 415],
  ['multipart/form-data; boundary=x', part('_method', 'get').replaceAll('\r\n', '\n'), 415],
  ['multipart/form-data; boundary=x', part('_method', 'GET').replace('\r\n--x--\r\n', ''), 415],
])('a form in parts, %s, is looked into for _method: %j is %i', async (type, body, expected) => {
  await using nova = await bootListening()
  const ask = (token: string) =>
    send(nova.emulator.url, {
      ...{ method: 'POST', path: '/v2.1/os-services', body },
      headers: { 'X-Auth-Token': token, 'Content-Type': type },
    })
  const { status, headers } = await ask('admin')
  expect([status, headers['openstack-api-version']]).toEqual([expected, expected === 415 ? 'compute 2.1' : undefined])
  expect((await ask('nobody')).status).toBe(401)
})

test.each(['\n', '\n\n', 'x\n\n'])(
  'a zone by the name of %j is not valid: nothing may stand before the last newline but a name',
  async (zone) => {
    await using nova = await boot()
    const body = { aggregate: { name: 'a', availability_zone: zone } }
    const { status, json } = await nova.nova('/os-aggregates', { method: 'POST', body })
    expect(status).toBe(400)
    expect(json.badRequest.message).toMatch(
      /^Invalid input for field\/attribute availability_zone\. .* is not valid under any of/s,
    )
  },
)

test('the host of an aggregate, a zone in a PUT and metadata are taken as they are, with what is white around them', async () => {
  await using nova = await boot()
  const made = await nova.nova('/os-aggregates', { method: 'POST', body: { aggregate: { name: ' a\n' } } })
  expect(made.status).toBe(400)
  const { json } = await nova.nova('/os-aggregates', {
    ...{ method: 'POST', body: { aggregate: { name: 'a', availability_zone: 'x\n' } } },
  })
  expect(json.aggregate).toMatchObject({ name: 'a', availability_zone: 'x' })
  const path = `/os-aggregates/${json.aggregate.id}`
  const act = (body: object) => nova.nova(`${path}/action`, { method: 'POST', body })
  expect((await act({ add_host: { host: 'host1\n' } })).json.itemNotFound.message).toBe(
    'Compute host host1\n could not be found.',
  )
  const metadata = { a: ' x ', b: 'x\n' }
  expect((await act({ set_metadata: { metadata } })).json.aggregate.metadata).toMatchObject(metadata)
  const put = await nova.nova(path, { method: 'PUT', body: { aggregate: { availability_zone: 'y\n' } } })
  expect(put.json.aggregate.availability_zone).toBe('y\n')
})

test('a semicolon stands between two parameters of Nova, and in a value of Keystone', async () => {
  await using nova = await boot()
  expect((await nova.nova('/os-services?host=host1;binary=nova-scheduler')).json.services).toEqual([])
  const { json } = await nova.nova('/os-services?a=1;b=2', { version: '2.75' })
  expect(json.badRequest.message).toBe("Additional properties are not allowed ('a', 'b' were unexpected)")
  expect((await nova.ask('/identity/v3/users?name=admin;x=y')).json.users).toEqual([])
})

test.each([
  ['/os-availability-zone', 'system', "Policy doesn't allow os_compute_api:os-availability-zone:list to be performed."],
  ['/os-availability-zone', 'unscoped', undefined],
  ['/limits', 'system', "Policy doesn't allow os_compute_api:limits to be performed."],
  ['/limits', 'unscoped', 'Forbidden'],
  ['/flavors/1', 'system', undefined],
  ['/flavors/1', 'unscoped', 'Forbidden'],
  ['/flavors/nope', 'unscoped', 'Forbidden'],
  ['/flavors', 'unscoped', undefined],
])('%s is asked for with a token that is %s: %s', async (path, guest, refused) => {
  await using nova = await bootListening()
  const authUrl = `${nova.emulator.url}/identity`
  const cloud = await AskedCloud.enter({ authUrl, user: 'admin', password: 'secret', project: 'admin' })
  const { status, text } = await cloud.ask({ GET: path, as: 'nobody', headers: { 'X-Auth-Token': `{token ${guest}}` } })
  const answer = refused === undefined ? [200] : [403, { forbidden: { code: 403, message: refused } }]
  expect([status, ...(refused === undefined ? [] : [JSON.parse(text)])]).toEqual(answer)
})

test('a group is not looked for by a name that is longer than one may be, nor a group of a user by the case of letters', async () => {
  await using nova = await boot()
  const [id] = [...nova.cloud.state.identity.users.keys()]
  const ask = async (path: string) => (await nova.ask(`/identity/v3/${path}`)).status
  const long = 'x'.repeat(65)
  for (const path of ['groups', `users/${id}/groups`]) {
    expect(await ask(`${path}?name=${long.slice(1)}`)).toBe(200)
    expect(await ask(`${path}?name=${long}`)).toBe(500)
    expect(await ask(`${path}?name__icontains=${long}`)).toBe(500)
    expect(await ask(`${path}?description=${long}`)).toBe(200)
  }
  expect(await ask('groups?name__contains=x')).toBe(200)
  expect(await ask(`users/${id}/groups?name__contains=x`)).toBe(500)
  expect(await ask('groups?name=')).toBe(400)
  expect(await ask(`groups?domain_id=${long}`)).toBe(400)
})

function part(name: string, value: string): string {
  return `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n--x--\r\n`
}
