/** The file format: JSON Lines, a line for each exchange, as docs/recordings.md describes it. */

import { dumps, loads, type Writable } from '../python/json.ts'
import { isDict, type PyDict, type PyValue, valueAt } from '../python/values.ts'
import { type Complaint, complaintLine, InputError } from '../reading/complaint.ts'
import { bodyKeys, bodyText, type KeptBody } from './body.ts'
import { isName, kindOf, momentOf, partsOf } from './names.ts'

/** The newest format that is written, and that can be read. */
export const FORMAT = 1

/** In the order in which they came, in lower case; a header that came several times has a list. */
export type KeptHeaders = Record<string, string | string[]>

/** Where a recording comes from. */
export interface Made {
  /** The program that made it. */
  by: string
  /** When it began, as `2026-01-01T00:00:00.000Z`. */
  at: string
  how: string
  /** Nova's, by the newest microversion that was offered: `2026.2`, or `2024.1 or 2024.2` where these offer the same. */
  release?: string | undefined
  /** What each service offered: `2.1 to 2.104`. */
  versions?: Record<string, string> | undefined
}

export interface Exchange {
  /** Counted from 1, in the order in which the answers were there. */
  n: number
  /** The line of the file. */
  line: number
  /** The service: `compute`, `identity`. */
  to: string
  /** When the answer was there, in milliseconds since 1970, by the clock of who recorded. */
  at: number | undefined
  request: { method: string; path: string; headers: KeptHeaders; body?: KeptBody | undefined }
  answer: { status: number; headers: KeptHeaders; body?: KeptBody | undefined }
}

export interface Note {
  line: number
  note: string
}

export interface Recording {
  file: string
  made: Made
  exchanges: Exchange[]
  /** What went wrong while it was made. */
  notes: Note[]
  /** What each name stood for, where the file tells. */
  values: Map<string, string>
}

/** A recording that is not as it has to be. */
export class RecordingError extends InputError {
  /** What of it can still be used: everything before the first line that is wrong. */
  readonly usable: Recording | undefined

  constructor(complaints: Complaint[], lines: string[], usable: Recording | undefined) {
    super(complaints, lines)
    this.name = 'RecordingError'
    this.usable = usable
  }
}

export function headerLine(made: Made): string {
  return dumps({ novasim_recording: FORMAT, made: { ...made } })
}

export function letLine(values: Record<string, string>): string {
  return dumps({ let: values })
}

export function noteLine(note: string, about: { to?: string; method?: string; path?: string } = {}): string {
  return dumps({ note, ...about })
}

export function exchangeLine({ n, to, request, answer }: Omit<Exchange, 'line' | 'at'>): string {
  return dumps({
    n,
    to,
    request: { method: request.method, path: request.path, headers: request.headers, ...bodyKeys(request.body) },
    answer: { status: answer.status, headers: answer.headers, ...bodyKeys(answer.body) },
  } as Writable)
}

/**
 * Read a recording.
 *
 * @param file the name to put before the line
 * @throws {RecordingError} with `file:line: what is wrong` for each complaint, and what can still be used
 */
export function readRecording(text: string, file: string): Recording {
  const lines = text.split('\n')
  const whole = text.endsWith('\n')
  if (lines.at(-1) === '') lines.pop()
  const reading: Reading = {
    recording: { file, made: { by: '', at: '', how: '' }, exchanges: [], notes: [], values: new Map() },
    complaints: [],
    at: undefined,
    line: 0,
  }
  let usable: Recording | undefined
  for (const [index, line] of lines.entries()) {
    reading.line = index + 1
    if (line.trim() === '' && index > 0) continue
    const before = reading.complaints.length
    readLine(reading, line, index === lines.length - 1 && !whole)
    if (reading.complaints.length > before && index === 0) throw broken(reading, undefined)
    if (reading.complaints.length > before) usable ??= copyOf(reading.recording)
    if (reading.complaints.length >= MOST_COMPLAINTS) break
  }
  if (lines.length === 0) {
    reading.line = 1
    complain(reading, 'the file is empty', 'a recording begins with {"novasim_recording": 1, …}')
    throw broken(reading, undefined)
  }
  if (reading.complaints.length > 0) throw broken(reading, usable)
  return reading.recording
}

/** So many say enough. */
const MOST_COMPLAINTS = 20

interface Reading {
  recording: Recording
  complaints: { line: number; complaint: Complaint }[]
  /** Of the exchange that comes next. */
  at: number | undefined
  line: number
}

function readLine(reading: Reading, line: string, cutOff: boolean): void {
  let value: PyValue
  try {
    value = loads(line)
  } catch {
    if (cutOff && (reading.line > 1 || line.startsWith('{"novasim_recording"'))) {
      complain(reading, 'the file is cut off in the middle of this line')
    } else if (reading.line === 1) notOurs(reading, line)
    else complain(reading, `this is no JSON: ${start(line)}`, 'each line is one JSON object')
    return
  }
  if (reading.line === 1) readHeader(reading, value, line)
  else if (!isDict(value)) complain(reading, `expected a JSON object; got ${start(line)}`)
  else if (value.has('let')) readLet(reading, value)
  else if (value.has('note')) readNote(reading, value)
  else if (value.has('made')) readMade(reading, value.get('made'))
  else if (value.has('request') || value.has('answer')) readExchange(reading, value)
  else {
    complain(
      reading,
      `unknown kind of line: its keys are ${[...value.keys()].slice(0, 5).join(', ') || 'none'}`,
      'a line has "request" and "answer", or "let", or "note"',
    )
  }
}

function readHeader(reading: Reading, value: PyValue, line: string): void {
  const format = valueAt(value, 'novasim_recording')
  if (!isDict(value) || format === undefined) {
    notOurs(reading, line)
  } else if (typeof format !== 'number' || format < 1) {
    complain(reading, `novasim_recording: expected ${FORMAT}; got ${dumps(format)}`, undefined, ['novasim_recording'])
  } else if (format > FORMAT) {
    complain(
      reading,
      `this recording is of format ${format}, and this novasim reads formats up to ${FORMAT}`,
      'a newer novasim reads it; none of it can be used here',
    )
  } else readMade(reading, value.get('made'))
}

function readMade(reading: Reading, made: PyValue | undefined): void {
  if (!isDict(made)) {
    complain(reading, '"made" is missing: who made the recording, when and how', undefined, ['made'])
    return
  }
  const textOf = (key: string): string | undefined => {
    const text = made.get(key)
    return typeof text === 'string' ? text : undefined
  }
  const at = textOf('at')
  if (at === undefined || Number.isNaN(momentOf(at))) {
    complain(reading, 'expected a time such as 2026-01-01T00:00:00.000Z', undefined, ['made', 'at'])
    return
  }
  const versions = made.get('versions')
  reading.recording.made = {
    by: textOf('by') ?? 'unknown',
    at,
    how: textOf('how') ?? '',
    release: textOf('release'),
    versions: isDict(versions)
      ? Object.fromEntries([...versions].map(([key, each]) => [key, String(each)]))
      : undefined,
  }
}

function notOurs(reading: Reading, line: string): void {
  const har = /^\s*\{\s*"log"/.test(line) || line.trim() === '{'
  complain(
    reading,
    'this is no recording of novasim: its first line is not {"novasim_recording": 1, …}',
    har ? 'a HAR file has to be named .har' : undefined,
  )
}

function readLet(reading: Reading, line: PyDict): void {
  const values = line.get('let')
  if (!isDict(values)) {
    complain(reading, 'expected names and their values', undefined, ['let'])
    return
  }
  for (const [name, value] of values) {
    if (typeof value !== 'string') {
      complain(reading, `expected a text; got ${dumps(value)}`, undefined, ['let', name])
    } else if (name === 'now') {
      reading.at = momentOf(value)
      if (Number.isNaN(reading.at)) complain(reading, `"${value}" is no time`, undefined, ['let', name])
    } else if (!isName(name)) {
      complain(reading, `"${name}" is no name`, 'names are uuid-1, id-1, time-1, host-id-1, reservation-1', [
        'let',
        name,
      ])
    } else if (kindOf(name) === 'time' && Number.isNaN(momentOf(value))) {
      complain(reading, `"${value}" is no time`, undefined, ['let', name])
    } else reading.recording.values.set(name, value)
  }
}

function readNote(reading: Reading, line: PyDict): void {
  const note = line.get('note')
  if (typeof note !== 'string') complain(reading, 'expected a text', undefined, ['note'])
  else reading.recording.notes.push({ line: reading.line, note })
}

function readExchange(reading: Reading, line: PyDict): void {
  const before = reading.complaints.length
  const n = line.get('n')
  const to = line.get('to')
  const request = dictAt(reading, line, 'request')
  const answer = dictAt(reading, line, 'answer')
  if (typeof n !== 'number') complain(reading, 'expected a number', undefined, ['n'])
  if (typeof to !== 'string' || to === '') {
    complain(reading, 'expected the service that was asked, such as "compute"', undefined, ['to'])
  }
  const method = request?.get('method')
  const path = request?.get('path')
  const status = answer?.get('status')
  if (request && (typeof method !== 'string' || !/^[A-Z]+$/.test(method))) {
    complain(reading, `expected a method such as "GET"; got ${dumps(method)}`, undefined, ['request', 'method'])
  }
  if (request && (typeof path !== 'string' || !path.startsWith('/'))) {
    complain(reading, `expected a path that begins with "/"; got ${dumps(path)}`, undefined, ['request', 'path'])
  }
  if (answer && (typeof status !== 'number' || status < 200 || status > 599)) {
    complain(reading, `expected a status from 200 to 599; got ${dumps(status)}`, undefined, ['answer', 'status'])
  }
  const asked = request && {
    headers: headersAt(reading, request, 'request'),
    body: bodyAt(reading, request, 'request'),
  }
  const given = answer && { headers: headersAt(reading, answer, 'answer'), body: bodyAt(reading, answer, 'answer') }
  if (!asked || !given || reading.complaints.length > before) return
  const exchange: Exchange = {
    n: Number(n),
    line: reading.line,
    to: String(to),
    at: reading.at,
    request: { method: String(method), path: String(path), ...asked },
    answer: { status: Number(status), ...given },
  }
  const lost = timesIn(exchange).find((name) => !reading.recording.values.has(name))
  if (lost) complain(reading, `nothing says which time <${lost}> was`, 'a line {"let": {…}} before it does')
  else reading.recording.exchanges.push(exchange)
}

function dictAt(reading: Reading, line: PyDict, key: string): PyDict | undefined {
  const value = line.get(key)
  if (isDict(value)) return value
  complain(reading, value === undefined ? `"${key}" is missing` : 'expected a JSON object', undefined, [key])
  return undefined
}

function headersAt(reading: Reading, part: PyDict, key: string): KeptHeaders {
  const headers = part.get('headers') ?? new Map()
  if (!isDict(headers)) {
    complain(reading, 'expected names and their values', undefined, [key, 'headers'])
    return {}
  }
  const kept: KeptHeaders = {}
  for (const [name, value] of headers) {
    const values = Array.isArray(value) ? value : [value]
    const texts = values.filter((each) => typeof each === 'string')
    if (
      texts.length < values.length ||
      !/^[\w!#$%&'*+.^`|~-]+$/.test(name) ||
      /[^\t\x20-\x7e\x80-\xff]/.test(texts.join(''))
    ) {
      complain(reading, 'expected a header, or a list of its values', undefined, [key, 'headers', name])
    } else kept[name.toLowerCase()] = Array.isArray(value) ? texts : (texts[0] ?? '')
  }
  return kept
}

function bodyAt(reading: Reading, part: PyDict, key: string): KeptBody | undefined {
  const forms = ['body', 'text', 'base64'].filter((form) => part.has(form))
  if (forms.length > 1) complain(reading, `there is ${forms.join(' and ')}: a body has one form`, undefined, [key])
  const text = part.get('text')
  const base64 = part.get('base64')
  const spacing = part.get('spacing') ?? 'python'
  switch (forms[0]) {
    case 'body':
      if (spacing === 'python' || spacing === 'compact') return { as: 'json', value: part.get('body') ?? null, spacing }
      complain(reading, 'expected "python" or "compact"', undefined, [key, 'spacing'])
      return undefined
    case 'text':
      if (typeof text === 'string') return { as: 'text', text }
      complain(reading, 'expected a text', undefined, [key, 'text'])
      return undefined
    case 'base64':
      if (typeof base64 === 'string' && /^[A-Za-z\d+/]*={0,2}$/.test(base64)) return { as: 'base64', base64 }
      complain(reading, 'expected base64', undefined, [key, 'base64'])
      return undefined
    default:
      return undefined
  }
}

function timesIn({ request, answer }: Exchange): string[] {
  const headers = [request.headers, answer.headers].flatMap((each) => Object.values(each).flat())
  const bodies = [request.body, answer.body].flatMap((body) => (body && body.as !== 'base64' ? bodyText(body) : []))
  return [request.path, ...headers, ...bodies]
    .filter((text) => text.includes('<time-'))
    .flatMap((text) => partsOf(text).filter((part, index) => index % 2 === 1 && part.startsWith('time-')))
}

function complain(reading: Reading, message: string, hint?: string, path: (string | number)[] = []): void {
  reading.complaints.push({ line: reading.line, complaint: { message, path, hint } })
}

function broken({ complaints, recording }: Reading, usable: Recording | undefined): RecordingError {
  const lines = complaints.map(({ line, complaint }) => complaintLine(`${recording.file}:${line}`, complaint))
  if (complaints.length >= MOST_COMPLAINTS) lines.push(`${recording.file}: and more, that are not listed`)
  const first = complaints[0]?.line ?? 1
  const count = usable?.exchanges.length ?? 0
  if (count > 0) {
    lines.push(
      `${recording.file}: what stands before line ${first} can still be used, ${count} exchange${count === 1 ? '' : 's'}: ` +
        'novasim recordings convert --usable takes it over',
    )
  }
  return new RecordingError(
    complaints.map(({ complaint }) => complaint),
    lines,
    count > 0 ? usable : undefined,
  )
}

function copyOf(recording: Recording): Recording {
  return {
    ...recording,
    exchanges: [...recording.exchanges],
    notes: [...recording.notes],
    values: new Map(recording.values),
  }
}

function start(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
