/** A journal, live, as server-sent events. https://html.spec.whatwg.org/multipage/server-sent-events.html */

import type { Journal } from '../worlds/journal.ts'
import type { Entry } from '../worlds/journal-entry.ts'

/** How often a comment is sent when nothing happens, so that nobody takes the connection for dead. */
const HEARTBEAT_MS = 15_000

/** After how long a client that was cut off is to come again. */
const RETRY_MS = 1_000

/** What it is told. */
export const EVENTS = ['entry', 'lost', 'reset'] as const

export interface Listening {
  journal: Journal
  /** The id of the last entry that the listener has. */
  after: number
  /** Aborts when there is nothing more to come. */
  ended: AbortSignal
  /** Whether it wants an entry, and how it is told. */
  wants(entry: Entry): boolean
  show(entry: Entry): unknown
}

/**
 * The entries after one, and those to come. Each listener but remembers how far it is, and is given the next when it has taken
 * the last: one that is slow costs no memory, and is told how many went by once the journal has forgotten them.
 */
export function journalStream({ journal, after, ended, wants, show }: Listening): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let seen = after
  let begun = false
  let wake = () => {}
  let stopListening = () => {}
  let over = false
  const end = () => {
    over = true
    stopListening()
    ended.removeEventListener('abort', end)
    wake()
  }

  /** What is to be sent now; undefined when there is nothing. */
  const next = (): string | undefined => {
    if (!begun) {
      begun = true
      return `retry: ${RETRY_MS}\n\n`
    }
    if (seen > journal.last()) {
      seen = 0
      return event('reset', 0, {})
    }
    const oldest = journal.oldest()
    if (oldest > seen + 1) {
      const lost = oldest - seen - 1
      seen = oldest - 1
      return event('lost', seen, { lost })
    }
    for (let entry = journal.find(seen + 1); entry; entry = journal.find(seen + 1)) {
      seen = entry.id
      if (wants(entry)) return event('entry', entry.id, show(entry))
    }
    return undefined
  }

  return new ReadableStream(
    {
      start() {
        stopListening = journal.listen(() => wake())
        ended.addEventListener('abort', end)
      },
      async pull(controller) {
        let text = next()
        while (text === undefined) {
          if (over) return ended.aborted ? controller.close() : undefined
          if (await somethingOrSilence((told) => (wake = told))) text = next()
          else text = ': still here\n\n'
        }
        controller.enqueue(encoder.encode(text))
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  )
}

function event(name: (typeof EVENTS)[number], id: number, data: unknown): string {
  return `event: ${name}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`
}

/** @returns whether something happened, or else it was quiet for so long */
function somethingOrSilence(listen: (told: () => void) => void): Promise<boolean> {
  return new Promise((resolve) => {
    const silence = setTimeout(() => resolve(false), HEARTBEAT_MS).unref()
    listen(() => {
      clearTimeout(silence)
      resolve(true)
    })
  })
}
