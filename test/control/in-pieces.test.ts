/** What is written a piece at a time, as it comes over a socket. */

import { expect, onTestFinished, test } from 'vitest'
import { startEmulator } from '../../src/emulator.ts'

const hosts = (count: number) => {
  return Array.from({ length: count }, (_, n) => ({ binary: 'nova-compute', host: `host${n}`, disabled_reason: 'ü' }))
}

test.each([3, 900])('with a log, a state and a journal of %i hosts come whole', async (count) => {
  const logged: number[] = []
  const emulator = await startEmulator({
    world: { services: hosts(count) },
    onAnswer: ({ status }) => void logged.push(status),
  })
  onTestFinished(() => emulator.close())
  await fetch(`${emulator.url}/v2.1/os-services`, { headers: { 'X-Auth-Token': 'admin' } })
  const told = async (name: string) => (await fetch(`${emulator.url}/_novasim/${name}`)).json() as Promise<never>
  const { services }: { services: { disabled_reason: string }[] } = await told('state')
  expect(services).toHaveLength(count)
  expect(services.at(-1)?.disabled_reason).toBe('ü')
  const { entries }: { entries: object[] } = await told('journal')
  expect(entries).toHaveLength(1)
  expect(logged).toEqual([200, 200, 200])
})

test('who only asks for the headers of a state, or goes away in the middle of it, leaves nothing behind', async () => {
  await using emulator = await startEmulator({ world: { services: hosts(3000) } })
  const head = await fetch(`${emulator.url}/_novasim/state`, { method: 'HEAD' })
  expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([200, 'application/json', ''])
  const { body } = await fetch(`${emulator.url}/_novasim/state`)
  const reader = body?.getReader()
  expect((await reader?.read())?.done).toBe(false)
  await reader?.cancel()
  const again = await fetch(`${emulator.url}/_novasim/state`)
  expect(((await again.json()) as { services: object[] }).services).toHaveLength(3000)
})
