/** Bytes over a socket: the server says something that is HTTP or nothing, breaks nowhere, and goes on answering. */

import { connect } from 'node:net'
import fc from 'fast-check'
import { startEmulator } from '../../src/emulator.ts'
import { type Change, changed, TEXT_CHANGE, wordsOf } from './change.ts'
import { Find, gist, type Part } from './part.ts'
import { type Asked, seedRequests, WORLD } from './requests.ts'

/** What one connection sends, in pieces, and how it ends. */
interface Talk {
  pieces: string[]
  /** It says that it has said all; it goes away; or it stays, and everything that it asked for was whole. */
  end: 'half' | 'gone' | 'stays'
}

const WITHIN_MS = 5000

/** A connection that stays has nothing more to say. */
const STAYS_FOR_MS = 30

/** So much of what was done is undone: rules that lose answers, clocks that run, thousands of servers. */
const RESET_EVERY = 50

const FRAMINGS = [
  'length',
  'length',
  'chunked',
  'short',
  'long',
  'twice',
  'both',
  'none',
  'old',
  'expect',
  'close',
  'upgrade',
] as const

export async function http(): Promise<Part<Talk[]>> {
  const seeds = await seedRequests()
  // What delays or loses answers is another part's, and a stream has no end.
  const control = (seeds.control ?? []).filter(
    ({ path }) => !/faults|scenarios|worlds|recordings|stream|clock/.test(path),
  )
  const sets = Object.values({ ...seeds, control }).filter((set) => set.length > 0)
  const words = wordsOf(
    sets.flat().flatMap(({ path, headers }) => [path, ...Object.keys(headers), ...Object.values(headers)]),
  )
  const emulator = await startEmulator({ world: WORLD, clock: 'manual', journal: { entries: 100 } })
  const kept: Talk[] = []
  let runs = 0
  const talk = fc
    .record({
      asked: fc.array(
        fc.record({
          from: fc.oneof(...sets.map((set) => fc.constantFrom(...set))),
          framing: fc.constantFrom(...FRAMINGS),
        }),
        {
          minLength: 1,
          maxLength: 4,
        },
      ),
      changes: fc.array<Change>(TEXT_CHANGE, { maxLength: 4 }),
      cuts: fc.array(fc.nat(65_535), { maxLength: 3 }),
      end: fc.constantFrom<Talk['end']>('half', 'half', 'half', 'gone', 'stays'),
    })
    .map(({ asked, changes, cuts, end }): Talk => {
      const text = asked.map(({ from, framing }) => bytesOf(from, framing)).join('')
      return { pieces: cutAt(changed(text, changes, words), cuts), end }
    })
  const again = () =>
    fc
      .tuple(fc.constantFrom(...kept), fc.array<Change>(TEXT_CHANGE, { minLength: 1, maxLength: 3 }))
      .map(([{ pieces, end }, changes]) => ({
        pieces: [changed(pieces.join(''), changes, words)],
        end,
      }))
  return {
    cases: () =>
      fc.array(kept.length === 0 ? talk : fc.oneof({ weight: 3, arbitrary: talk }, { weight: 2, arbitrary: again() }), {
        minLength: 1,
        maxLength: 3,
      }),
    keep: (talks) => {
      if (kept.length < 2000) kept.push(...talks)
    },
    shown: (talks) => JSON.stringify(talks),
    async run(talks) {
      const { hostname, port } = new URL(emulator.url)
      const answers = await Promise.all(talks.map((each) => converse(hostname, Number(port), each)))
      const outcome = answers.map(outcomeOf).join(' + ')
      await expectAlive(emulator.url)
      if (++runs % RESET_EVERY === 0)
        await emulator.steer(new Request(`${emulator.url}/_novasim/reset`, { method: 'POST' }))
      return outcome
    },
    end: () => emulator.close(),
  }
}

function bytesOf({ method, path, headers, body }: Asked, framing: (typeof FRAMINGS)[number]): string {
  const bytes = body === undefined ? '' : Buffer.from(body).toString('latin1')
  const version = framing === 'old' ? '1.0' : '1.1'
  const lines = [
    `${method} ${path} HTTP/${version}`,
    'Host: 127.0.0.1',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  const length = (off: number) => `Content-Length: ${Math.max(0, bytes.length + off)}`
  const chunks = `${bytes.length.toString(16)}${bytes.length > 0 ? `\r\n${bytes}\r\n0` : ''}\r\n\r\n`
  const head = (...more: string[]) => `${[...lines, ...more].join('\r\n')}\r\n\r\n`
  switch (framing) {
    case 'chunked':
      return head('Transfer-Encoding: chunked') + chunks
    case 'short':
      return head(length(-1)) + bytes
    case 'long':
      return head(length(1)) + bytes
    case 'twice':
      return head(length(0), length(1)) + bytes
    case 'both':
      return head(length(0), 'Transfer-Encoding: chunked') + chunks
    case 'none':
      return head() + bytes
    case 'expect':
      return head(length(0), 'Expect: 100-continue') + bytes
    case 'close':
      return head(length(0), 'Connection: close') + bytes
    case 'upgrade':
      return head(length(0), 'Connection: Upgrade', 'Upgrade: websocket') + bytes
    default:
      return head(length(0)) + bytes
  }
}

function cutAt(text: string, cuts: number[]): string[] {
  const places = [...cuts.map((cut) => cut % (text.length + 1)), text.length].sort((one, other) => one - other)
  return places.map((place, index) => text.slice(places[index - 1] ?? 0, place)).filter((piece) => piece !== '')
}

/** @returns what came back */
function converse(host: string, port: number, { pieces, end }: Talk): Promise<string> {
  return new Promise((resolve, reject) => {
    const received: Buffer[] = []
    const socket = connect({ host, port, allowHalfOpen: true })
    const finish = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve(Buffer.concat(received).toString('latin1'))
    }
    const timer = setTimeout(() => {
      socket.destroy()
      reject(
        new Find(
          `a connection that had said all was held for ${WITHIN_MS} ms; it was told ${JSON.stringify(Buffer.concat(received).toString('latin1').slice(-300))}`,
        ),
      )
    }, WITHIN_MS)
    socket.on('data', (piece) => received.push(piece))
    // A reset is an answer, too.
    socket.on('error', finish)
    socket.on('end', finish)
    socket.on('close', finish)
    void send()
    async function send() {
      for (const [index, piece] of pieces.entries()) {
        if (index > 0) await new Promise((turn) => setImmediate(turn))
        if (!socket.destroyed) socket.write(Buffer.from(piece, 'latin1'))
      }
      if (end === 'half') socket.end()
      else setTimeout(finish, end === 'gone' ? 0 : STAYS_FOR_MS)
    }
  })
}

/** @throws what is no HTTP, or a mistake of ours */
function outcomeOf(text: string): string {
  if (text === '') return 'nothing'
  if (!text.startsWith('HTTP/1.1 ')) throw new Find(`what comes back is no HTTP: ${JSON.stringify(text.slice(0, 100))}`)
  const answers = text.split(/(?=HTTP\/1\.1 \d{3} )/)
  for (const answer of answers)
    if (/^HTTP\/1\.1 5/.test(answer) && !isMeant(answer))
      throw new Find(`a mistake of ours: ${JSON.stringify(answer.slice(0, 400))}`)
  const last = answers.at(-1) ?? ''
  return `${answers.map((answer) => answer.slice(9, 12)).join(' ')} ${gist(/"message": ?"((?:[^"\\]|\\.)*)/.exec(last)?.[1] ?? '')}`
}

/** Errors of the real services have the id of the request, or are in the words of what stands around them. */
function isMeant(answer: string): boolean {
  return /\nx-openstack-request-id: req-/i.test(answer) || WORDS.some((words) => answer.includes(words))
}

const WORDS = [
  'The server encountered an unexpected internal server error',
  'The server has either erred or is incapable of performing the requested operation.',
  // An answer to HEAD has no body, and its headers are all that there is of it.
  'Content-Type: text/plain; charset=utf-8',
]

async function expectAlive(url: string): Promise<void> {
  const answer = await fetch(`${url}/_novasim/health`, { signal: AbortSignal.timeout(WITHIN_MS) })
  await answer.text()
  if (answer.status !== 200) throw new Find(`it is not well any more: ${answer.status}`)
}
