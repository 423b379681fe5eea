import { expect, test } from 'vitest'
import { type Asking, projectOf, startAsking } from './asking.ts'

async function readersCredential({ ask, cloud, logIn }: Asking, wanted: object) {
  const token = await logIn('reader', projectOf('demo'))
  const path = `/users/${cloud.state.identity.tokens.get(token)?.userId}/application_credentials`
  const body = { application_credential: { name: 'ci', ...wanted } }
  const { json } = await ask(path, { method: 'POST', token, body })
  return { path, token, credential: json.application_credential }
}

async function logInBy({ ask }: Asking, { id, secret }: { id: string; secret: string }) {
  const identity = { methods: ['application_credential'], application_credential: { id, secret } }
  return ask('/auth/tokens?nocatalog', { method: 'POST', body: { auth: { identity } } })
}

test('a credential is given a secret when it brings none, shown that once', async () => {
  const asking = startAsking()
  const { path, token, credential } = await readersCredential(asking, {})
  expect(credential.secret).toMatch(/^[\w-]{86}$/)
  const shown = await asking.ask(`${path}/${credential.id}`, { token })
  expect(shown.json.application_credential).not.toHaveProperty('secret')
  expect((await logInBy(asking, credential)).status).toBe(201)
})

test('a token does not outlive the credential that it is of', async () => {
  const asking = startAsking()
  const { credential } = await readersCredential(asking, { expires_at: '2026-01-01T00:10:00' })
  const { json } = await logInBy(asking, credential)
  expect(json.token.expires_at).toBe('2026-01-01T00:10:00.000000Z')
  asking.clock.advance(600_000)
  expect((await logInBy(asking, credential)).status).toBe(401)
})

test('the roles of a token are those of its credential that its holder still has', async () => {
  const asking = startAsking()
  const { credential } = await readersCredential(asking, { roles: [{ name: 'reader' }] })
  const { json } = await logInBy(asking, credential)
  expect(json.token.roles.map(({ name }: { name: string }) => name)).toEqual(['reader'])
  expect(json.token.application_credential).toEqual({ id: credential.id, name: 'ci', restricted: true })
})

test('deleting a credential ends its tokens', async () => {
  const asking = startAsking()
  const { path, token, credential } = await readersCredential(asking, { secret: 'x' })
  const mine = (await logInBy(asking, credential)).headers.get('x-subject-token')!
  await asking.ask(`${path}/${credential.id}`, { method: 'DELETE', token })
  const { status, text } = await asking.ask('/auth/projects', { token: mine })
  expect(status).toBe(404)
  expect(text).toBe(
    `{"error": {"code": 404, "title": "Not Found", "message": "Could not find Application Credential: ${credential.id}."}}`,
  )
})

test('rules of access are not to be had here, and said so', async () => {
  const asking = startAsking()
  const access_rules = [{ path: '/v2.1/servers', service: 'compute', method: 'GET' }]
  const { ask, logIn, cloud } = asking
  const token = await logIn('reader', projectOf('demo'))
  const path = `/users/${cloud.state.identity.tokens.get(token)?.userId}/application_credentials`
  const body = { application_credential: { name: 'ci', access_rules } }
  expect((await ask(path, { method: 'POST', token, body })).status).toBe(501)
})

test('a limit of credentials is a 500 where it leaves something out, whosever it is, and none where it does not', async () => {
  const asking = startAsking()
  const { path, token } = await readersCredential(asking, { name: 'l1' })
  const statusOf = async (query: string) => (await asking.ask(`${path}${query}`, { token })).status
  expect(await statusOf('?limit=1')).toBe(200)
  expect(await statusOf('?limit=0')).toBe(500)
  expect(await statusOf('?limit=-1')).toBe(500)
  expect(await statusOf('?limit=x')).toBe(500)
  await readersCredential(asking, { name: 'l2' })
  expect(await statusOf('?limit=1')).toBe(500)
  expect(await statusOf('?limit=2')).toBe(200)
  expect(await statusOf('?name=l1&limit=1')).toBe(200)
  expect(await statusOf('?name__icontains=l&limit=1')).toBe(500)
  const { json } = await asking.ask(`${path}?name__contains=l&limit=1`, { token })
  expect(json).toMatchObject({ application_credentials: [{}], truncated: true })
  const admin = await asking.logIn('admin', projectOf('admin'))
  const { userId } = asking.cloud.state.identity.tokens.get(admin) ?? {}
  const others = await asking.ask(`/users/${userId}/application_credentials?limit=1`, { token: admin })
  expect(others.status).toBe(500)
})
