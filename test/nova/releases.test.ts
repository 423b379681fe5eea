import { expect, test } from 'vitest'
import { NEWEST_RELEASE, RELEASE_NAMES, RELEASES } from '../../src/cloud/releases.ts'
import { answersOf, releasesOf } from '../support/answers.ts'
import { boot } from '../support/boot.ts'

test.each(RELEASE_NAMES)(
  'a cloud of %s offers the microversions of that release, and takes no newer',
  async (release) => {
    await using nova = await boot({ release })
    const newest = RELEASES[release]!
    const { json } = await nova.ask('/', { token: null })
    expect(json.versions[1]).toMatchObject({ id: 'v2.1', version: `2.${newest}` })
    expect(await nova.nova('/os-services', { version: `2.${newest}` })).toMatchObject({ status: 200 })
    const { status, json: fault } = await nova.nova('/os-services', { version: `2.${newest + 1}` })
    expect(status).toBe(406)
    expect(fault.computeFault.message).toMatch(new RegExp(`Minimum is 2\\.1 and maximum is 2\\.${newest}\\.$`))
  },
)

test.each([
  ['the file says', { world: { release: 'Zed' } }, 'zed'],
  ['code says, whatever the file says', { world: { release: 'zed' }, release: '2024.1' }, '2024.1'],
  ['code says', { release: 'Wallaby' }, 'wallaby'],
  ['is the newest when nobody says', {}, NEWEST_RELEASE],
])('the release is the one that %s', async (_, options, release) => {
  await using nova = await boot(options)
  expect(nova.cloud.state.release).toBe(release)
})

test('a release that there is not is complained of, with the one that was meant', async () => {
  await expect(boot({ release: '2024.3' })).rejects.toThrow(
    'release: there is no release "2024.3" of Nova; did you mean "2024.2"?',
  )
  await expect(boot({ release: 'essex' })).rejects.toThrow(/"essex" of Nova; the releases are 2026\.2, /)
})

test.each([
  ['wallaby', 200],
  ['xena', 400],
])('a host with done evacuations, forced up in a cloud of %s: %i', async (release, status) => {
  await using nova = await boot({
    world: {
      release,
      services: ['host1', 'host2'].map((host) => ({ binary: 'nova-compute', host, forced_down: host === 'host1' })),
      instances: [{ name: 'a', host: 'host2' }],
      migrations: [{ type: 'evacuation', status: 'done', source: 'host1', dest: 'host2', instance: 'a' }],
    },
  })
  const { json } = await nova.nova('/os-services?host=host1', { version: '2.53' })
  const change = { version: '2.53', method: 'PUT', body: { forced_down: false } }
  expect((await nova.nova(`/os-services/${json.services[0].id}`, change)).status).toBe(status)
  const old = { host: 'host1', binary: 'nova-compute', forced_down: false }
  expect((await nova.nova('/os-services/force-down', { ...change, version: '2.11', body: old })).status).toBe(status)
})

test.each([
  ['2024.1', '/os-hypervisors/statistics?x=1', 200],
  ['2024.2', '/os-hypervisors/statistics?x=1', 500],
  ['2024.1', '/os-aggregates?x=%ff', 200],
  ['2024.2', '/os-aggregates?x=%ff', 400],
  ['2024.1', '/os-services?x=%ff', 400],
])('a query that nothing is made of, in a cloud of %s: %s', async (release, path, status) => {
  await using nova = await boot({ release })
  expect((await nova.nova(path)).status).toBe(status)
})

test.each(releasesOf('cases'))('the token of an admin of %s has the roles that a real one had', async (release) => {
  const recorded = answersOf('cases', '25-identity.jsonl', release).find(({ name }) => name === 'log in')!
  const namesIn = (text: string) =>
    JSON.parse(text)
      .token.roles.map(({ name }: { name: string }) => name)
      .sort()
  await using nova = await boot({ release })
  const identity = {
    methods: ['password'],
    password: { user: { name: 'admin', password: 'secret', domain: { id: 'default' } } },
  }
  const scope = { project: { name: 'admin', domain: { id: 'default' } } }
  const told = await nova.ask('/identity/v3/auth/tokens', {
    ...{ method: 'POST', token: null, body: { auth: { identity, scope } } },
    headers: { 'Content-Type': 'application/json' },
  })
  expect(namesIn(told.text)).toEqual(namesIn(recorded.body))
})
