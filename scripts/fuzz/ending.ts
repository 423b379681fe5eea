/** How a request to an emulator in this process ends. */

import type { World } from '../../src/worlds/world.ts'
import { Find } from './part.ts'

export interface Ending {
  /** The status, or that it was lost, or that it still waits. */
  how: string
  status: number
  text: string
  type: string
}

/** What an answer may take that nothing holds back. */
const WITHIN_MS = 5000

/** How often an hour of the world's clock passes for an answer that is delayed, before it counts as one that waits. */
const MOST_HOURS = 3

/**
 * @param mayBeLost whether there are rules by which an answer may be late, or not come, or come in part
 * @throws what is no answer, where there has to be one
 */
export async function ended(
  world: World,
  answer: Response | Promise<Response>,
  { mayBeLost = false },
): Promise<Ending> {
  const none = { status: 0, text: '', type: '' }
  const whole = Promise.resolve(answer).then(async (response) => {
    const type = response.headers.get('content-type') ?? ''
    if (type.includes('event-stream')) {
      await response.body?.cancel()
      return { how: 'a stream', status: response.status, text: '', type }
    }
    return { how: String(response.status), status: response.status, text: await response.text(), type }
  })
  let pending = true
  whole.then(
    () => (pending = false),
    () => (pending = false),
  )
  if (mayBeLost) {
    for (let turn = 0; turn < 5 && pending; turn++) await new Promise((resolve) => setImmediate(resolve))
    for (let hour = 0; hour < MOST_HOURS && pending; hour++) {
      await world.cloud.clock.pass(3_600_000)
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (pending && world.cloud.clock.mode() === 'real') await Promise.race([whole.catch(() => {}), later(20)])
    if (pending) {
      whole.catch(() => {})
      return { how: 'waits', ...none }
    }
  }
  try {
    const came = await Promise.race([whole, later(WITHIN_MS)])
    if (!came) throw new Find(`no answer within ${WITHIN_MS} ms`)
    return came
  } catch (error) {
    if (mayBeLost && isLost(error)) return { how: 'lost', ...none }
    throw error
  }
}

/** As the fetch of Node says that there is no answer, or not all of it. */
function isLost(error: unknown): boolean {
  return (
    error instanceof TypeError &&
    (error.message === 'fetch failed' || error.message === 'terminated') &&
    error.cause !== undefined
  )
}

function later(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined).unref())
}
