/** A cloud to record that says whatever a test wants it to say. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Recorder, type RecorderOptions, startRecorder } from '../../src/recordings/recorder.ts'

export type Says = (request: http.IncomingMessage, response: http.ServerResponse, body: string) => void

/** @returns its address, without a slash at the end */
export async function startCloud(says: Says): Promise<string> {
  const server = http.createServer((request, response) => {
    let body = ''
    request.on('data', (piece) => {
      body += String(piece)
    })
    request.on('end', () => says(request, response, body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A file that is gone after the test. */
export function scratch(name = 'recording.jsonl'): string {
  const folder = mkdtempSync(join(tmpdir(), 'novasim-recordings-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, name)
}

export interface Recording$ {
  recorder: Recorder
  out: string
  said: string[]
  /** The file as it is now. */
  text(): string
  /** Its lines as JSON. */
  lines(): Line[]
}

// What a line has is for the test to know.
// biome-ignore lint/suspicious/noExplicitAny: a parsed line has any shape
export type Line = any

export async function startRecording(upstream: string, options: Partial<RecorderOptions> = {}): Promise<Recording$> {
  const out = options.out ?? scratch()
  const said: string[] = []
  const recorder = await startRecorder({
    upstream,
    out,
    by: 'novasim test',
    say: (line) => said.push(line),
    ...options,
  })
  onTestFinished(() => recorder.close())
  const text = () => readFileSync(out, 'utf8')
  const lines = () =>
    text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  return { recorder, out, said, text, lines }
}

/** The exchanges among the lines. */
export function exchangesIn(lines: Line[]): Line[] {
  return lines.filter((line) => line.request && line.answer)
}
