/** How a command reaches the novasim that runs, and how it prints what that says. */

import { stripVTControlCharacters, styleText } from 'node:util'
import { connect, type Novasim } from '../handles/world.ts'

/** The flags of every command that talks to a novasim that runs. */
export interface RemoteFlags {
  /** Its address, or that of one of its worlds: `http://127.0.0.1:8774/w/ci-7`. */
  url: string
  /** The control token, where it was started with one. */
  token?: string
  /** Print JSON for programs in place of a table for people. */
  json?: boolean
}

/** Nothing is asked before it is used. */
export function remote({ url, token }: RemoteFlags): Novasim {
  return connect(url, { token })
}

/** Print the value as JSON, or what it is for people. */
export function print({ json }: RemoteFlags, value: unknown, text: () => string): void {
  write(json ? JSON.stringify(value) : text())
}

/** Print a line, or several. */
export function write(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Columns as wide as what stands in them; the last one takes what it needs. */
export function table(head: string[], rows: string[][]): string {
  const lines = [head.map((name) => paint('dim', name.toUpperCase())), ...rows]
  const widths = head.map((_, column) => Math.max(...lines.map((line) => lengthOf(line[column] ?? ''))))
  return lines
    .map((line) =>
      line
        .map((cell, column) => padded(cell, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** In colour where a person looks, and does not mind. */
export function paint(format: Parameters<typeof styleText>[0], text: string): string {
  return process.stdout.isTTY && !process.env.NO_COLOR ? styleText(format, text) : text
}

/** What somebody else wrote, on one line: what would steer the terminal is shown and not heeded. */
export function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1))
}

/** `2026-01-01 00:01:01`; a dash where there is none. */
export function timeText(time: string | null): string {
  return time === null ? '-' : time.slice(0, 19).replace('T', ' ')
}

function padded(cell: string, width: number): string {
  return cell + ' '.repeat(width - lengthOf(cell))
}

function lengthOf(cell: string): number {
  return stripVTControlCharacters(cell).length
}
