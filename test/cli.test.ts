import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { run, serve } from './support/command.ts'

test('once it listens it prints lines to paste, and nothing else, on stdout', async () => {
  await using nova = await serve(['--port', '0'])
  expect(nova.printed).toBe(
    `OS_AUTH_URL=${nova.url}/identity/v3
OS_USERNAME=admin
OS_PASSWORD=secret
OS_PROJECT_NAME=admin
OS_USER_DOMAIN_NAME=Default
OS_PROJECT_DOMAIN_NAME=Default
OS_REGION_NAME=RegionOne
OS_IDENTITY_API_VERSION=3
export OS_AUTH_URL OS_USERNAME OS_PASSWORD OS_PROJECT_NAME OS_USER_DOMAIN_NAME OS_PROJECT_DOMAIN_NAME OS_REGION_NAME OS_IDENTITY_API_VERSION
`,
  )
  expect((await fetch(nova.url)).status).toBe(200)
})

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s ends it within a second with exit code 0, a request half sent or not',
  async (signal) => {
    const nova = await serve(['--port', '0'])
    const socket = connect(Number(new URL(nova.url).port), '127.0.0.1')
    onTestFinished(() => {
      socket.destroy()
    })
    socket.on('error', () => {})
    socket.write('PUT /v2.1/os-services/enable HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n')
    await fetch(nova.url)
    const { code, took } = await nova.end(signal)
    expect(code).toBe(0)
    expect(took).toBeLessThan(1000)
  },
)

test('undici is loaded for nobody who asks over a socket', async () => {
  const file = scratch('told.mjs', "process.on('exit', () => console.error(process.moduleLoadList.join('\\n')))")
  const nova = await serve(['--port', '0'], { NODE_OPTIONS: `--import ${file}` })
  const sent = get(`${nova.url}/v2.1/os-services`, { headers: { 'X-Auth-Token': 'admin' } })
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  expect(answer.statusCode).toBe(200)
  answer.resume()
  const { stderr } = await nova.end('SIGTERM')
  expect(stderr).toContain('NativeModule http')
  expect(stderr).not.toContain('undici')
})

test('env prints what serve prints, and its lines work in a shell whatever is in them', async () => {
  const file = scratch('world.yaml', 'users: [{name: "o\'neil", password: "a b$c", project: p, roles: [admin]}]\n')
  const { code, stdout } = await run(['env', '--port', '1234', '--world', file])
  expect(code).toBe(0)
  const shown = execFileSync('sh', ['-c', 'eval "$1"; env', 'sh', stdout], { encoding: 'utf8', env: {} })
  expect(shown).toContain("OS_USERNAME=o'neil\n")
  expect(shown).toContain('OS_PASSWORD=a b$c\n')
  expect(shown).toContain('OS_AUTH_URL=http://127.0.0.1:1234/identity/v3\n')
})

test('variables stand for flags, and flags come before them', async () => {
  await using nova = await serve(['--world', 'empty'], {
    NOVASIM_PORT: '0',
    NOVASIM_WORLD: 'nonsense',
    NOVASIM_SEED: '9',
  })
  const { worlds } = (await (await fetch(`${nova.url}/_novasim/worlds`)).json()) as { worlds: { seed: number }[] }
  expect(worlds[0]?.seed).toBe(9)
})

test('a world file is served', async () => {
  const file = scratch('world.yaml', 'services:\n- {binary: nova-compute, host: only}\n')
  await using nova = await serve(['--port', '0', '--world', file])
  const response = await fetch(`${nova.url}/v2.1/os-services`, { headers: { 'X-Auth-Token': 'admin' } })
  expect(await response.json()).toMatchObject({ services: [{ host: 'only', state: 'up' }] })
})

test.each([
  ['an unknown flag, with the likely one', ['--prot', '0'], /unknown option '--prot'\n\(Did you mean --port\?\)/],
  [
    'a port that is none',
    ['--port', 'many'],
    /option '-p, --port <number>' argument 'many' is invalid\. It is not a whole number/,
  ],
  ['a port too high', ['--port', '70000'], /A port is between 0 and 65535/],
  ['a clock that is none', ['--clock', 'slow'], /It is real, manual, or how many times as fast/],
  ['an unknown command', ['srve'], /too many arguments|unknown command/],
  [
    'a world that is none, with the likely one',
    ['--world', 'defalt'],
    /defalt: there is no such file \(did you mean the built-in world "default"\?\)/,
  ],
  [
    'a file that is not there',
    ['--world', 'nowhere/w.yaml'],
    /nowhere\/w\.yaml: there is no such file \(the built-in worlds are default, empty/,
  ],
  ['a folder for a file', ['--world', 'src/'], /src\/: cannot be read/],
  [
    'an open control on an address that others reach',
    ['--host', '0.0.0.0'],
    /Set --control-token, or say --control open/,
  ],
  ['env of a port nobody knows', ['env', '--port', '0'], /--port 0: which port that will be is not known/],
])('%s is refused with exit code 2, and nothing is started', async (_, args, words) => {
  const { code, stdout, stderr } = await run(args)
  expect(code).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toMatch(words)
})

test('a bad variable is refused as a bad flag is', async () => {
  const { code, stderr } = await run(['--world', 'empty'], { NOVASIM_PORT: 'x' })
  expect(code).toBe(2)
  expect(stderr).toMatch(/value 'x' from env 'NOVASIM_PORT' is invalid/)
})

test('a bad world file says its line and column, with exit code 2 and before the port opens', async () => {
  const file = scratch('bad.yaml', 'services:\n- binary: nova-compute\n  hots: host1\n')
  const { code, stdout, stderr } = await run(['--port', '0', '--world', file])
  expect(code).toBe(2)
  expect(stdout).toBe('')
  expect(stderr).toContain(`${file}:3:3: services[0].hots: unknown key "hots" (did you mean "host"?)`)
})

test('a port that is taken is said so, with exit code 1', async () => {
  await using nova = await serve(['--port', '0'])
  const { port } = new URL(nova.url)
  const { code, stderr } = await run(['--port', port])
  expect(code).toBe(1)
  expect(stderr).toBe(`novasim: port ${port} on 127.0.0.1 is taken. --port 0 takes a free one\n`)
})

test('help shows the flags, the examples and the worlds', async () => {
  const { code, stdout } = await run(['--help'])
  expect(code).toBe(0)
  for (const word of ['serve', 'env', 'Examples:', 'api-reference', 'NOVASIM_PORT']) expect(stdout).toContain(word)
  expect((await run(['serve', '--help'])).stdout).toContain('--control-token <token>')
})

test.each(['text', 'json'])(
  '--log %s: no request forges a line, steers a terminal or shows a secret',
  async (format) => {
    const nova = await serve(['--port', '0', '--log', format])
    const { port } = new URL(nova.url)
    const send = (target: string) =>
      new Promise((resolve) => {
        const socket = connect(Number(port), '127.0.0.1', () => {
          socket.end(Buffer.from(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`, 'latin1'))
        })
        socket.resume().on('close', resolve)
      })
    for (const steering of ['\n', '\u001b[2J', '\u007f', '\u009b31m']) await send(`/v2.1/os-services?x=${steering}`)
    await send('/v2.1/os-services?host=%0a12:00&X-Auth-Token=hush&b=1')
    const { stderr } = await nova.end('SIGTERM')
    const lines = stderr.split('\n').filter((line) => line.includes('os-services'))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('/v2.1/os-services?host=%0a12:00&X-Auth-Token=[secret]&b=1')
    if (format === 'json') expect(JSON.parse(lines[0]!)).toMatchObject({ method: 'GET', status: 401 })
  },
)

test.each(['text', 'json'])('--log %s writes a line for each request on stderr', async (format) => {
  const nova = await serve(['--port', '0', '--log', format])
  await fetch(`${nova.url}/v2.1/os-services?host=a%0Ab`, { headers: { 'X-Auth-Token': 'admin' } })
  const { stderr } = await nova.end('SIGTERM')
  const line = stderr.split('\n').find((each) => each.includes('/v2.1/os-services?host=a%0Ab')) ?? ''
  if (format === 'json')
    expect(JSON.parse(line)).toMatchObject({ method: 'GET', status: 200, requestId: expect.stringMatching(/^req-/) })
  else
    expect(line).toMatch(/^\d\d:\d\d:\d\d\.\d{3} 200 GET \/v2\.1\/os-services\?host=a%0Ab \d+\.\dms req-[\da-f-]{36}$/)
})

function scratch(name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'novasim-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
