import { expect, test } from 'vitest'
import { pathPattern, textPattern } from '../../src/faults/pattern.ts'
import type { Booted, Request$ } from '../support/boot.ts'
import { boot } from '../support/boot.ts'

const MARK = 418
const mark = { status: MARK, message: 'matched' }

async function marks(match: object, path: string, request: Request$ = {}): Promise<boolean> {
  await using nova = await boot({ faults: [{ match, do: mark }] })
  return (await nova.ask(path, request)).status === MARK
}

const uuidOn = (nova: Booted, host: string) =>
  [...nova.cloud.state.services.values()].find((service) => service.host === host)!.uuid

const DISABLE = { method: 'PUT', body: { host: 'host1', binary: 'nova-compute', disabled_reason: 'x' } }
const LOGIN = {
  auth: { identity: { methods: ['password'], password: { user: { name: 'reader', password: 'secret' } } } },
}

test.each([
  [{}, '/v2.1/os-services', {}, true],
  [{ method: 'DELETE' }, '/v2.1/os-services/3', { method: 'DELETE' }, true],
  [{ method: 'delete' }, '/v2.1/os-services/3', { method: 'DELETE' }, true],
  [{ method: 'DELETE' }, '/v2.1/os-services', {}, false],
  [{ method: ['PUT', 'GET'] }, '/v2.1/os-services', {}, true],
  [{ path: '/os-services' }, '/v2.1/os-services', {}, true],
  [{ path: '/os-services/' }, '/v2.1/os-services', {}, true],
  [{ path: '/os-services' }, '/v2/os-services', {}, true],
  [{ path: '/v2.1/os-services' }, '/v2.1/os-services', {}, true],
  [{ path: '/v2.1/os-services' }, '/v2/os-services', {}, false],
  [{ path: '/os-services/*' }, '/v2.1/os-services/3', {}, true],
  [{ path: '/os-services/*' }, '/v2.1/os-services', {}, false],
  [{ path: '/os-services/*' }, '/v2.1/os-services/3/x', {}, false],
  [{ path: '/os-services/**' }, '/v2.1/os-services/3/x', {}, true],
  [{ path: '**' }, '/', {}, true],
  [{ path: '/os-services' }, '/v2.1/0123456789abcdef/os-services', {}, true],
  [{ path: '/v3/auth/tokens' }, '/identity/v3/auth/tokens', {}, true],
  [{ path: '/identity/v3/**' }, '/identity/v3/auth/tokens', {}, true],
  [{ face: 'keystone' }, '/identity/v3', {}, true],
  [{ face: 'keystone' }, '/v2.1', {}, false],
  [{ operation: 'os-services:list' }, '/v2.1/os-services', {}, true],
  [{ operation: 'os-services:*' }, '/v2.1/os-services/3', { method: 'DELETE' }, true],
  [{ operation: 'os-services:disable' }, '/v2.1/os-services/disable', DISABLE, true],
  [{ operation: 'os-services:disable' }, '/v2.1/os-services/disable-log-reason', DISABLE, false],
  [{ operation: 'os-services:update' }, '/v2.1/os-services/3', { method: 'PUT', version: '2.53', body: {} }, true],
  [{ operation: 'os-services:disable' }, '/v2.1/os-services/disable', { ...DISABLE, version: '2.53' }, false],
  [{ operation: 'os-services:force-down' }, '/v2.1/os-services/force-down', { ...DISABLE, version: '2.11' }, true],
  [{ operation: 'os-services:force-down' }, '/v2.1/os-services/force-down', { ...DISABLE, version: '2.10' }, false],
  [{ operation: 'versions:list' }, '/', {}, true],
  [{ operation: 'versions:show' }, '/v2.1', {}, true],
  [{ operation: 'tokens:issue' }, '/identity/v3/auth/tokens', { method: 'POST', body: LOGIN }, true],
  [{ operation: 'tokens:validate' }, '/identity/v3/auth/tokens', {}, true],
  [{ operation: 'tokens:validate' }, '/identity/v3/auth/tokens', { method: 'HEAD' }, true],
  [{ operation: 'tokens:revoke' }, '/identity/v3/auth/tokens', { method: 'DELETE' }, true],
  [{ operation: 'catalog:list' }, '/identity/v3/auth/catalog', {}, true],
  [{ operation: 'users:show' }, '/identity/v3/users/abc', {}, true],
  [{ host: 'host1' }, '/v2.1/os-services?host=host1', {}, true],
  [{ host: 'HOST1' }, '/v2.1/os-services?host=host1', {}, true],
  [{ host: 'host*' }, '/v2.1/os-services?host=host1', {}, true],
  [{ host: 'host1' }, '/v2.1/os-services', {}, false],
  [{ host: 'host1' }, '/v2.1/os-services/3', { method: 'DELETE' }, true],
  [{ host: 'host2' }, '/v2.1/os-services/3', { method: 'DELETE' }, false],
  [{ host: 'host1' }, '/v2.1/os-services/disable', DISABLE, true],
  [{ host: 'host2' }, '/v2.1/os-services/disable', DISABLE, false],
  [{ host: ['host2', 'host1'] }, '/v2.1/os-services/disable', DISABLE, true],
  [{ binary: 'nova-conductor' }, '/v2.1/os-services/1', { method: 'DELETE' }, true],
  [{ binary: 'nova-compute' }, '/v2.1/os-services/1', { method: 'DELETE' }, false],
  [{ user: 'admin' }, '/v2.1/os-services', {}, true],
  [{ user: 'admin' }, '/v2.1/os-services', { token: 'reader' }, false],
  [{ user: 'admin' }, '/v2.1/os-services', { token: null }, false],
  [{ user: 'reader' }, '/identity/v3/auth/tokens', { method: 'POST', token: null, body: LOGIN }, true],
  [{ version: '2.53' }, '/v2.1/os-services', { version: '2.53' }, true],
  [{ version: '2.53-' }, '/v2.1/os-services', { version: '2.52' }, false],
  [{ version: '2.53-' }, '/v2.1/os-services', { version: 'latest' }, true],
  [{ version: '-2.52' }, '/v2.1/os-services', {}, true],
  [{ version: ['2.1-2.9', '2.50'] }, '/v2.1/os-services', { version: '2.50' }, true],
  [{ version: '2.1-' }, '/v2.1/os-services', { version: '2.999' }, false],
  [{ version: '2.1-' }, '/identity/v3', {}, false],
  [{ query: { host: 'host1' } }, '/v2.1/os-services?host=host1', {}, true],
  [{ query: { host: 'host1' } }, '/v2.1/os-services?host=host2', {}, false],
  [{ query: { host: null } }, '/v2.1/os-services', {}, true],
  [{ query: { host: null } }, '/v2.1/os-services?host=host2', {}, false],
  [{ query: { host: '*' } }, '/v2.1/os-services', {}, false],
  [{ header: { 'User-Agent': 'fence*' } }, '/v2.1/os-services', { headers: { 'User-Agent': 'fence_compute' } }, true],
  [{ header: { 'x-auth-token': null } }, '/v2.1/os-services', { token: null }, true],
  [{ body: { host: 'host1' } }, '/v2.1/os-services/disable', DISABLE, true],
  [{ body: { host: 'host2' } }, '/v2.1/os-services/disable', DISABLE, false],
  [{ body: { host: 'host1' } }, '/v2.1/os-services', {}, false],
  [
    { body: { auth: { identity: { password: { user: { name: 'reader' } } } } } },
    '/identity/v3/auth/tokens',
    { method: 'POST', body: LOGIN },
    true,
  ],
  [{ method: 'GET', host: 'host1', user: 'admin' }, '/v2.1/os-services?host=host1', {}, true],
  [{ method: 'GET', host: 'host1', user: 'reader' }, '/v2.1/os-services?host=host1', {}, false],
])('%j: %s %j matches: %s', async (match, path, request, expected) => {
  expect(await marks(match, path, request as Request$)).toBe(expected)
})

test('a host is found by the UUID of its service, and of an instance on it', async () => {
  await using nova = await boot({ faults: [{ match: { host: 'host2' }, do: mark }] })
  const services = `/os-services/${uuidOn(nova, 'host2').toUpperCase()}`
  expect((await nova.nova(services, { method: 'DELETE', version: '2.53' })).status).toBe(MARK)
  const [instance] = nova.cloud.state.instancesOn.get('host2')!
  expect((await nova.nova(`/servers/${instance}`)).status).toBe(MARK)
  expect((await nova.nova(`/os-services/${uuidOn(nova, 'host1')}`, { method: 'DELETE' })).status).not.toBe(MARK)
})

test('a host and a binary are found by the id and the UUID of a service that was deleted', async () => {
  await using nova = await boot({ world: { services: [{ binary: 'nova-compute', host: 'host2', id: 7 }] } })
  const uuid = uuidOn(nova, 'host2')
  const remove = (id: string | number, version: string) =>
    nova.nova(`/os-services/${id}`, { method: 'DELETE', version })
  expect((await remove(uuid, '2.53')).status).toBe(204)
  expect((await remove(uuid, '2.53')).status).toBe(404)
  await nova.control('POST', '/faults', { match: { host: 'host2', binary: 'nova-compute' }, do: mark })
  expect((await remove(uuid, '2.53')).status).toBe(MARK)
  expect((await remove(7, '2.1')).status).toBe(MARK)
  expect((await remove(8, '2.1')).status).toBe(404)
  const { json } = await nova.control('GET', '/journal?method=DELETE&host=host2')
  expect(json.found).toBe(4)
})

test.each([
  ['2', [1, 2, 1]],
  ['2-3', [1, 2, 2]],
  ['3-', [1, 1, 2]],
  [
    [1, 3],
    [2, 1, 2],
  ],
])('nth: %j is counted from 1', async (nth, expected) => {
  await using nova = await boot({ faults: [{ match: { method: 'GET', nth }, do: mark }] })
  const seen = []
  for (let request = 0; request < 3; request++) seen.push((await nova.nova('/os-services')).status === MARK ? 2 : 1)
  expect(seen).toEqual(expected)
})

test.each([
  ['a*c', 'abc', true],
  ['a*c', 'ac', true],
  ['a*c', 'acb', false],
  ['*', '', true],
  ['**', 'anything', true],
  ['a*b*c', 'a-b-b-c', true],
  ['a*a', 'a', false],
  ['*ab*ab*', 'xabab', true],
  ['*ab*ab*', 'xab', false],
])('the text %s means %s: %s', (pattern, text, expected) => {
  expect(textPattern(pattern)(text)).toBe(expected)
})

test.each([
  ['/a/**', '/a', true],
  ['/a/**', '/a/b/c', true],
  ['/**/c', '/a/b/c', true],
  ['/**/c', '/c', true],
  ['/a/**/b/**/c', '/a/x/b/y/z/c', true],
  ['/a/**/b/**/c', '/a/x/y/z/c', false],
  ['/os-*', '/os-services', true],
  ['/os-*', '/os-services/1', false],
  ['/*', '/', true],
  ['/', '/', true],
])('the path %s means %s: %s', (pattern, path, expected) => {
  expect(pathPattern(pattern)(path)).toBe(expected)
})

test('a pattern made to be slow is not', () => {
  const path = `/${'a/'.repeat(5000)}b`
  const text = 'a'.repeat(100_000)
  const began = performance.now()
  expect(pathPattern(`/${'**/a/'.repeat(200)}c`)(path)).toBe(false)
  expect(textPattern(`${'*a'.repeat(500)}b`)(text)).toBe(false)
  expect(performance.now() - began).toBeLessThan(500)
})
