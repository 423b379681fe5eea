import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { linesOf } from '../../src/recordings/commands.ts'
import { fillNames, momentOf, moveTime } from '../../src/recordings/names.ts'
import { type RecordingError, readRecording } from '../../src/recordings/recording.ts'
import { run } from '../support/command.ts'
import { scratch } from './upstream.ts'

const HEADER =
  '{"novasim_recording": 1, "made": {"by": "novasim 0.1.0", "at": "2026-01-01T00:00:00.000Z", "how": "by hand"}}'
const LET =
  '{"let": {"now": "2026-01-01T00:00:01.000Z", "uuid-1": "6b2f1c1e-0000-4000-8000-000000000001", "time-1": "2026-01-01T00:00:00.000000"}}'
const EXCHANGE =
  '{"n": 1, "to": "compute", "request": {"method": "GET", "path": "/v2.1/os-services", "headers": {"x-auth-token": "<token-1>"}}, ' +
  '"answer": {"status": 200, "headers": {"content-type": "application/json"}, "body": {"id": "<uuid-1>", "at": "<time-1>", "f": 1.0}}}'
const SECOND = EXCHANGE.replace('"n": 1', '"n": 2')

test('a recording is read, and written as it was', () => {
  const text = `${[HEADER, LET, EXCHANGE, SECOND, '{"note": "nobody listens"}'].join('\n')}\n`
  const recording = readRecording(text, 'r.jsonl')
  expect(recording.exchanges.map(({ n, line, to }) => [n, line, to])).toEqual([
    [1, 3, 'compute'],
    [2, 4, 'compute'],
  ])
  expect(recording.values.get('uuid-1')).toBe('6b2f1c1e-0000-4000-8000-000000000001')
  expect(recording.notes).toEqual([{ line: 5, note: 'nobody listens' }])
  const again = readRecording(linesOf(recording), 'r.jsonl')
  expect(linesOf(again)).toBe(linesOf(recording))
  expect(linesOf(recording)).toContain(`${EXCHANGE}\n`)
})

test.each([
  ['nothing', '', ['r.jsonl:1: the file is empty (a recording begins with {"novasim_recording": 1, …})']],
  [
    'something else',
    'hello\n',
    ['r.jsonl:1: this is no recording of novasim: its first line is not {"novasim_recording": 1, …}'],
  ],
  ['HAR by another name', '{"log": {}}\n', [/first line is not .* \(a HAR file has to be named \.har\)$/]],
  [
    'a later format',
    `${HEADER.replace('recording": 1', 'recording": 2')}\n${EXCHANGE}\n`,
    [
      'r.jsonl:1: this recording is of format 2, and this novasim reads formats up to 1 (a newer novasim reads it; none of it can be used here)',
    ],
  ],
  [
    'a first line without when',
    '{"novasim_recording": 1, "made": {"by": "x"}}\n',
    ['r.jsonl:1: made.at: expected a time such as 2026-01-01T00:00:00.000Z'],
  ],
  [
    'one that is cut off',
    `${HEADER}\n${LET}\n${EXCHANGE}\n${SECOND.slice(0, 60)}`,
    [
      'r.jsonl:4: the file is cut off in the middle of this line',
      'r.jsonl: what stands before line 4 can still be used, 1 exchange: novasim recordings convert --usable takes it over',
    ],
  ],
  [
    'a line that is no JSON',
    `${HEADER}\n${LET}\n${EXCHANGE}\nnonsense\n`,
    [/^r\.jsonl:4: this is no JSON: nonsense \(each line is one JSON object\)$/, /1 exchange/],
  ],
  [
    'a line of an unknown kind',
    `${HEADER}\n{"what": 1}\n`,
    ['r.jsonl:2: unknown kind of line: its keys are what (a line has "request" and "answer", or "let", or "note")'],
  ],
  [
    'a time that nobody told',
    `${HEADER}\n${EXCHANGE}\n`,
    ['r.jsonl:2: nothing says which time <time-1> was (a line {"let": {…}} before it does)'],
  ],
  [
    'a name that is none',
    `${HEADER}\n{"let": {"uid-1": "x"}}\n`,
    ['r.jsonl:2: let.uid-1: "uid-1" is no name (names are uuid-1, id-1, time-1, host-id-1, reservation-1)'],
  ],
  [
    'a time that is none',
    `${HEADER}\n{"let": {"time-1": "yesterday"}}\n`,
    ['r.jsonl:2: let.time-1: "yesterday" is no time'],
  ],
  [
    'nonsense in an exchange, all of it',
    `${HEADER}\n${LET}\n${EXCHANGE.replace('"GET"', '"get it"').replace('200', '2000').replace('"/v2.1', '"v2.1')}\n`,
    [
      'r.jsonl:3: request.method: expected a method such as "GET"; got "get it"',
      'r.jsonl:3: request.path: expected a path that begins with "/"; got "v2.1/os-services"',
      'r.jsonl:3: answer.status: expected a status from 200 to 599; got 2000',
    ],
  ],
  [
    'an answer that is gone',
    `${HEADER}\n{"n": 1, "to": "compute", "request": {"method": "GET", "path": "/"}}\n`,
    ['r.jsonl:2: answer: "answer" is missing'],
  ],
  [
    'a header that is no text',
    `${HEADER}\n${LET}\n${EXCHANGE.replace('"application/json"', '7')}\n`,
    ['r.jsonl:3: answer.headers.content-type: expected a header, or a list of its values'],
  ],
  [
    'two bodies',
    `${HEADER}\n${LET}\n${EXCHANGE.replace('"body"', '"text": "a", "body"')}\n`,
    ['r.jsonl:3: answer: there is body and text: a body has one form'],
  ],
  [
    'base64 that is none',
    `${HEADER}\n{"n": 1, "to": "x", "request": {"method": "GET", "path": "/"}, "answer": {"status": 200, "base64": "%"}}\n`,
    ['r.jsonl:2: answer.base64: expected base64'],
  ],
])('%s is refused, with the line and what is wrong', (_, text, lines) => {
  let message = ''
  try {
    readRecording(text, 'r.jsonl')
  } catch (error) {
    message = (error as RecordingError).message
  }
  const said = message.split('\n')
  expect(said).toHaveLength(lines.length)
  for (const [index, line] of lines.entries()) {
    if (typeof line === 'string') expect(said[index]).toBe(line)
    else expect(said[index]).toMatch(line)
  }
})

test('what stands before the cut can be taken over', async () => {
  const file = scratch('cut.jsonl')
  const out = `${file}.mended`
  writeFileSync(file, `${HEADER}\n${LET}\n${EXCHANGE}\n${SECOND.slice(0, 60)}`)
  const refused = await run(['recordings', 'check', file])
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringContaining(`novasim: ${file}:4: the file is cut off`),
  ])
  const taken = await run(['recordings', 'convert', file, out, '--usable'])
  expect([taken.code, taken.stderr]).toEqual([0, expect.stringContaining(`# ${out}: 1 exchange\n`)])
  const checked = await run(['recordings', 'check', out])
  expect([checked.code, checked.stdout]).toEqual([0, `${out}: in order, 1 exchange, 0 notes\n`])
})

test.each(['replay', 'world --from', 'recordings show', 'recordings check'])(
  '%s of a bad file says file and line, with exit code 2 and before a port opens',
  async (command) => {
    const file = scratch('bad.jsonl')
    writeFileSync(file, `${HEADER}\nnonsense\n`)
    const { code, stdout, stderr } = await run([...command.split(' '), file])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toBe(`novasim: ${file}:2: this is no JSON: nonsense (each line is one JSON object)\n`)
  },
)

test('a file that is not there is said so', async () => {
  const { code, stderr } = await run(['replay', 'nowhere.jsonl'])
  expect([code, stderr]).toEqual([2, 'novasim: nowhere.jsonl: there is no such file\n'])
})

test('show tells each exchange in a line', async () => {
  const file = scratch('r.jsonl')
  writeFileSync(file, `${[HEADER, LET, EXCHANGE, '{"note": "nobody listens"}'].join('\n')}\n`)
  const { stdout } = await run(['recordings', 'show', file])
  expect(stdout).toBe(
    `${file}: 1 exchange, recorded 2026-01-01T00:00:00.000Z by novasim 0.1.0 (by hand)

#  status  method  service  path               answer
1  200     GET     compute  /v2.1/os-services  46 bytes
${file}:4: nobody listens
`,
  )
})

test.each([
  ['2026-01-01T00:00:00.000000', '2026-01-02T01:00:00.000000'],
  ['2026-01-01T00:00:00Z', '2026-01-02T01:00:00Z'],
  ['2026-01-01 00:00:00', '2026-01-02 01:00:00'],
  ['2026-01-01T00:00', '2026-01-02T01:00'],
  ['2026-01-01T00:00:00.123+02:00', '2026-01-02T01:00:00.123+02:00'],
  ['2026-01-01T00%3A00%3A00Z', '2026-01-02T01%3A00%3A00Z'],
  ['Thu, 01 Jan 2026 00:00:00 GMT', 'Fri, 02 Jan 2026 01:00:00 GMT'],
])('%s moves in its own format', (before, after) => {
  expect(moveTime(before, 25 * 3_600_000)).toBe(after)
  expect(momentOf(after) - momentOf(before)).toBe(25 * 3_600_000)
})

test('a text that only looks like a name is told from one', () => {
  expect(fillNames('<uuid-1> <<uuid-1> <<<secret> <html>', (name) => name.toUpperCase())).toBe(
    'UUID-1 <uuid-1> <<secret> <html>',
  )
})
