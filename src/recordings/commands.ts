/** What `novasim record`, `novasim world` and `novasim recordings` do, once their arguments are read. */

import { InputError } from '../reading/complaint.ts'
import { writeWhole } from '../reading/file.ts'
import { bodyText, type KeptBody } from './body.ts'
import { isHar, loadRecording, readWhole } from './load.ts'
import {
  exchangeLine,
  headerLine,
  letLine,
  noteLine,
  type Recording,
  RecordingError,
  readRecording,
} from './recording.ts'

export interface RecordFlags {
  upstream: string
  out: string
  port: number
  host: string
  cacert?: string
  insecure?: boolean
  timeout: number
  endpoint?: string[]
  note?: string
  force?: boolean
}

/** Record until a signal says to end. @returns what ends it, and how to log in through it */
export async function record(flags: RecordFlags, version: string) {
  const { upstream, out, port, host, cacert, insecure, timeout, note, force } = flags
  const { startRecorder } = await import('./recorder.ts')
  const recorder = await startRecorder({
    ...{ upstream, out, port, host, cacert, insecure, force, timeoutMs: timeout * 1000 },
    by: `novasim ${version}`,
    how: note === undefined ? 'novasim record' : `novasim record: ${note}`,
    endpoints: endpointsIn(flags.endpoint ?? []),
    say: (line) => void process.stderr.write(`${line}\n`),
  })
  process.stderr.write(`# novasim ${version}: recording ${upstream} into ${out}. Ctrl-C ends it.\n`)
  return { recorder, env: clientEnv(recorder.authUrl) }
}

/** What the client needs: how to reach the recorder, and what of a login is no secret. Its password it has already. */
function clientEnv(authUrl: string): Record<string, string> {
  const names =
    /^OS_(?:USERNAME|USER_ID|USER_DOMAIN_(?:ID|NAME)|PROJECT_(?:ID|NAME|DOMAIN_ID|DOMAIN_NAME)|DOMAIN_(?:ID|NAME)|DEFAULT_DOMAIN|SYSTEM_SCOPE|REGION_NAME|INTERFACE|AUTH_TYPE|APPLICATION_CREDENTIAL_(?:ID|NAME)|IDENTITY_API_VERSION)$/
  const others = Object.entries(process.env).flatMap(([name, value]) =>
    names.test(name) && value !== undefined ? [[name, value] as [string, string]] : [],
  )
  return { OS_AUTH_URL: authUrl, ...Object.fromEntries(others) }
}

function endpointsIn(given: string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const match = /^([\w-]+)=(https?:\/\/\S+)$/.exec(text)
      if (!match)
        throw new InputError(
          [],
          [`--endpoint ${text}: expected TYPE=URL, such as compute=http://cloud.example:8774/v2.1`],
        )
      return [match[1] ?? '', match[2] ?? '']
    }),
  )
}

/** The world that a recording implies, to a file or to stdout. */
export async function writeWorld({ from, out, seed }: { from: string; out?: string; seed?: number }): Promise<void> {
  const recording = await loadRecording(from)
  const { seedOf } = await import('./seed.ts')
  const { yaml, untold } = seedOf(recording, seed === undefined ? {} : { seed })
  if (out === undefined) {
    process.stdout.write(yaml)
    return
  }
  writeWhole(out, yaml)
  process.stderr.write(
    `# ${out}: the cloud of ${from}. It did not tell:\n${untold.map((each) => `# - ${each}\n`).join('')}`,
  )
}

/** From one form into the other, by the endings of the names. */
export async function convert(from: string, out: string, { usable = false } = {}): Promise<void> {
  const text = await readWhole(from)
  const { fromHar, toHar } = await import('./har.ts')
  const lines = isHar(from) ? fromHar(text, from) : text
  let recording: Recording
  try {
    recording = readRecording(lines, from)
  } catch (error) {
    if (!usable || !(error instanceof RecordingError) || !error.usable) throw error
    process.stderr.write(`${error.message}\n`)
    recording = error.usable
  }
  writeWhole(out, isHar(out) ? toHar(recording) : linesOf(recording))
  process.stderr.write(`# ${out}: ${counted(recording.exchanges.length, 'exchange')}\n`)
}

/** A line for each exchange, and for each note. */
export async function show(file: string): Promise<string> {
  const recording = await loadRecording(file)
  const { made, exchanges, notes } = recording
  const rows = exchanges.map(({ n, to, request, answer }) => [
    String(n),
    String(answer.status),
    request.method,
    to,
    request.path + (versionOf(request.headers) ? `  [${versionOf(request.headers)}]` : ''),
    size(answer.body),
  ])
  const head = ['#', 'status', 'method', 'service', 'path', 'answer']
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  const versions = Object.entries(made.versions ?? {}).map(([name, offered]) => `${name} ${offered}`)
  return [
    `${file}: ${counted(exchanges.length, 'exchange')}, recorded ${made.at} by ${made.by}${made.how ? ` (${made.how})` : ''}`,
    ...(made.release ? [`Nova ${made.release}${versions.length > 0 ? `: ${versions.join(', ')}` : ''}`] : []),
    '',
    line(head),
    ...rows.map(line),
    ...notes.map(({ line: at, note }) => `${file}:${at}: ${note}`),
    '',
  ].join('\n')
}

/** @throws {InputError} with everything that is wrong with it */
export async function checkFile(file: string): Promise<string> {
  const { exchanges, notes, made } = await loadRecording(file)
  const release = made.release ? ` of Nova ${made.release}` : ''
  return `${file}: in order, ${counted(exchanges.length, 'exchange')}${release}, ${counted(notes.length, 'note')}\n`
}

/** A recording as its file has it. Each `let` line stands before the exchange in which its names come first. */
export function linesOf({ made, exchanges, notes, values }: Recording): string {
  const told = new Set<string>()
  const lines = exchanges.flatMap((exchange) => {
    const line = exchangeLine(exchange)
    const fresh: Record<string, string> = {}
    for (const [, name = ''] of line.matchAll(/<((?:uuid|id|host-id|reservation|time)-\d+)>/gi)) {
      const lower = name.toLowerCase()
      const value = values.get(lower)
      if (told.has(lower) || value === undefined) continue
      told.add(lower)
      fresh[lower] = value
    }
    const now = exchange.at === undefined ? {} : { now: new Date(exchange.at).toISOString() }
    const names = { ...now, ...fresh }
    return Object.keys(names).length > 0 ? [letLine(names), line] : [line]
  })
  return `${[headerLine(made), ...lines, ...notes.map(({ note }) => noteLine(note))].join('\n')}\n`
}

function versionOf(headers: Record<string, string | string[]>): string | undefined {
  return [headers['openstack-api-version'] ?? headers['x-openstack-nova-api-version'] ?? []].flat()[0]
}

function size(body: KeptBody | undefined): string {
  return body === undefined ? '' : `${Buffer.byteLength(bodyText(body))} bytes`
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}
