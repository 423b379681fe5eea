/** Replicas behind nginx: each world is in one of them, whoever asks, and no client can tell. */

import { expect, test } from 'vitest'
import { runPytest } from '../clients/pytest.ts'
import { type Front, startFront } from './front.ts'

const TOKEN = { 'X-Auth-Token': 'admin' }
/** nginx closes a connection where novasim resets it. */
const NO_RESETS = ['-k', 'not (test_connection_reset or reset-in-answer)']

/** Clients in Python: with two replicas the heart of what they do, with four everything. */
const TESTS: Record<number, string[]> = { 2: ['test_openstacksdk.py', 'test_hosts.py', 'test_faults.py'], 4: [] }

const names = Array.from({ length: 40 }, (_, number) => `ci-${number}`)

async function worldsOf(url: string): Promise<string[]> {
  const answer = await fetch(`${url}/_novasim/worlds`)
  const { worlds } = (await answer.json()) as { worlds: { name: string }[] }
  return worlds.map(({ name }) => name).filter((name) => name !== 'default')
}

async function open(front: Front, name: string, body = JSON.stringify({ name, world: 'default' })): Promise<number> {
  const answer = await fetch(`${front.url}/_novasim/worlds`, { method: 'POST', body })
  await answer.arrayBuffer()
  return answer.status
}

for (const count of [2, 4]) {
  test(`each world is in one of ${count} replicas, and every one of them has some`, async () => {
    await using front = await startFront(count)
    for (const name of names) expect(await open(front, name)).toBe(201)
    const held = await Promise.all(front.replicas.map(({ url }) => worldsOf(url)))
    expect(held.flat().sort()).toEqual([...names].sort())
    for (const some of held) expect(some.length).toBeGreaterThan(0)
    for (const name of names) {
      const list = await fetch(`${front.url}/w/${name}/v2.1/os-services`, { headers: TOKEN })
      expect(list.status).toBe(200)
      await list.arrayBuffer()
      const ended = await fetch(`${front.url}/_novasim/worlds/${name}`, { method: 'DELETE' })
      expect(ended.status).toBe(204)
    }
    expect((await Promise.all(front.replicas.map(({ url }) => worldsOf(url)))).flat()).toEqual([])
  })

  test(`what real clients in Python see is the same through nginx with ${count} replicas`, async () => {
    await using front = await startFront(count)
    const { results, ended } = await runPytest(front, [...NO_RESETS, ...(TESTS[count] ?? [])])
    expect(results.filter(({ failure }) => failure !== undefined)).toEqual([])
    expect({ code: ended.code, ran: results.length > 100 }).toEqual({ code: 0, ran: true })
  }, 1_200_000)
}

test('a world whose body is large, and a world made from within another, are found again', async () => {
  await using front = await startFront(4)
  const services = Array.from({ length: 20_000 }, (_, index) => ({ binary: 'nova-compute', host: `host${index}` }))
  const large = JSON.stringify({ name: 'large', world: { services } })
  expect(large.length).toBeGreaterThan(800_000)
  expect(await open(front, 'large', large)).toBe(201)
  const list = await fetch(`${front.url}/w/large/v2.1/os-services?host=host19999`, { headers: TOKEN })
  expect(await list.json()).toMatchObject({ services: [{ host: 'host19999' }] })
  for (const name of names) {
    const path = '/w/large/_novasim/worlds'
    const within = await fetch(front.url + path, { method: 'POST', body: JSON.stringify({ name }) })
    expect(await within.json()).toMatchObject({ url: `${front.url}/w/${name}` })
    const list = await fetch(`${front.url}/w/${name}/v2.1/os-services`, { headers: TOKEN })
    expect(list.status).toBe(200)
    await list.arrayBuffer()
    expect((await fetch(`${front.url}${path}/${name}`, { method: 'DELETE' })).status).toBe(204)
  }
})

test('a catalogue names the address of nginx, and an answer that a rule drops is dropped', async () => {
  await using front = await startFront(2)
  await open(front, 'ci-0')
  const world = await fetch(`${front.url}/_novasim/worlds/ci-0`)
  expect(await world.json()).toMatchObject({ auth_url: `${front.url}/w/ci-0/identity/v3` })
  const rule = { name: 'lost', match: { operation: 'os-services:list' }, do: { drop: 'before' } }
  await fetch(`${front.url}/w/ci-0/_novasim/faults`, { method: 'POST', body: JSON.stringify(rule) })
  await expect(fetch(`${front.url}/w/ci-0/v2.1/os-services`, { headers: TOKEN })).rejects.toThrow('fetch failed')
})
