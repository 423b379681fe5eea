/** `novasim journal tail`: what is asked and what it changes, as it comes. */

import type { EntryView, JournalQuery } from '../handles/journal-views.ts'
import { paint, plain, type RemoteFlags, remote, write } from './remote.ts'

export type TailFlags = RemoteFlags & { lines: number; follow: boolean } & Pick<
    JournalQuery,
    'operation' | 'host' | 'status' | 'user' | 'method' | 'path' | 'fault'
  >

/** The last entries, and those to come until somebody ends it or novasim does. */
export async function tailJournal({ lines, follow, ...flags }: TailFlags): Promise<void> {
  // Whoever reads only the beginning closes the pipe.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  const { url: _, token: __, json, ...query } = flags
  const { journal } = remote(flags)
  const show = (entry: EntryView) => write(json ? JSON.stringify(entry) : lineOf(entry))
  const { entries, last } = await journal.list({ ...query, limit: lines })
  for (const entry of entries) show(entry)
  if (!follow) return
  for await (const event of journal.stream({ ...query, after: last })) {
    if (event.event === 'entry') show(event.entry)
    else if (event.event === 'lost')
      process.stderr.write(`# ${event.lost} entries were gone before they could be read\n`)
    else process.stderr.write('# the journal began anew\n')
  }
}

/** `12 00:00:03.120 409 DELETE /v2.1/os-services/… os-services:delete admin`, and what went wrong and what it changed. */
function lineOf(entry: EntryView): string {
  const begins = `${String(entry.id).padStart(5)} ${entry.at.slice(11, 23)}`
  const changed = entry.changed.map(({ type }) => type)
  const ends = changed.length > 0 ? ` ${paint('cyan', `(${[...new Set(changed)].join(', ')})`)}` : ''
  if (!('request' in entry)) return `${begins} ${entry.by} ${plain(entry.what)}${ends}`
  const { request, answer, operation, user, faults, failure } = entry
  const status = answer ? String(answer.status) : '---'
  const parts = [
    paint(answer === null || answer.status >= 500 ? 'red' : answer.status >= 400 ? 'yellow' : 'green', status),
    request.method,
    plain(request.path + (request.query === '' ? '' : `?${request.query}`)),
    ...(operation === null ? [] : [operation]),
    ...(user === null ? [] : [plain(user)]),
    ...faults.map(({ fault, did }) => paint('magenta', plain(`[${fault}: ${did}]`))),
    ...(failure === undefined ? [] : [plain(failure)]),
  ]
  return `${begins} ${parts.join(' ')}${ends}`
}
