import { expect, test } from 'vitest'
import { BASE, IDENTITY, passwordOf, projectOf, startAsking } from './asking.ts'

test('a token is good for an hour by the clock of the world', async () => {
  const { ask, clock, logIn } = startAsking()
  const token = await logIn('reader', projectOf('demo'))
  clock.advance(3_600_000 - 1)
  expect((await ask('/auth/projects', { token })).status).toBe(200)
  clock.advance(1)
  expect((await ask('/auth/projects', { token })).status).toBe(401)
})

test('a token says when it was issued and when it ends, in whole seconds', async () => {
  const { ask, clock } = startAsking()
  clock.advance(1_999)
  const { json } = await ask('/auth/tokens', { method: 'POST', body: { auth: { identity: passwordOf('reader') } } })
  expect(json.token.issued_at).toBe('2026-01-01T00:00:01.000000Z')
  expect(json.token.expires_at).toBe('2026-01-01T01:00:01.000000Z')
})

test('a token that has expired is shown for two more days to who asks for expired ones', async () => {
  const { ask, clock, logIn } = startAsking()
  const old = await logIn('reader', projectOf('demo'))
  const show = async (query: string) => {
    const token = await logIn('admin', projectOf('admin'))
    return (await ask(`/auth/tokens${query}`, { token, headers: { 'X-Subject-Token': old } })).status
  }
  clock.advance(3_600_000)
  expect(await show('')).toBe(404)
  expect(await show('?allow_expired=true')).toBe(200)
  clock.advance(172_800_000)
  expect(await show('?allow_expired=true')).toBe(404)
})

test('a token made of another ends when that one does', async () => {
  const { ask, clock, logIn } = startAsking()
  const first = await logIn('admin')
  clock.advance(1_800_000)
  const identity = { methods: ['token'], token: { id: first } }
  const body = { auth: { identity, scope: projectOf('admin') } }
  const { json } = await ask('/auth/tokens', { method: 'POST', body })
  expect(json.token.expires_at).toBe('2026-01-01T01:00:00.000000Z')
  expect(json.token.audit_ids).toHaveLength(2)
})

test('the static tokens are good without logging in, and outlive the clock', async () => {
  const { ask, clock } = startAsking()
  clock.advance(365 * 86_400_000)
  expect((await ask('/users', { token: 'admin' })).status).toBe(200)
  expect((await ask('/users', { token: 'reader' })).status).toBe(403)
})

test('the catalogue hands out addresses as the client wrote the world, identity first', async () => {
  const { ask } = startAsking()
  const body = { auth: { identity: passwordOf('admin'), scope: projectOf('admin') } }
  const { json } = await ask('/auth/tokens', { method: 'POST', body })
  const urls = json.token.catalog.map(({ type, endpoints }: { type: string; endpoints: { url: string }[] }) => {
    return [type, ...new Set(endpoints.map(({ url }) => url))]
  })
  expect(urls).toEqual([
    ['identity', IDENTITY],
    ['compute', `${BASE}/v2.1`],
    ['placement', `${BASE}/placement`],
  ])
  expect(json.token.catalog[0].endpoints.map((each: { interface: string }) => each.interface)).toEqual([
    ...['admin', 'internal', 'public'],
  ])
  expect(json.token.catalog[1].endpoints.map((each: { interface: string }) => each.interface)).toEqual([
    ...['internal', 'public'],
  ])
})

test('the same seed and the same requests give the same answers, tokens and all', async () => {
  const play = async () => {
    const { ask, logIn } = startAsking({ seed: 7 })
    const token = await logIn('admin', projectOf('admin'))
    const answers = [await ask('/users', { token }), await ask('/auth/catalog', { token }), await ask('/nowhere')]
    return [token, ...answers.map(({ text, headers }) => [text, [...headers]])]
  }
  expect(await play()).toEqual(await play())
})

test('another seed gives other ids and other tokens', async () => {
  const tokenOf = (seed: number) => startAsking({ seed }).logIn('admin', projectOf('admin'))
  expect(await tokenOf(1)).not.toBe(await tokenOf(2))
})

test('a token looks like one of Fernet, as long as its kind is', async () => {
  const { logIn } = startAsking()
  expect(await logIn('admin')).toMatch(/^gAAAAAB[\w-]{155}$/)
  expect(await logIn('admin', projectOf('admin'))).toMatch(/^gAAAAAB[\w-]{176}$/)
})

test('taking back all tokens of a user is for that user and for admins', async () => {
  const { ask, cloud, logIn } = startAsking()
  const [reader, other] = [await logIn('reader', projectOf('demo')), await logIn('reader')]
  const admin = await logIn('admin', projectOf('admin'))
  const userId = cloud.state.identity.tokens.get(reader)?.userId
  const adminId = cloud.state.identity.tokens.get(admin)?.userId
  expect((await ask(`/users/${adminId}/tokens`, { method: 'DELETE', token: reader })).status).toBe(403)
  expect((await ask(`/users/${userId}/tokens`, { method: 'DELETE', token: reader })).status).toBe(204)
  expect((await ask('/auth/projects', { token: other })).status).toBe(401)
  expect((await ask('/users/nope/tokens', { method: 'DELETE', token: admin })).status).toBe(404)
})

test('a token is no longer good once its holder has lost every role on what it is scoped to', async () => {
  const { ask, cloud, logIn } = startAsking()
  const token = await logIn('reader', projectOf('demo'))
  cloud.state.identity.grants = cloud.state.identity.grants.filter(({ role }) => role === 'admin')
  expect((await ask('/auth/projects', { token })).status).toBe(401)
})
