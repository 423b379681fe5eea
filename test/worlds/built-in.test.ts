import { expect, test } from 'vitest'
import { BUILT_IN_WORLDS } from '../../src/worlds/built-in.ts'
import { boot } from '../support/boot.ts'

test.each(Object.keys(BUILT_IN_WORLDS))(
  'the world %s starts, exports itself, and can be logged in to',
  async (world) => {
    await using nova = await boot({ world })
    expect((await nova.nova('/os-services')).status).toBe(200)
    expect((await nova.control('GET', '/state')).json.services.length).toBe(nova.cloud.state.services.size)
    expect((await nova.nova('/os-services', { token: 'reader' })).status).toBe(403)
  },
)

test('the default world is a controller and three compute hosts, all well, two instances on each', async () => {
  await using nova = await boot()
  const { services } = (await nova.nova('/os-services')).json
  expect(
    services.map((each: { binary: string; host: string; state: string }) => [each.binary, each.host, each.state]),
  ).toEqual([
    ['nova-conductor', 'controller', 'up'],
    ['nova-scheduler', 'controller', 'up'],
    ['nova-compute', 'host1', 'up'],
    ['nova-compute', 'host2', 'up'],
    ['nova-compute', 'host3', 'up'],
  ])
  const { instances } = (await nova.control('GET', '/instances')).json
  expect(instances.map((each: { host: string }) => each.host)).toEqual([
    'host1',
    'host1',
    'host2',
    'host2',
    'host3',
    'host3',
  ])
})

test('the large world has a thousand hosts and ten thousand instances', async () => {
  await using nova = await boot({ world: 'large' })
  expect((await nova.nova('/os-services?binary=nova-compute')).json.services).toHaveLength(1000)
  expect(nova.cloud.state.instances.size).toBe(10_000)
})

test("the list of api-reference stands as in the reference's samples, whenever it is asked", async () => {
  await using nova = await boot({ world: 'api-reference' })
  const { text } = await nova.nova('/os-services', { version: '2.11' })
  expect(text).toBe(
    '{"services": [' +
      '{"binary": "nova-scheduler", "host": "host1", "id": 1, "zone": "internal", "status": "disabled", "state": "up", "updated_at": "2012-10-29T13:42:02.000000", "disabled_reason": "test1", "forced_down": false}, ' +
      '{"binary": "nova-compute", "host": "host1", "id": 2, "zone": "nova", "status": "disabled", "state": "up", "updated_at": "2012-10-29T13:42:05.000000", "disabled_reason": "test2", "forced_down": false}, ' +
      '{"binary": "nova-scheduler", "host": "host2", "id": 3, "zone": "internal", "status": "enabled", "state": "down", "updated_at": "2012-09-19T06:55:34.000000", "disabled_reason": null, "forced_down": false}, ' +
      '{"binary": "nova-compute", "host": "host2", "id": 4, "zone": "nova", "status": "disabled", "state": "down", "updated_at": "2012-09-18T08:03:38.000000", "disabled_reason": "test4", "forced_down": false}]}',
  )
})
