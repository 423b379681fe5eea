import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { NovasimContainer } from '../../src/testcontainers.ts'
import { buildImage, docker, IMAGE } from './docker.ts'

beforeAll(buildImage)

// Its helper would have to be pulled, and what these tests start they end.
process.env.TESTCONTAINERS_RYUK_DISABLED = 'true'

const folder = mkdtempSync(join(tmpdir(), 'novasim-testcontainers-'))
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

test('a container by default: where it is, how to log in, and the handles', async () => {
  await using started = await new NovasimContainer(IMAGE).start()
  const { OS_AUTH_URL, OS_USERNAME } = started.getEnv()
  expect([OS_AUTH_URL, OS_USERNAME]).toEqual([`${started.getUrl()}/identity/v3`, 'admin'])
  expect((await fetch(started.getComputeUrl())).status).toBe(200)
  const nova = started.getNovasim()
  expect(await nova.services.update('nova-compute@host1', { process: 'stopped' })).toMatchObject({ process: 'stopped' })
  await using world = await nova.createWorld({ world: 'empty' })
  expect(world.url).toBe(`${started.getUrl()}/w/${world.name}`)
  expect(await world.services.list()).toEqual([])
})

test('what it is told arrives: files are copied, what is written out as well', async () => {
  const container = new NovasimContainer(IMAGE)
    .withWorld(file('cloud.yaml', 'services: [{binary: nova-compute, host: mine}]\n'))
    .withScenario({ steps: [{ at: '1s', silence: 'mine' }] })
    .withFaults(file('faults.yaml', '- {name: refuse, match: {method: DELETE}, do: {status: 409}}\n'))
    .withSeed(7)
    .withClock('manual')
    .withControlToken('t0p')
    .withLog('text')
  await using started = await container.start()
  const nova = started.getNovasim()
  expect(await nova.about()).toMatchObject({ seed: 7 })
  expect(await nova.faults.list()).toMatchObject([{ name: 'refuse' }])
  await nova.clock.advance('2s')
  expect(await nova.services.list()).toMatchObject([{ host: 'mine', process: 'stopped' }])
  expect((await fetch(`${started.getUrl()}/_novasim/clock`)).status).toBe(401)
  await started.restart()
  expect(await started.getNovasim().health()).toMatchObject({ status: 'ok' })
  expect(started.getEnv().OS_AUTH_URL).toBe(`${started.getUrl()}/identity/v3`)
})

test('one that cannot start says why, with its last lines, and is not left behind', async () => {
  const before = docker('ps', '--all', '--quiet')
  const bad = new NovasimContainer(IMAGE).withWorld(
    file('bad.yaml', 'services:\n  - {binary: nova-compute, hots: host1}\n'),
  )
  const began = performance.now()
  await expect(bad.start()).rejects.toThrow(
    /novasim did not start in a container of novasim:latest: it ended with exit code 2\nits last lines:\n {2}novasim: \/etc\/novasim\/world\.yaml:2:28: services\[0\]\.hots: unknown key "hots" \(did you mean "host"\?\)/,
  )
  expect(performance.now() - began).toBeLessThan(9000)
  expect(docker('ps', '--all', '--quiet')).toBe(before)
})

test('a file that there is not is said before anything starts', () => {
  expect(() => new NovasimContainer(IMAGE).withWorld('nowhere/cloud.yaml')).toThrow(
    'NovasimContainer: world: there is no file nowhere/cloud.yaml',
  )
})
