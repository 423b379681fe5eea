import { expect, test } from 'vitest'
import { createClock, type Wall } from '../../src/cloud/clock.ts'
import { boot } from '../support/boot.ts'

/** A wall whose time is moved by hand, and runs what waits for it. */
function handWall(): Wall & { pass(ms: number): void } {
  let now = 0
  const waiting = new Set<{ at: number; run: () => void }>()
  return {
    now: () => now,
    wait(run, ms) {
      const timer = { at: now + ms, run }
      waiting.add(timer)
      return () => waiting.delete(timer)
    },
    rest: () => new Promise((resolve) => setImmediate(resolve)),
    pass(ms) {
      now += ms
      for (const timer of [...waiting].filter(({ at }) => at <= now)) {
        waiting.delete(timer)
        timer.run()
      }
    },
  }
}

test('a manual clock runs timers in order, each at its own time', () => {
  const clock = createClock({ mode: 'manual', start: 0 })
  const ran: string[] = []
  const note = (name: string) => () => ran.push(`${name} at ${clock.now()}`)
  clock.at(300, note('c'))
  clock.at(100, note('a'))
  clock.at(300, note('d'))
  clock.at(200, note('b'))
  clock.advance(299)
  expect(ran).toEqual(['a at 100', 'b at 200'])
  clock.advance(1)
  expect(ran.slice(2)).toEqual(['c at 300', 'd at 300'])
  expect(clock.now()).toBe(300)
})

test('a timer that sets another within the span is honoured at its own time', () => {
  const clock = createClock({ mode: 'manual', start: 0 })
  const times: number[] = []
  const again = () => {
    times.push(clock.now())
    clock.at(clock.now() + 10, again)
  }
  clock.at(10, again)
  clock.advance(35)
  expect(times).toEqual([10, 20, 30])
  expect(clock.now()).toBe(35)
})

test('what waits, and waits again, is honoured at its own times when time passes', async () => {
  const clock = createClock({ mode: 'manual', start: 0, wall: handWall() })
  const times: number[] = []
  const waiting = (async () => {
    for (let round = 0; round < 3; round++) {
      await clock.after(1000)
      times.push(clock.now())
    }
  })()
  await Promise.all([clock.pass(1500), clock.pass(2000)])
  await waiting
  expect(times).toEqual([1000, 2000, 3000])
  expect(clock.now()).toBe(3500)
})

test('a timer may move the clock itself', () => {
  const clock = createClock({ mode: 'manual', start: 0 })
  clock.at(10, () => clock.advance(100))
  clock.advance(50)
  expect(clock.now()).toBe(110)
})

test('a timer that is called off does not run', () => {
  const clock = createClock({ mode: 'manual', start: 0 })
  const ran: string[] = []
  clock.at(10, () => ran.push('a'))()
  clock.at(10, () => ran.push('b'))
  clock.advance(10)
  expect(ran).toEqual(['b'])
})

test('a timer for a moment that is past runs soon', async () => {
  const clock = createClock({ mode: 'manual', start: 100 })
  const ran: string[] = []
  clock.at(50, () => ran.push('a'))
  expect(ran).toEqual([])
  await Promise.resolve()
  expect(ran).toEqual(['a'])
  await clock.after(0)
})

test('a real clock runs timers as the wall reaches them, with its rate reckoned in', () => {
  const wall = handWall()
  const clock = createClock({ wall, rate: 60 })
  const times: number[] = []
  clock.at(60_000, () => times.push(clock.now()))
  wall.pass(999)
  expect(clock.now()).toBe(59_940)
  expect(times).toEqual([])
  wall.pass(1)
  expect(times).toEqual([60_000])
})

test('a clock that is set back leaves its timers as long to wait as they had', () => {
  const clock = createClock({ mode: 'manual', start: 1000 })
  const times: number[] = []
  clock.at(1500, () => times.push(clock.now()))
  clock.set({ now: 0 })
  clock.advance(499)
  expect(times).toEqual([])
  clock.advance(1)
  expect(times).toEqual([500])
})

test('a clock that is set forward passes through the timers on the way', () => {
  const clock = createClock({ mode: 'manual', start: 0 })
  const times: number[] = []
  clock.at(10, () => times.push(clock.now()))
  clock.set({ now: 100 })
  expect(times).toEqual([10])
})

test('a clock that stops lets no timer run until it goes again, and then waits for the rest', () => {
  const wall = handWall()
  const clock = createClock({ wall })
  const times: number[] = []
  clock.at(100, () => times.push(clock.now()))
  wall.pass(40)
  clock.set({ mode: 'manual' })
  wall.pass(1000)
  expect([clock.now(), times]).toEqual([40, []])
  clock.set({ mode: 'real', rate: 2 })
  wall.pass(29)
  expect(times).toEqual([])
  wall.pass(1)
  expect(times).toEqual([100])
})

test('a clock that ends lets go on what waits', async () => {
  const clock = createClock({ mode: 'manual', start: 0 })
  const waiting = clock.after(1000)
  clock.at(10, () => expect.unreachable())
  clock.end()
  await waiting
  clock.advance(5000)
})

test('a world goes faster than the wall when its file or control says so', async () => {
  await using nova = await boot({ clock: 'real', world: { clock: { rate: 3600 } } })
  expect((await nova.control('GET', '/state')).json.clock).toMatchObject({ mode: 'real', rate: 3600 })
  const before = nova.cloud.clock.now()
  await nova.cloud.clock.after(10_000)
  expect(nova.cloud.clock.now() - before).toBeGreaterThanOrEqual(10_000)
  const { json } = await nova.control('PUT', '/clock', { mode: 'manual', rate: 1 })
  expect(json).toMatchObject({ mode: 'manual', rate: 1 })
  expect((await nova.control('PUT', '/clock', { rate: 0 })).json.error).toMatchObject({ path: 'rate' })
})

test('control lets time pass through what waits for it', async () => {
  await using nova = await boot()
  const start = nova.cloud.clock.now()
  const times: number[] = []
  void (async () => {
    await nova.cloud.clock.after(10_000)
    times.push(nova.cloud.clock.now() - start)
    await nova.cloud.clock.after(10_000)
    times.push(nova.cloud.clock.now() - start)
  })()
  await nova.control('POST', '/clock/advance', { by: '61s' })
  expect(times).toEqual([10_000, 20_000])
})
