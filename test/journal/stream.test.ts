import { connect } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { BOTH_WAYS, type Booted, boot, bootListening } from '../support/boot.ts'

interface Told {
  event: string
  id: number
  data: { id: number; operation?: string; lost?: number }
}

/** A client that takes one event after the other. */
function reader(response: Response): { next(): Promise<Told>; end(): Promise<void> } {
  const pieces = response.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  const next = async (): Promise<Told> => {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end < 0) {
        const { value, done } = await pieces.read()
        if (done) throw new Error('the stream has ended')
        text += value
        continue
      }
      const lines = text.slice(0, end).split('\n')
      text = text.slice(end + 2)
      const field = (name: string) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2)
      if (field('data') !== undefined) {
        return { event: field('event')!, id: Number(field('id')), data: JSON.parse(field('data')!) }
      }
    }
  }
  return { next, end: () => pieces.cancel() }
}

async function listen(nova: Booted, query = '', headers: Record<string, string> = {}) {
  const response = await nova.stream(`/_novasim/journal/stream${query}`, headers)
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  return reader(response)
}

test.each(BOTH_WAYS)('%s: each request is told as it is answered', async (_, start) => {
  await using nova = await start()
  await nova.nova('/nowhere')
  const told = await listen(nova)
  await nova.nova('/os-services')
  expect(await told.next()).toMatchObject({ event: 'entry', id: 2, data: { id: 2, operation: 'os-services:list' } })
  await nova.control('POST', '/clock/advance', { by: '1s' })
  expect(await told.next()).toMatchObject({ data: { by: 'control' } })
  await told.end()
})

test.each(BOTH_WAYS)('%s: who comes again with the last id gets what went by in between', async (_, start) => {
  await using nova = await start()
  for (let round = 0; round < 4; round++) await nova.nova('/os-services')
  const told = await listen(nova, '', { 'Last-Event-ID': '2' })
  expect([(await told.next()).id, (await told.next()).id]).toEqual([3, 4])
  await told.end()
})

test('a listener can ask for some of it only', async () => {
  await using nova = await boot()
  const told = await listen(nova, '?status=404')
  await nova.nova('/os-services')
  await nova.nova('/nowhere')
  expect((await told.next()).data).toMatchObject({ id: 2, answer: { status: 404 } })
  await told.end()
})

test('a slow listener is told how many it has missed', async () => {
  await using nova = await boot({ journal: { entries: 3 } })
  const told = await listen(nova, '?after=0')
  for (let round = 0; round < 10; round++) await nova.nova('/os-services')
  expect(await told.next()).toEqual({ event: 'lost', id: 7, data: { lost: 7 } })
  expect((await told.next()).id).toBe(8)
  await told.end()
})

test('a listener that does not read takes no memory, and is told what it has missed once it does', async () => {
  const services = Array.from({ length: 300 }, (_, index) => ({ binary: 'nova-compute', host: `host${index}` }))
  await using nova = await bootListening({ world: { services }, journal: { entries: 20 } })
  const { port, hostname } = new URL(nova.emulator.url)
  const socket = connect(Number(port), hostname)
  socket.write('GET /_novasim/journal/stream HTTP/1.1\r\nHost: novasim\r\n\r\n')
  const received = socket.iterator({ destroyOnReturn: false })
  let text = String((await received.next()).value)
  expect(text).toContain('200 OK')
  const held = async () => {
    await collectGarbage()
    return process.memoryUsage().arrayBuffers
  }
  const before = await held()
  const { length } = (await nova.nova('/os-services')).text
  const REQUESTS = 1500
  for (let round = 1; round < REQUESTS; round++) await nova.emulator.fetch(listRequest())
  // Had it been kept for the listener, that would be ten times as much.
  expect(length * REQUESTS).toBeGreaterThan(80_000_000)
  await expect.poll(async () => (await held()) - before, { timeout: 5000 }).toBeLessThan(8_000_000)
  const entries = () => [...text.matchAll(/^event: entry$/gm)].length
  const lost = () => Number(/"lost":(\d+)/.exec(text)?.[1] ?? 0)
  while (lost() + entries() < REQUESTS) text += String((await received.next()).value)
  expect(lost()).toBeGreaterThan(REQUESTS / 2)
  expect(lost() + entries()).toBe(REQUESTS)
  socket.destroy()
}, 60_000)

/** What is held weakly is held until whoever runs is done. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString('--expose-gc')
  await new Promise(setImmediate)
  runInNewContext('gc')()
}

function listRequest(): Request {
  return new Request('http://novasim.test/v2.1/os-services', { headers: { 'X-Auth-Token': 'admin' } })
}

test('a listener is told when the world begins anew, and goes on with it', async () => {
  await using nova = await boot()
  await nova.nova('/os-services')
  await nova.nova('/os-services')
  const told = await listen(nova)
  await nova.control('POST', '/reset')
  expect(await told.next()).toMatchObject({ event: 'reset', id: 0 })
  await nova.nova('/os-services')
  expect((await told.next()).id).toBe(1)
  await told.end()
})

test('many listen at once, and some go away in the middle', async () => {
  await using nova = await bootListening()
  const all = await Promise.all(Array.from({ length: 50 }, () => listen(nova)))
  await Promise.all(all.slice(0, 25).map((told) => told.end()))
  await nova.nova('/os-services')
  const ids = await Promise.all(all.slice(25).map(async (told) => (await told.next()).id))
  expect(new Set(ids)).toEqual(new Set([1]))
  await Promise.all(all.slice(25).map((told) => told.end()))
})

test('a listener does not keep the emulator from ending', async () => {
  const nova = await bootListening()
  const told = await listen(nova)
  const began = performance.now()
  await nova[Symbol.asyncDispose]()
  expect(performance.now() - began).toBeLessThan(1500)
  await expect(told.next()).rejects.toThrow()
})
