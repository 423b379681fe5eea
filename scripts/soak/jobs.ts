/** What the clients of a soak do, and what they hold every answer to. */

import { type Ask, LIST, LOGIN, putOf } from '../bench/answers.ts'
import type { Came } from './client.ts'

/** What every answer that a rule gave says, so that one that no rule asked for is found out. */
const ASKED_FOR = 'the soak asked for this'

/** The rules of the default world, each with what it does to those that it fires on. */
export const RULES = [
  {
    name: 'refuse',
    match: { operation: 'os-services:list' },
    do: { status: 503, message: ASKED_FOR },
    probability: 0.02,
  },
  {
    name: 'break',
    match: { operation: 'os-services:update' },
    do: { status: 500, message: ASKED_FOR },
    probability: 0.05,
  },
  { name: 'slow', match: { operation: 'tokens:issue' }, do: { delay: '20ms' }, probability: 0.1 },
  { name: 'lose', match: { operation: 'os-services:list' }, do: { drop: 'after' }, probability: 0.002 },
  { name: 'cut', match: { operation: 'os-services:list' }, do: { reset: 'body' }, probability: 0.002 },
]

/** The rules by which an answer gets lost. */
export const LOSING = ['lose', 'cut']

export interface Tally {
  asked: number
  /** By status; 0 for those that were lost in the default world, where rules lose some. */
  statuses: Map<number, number>
  worlds: number
  /** The first few that were not as they have to be. */
  wrong: string[]
  wrongs: number
}

export type Asking = (ask: Ask) => Promise<Came>
export type Job = (name: string) => Promise<void>

/** The jobs in their turn: more of what is asked more. */
export function jobsOf(ask: Asking, uuid: string, tally: Tally): Job[] {
  const held = async (what: Ask, wanted: number[], isRight: (text: string, status: number) => boolean = () => true) => {
    tally.asked++
    const { status, text } = await ask(what)
    tally.statuses.set(status, (tally.statuses.get(status) ?? 0) + 1)
    if (wanted.includes(status) && (status === 0 || isRight(text, status))) return text
    tally.wrongs++
    if (tally.wrong.length < 10) tally.wrong.push(`${what.method} ${what.path}: ${status} ${text.slice(0, 200)}`)
    return text
  }
  const byRule = (text: string) => text.includes(ASKED_FOR)
  const services = (text: string) =>
    (JSON.parse(text) as { services: { host: string; id: string; status: string }[] }).services
  const control = (method: string, path: string, body?: object): Ask => {
    return { method, path, headers: {}, ...(body && { body: JSON.stringify(body) }) }
  }

  const list: Job = async () => {
    await held(LIST, [200, 503, 0], (text, status) => (status === 200 ? services(text).length === 5 : byRule(text)))
  }
  let turn = 0
  const put: Job = async () => {
    const status = turn++ % 2 === 0 ? 'disabled' : 'enabled'
    await held(putOf(uuid, status), [200, 500], (text, came) => {
      return came === 200 ? text.includes(`"status": "${status}"`) : byRule(text)
    })
  }
  const login: Job = async () => {
    await held(LOGIN, [201], (text) => text.includes('"name": "admin"'))
  }
  const mistakes: Job = async () => {
    await held({ ...LIST, path: '/v2.1/nothing-of-that-name' }, [404])
    await held(
      { ...putOf(uuid, 'enabled'), body: '{"status": ' },
      [400, 500],
      (text, came) => came === 400 || byRule(text),
    )
    await held({ ...LIST, headers: {} }, [401, 503, 0], (text, came) => came === 401 || byRule(text))
  }
  const world: Job = async (name) => {
    tally.worlds++
    const below = `/w/${name}`
    const rules = [{ name: 'nobody', match: { user: 'nobody' }, do: { status: 500, message: 'never' } }]
    await held(control('POST', '/_novasim/worlds', { name, world: 'default', faults: rules }), [201])
    const [first] = services(await held({ ...LIST, path: below + LIST.path }, [200])).slice(-1)
    const change = putOf(first?.id ?? '', 'disabled')
    await held({ ...change, path: below + change.path }, [200])
    await held({ ...LIST, path: below + LIST.path }, [200], (text) => services(text).at(-1)?.status === 'disabled')
    const kept = await held(control('POST', `${below}/_novasim/snapshots`), [201])
    const { id } = JSON.parse(kept) as { id: string }
    await held(control('POST', `${below}/_novasim/snapshots/${id}/restore`), [200, 204])
    await held(control('DELETE', `/_novasim/worlds/${name}`), [204])
    await held({ ...LIST, path: below + LIST.path }, [404])
  }
  const looks: Job = async () => {
    await held(control('GET', '/_novasim/faults'), [200])
    await held(control('GET', '/_novasim/health'), [200])
  }
  const often = [list, list, put, list, login, list, put, list, mistakes, list]
  return [...often, ...often, world, ...often, looks]
}
