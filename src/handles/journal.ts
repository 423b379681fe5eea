/** The journal of a world: what was asked, what came back, what changed; and whether it was asked as it should have been. */

import { EventSourceParserStream } from 'eventsource-parser/stream'
import { type ControlClient, queryText } from './client.ts'
import type {
  EntryView,
  Expectation,
  Har,
  JournalEvent,
  JournalQuery,
  JournalSummary,
  JournalView,
  Verdict,
} from './journal-views.ts'

/** The status of a verdict that it was not so. */
const NOT_SO = 417

/** Read it, verify it, hear of each entry as it comes. */
export class Journal {
  readonly #client: ControlClient

  /** @internal */
  constructor(client: ControlClient) {
    this.#client = client
  }

  /** The entries that are asked for, in their order, and how much there is in all. @throws {NovasimError} 400 */
  list(query: JournalQuery = {}): Promise<JournalView> {
    return this.#client.ask('GET', `/journal${queryOf(query)}`)
  }

  /** One entry, whole. @throws {NovasimError} 404 */
  get(id: number): Promise<EntryView> {
    return this.#client.ask('GET', `/journal/${id}`)
  }

  /** The requests that are asked for as an HTTP archive. @throws {NovasimError} 400 */
  har(query: JournalQuery = {}): Promise<Har> {
    return this.#client.ask('GET', `/journal${queryOf({ ...query, format: 'har' })}`)
  }

  /** How much it keeps. @throws {NovasimError} 400 */
  limit(limits: { entries?: number | undefined; bytes?: number | undefined }): Promise<JournalSummary> {
    return this.#client.ask('PUT', '/journal', limits)
  }

  /** Forget what there is; the ids go on. */
  async clear(): Promise<void> {
    await this.#client.ask('DELETE', '/journal')
  }

  /** Whether what was asked is what should have been. It throws nothing when not: look at `ok`, print `message`. @throws {NovasimError} 400 */
  verify(expected: Expectation): Promise<Verdict> {
    return this.#client.ask('POST', '/journal/verify', expected, NOT_SO)
  }

  /** Each entry as it comes, from now on or after an id, until the signal or the end of the loop. @throws {NovasimError} 400 */
  async *stream({
    signal,
    ...query
  }: JournalQuery & { signal?: AbortSignal } = {}): AsyncGenerator<JournalEvent, void> {
    const init = signal ? { signal } : {}
    const { body } = await this.#client.open('GET', `/journal/stream${queryOf(query)}`, init)
    if (!body) return
    // In process nothing but this end of it knows of the signal.
    const text = body.pipeThrough(new TextDecoderStream(), init)
    const events = text.pipeThrough(new EventSourceParserStream()).getReader()
    try {
      for (let next = await events.read(); !next.done; next = await events.read()) {
        const { event, data } = next.value
        if (event === 'entry') yield { event, entry: JSON.parse(data) as EntryView }
        else if (event === 'lost') yield { event, lost: (JSON.parse(data) as { lost: number }).lost }
        else if (event === 'reset') yield { event }
      }
    } finally {
      await events.cancel().catch(() => {})
    }
  }
}

/** What is a mapping in a match is written with dots in a query: `header.x-trace=7`. */
function queryOf({ query = {}, header = {}, body, ...plain }: JournalQuery & { format?: 'har' }): string {
  return queryText({
    ...plain,
    ...dotted('query', query),
    ...dotted('header', header),
    body: body === undefined ? undefined : JSON.stringify(body),
  })
}

function dotted(kind: string, values: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`${kind}.${name}`, value]))
}
