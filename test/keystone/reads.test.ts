import { expect, test } from 'vitest'
import { IDENTITY, projectOf, startAsking } from './asking.ts'

test('lists are in the order of ids, as the database keeps them', async () => {
  const { ask } = startAsking()
  for (const list of ['users', 'projects', 'roles', 'services', 'endpoints']) {
    const ids = (await ask(`/${list}`, { token: 'admin' })).json[list].map(({ id }: { id: string }) => id)
    expect(ids.length).toBeGreaterThan(1)
    expect(ids).toEqual([...ids].sort())
  }
})

test('a list goes on where its last page ended', async () => {
  const { ask } = startAsking({ users: [...'abcde'].map((name) => ({ name, project: name, roles: ['admin'] })) })
  const seen: string[] = []
  const token = await startToken(ask)
  let next: string | null = '/users?limit=2'
  while (next !== null) {
    const { json } = await ask(next, { token })
    seen.push(...json.users.map(({ name }: { name: string }) => name))
    expect(json.truncated).toBe(json.links.next === null ? undefined : true)
    next = json.links.next?.slice(IDENTITY.length) ?? null
  }
  expect(seen.sort()).toEqual([...'abcde'])
})

async function startToken(ask: ReturnType<typeof startAsking>['ask']): Promise<string> {
  const user = { name: 'a', password: 'secret', domain: { id: 'default' } }
  const auth = { identity: { methods: ['password'], password: { user } }, scope: projectOf('a') }
  const { headers } = await ask('/auth/tokens', { method: 'POST', body: { auth } })
  return headers.get('x-subject-token')!
}

test('projects say there is a next page whenever one is full, as the real ones do', async () => {
  const { ask } = startAsking()
  const { json } = await ask('/projects?limit=2', { token: 'admin' })
  expect(json.projects).toHaveLength(2)
  expect(json.truncated).toBe(true)
  const after = await ask(json.links.next.slice(IDENTITY.length), { token: 'admin' })
  expect(after.json.projects).toEqual([])
})

test('a limit below zero or without sense brings the real one down, and this one likewise', async () => {
  const { ask } = startAsking()
  for (const path of ['/projects?limit=-1', '/roles?limit=-1', '/users?limit=x', '/users?limit=1.5']) {
    const { status, headers, text } = await ask(path, { token: 'admin' })
    expect(status).toBe(500)
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(text).toContain('The server encountered an unexpected internal server error')
  }
})

test('the choice of versions is at the root, with a slash and without', async () => {
  const { ask } = startAsking()
  for (const path of ['', '/']) {
    const { status, headers, json } = await ask(path, { from: 'root' })
    expect(status).toBe(300)
    expect(headers.get('location')).toBe(`${IDENTITY}/`)
    expect(json.versions.values[0].id).toBe('v3.14')
  }
})

test('what Keystone does and novasim does not is a 501 in its words, for who may', async () => {
  const { ask } = startAsking()
  for (const [method, path] of [
    ['POST', '/users'],
    ['DELETE', '/projects/x'],
    ['POST', '/services'],
  ] as const) {
    const { status, text } = await ask(path, { method, token: 'admin', body: {} })
    expect(status).toBe(501)
    expect(text).toBe(
      '{"error":{"code":501,"message":"The action you have requested has not been implemented.",' +
        '"title":"Not Implemented"}}\n',
    )
  }
})

test('a body of more than 112 KiB is refused before anything else', async () => {
  const { ask } = startAsking()
  const { status, headers, text } = await ask('/auth/tokens', { method: 'POST', body: 'x'.repeat(114_689) })
  expect(status).toBe(413)
  expect(headers.has('x-openstack-request-id')).toBe(false)
  expect(text).toBe(
    '413 Request Entity Too Large\n\nRequest is too large. Larger than max_request_body_size (%s).\n\n   ',
  )
})

test('a body may say nothing of its type', async () => {
  const { ask } = startAsking()
  const { text } = await ask('/auth/tokens', { method: 'POST', body: '{}', headers: { 'Content-Type': '' } })
  expect(text).toContain('Expecting to find auth in request body.')
})
