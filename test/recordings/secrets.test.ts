import { request as send } from 'node:http'
import { expect, test } from 'vitest'
import { loads } from '../../src/python/json.ts'
import { createEndpoints } from '../../src/recordings/endpoints.ts'
import { readRecording } from '../../src/recordings/recording.ts'
import { createScribe } from '../../src/recordings/scribe.ts'
import { startCloud, startRecording } from './upstream.ts'

/** Nobody says this by accident, and every writing of it is another. */
const PLANTED = 'Pl4nted/s3cret+"x"&é%'

interface Planted {
  method?: string
  path?: string
  headers?: Record<string, string>
  body?: string
  answerHeaders?: Record<string, string>
  answer?: string
}

/** Each place where a secret may stand: in what is asked, and in what is answered. */
const PLACES: [where: string, planted: (secret: string) => Planted][] = [
  ['X-Auth-Token', (secret) => ({ headers: { 'x-auth-token': secret } })],
  ['X-Subject-Token', (secret) => ({ headers: { 'x-subject-token': secret } })],
  ['X-Service-Token', (secret) => ({ headers: { 'x-service-token': secret } })],
  ['Authorization', (secret) => ({ headers: { authorization: `Bearer ${secret}` } })],
  ['Basic authorization', (secret) => ({ headers: { authorization: `Basic ${base64(`me:${secret}`)}` } })],
  ['Cookie', (secret) => ({ headers: { cookie: `a=b; session=${encodeURIComponent(secret)}` } })],
  ['Set-Cookie', (secret) => ({ answerHeaders: { 'set-cookie': `session=${encodeURIComponent(secret)}; Path=/` } })],
  ['the token of an answer', (secret) => ({ answerHeaders: { 'x-subject-token': secret } })],
  ['X-Api-Key', (secret) => ({ headers: { 'x-api-key': secret } })],
  ['a receipt', (secret) => ({ answerHeaders: { 'openstack-auth-receipt': secret } })],
  [
    'a password to log in',
    (secret) => ({
      body: json({
        auth: { identity: { methods: ['password'], password: { user: { name: 'a', password: secret } } } },
      }),
    }),
  ],
  [
    'a token to log in',
    (secret) => ({ body: json({ auth: { identity: { methods: ['token'], token: { id: secret } } } }) }),
  ],
  [
    'an application credential to log in',
    (secret) => ({ body: json({ auth: { identity: { application_credential: { id: 'x', secret } } } }) }),
  ],
  [
    'a passcode',
    (secret) => ({ body: json({ auth: { identity: { totp: { user: { id: 'x', passcode: secret } } } } }) }),
  ],
  [
    'a login of v2.0',
    (secret) => ({ body: json({ auth: { passwordCredentials: { username: 'a', password: secret } } }) }),
  ],
  ['a new application credential', (secret) => ({ answer: json({ application_credential: { id: 'x', secret } }) })],
  ['a credential', (secret) => ({ body: json({ credential: { type: 'ec2', blob: json({ access: 'a', secret }) } }) })],
  ['a changed password', (secret) => ({ body: json({ user: { password: 'n', original_password: secret } }) })],
  ['adminPass of a request', (secret) => ({ body: json({ evacuate: { host: 'h', adminPass: secret } }) })],
  ['adminPass of an answer', (secret) => ({ answer: json({ server: { id: 'x', adminPass: secret } }) })],
  [
    'user data',
    (secret) => ({ body: json({ server: { name: 'a', user_data: base64(`#cloud-config\npassword: ${secret}\n`) } }) }),
  ],
  ['user data as it is', (secret) => ({ body: json({ server: { name: 'a', user_data: secret } }) })],
  [
    'a file to be put into a server',
    (secret) => ({ body: json({ server: { personality: [{ path: '/etc/x', contents: base64(secret) }] } }) }),
  ],
  ['a private key', (secret) => ({ answer: json({ keypair: { name: 'k', private_key: secret } }) })],
  [
    "a console's token",
    (secret) => ({
      answer: json({ remote_console: { url: `http://c/vnc?path=%3Ftoken%3D${encodeURIComponent(secret)}` } }),
    }),
  ],
  ['metadata by its key', (secret) => ({ body: json({ metadata: { db_password: secret } }) })],
  ['a pair of key and value', (secret) => ({ body: json({ items: [{ key: 'api_key', value: secret }] }) })],
  ['deep down', (secret) => ({ body: json(nested(40, { password: secret })) })],
  ['lists in lists', (secret) => ({ body: json({ a: [[[{ secret: [secret, [secret]] }]]] }) })],
  ['a query', (secret) => ({ path: `/v3/x?token=${encodeURIComponent(secret)}&a=b` })],
  [
    'a query, written otherwise',
    (secret) => ({ path: `/v3/x?a=b&Password=${encodeURIComponent(secret).replaceAll('%20', '+')}` }),
  ],
  ['the path of a token', (secret) => ({ path: `/v2.0/tokens/${encodeURIComponent(secret)}` })],
  [
    'the user part of an address',
    (secret) => ({ body: json({ url: `https://me:${encodeURIComponent(secret)}@host/x` }) }),
  ],
  [
    'a Location',
    (secret) => ({ answerHeaders: { location: `http://host/x?access_token=${encodeURIComponent(secret)}` } }),
  ],
  [
    'a form',
    (secret) => ({
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `user=a&password=${encodeURIComponent(secret)}&b=c`,
    }),
  ],
  [
    'JSON that is cut off',
    (secret) => ({ body: json({ auth: { identity: { password: { user: { password: secret } } } } }).slice(0, -5) }),
  ],
  [
    'JSON that Python would not write so',
    (secret) => ({ body: `{ "password"  :\n"${JSON.stringify(secret).slice(1, -1)}", "a": 1}` }),
  ],
  ['JSON with a key twice', (secret) => ({ body: `{"password": ${JSON.stringify(secret)}, "password": "b"}` })],
  ['JSON in a text of JSON', (secret) => ({ body: json({ event: json({ auth: { password: secret } }) }) })],
  [
    'XML',
    (secret) => ({
      answer: `<server adminPass="x"><adminPass>${secret.replaceAll('&', '&amp;')}</adminPass></server>`,
    }),
  ],
  [
    'multipart',
    (secret) => ({ body: `--x\r\nContent-Disposition: form-data; name="password"\r\n\r\n${secret}\r\n--x--` }),
  ],
  ['a Python dict', (secret) => ({ answer: `error: {'adminPass': '${secret}', 'a': 1}` })],
  [
    'an echo of the request',
    (secret) => ({ headers: { 'x-auth-token': secret }, answer: `you sent\nX-Auth-Token: ${secret}\n` }),
  ],
]

test.each(PLACES)(
  'a secret in %s does not reach the file, nor the screen, and is replaced wherever it stands later',
  async (_, planted) => {
    let answers: Planted = {}
    const cloud = await startCloud((_request, response) => {
      const headers = { 'content-type': 'application/json', ...answers.answerHeaders }
      response.writeHead(200, Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, latin1(value)])))
      response.end(answers.answer ?? '{}')
    })
    const { recorder, text, out, said } = await startRecording(`${cloud}/v3`)
    answers = planted(PLANTED)
    await ask(recorder.url, answers)
    // It comes again, where nothing tells that it is one.
    const again = [
      PLANTED,
      encodeURIComponent(PLANTED),
      base64(PLANTED),
      base64(`xy${PLANTED}z`),
      Buffer.from(PLANTED).toString('hex'),
    ]
    answers = { answer: json({ message: `got ${again.join(' ')}`, [PLANTED]: 1 }) }
    await ask(recorder.url, { body: `plain ${PLANTED}`, path: `/v3/echo/${encodeURIComponent(PLANTED)}` })
    answers = { answer: again.join('\n') }
    await ask(recorder.url, {})
    await recorder.close()

    const found = writingsOf(PLANTED).filter((writing) => text().includes(writing) || said.join('\n').includes(writing))
    expect(found).toEqual([])
    expect(readRecording(text(), out).exchanges).toHaveLength(3)
  },
)

test('short secrets are taken out of their places and left alone elsewhere', async () => {
  const cloud = await startCloud((_request, response) => response.end('{"a": "the secret of it"}'))
  const { recorder, lines } = await startRecording(`${cloud}/v3`)
  await ask(recorder.url, { headers: { 'x-auth-token': 'admin' }, body: json({ password: 'secret', user: 'admin' }) })
  await recorder.close()
  expect(lines()[2]).toMatchObject({
    request: { headers: { 'x-auth-token': '<token-1>' }, body: { password: '<secret>', user: 'admin' } },
    answer: { body: { a: 'the secret of it' } },
  })
})

test('a word that stands in every answer is not taken out of them, though it is somebody’s password', () => {
  const scribe = createScribe(createEndpoints())
  const spoken = { to: 'identity', method: 'POST', path: '/v3/auth/tokens', status: 200, at: 0 }
  const message = (body: string) => ({ headers: [] as [string, string][], body: Buffer.from(body) })
  const { lines } = scribe.exchange({
    ...spoken,
    request: message(json({ password: 'openstack' })),
    answer: message('{"a": "openstack"}'),
  })
  expect(lines[1]).toContain('"answer": {"status": 200, "headers": {}, "body": {"a": "openstack"}}')
})

test('tokens are told by how they look, where nothing else tells', () => {
  const scribe = createScribe(createEndpoints())
  const token = `gAAAAA${'Bk7_x-9Q'.repeat(20)}`
  const message = (body: string) => ({ headers: [] as [string, string][], body: Buffer.from(body) })
  const spoken = { to: 'compute', method: 'GET', path: '/', status: 200, at: 0 }
  const { lines } = scribe.exchange({ ...spoken, request: message(''), answer: message(`log: ${token}, and then`) })
  expect(lines.join('\n')).not.toContain(token)
  expect(loads(lines[1]!)).toBeInstanceOf(Map)
})

function nested(depth: number, inner: object): object {
  return depth === 0 ? inner : { a: [nested(depth - 1, inner)] }
}

function json(value: unknown): string {
  return JSON.stringify(value)
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

/** What a header carries are bytes. */
function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/** In a request's headers a client writes UTF-8 bytes. */
function ask(url: string, { method = 'POST', path = '/v3/x', headers = {}, body }: Planted): Promise<void> {
  return new Promise((resolve, reject) => {
    const encoded = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, latin1(value)]))
    const sent = send(`${url}/identity${path}`, { method, headers: encoded }, (response) => {
      response.resume()
      response.on('end', resolve)
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

function writingsOf(secret: string): string[] {
  const quoted = JSON.stringify(secret).slice(1, -1)
  const bytes = Buffer.from(secret)
  return [
    secret,
    quoted,
    JSON.stringify(quoted).slice(1, -1),
    quoted.replace('é', '\\u00e9'),
    encodeURIComponent(secret),
    encodeURIComponent(encodeURIComponent(secret)),
    bytes.toString('hex'),
    latin1(secret),
    JSON.stringify(latin1(secret)).slice(1, -1),
    // In any alignment: what the neighbours change is left out.
    ...[0, 1, 2].map((before) =>
      Buffer.concat([Buffer.alloc(before), bytes])
        .toString('base64')
        .slice(before === 0 ? 0 : 4, -4),
    ),
    // A good part of it is too much as well.
    'Pl4nted',
    's3cret',
  ]
}
