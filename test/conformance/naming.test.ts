import { expect, test } from 'vitest'
import { differences } from '../../scripts/conformance/difference.ts'
import { createNaming } from '../../scripts/conformance/naming.ts'

const OWN = {
  ids: (): [string, string][] => [['<user admin>', 'bd4eddb495a844888215d3a2b4a2a0b1']],
  addresses: [['http://127.0.0.1:1/v2.1', '<nova>'] as [string, string]],
}
const answer = (text: string, headers: Record<string, string> = {}) => ({ status: 200, headers, text })
const ONE = '11111111-0000-4000-8000-000000000001'
const OTHER = '22222222-0000-4000-8000-000000000002'

test('ids are counted in the order in which they come, and keep their names from one answer to the next', () => {
  const { name } = createNaming(OWN)
  const question = { GET: '/os-services' }
  expect(name(question, answer(`${OTHER} ${ONE} ${OTHER}`)).body).toBe('<uuid-1> <uuid-2> <uuid-1>')
  expect(name(question, answer(`${ONE} bd4eddb495a844888215d3a2b4a2a0b1 http://127.0.0.1:1/v2.1/x`)).body).toBe(
    '<uuid-2> <user admin> <nova>/x',
  )
})

test('of a time its form is left: whether it has a fraction, and one of nothing', () => {
  const { name } = createNaming(OWN)
  const text = '2026-01-01T00:00:00.000000 2026-01-01T00:00:00.123456 2026-01-01T00:00:00Z 2026-01-01 00:00:00'
  expect(name({ GET: '/' }, answer(text)).body).toBe('<timeT.000000> <timeT.ffffff> <timeTZ> <time >')
})

test('what a cloud leaves to chance has one order, and nothing else has', () => {
  const { name } = createNaming(OWN)
  const zones = '{"availabilityZoneInfo": [{"hosts": {"b": {}, "a": {}}}]}'
  const sorted = '{"availabilityZoneInfo": [{"hosts": {"a": {}, "b": {}}}]}'
  expect(name({ GET: '/os-availability-zone/detail' }, answer(zones)).body).toBe(sorted)
  expect(name({ GET: '/os-services' }, answer(zones)).body).toBe(zones)
  expect(name({ GET: '/' }, answer('', { allow: 'PUT, GET', vary: 'b, a' })).headers).toEqual({
    allow: 'GET, PUT',
    vary: 'b, a',
  })
})

test('a length that is not that of the body is told', () => {
  const { name } = createNaming(OWN)
  expect(name({ GET: '/' }, answer('abc', { 'content-length': '3' })).headers).toEqual({ 'content-length': '<length>' })
  expect(name({ GET: '/' }, answer('abc', { 'content-length': '4' })).headers['content-length']).toContain('4, and not')
})

test('a difference names the field, and shows both; one of spacing shows where it begins', () => {
  const named = (body: string, status = 200) => ({ status, headers: {}, body })
  expect(differences(named('{"a": [1, {"b": 2}]}'), named('{"a": [1, {"b": 3}]}', 404))).toEqual([
    ...['status', '  real     200', '  novasim  404'],
    ...['body.a[1].b', '  real     2', '  novasim  3'],
  ])
  expect(differences(named('{"a": 1}'), named('{"a":1}'))).toEqual([
    ...['body, in its order or spacing', '  real     "{\\"a\\": 1}"', '  novasim  "{\\"a\\":1}"'],
  ])
  expect(differences(named('x'), named('x'))).toEqual([])
})

test('what the questions say has no order is sorted before ids are counted, by what does not differ', () => {
  const providers = (...uuids: string[]) =>
    `{"resource_providers": [${uuids.map((uuid) => `{"uuid": "${uuid}", "name": "${uuid === ONE ? 'one' : 'other'}"}`).join(', ')}]}`
  const question = { GET: '/resource_providers', at: 'placement' as const }
  const [sorted, kept] = [true, false].map((unordered) =>
    [providers(OTHER, ONE), providers(ONE, OTHER)].map(
      (text) => createNaming(OWN).name({ ...question, unordered }, answer(text)).body,
    ),
  )
  expect(sorted?.[0]).toBe(sorted?.[1])
  expect(kept?.[0]).not.toBe(kept?.[1])
})

test('when something was last changed is told by its age, but for what is older than the other cloud', () => {
  const { name } = createNaming({ ...OWN, began: Date.parse('2026-01-01T00:00:00Z') })
  const modified = (time: string) => name({ GET: '/' }, answer('', { 'last-modified': time })).headers['last-modified']
  expect(modified('Wed, 31 Dec 2025 23:59:59 GMT')).toBe('<before>')
  expect(modified('Thu, 01 Jan 2026 00:00:07 GMT')).toBe('<7 s later>')
})

test('a password that Nova makes has a name, and one of another kind has not', () => {
  const { name } = createNaming(OWN)
  const body = (password: string) => name({ POST: '/servers' }, answer(`{"adminPass": "${password}"}`)).body
  expect(body('EQaqhKu9McJ7')).toBe('{"adminPass": "<password>"}')
  expect(body('015d51fcb1ca')).toContain('015d51fcb1ca')
})
