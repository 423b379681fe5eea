/** What is asked, and what novasim answers to it: the bytes that everybody else in the bench sends, too. */

/** How many services a cloud has. */
export const SIZES = [5, 1000, 10_000] as const
export type Size = (typeof SIZES)[number]

/** One request. */
export interface Ask {
  method: string
  path: string
  headers: Record<string, string>
  body?: string
}

export interface Said {
  status: number
  /** Without those that a server adds to every answer itself. */
  headers: Record<string, string>
  body: string
}

/** What a cloud of one size is asked, and what it says. */
export interface Answers {
  size: Size
  list: Said
  /** Of one host. */
  filtered: Said
  put: Said
  login: Said
  /** The UUID of the service that PUT changes. */
  uuid: string
}

const TOKEN = { 'X-Auth-Token': 'admin', 'OpenStack-API-Version': 'compute 2.53' }
const JSON_BODY = { 'Content-Type': 'application/json' }

/** The host that is filtered by. */
export const HOST = 'host2'

export const WORLDS = 100

export const LIST: Ask = { method: 'GET', path: '/v2.1/os-services', headers: TOKEN }
export const FILTERED: Ask = { ...LIST, path: `/v2.1/os-services?host=${HOST}` }

export function putOf(uuid: string, status: 'enabled' | 'disabled'): Ask {
  const body = JSON.stringify({ status })
  return { method: 'PUT', path: `/v2.1/os-services/${uuid}`, headers: { ...TOKEN, ...JSON_BODY }, body }
}

export const LOGIN: Ask = {
  method: 'POST',
  path: '/identity/v3/auth/tokens',
  headers: JSON_BODY,
  body: JSON.stringify({
    auth: {
      identity: {
        methods: ['password'],
        password: { user: { name: 'admin', domain: { id: 'default' }, password: 'secret' } },
      },
      scope: { project: { name: 'admin', domain: { id: 'default' } } },
    },
  }),
}

export function listOfWorld(number: number): Ask {
  return { ...LIST, path: `/w/w${number}${LIST.path}` }
}

/** A cloud of so many services, as a world file. */
export function worldOf(services: number): object {
  const computes = Array.from({ length: services - 2 }, (_, index) => ({
    binary: 'nova-compute',
    host: `host${index}`,
  }))
  const others = ['nova-conductor', 'nova-scheduler'].map((binary) => ({ binary, host: 'controller' }))
  return { services: [...others, ...computes] }
}

/** Ask a novasim that runs for everything once. */
export async function answersFrom(url: string, size: Size): Promise<Answers> {
  const list = await said(url, LIST)
  const services = (JSON.parse(list.body) as { services: { id: string; host: string }[] }).services
  const uuid = services.find(({ host }) => host === HOST)?.id
  if (uuid === undefined) throw new Error(`the list has no ${HOST}`)
  const filtered = await said(url, FILTERED)
  const put = await said(url, putOf(uuid, 'disabled'))
  await said(url, putOf(uuid, 'enabled'))
  return { size, list, filtered, put, login: await said(url, LOGIN), uuid }
}

/** Every server adds these itself. */
const OF_THE_CONNECTION = new Set(['connection', 'keep-alive', 'date', 'content-length', 'transfer-encoding'])

/** @throws {Error} the answer is no success */
export async function said(url: string, { method, path, headers, body }: Ask): Promise<Said> {
  const answer = await fetch(url + path, { method, headers, ...(body !== undefined && { body }) })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${path} answered ${answer.status}: ${text.slice(0, 500)}`)
  const sent = Object.fromEntries([...answer.headers].filter(([name]) => !OF_THE_CONNECTION.has(name)))
  return { status: answer.status, headers: sent, body: text }
}
